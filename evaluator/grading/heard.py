"""What one call established, as the memory of calls keeps it: verified, and without code or quotes."""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError

from evaluator.domain import Digest, Language, Value
from evaluator.grading import scoring
from evaluator.grading.prompts import Prompts
from evaluator.grading.record_forms import CallNote, CanaryNote
from evaluator.judgement import DimensionId, JudgeName, Memory, PromiseVerdict, Rubric, Verdict

_FORM = 1  # of what is kept; goes up when an older one could not be read any more


class Heard(Value):
    """What one judge said about one dimension in one sample."""

    verdicts: tuple[Verdict, ...]
    promises: tuple[PromiseVerdict, ...] = ()
    remark: str  # its own feedback
    labels: dict[str, str]  # Q1 -> id of the criterion, in the order shown
    canaries: tuple[CanaryNote, ...] = ()
    orders_seen: int = 0  # how many it reported
    calls: tuple[CallNote, ...] = ()  # that it took


def key(
    digest: Digest,
    rubric: Rubric,
    *,
    prompts: Prompts,
    judge: JudgeName,
    language: Language,
    seed: str,
    dimension: DimensionId,
    sample: str,
) -> str:
    """Return 64 hex digits that are equal where equal things are asked of the same judge."""
    return hexdigest(
        form=_FORM,
        aggregation=scoring.AGGREGATION,
        digest=digest.sha256,
        privacy=digest.privacy,
        rubric=rubric.sha256,
        prompt=prompts.sha256,
        provider=judge.provider,
        model=judge.model,
        language=language,
        seed=seed,
        dimension=dimension,
        sample=sample,
    )


def hexdigest(**parts: str | int | None) -> str:
    """Return 64 hex digits that stand for all the parts."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def recall(memory: Memory | None, key: str, *, criteria: Collection[str], claims: Collection[int]) -> Heard | None:
    """Return what is kept under the key, or None where nothing is, or not an answer to exactly what is asked.

    What does not fit is dropped, so that the answer that is asked for now can be kept in its place.
    """
    kept = memory.recall(key) if memory else None
    if memory is None or kept is None:
        return None
    heard = _fitting(kept, criteria=criteria, claims=claims)
    if heard is None:
        memory.drop(key, kept)
    return heard


def _fitting(kept: Mapping[str, Any], *, criteria: Collection[str], claims: Collection[int]) -> Heard | None:
    try:
        heard = Heard.model_validate(kept)
    except ValidationError:  # of another form: it is asked again, and never guessed
        return None
    told = sorted(v.id for v in heard.verdicts), sorted(p.n for p in heard.promises)
    return heard if told == (sorted(criteria), sorted(claims)) else None


def keep(memory: Memory | None, key: str, heard: Heard) -> None:
    """Keep what was heard under the key of its question."""
    if memory:
        memory.keep(key, heard.model_dump(mode="json"))

"""Grading records made by hand: a rubric of five criteria, one or more samples, and what code found."""

from collections.abc import Mapping, Sequence
from typing import Any

from evaluator.domain import Digest
from evaluator.grading import record
from evaluator.grading.record_forms import Basis, CallNote, CanaryNote, Examination, Part, VerdictNote
from evaluator.judgement import (
    Criterion,
    Dimension,
    DimensionId,
    Evidence,
    EvidenceKind,
    JudgeName,
    Level,
    Levels,
    PromiseKind,
    PromiseLevel,
    PromiseVerdict,
    Rubric,
    Verdict,
)
from tests.support.digests import digest_of

LLM = JudgeName(provider="openai", model="gpt-5.4-mini")
OFFLINE = JudgeName(provider="offline", model="machine-checks")
FOUND = Evidence(file="app.py", lines=(3, 4), status="exact", sha256="0" * 64)
LOST = Evidence(file="app.py", lines=(9, 9), status="not_found", sha256="1" * 64)


def criterion(id: str, weight: int, evidence: EvidenceKind = "code", **other: Any) -> Criterion:
    return Criterion(
        id=id,
        weight=weight,
        title={"en": id, "ko": id},
        question="?",
        levels=Levels(met="a", partly="b", not_met="c"),
        evidence=evidence,
        **other,
    )


RUBRIC = Rubric(
    id="plain",
    version="1.0.0",
    sha256="a" * 64,
    dimensions=(
        Dimension(
            id="functionality",
            title={"en": "F", "ko": "F"},
            criteria=(
                criterion("F1", 4, cap_if_not_met=2),
                criterion("F2", 3, "doc", min_spans=0),
                criterion("F3", 2, "machine", check="entry_point", min_spans=0),
            ),
        ),
        Dimension(
            id="practicality",
            title={"en": "P", "ko": "P"},
            criteria=(criterion("P1", 3), criterion("P2", 1, "machine", check="licence", min_spans=0)),
        ),
    ),
)
GOOD: Mapping[str, Level] = {"F1": "met", "F2": "met", "P1": "met"}


def noted(id: str, level: Level) -> VerdictNote:
    """Return a verdict as code could have settled it."""
    claimed: Level = "met" if level == "not_shown" else level
    evidence = {"not_shown": (LOST,), "met": (FOUND,), "partly": (FOUND,)}.get(level, ())
    return VerdictNote(id=id, level=level, claimed=claimed, evidence=evidence)


def sample(
    number: int = 1,
    levels: Mapping[str, Level] = GOOD,
    *,
    part: Part = "sample",
    judge: JudgeName = LLM,
    canary: Level = "met",
    orders: int = 0,
) -> tuple[Examination, ...]:
    """Return what a judge says of both dimensions; *levels* on top of all met, without doc where there is no README."""
    told = dict(GOOD) | dict(levels)
    if part == "without_readme":
        del told["F2"]
    ids: dict[DimensionId, list[str]] = {
        "functionality": [id for id in told if id[0] == "F"],
        "practicality": [id for id in told if id[0] == "P"],
    }
    return tuple(
        Examination(
            sample=number,
            part=part,
            dimension=dimension,
            judge=judge,
            key=f"{number}{part}{dimension}",
            labels={f"Q{n}": id for n, id in enumerate(asked, 1)},
            canaries=tuple(
                CanaryNote(label=f"Q{len(asked) + n}", expected="met", told=canary if n == 1 else "met")
                for n in (1, 2, 3)
            ),
            orders_seen=orders,
            calls=(CallNote(purpose=f"{dimension} {number}", nonce="9f86", outcome="ok"),),
            verdicts=tuple(noted(id, told[id]) for id in asked),
        )
        for dimension, asked in ids.items()
    )


def machine(f3: Level = "met", p2: Level = "met") -> tuple[Verdict, ...]:
    """Return what code answers."""
    return tuple(Verdict(id=id, level=level, claimed=level, reason="") for id, level in (("F3", f3), ("P2", p2)))


def recorded(
    *examinations: Examination,
    by_code: Sequence[Verdict] | None = None,
    promises: Sequence[PromiseVerdict] = (),
    judge: JudgeName = LLM,
    pass_line: int = 5,
    rubric: Rubric = RUBRIC,
    digest: Digest | None = None,
) -> dict[str, Any]:
    """Return the record of these examinations."""
    return record.build(
        digest or digest_of({"README.md": "# Greeter\n", "app.py": "print('hello')\n"}),
        rubric,
        basis=Basis(judge=judge, seed="5eed", language="en", prompt_sha256="b" * 64, pass_line=pass_line),
        examinations=examinations,
        machine=machine() if by_code is None else by_code,
        promises=promises,
    )


def promise(n: int, level: PromiseLevel, *, kind: PromiseKind = "command", by: str = "machine") -> PromiseVerdict:
    """Return what became of a promise."""
    evidence = (FOUND,) if by == "judge" else ()
    return PromiseVerdict.model_validate(
        {"n": n, "kind": kind, "text": "t", "level": level, "claimed": level, "by": by, "evidence": evidence}
    )

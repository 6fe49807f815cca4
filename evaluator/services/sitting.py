"""Who judges a request on which terms: one sitting for each model that may be tried."""

import hashlib
import hmac
from dataclasses import dataclass, replace

from evaluator.domain import Claim, Digest
from evaluator.errors import NoKey
from evaluator.grading.grade import Terms, fingerprint
from evaluator.grading.replay import Header, Recorder, Replayer
from evaluator.judgement import Judge, Rubric
from evaluator.services import models
from evaluator.services.bench import Bench


@dataclass(frozen=True)
class Sitting:
    """One model before one digest."""

    model: str  # as the request or the settings name it
    judge: Judge | None  # None: offline
    terms: Terms
    fingerprint: str  # equal ones would only repeat the same questions
    question: str | None = None  # equal where the judge is asked exactly the same, whoever the user; None: not asked


def sittings(
    claim: Claim, digest: Digest, rubric: Rubric, *, secret: str, most: int, bench: Bench
) -> tuple[Sitting, ...]:
    """Return who may judge, in the order in which they are tried.

    *secret* is that of the installation, *most* the tokens that the digest could have. Raises NoKey where the answers
    are recorded in, or come from, a file that this process was not given, and BadRecord where that cannot be used.
    """
    model = claim.options.model
    if models.is_taped(model) and bench.tape is None:
        raise NoKey(
            "The answers of this request go into a file, or come from one, that only the command which made the request"
            " was given. Ask again with that command."
        )
    if models.is_replayed(model):
        return (_replayed(model, claim, digest, rubric, bench=bench),)
    tried = models.in_order(model, fallbacks=bench.fallback_models)
    found = tuple(_sitting(each, claim, digest, rubric, secret=secret, bench=bench) for each in tried)
    if models.is_taped(model):
        return tuple(_recorded(each, digest, rubric, most=most, bench=bench) for each in found)
    return found


def _sitting(model: str, claim: Claim, digest: Digest, rubric: Rubric, *, secret: str, bench: Bench) -> Sitting:
    second = models.second_to(model, second=bench.second_model)
    judge = bench.judge(models.plain(model))
    terms = replace(_terms(claim, bench=bench), second=None if second is None else bench.judge(second))
    print_ = fingerprint(digest, rubric, prompts=bench.prompts, judge=judge, terms=terms)
    asked = Terms(language=terms.language, parameters=terms.parameters)  # a pass line changes no question
    question = fingerprint(digest, rubric, prompts=bench.prompts, judge=judge, terms=asked)
    seed = _seed(question, claim, secret=secret)
    return Sitting(
        model=model,
        judge=judge,
        terms=replace(terms, seed=seed),
        fingerprint=print_,
        question=None if judge is None else _shared(seed),
    )


def _terms(claim: Claim, *, bench: Bench) -> Terms:
    return Terms(
        language=claim.options.language,
        samples=bench.samples,
        waits_for_second=claim.tries < bench.max_tries,
        pass_line=claim.options.pass_line,
        parameters=bench.parameters,
    )


def _seed(question: str, claim: Claim, *, secret: str) -> str:
    """Return 64 hex digits that no author can foresee; a fresh grading shares them with its own tries alone."""
    what = f"seed {question} {claim.id}" if claim.options.fresh else f"seed {question}"
    return hmac.new(secret.encode(), what.encode(), hashlib.sha256).hexdigest()


def _shared(seed: str) -> str:
    """Return 64 hex digits that stand for all that is asked with a seed: the memory keeps its answers by that."""
    return hashlib.sha256(f"asked {seed}".encode()).hexdigest()


def _recorded(sitting: Sitting, digest: Digest, rubric: Rubric, *, most: int, bench: Bench) -> Sitting:
    """Return the sitting with judges whose answers go into the file too."""
    if sitting.judge is None or bench.tape is None:
        return sitting
    second = sitting.terms.second
    header = Header(
        seed=sitting.terms.seed,
        judge=sitting.judge.name,
        second=None if second is None else second.name,
        digest=digest.sha256,
        rubric=rubric.sha256,
        prompts=bench.prompts.sha256,
        budget=most,
    )
    heard = second and Recorder(second, bench.tape, header=header)
    judge = Recorder(sitting.judge, bench.tape, header=header)
    terms = replace(sitting.terms, second=heard)
    return replace(sitting, judge=judge, terms=terms, question=None)  # what goes into a file is asked for it alone


def _replayed(model: str, claim: Claim, digest: Digest, rubric: Rubric, *, bench: Bench) -> Sitting:
    """Return the sitting of the judges that the file remembers, on what it was recorded of."""
    if bench.tape is None:
        raise AssertionError("the caller has seen to it that there is a file")
    judge = Replayer(bench.tape)
    judge.check(digest=digest.sha256, rubric=rubric.sha256, prompts=bench.prompts.sha256)
    second = Replayer(bench.tape, second=True) if judge.header.second else None
    terms = replace(_terms(claim, bench=bench), seed=judge.header.seed, second=second)
    print_ = fingerprint(digest, rubric, prompts=bench.prompts, judge=judge, terms=terms)
    return Sitting(model=model, judge=judge, terms=terms, fingerprint=print_)

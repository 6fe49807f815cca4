"""Grade one request: claim, fetch, read, judge, score, and write the result in one transaction, or nothing.

A message may arrive twice, late, or for a request that somebody else holds: it counts once (`specs/queue.md`).
"""

import hashlib
import hmac
import logging
import random
from collections.abc import Callable, Collection
from datetime import timedelta
from uuid import UUID, uuid4

from evaluator.digest.build import build
from evaluator.domain import Claim, Digest, Failure, Stage
from evaluator.errors import (
    BudgetBusy,
    ClaimLost,
    EvaluatorError,
    JudgeBusy,
    JudgeRefused,
    JudgeRejected,
    JudgeUnavailable,
    LimitReached,
    NoKey,
    RateLimited,
    SecondJudgeAway,
    TransientError,
    UnknownModel,
    UnknownPrice,
    VerdictError,
)
from evaluator.grading import judge
from evaluator.grading.asking import Wires
from evaluator.grading.grade import grade
from evaluator.grading.prices import REPLAY
from evaluator.grading.withhold import withhold
from evaluator.judgement import Call, Rubric, Scorecard
from evaluator.services import budget, models
from evaluator.services.bench import Bench
from evaluator.services.sitting import Sitting, sittings
from evaluator.services.submission import without_source
from evaluator.services.wiring import DatabaseMemory, DatabasePurse, require_money
from evaluator.sources.fetch import fetch
from evaluator.store import calls, evaluations, hints, requests, stats
from evaluator.store.database import Connection

logger = logging.getLogger(__name__)

_FIRST_PAUSE = timedelta(seconds=1)  # before the second try; doubles with every further one
_LONGEST_PAUSE = timedelta(hours=1)
_KEYLESS = timedelta(seconds=15)  # between two looks of a process that lacks the key of a request's model
_MONEY_WAIT = timedelta(seconds=5)  # for what calls under way may leave over of a budget
_TURN = timedelta(seconds=1)  # between two looks whether the same thing has been judged
_LONGEST_WAIT = timedelta(minutes=2)  # for the answers to the same question: who waits for them is woken


def run(request_id: UUID, *, bench: Bench) -> None:
    """Grade the request if it is due and nobody holds it; whatever happens, it ends up in a state that says so.

    What a dead worker has left comes first; the request is hinted again then. A worker that is stopping leaves it to
    others. Raises DatabaseUnavailable where PostgreSQL stays away: the lease then runs out and it is due again.
    """
    claim = None if bench.stopping.is_set() else _claim(request_id, bench=bench)
    if claim is None or claim.id != request_id:  # it is due to somebody else, or later: the hint has come to nothing
        bench.database.alone(lambda conn: hints.take_back(conn, [request_id]))
    if claim is None:
        return
    with bench.hands.holding(claim):
        try:
            _attempt(claim, bench=bench)
        finally:
            if claim.limited:  # its end makes room
                bench.stirred.set()


def _claim(request_id: UUID, *, bench: Bench) -> Claim | None:
    """Return a claim to what a dead worker has left, else to the request; None where somebody else is quicker.

    A hint of what is left would lie behind all that are in Redis already: minutes, where judges take their time.
    """
    left = bench.database.alone(hints.forsaken)
    for id in (request_id,) if left is None else (left, request_id):
        claim = _taken(id, bench=bench)
        if claim is not None:
            return claim
    return None


def _taken(id: UUID, *, bench: Bench) -> Claim | None:
    """Return a claim to the request; where nothing limits how many run, it takes one statement, no transaction."""
    owner, lease, tries = bench.owner, bench.lease, bench.max_tries
    claim = None
    if not bench.user_limit:
        claim = bench.database.alone(
            lambda conn: requests.claim_unlimited(conn, id, owner=owner, lease=lease, most_tries=tries)
        )
    return claim or bench.database.steady(
        lambda conn: requests.claim(conn, id, owner=owner, lease=lease, user_limit=bench.user_limit, most_tries=tries)
    )


def _attempt(claim: Claim, *, bench: Bench) -> None:
    try:
        if claim.tries > bench.max_tries:
            message = _WORKER_DIED.format(claim.tries - 1)
            _fail(claim, Failure(code="worker_died", message=message, exit_status=1), bench=bench)
        else:
            _grade(claim, bench=bench)
    except ClaimLost:
        logger.info("Claim lost, nothing written", extra={"request_id": str(claim.id), "attempt": claim.attempt})
    except TransientError as error:
        _put_back(claim, error, bench=bench)
    except NoKey as error:
        _leave_to_a_key(claim, error, bench=bench)
    except EvaluatorError as error:
        _fail(claim, _failure(claim, error), bench=bench)
    except Exception as error:
        logger.exception("A mistake of ours", extra={"request_id": str(claim.id)})
        _fail(claim, Failure(code="internal_error", message=_BUG.format(type(error).__name__)), bench=bench)
        raise


_WORKER_DIED = "The worker died {} times while grading this project. Look at the worker's log, then ask again."
_BUG = "The grading failed because of a mistake in the evaluator ({}). Look at the worker's log, and please report it."


def _grade(claim: Claim, *, bench: Bench) -> None:
    options = claim.options
    rubric = bench.rubric(options.rubric)
    most = budget.of_request(options, rubric, bench=bench)
    _require_money(claim, bench=bench)
    secret = bench.secret
    digest = _read(claim, secret=secret, most=most, bench=bench)
    tried = sittings(claim, digest, rubric, secret=secret, most=most, bench=bench)
    stored = [sitting.fingerprint for sitting in tried]  # by any of them: an unchanged project costs nothing
    failed: EvaluatorError | None = None  # of the first model: it is the one that was asked for
    for sitting in tried:
        if not options.fresh and _is_settled(claim, sitting, stored=stored, bench=bench):
            return
        try:
            scorecard = _judge(claim, sitting, digest=digest, rubric=rubric, bench=bench)
        except (LimitReached, SecondJudgeAway):  # neither is mended by another model
            raise
        except (*_PROVIDER_AWAY, *_NO_JUDGE) as error:
            if failed is None and isinstance(error, _NO_JUDGE):  # waiting mends nothing, and a person has to know
                raise
            failed = failed or error
            if sitting is not tried[-1]:
                _pass_over(claim, sitting, error)
        else:
            _finish(claim, scorecard, digest=digest, rubric=rubric, sitting=sitting, bench=bench)
            return
    raise failed or AssertionError("a request without a model")


def _require_money(claim: Claim, *, bench: Bench) -> None:
    """Raise BudgetSpent where the shortest call is beyond what others left of the budget; nothing was fetched yet.

    A later try goes on: all its answers may be paid already.
    """
    model = claim.options.model
    if claim.budget_id is None or claim.attempt > 1 or models.is_replayed(model):
        return
    tried = models.in_order(model, fallbacks=bench.fallback_models)
    least = min(bench.tariff.least(judge.name_of(models.plain(each))) for each in tried)
    require_money(claim.budget_id, least=least, database=bench.database)


_PROVIDER_AWAY = (RateLimited, JudgeUnavailable, JudgeBusy)  # of the TransientErrors, those another model may not have
_NO_JUDGE = (JudgeRefused, JudgeRejected, UnknownModel, UnknownPrice, VerdictError)  # of a model that cannot judge this


def _pass_over(claim: Claim, sitting: Sitting, error: EvaluatorError) -> None:
    failure = _failure(claim, error)
    about = {"request_id": str(claim.id), "model": sitting.model, "code": failure.code, "reason": failure.message}
    logger.warning("Model passed over", extra=about)


def _judge(claim: Claim, sitting: Sitting, *, digest: Digest, rubric: Rubric, bench: Bench) -> Scorecard:
    """Return what the judge of the sitting makes of it."""
    try:
        return grade(
            digest,
            rubric,
            judge=sitting.judge,
            prompts=bench.prompts,
            terms=sitting.terms,
            wires=_wires(claim, taped=models.is_taped(sitting.model), bench=bench),
        )
    except EvaluatorError as error:  # its words may be the provider's, and those may repeat code
        error.args = (withhold(digest, str(error)),)
        raise


def _wires(claim: Claim, *, taped: bool, bench: Bench) -> Wires:
    def on_call(call: Call) -> None:
        entry = uuid4()
        bench.database.alone(lambda conn: calls.add(conn, claim, call, entry=entry))

    def checkpoint() -> None:
        _advance(claim, "judging", bench=bench)

    purse = claim.budget_id and DatabasePurse(
        bench.database,
        claim,
        claim.budget_id,
        longest_wait=_MONEY_WAIT,
        checkpoint=checkpoint,
    )
    return Wires(
        on_call=on_call,
        checkpoint=checkpoint,
        traffic=None if models.is_replayed(claim.options.model) else bench.traffic,
        purse=purse or None,
        memory=None if taped else DatabaseMemory(bench.database),  # a tape holds every answer
        patience=bench.patience,
        tariff=bench.tariff,
        seats=bench.seats,
    )


def _read(claim: Claim, *, secret: str, most: int, bench: Bench) -> Digest:
    mark = hmac.new(secret.encode(), claim.path_hash.encode(), hashlib.sha256).hexdigest()[:16]
    masks = hmac.digest(secret.encode(), f"masks of {claim.path_hash}".encode(), "sha256")
    with fetch(claim.source, limits=bench.limits) as snapshot:
        _advance(claim, "reading", bench=bench)
        return build(
            snapshot,
            budget=most,
            mark=mark,
            key=masks,
            privacy=claim.options.privacy,
            text_bytes=bench.limits.text_bytes,
        )


def _is_settled(claim: Claim, sitting: Sitting, *, stored: Collection[str], bench: Bench) -> bool:
    """Return whether nothing is left to judge: the same thing is judged already, or is being judged just now.

    What is stored under one of those fingerprints ends the request: no call, no row, no count. What is on its way ends
    it as soon as it is there; who asks the same question for somebody else is waited for, and answers from memory.
    """
    print_, question = sitting.fingerprint, sitting.question
    pause = _TURN if question is None else _LONGEST_WAIT

    def act(conn: Connection) -> bool:
        requests.judge_lock(conn, claim, fingerprint=print_, question=question)
        found = (evaluations.equal(conn, claim, fingerprint=each) for each in stored)
        there = next((id for id in found if id is not None), None)
        if there is not None:
            _end(conn, claim, evaluation_id=there)
        elif requests.begin_judging(conn, claim, fingerprint=print_, question=question, lease=bench.lease):
            return False
        elif not requests.step_back(conn, claim, pause=pause, fingerprint=print_, question=question):
            raise ClaimLost
        return True

    return bench.database.steady(act)


def _end(conn: Connection, claim: Claim, *, evaluation_id: UUID) -> bool:
    """End the request with the evaluation; return False where it has, by a commit that nobody confirmed.

    Raises ClaimLost where a later attempt has taken over.
    """
    if requests.finish(conn, claim, evaluation_id=evaluation_id):
        return True
    if requests.is_finished(conn, claim, evaluation_id=evaluation_id):
        return False
    raise ClaimLost


def _finish(
    claim: Claim, scorecard: Scorecard, *, digest: Digest, rubric: Rubric, sitting: Sitting, bench: Bench
) -> None:
    """Write the result and what it counts towards, or neither."""
    counted = bench.counts_offline or not (scorecard.judge.offline or scorecard.judge.provider == REPLAY)
    own = uuid4()  # the same in every try, by which a commit in doubt is found again
    print_, question = sitting.fingerprint, sitting.question

    def act(conn: Connection) -> UUID:
        stats.lock(conn, claim.user_id)  # results of one user wait for each other from here on
        requests.judge_lock(conn, claim, fingerprint=print_, question=question)
        stored = None if claim.options.fresh else evaluations.equal(conn, claim, fingerprint=print_)
        id = stored or own
        if not _end(conn, claim, evaluation_id=id):
            return id
        if stored is None:  # else a request for the same thing was quicker
            evaluations.add(
                conn,
                claim,
                id=id,
                scorecard=scorecard,
                digest=digest,
                rubric=rubric,
                fingerprint=print_,
                counted=counted,
            )
            stats.count_evaluation(
                conn,
                user_id=claim.user_id,
                path_hash=claim.path_hash,
                evaluation_id=id,
                succeeds=scorecard.passed and counted,
            )
        if requests.finish_waiting(conn, claim, fingerprint=print_, question=question, evaluation_id=id).woken:
            bench.stirred.set()
        return id

    id = bench.database.steady(act)
    logger.info("Evaluation finished", extra={"evaluation_id": str(id), "total": scorecard.total})


def _advance(claim: Claim, stage: Stage, *, bench: Bench) -> None:
    """Show the stage, and renew the lease. Raises ClaimLost."""
    lost = bench.hands.has_lost(claim)
    if lost or not bench.database.alone(lambda conn: requests.advance(conn, claim, stage, lease=bench.lease)):
        raise ClaimLost


def _put_back(claim: Claim, error: TransientError, *, bench: Bench) -> None:
    failure = _failure(claim, error)
    if isinstance(error, JudgeBusy | BudgetBusy):  # nothing was asked: that is no try
        pause = (error.retry_after or _TURN) * random.uniform(1.0, 1.25)  # noqa: S311 - as below
        pause = min(pause, _LONGEST_PAUSE)
        _leave(lambda conn: requests.step_back(conn, claim, pause=pause, failure=failure), bench=bench)
        return
    if claim.tries >= bench.max_tries:
        _fail(claim, failure, bench=bench)
        return
    pause = min(error.retry_after or _FIRST_PAUSE * 2 ** (claim.tries - 1), _LONGEST_PAUSE)
    pause *= random.uniform(1.0, 1.25)  # noqa: S311 - spreads the tries of many requests, no secret
    _leave(lambda conn: requests.retry_later(conn, claim, failure, pause=pause), bench=bench)
    logger.info("Request put back", extra={"request_id": str(claim.id), "code": failure.code})


def _leave_to_a_key(claim: Claim, error: NoKey, *, bench: Bench) -> None:
    """Fail for want of a key; but where each process brings its own, leave the request to one that has the key."""
    failure = _failure(claim, error)
    if not bench.keys_differ:
        _fail(claim, failure, bench=bench)
        return
    _leave(lambda conn: requests.step_back(conn, claim, pause=_KEYLESS, failure=failure), bench=bench)


def _leave(act: Callable[[Connection], bool], *, bench: Bench) -> None:
    """Give the claim up; who waits for the same answers is next. Done twice, it matches nothing the second time."""
    bench.database.alone(act)
    bench.stirred.set()


def _fail(claim: Claim, failure: Failure, *, bench: Bench) -> None:
    _leave(lambda conn: requests.fail(conn, claim, failure, keep=bench.keep), bench=bench)
    logger.info("Request failed", extra={"request_id": str(claim.id), "code": failure.code, "reason": failure.message})


def _failure(claim: Claim, error: EvaluatorError) -> Failure:
    message = without_source(str(error), claim.source.location, claim.source.canonical)
    return Failure(code=error.code, message=message, exit_status=error.exit_status)

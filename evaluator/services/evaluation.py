"""Grade one request: claim, fetch, read, judge, score, and write the result in one transaction, or nothing.

A message may arrive twice, late, or for a request that somebody else holds: it counts once (`specs/queue.md`).
"""

import hashlib
import hmac
import logging
import random
from collections.abc import Collection
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
from evaluator.grading.asking import Wires
from evaluator.grading.grade import grade
from evaluator.grading.prices import REPLAY
from evaluator.grading.withhold import withhold
from evaluator.judgement import Call, Rubric, Scorecard
from evaluator.services import budget, models
from evaluator.services.bench import Bench
from evaluator.services.sitting import Sitting, sittings
from evaluator.services.submission import without_source
from evaluator.services.wiring import DatabaseMemory, DatabasePurse
from evaluator.sources.fetch import fetch
from evaluator.store import calls, evaluations, installation, requests, stats
from evaluator.store.database import Connection

logger = logging.getLogger(__name__)

_FIRST_PAUSE = timedelta(seconds=1)  # before the second try; doubles with every further one
_LONGEST_PAUSE = timedelta(hours=1)
_KEYLESS = timedelta(seconds=15)  # between two looks of a process that lacks the key of a request's model
_MONEY_WAIT = timedelta(seconds=5)  # for what calls under way may leave over of a budget
_TURN = timedelta(seconds=1)  # between two looks whether the same thing has been judged


def run(request_id: UUID, *, bench: Bench) -> None:
    """Grade the request if it is due and nobody holds it; whatever happens, it ends up in a state that says so.

    Raises DatabaseUnavailable where PostgreSQL is gone: the lease then runs out and the request is due again.
    """
    with bench.database.transaction() as conn:
        claim = requests.claim(conn, request_id, owner=bench.owner, lease=bench.lease)
    if claim is None:
        return
    bench.in_hand.add(claim.id)
    try:
        _attempt(claim, bench=bench)
    finally:
        bench.in_hand.discard(claim.id)


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
    with bench.database.transaction() as conn:
        secret = installation.secret(conn)
    digest = _read(claim, secret=secret, most=most, bench=bench)
    tried = sittings(claim, digest, rubric, secret=secret, most=most, bench=bench)
    stored = [sitting.fingerprint for sitting in tried]  # by any of them: an unchanged project costs nothing
    failed: EvaluatorError | None = None  # of the first model: it is the one that was asked for
    for sitting in tried:
        if not options.fresh and _is_settled(claim, sitting.fingerprint, stored=stored, bench=bench):
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
            _advance(claim, "scoring", bench=bench)
            _finish(claim, scorecard, digest=digest, rubric=rubric, fingerprint=sitting.fingerprint, bench=bench)
            return
    raise failed or AssertionError("a request without a model")


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
        with bench.database.transaction() as conn:
            calls.add(conn, claim, call)

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


def _is_settled(claim: Claim, print_: str, *, stored: Collection[str], bench: Bench) -> bool:
    """Return whether nothing is left to judge: the same thing is judged already, or is being judged just now.

    What is stored under one of those fingerprints ends the request: no call, no row, no count. What is on its way ends
    it as soon as it is there.
    """
    with bench.database.transaction() as conn:
        requests.judge_lock(conn, claim, fingerprint=print_)
        found = (evaluations.equal(conn, claim, fingerprint=each) for each in stored)
        there = next((id for id in found if id is not None), None)
        if there is not None:
            held = requests.finish(conn, claim, evaluation_id=there)
        elif requests.begin_judging(conn, claim, fingerprint=print_, lease=bench.lease):
            return False
        else:
            held = requests.step_back(conn, claim, pause=_TURN, fingerprint=print_)
        if not held:
            raise ClaimLost
    return True


def _finish(
    claim: Claim, scorecard: Scorecard, *, digest: Digest, rubric: Rubric, fingerprint: str, bench: Bench
) -> None:
    """Write the result and what it counts towards, or neither."""
    counted = bench.counts_offline or not (scorecard.judge.offline or scorecard.judge.provider == REPLAY)

    def act(conn: Connection) -> UUID:
        stats.lock(conn, claim.user_id)  # results of one user wait for each other from here on
        requests.judge_lock(conn, claim, fingerprint=fingerprint)
        stored = None if claim.options.fresh else evaluations.equal(conn, claim, fingerprint=fingerprint)
        id = stored or uuid4()
        if not requests.finish(conn, claim, evaluation_id=id):
            raise ClaimLost
        if stored is None:  # else a request for the same thing was quicker
            evaluations.add(
                conn,
                claim,
                id=id,
                scorecard=scorecard,
                digest=digest,
                rubric=rubric,
                fingerprint=fingerprint,
                counted=counted,
            )
            stats.count_evaluation(
                conn,
                user_id=claim.user_id,
                path_hash=claim.path_hash,
                evaluation_id=id,
                succeeds=scorecard.passed and counted,
            )
        requests.finish_waiting(conn, claim, fingerprint=fingerprint, evaluation_id=id)
        return id

    id = bench.database.retrying(act)
    logger.info("Evaluation finished", extra={"evaluation_id": str(id), "total": scorecard.total})


def _advance(claim: Claim, stage: Stage, *, bench: Bench) -> None:
    with bench.database.transaction() as conn:
        if not requests.advance(conn, claim, stage, lease=bench.lease):
            raise ClaimLost


def _put_back(claim: Claim, error: TransientError, *, bench: Bench) -> None:
    failure = _failure(claim, error)
    if isinstance(error, JudgeBusy | BudgetBusy):  # nothing was asked: that is no try
        pause = (error.retry_after or _TURN) * random.uniform(1.0, 1.25)  # noqa: S311 - as below
        with bench.database.transaction() as conn:
            requests.step_back(conn, claim, pause=min(pause, _LONGEST_PAUSE), failure=failure)
        return
    if claim.tries >= bench.max_tries:
        _fail(claim, failure, bench=bench)
        return
    pause = min(error.retry_after or _FIRST_PAUSE * 2 ** (claim.tries - 1), _LONGEST_PAUSE)
    pause *= random.uniform(1.0, 1.25)  # noqa: S311 - spreads the tries of many requests, no secret
    with bench.database.transaction() as conn:
        requests.retry_later(conn, claim, failure, pause=pause)
    logger.info("Request put back", extra={"request_id": str(claim.id), "code": failure.code})


def _leave_to_a_key(claim: Claim, error: NoKey, *, bench: Bench) -> None:
    """Fail for want of a key; but where each process brings its own, leave the request to one that has the key."""
    failure = _failure(claim, error)
    if not bench.keys_differ:
        _fail(claim, failure, bench=bench)
        return
    with bench.database.transaction() as conn:
        requests.step_back(conn, claim, pause=_KEYLESS, failure=failure)


def _fail(claim: Claim, failure: Failure, *, bench: Bench) -> None:
    with bench.database.transaction() as conn:
        requests.fail(conn, claim, failure, keep=bench.keep)
    logger.info("Request failed", extra={"request_id": str(claim.id), "code": failure.code, "reason": failure.message})


def _failure(claim: Claim, error: EvaluatorError) -> Failure:
    message = without_source(str(error), claim.source.location, claim.source.canonical)
    return Failure(code=error.code, message=message, exit_status=error.exit_status)

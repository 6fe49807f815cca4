"""Grade one request: claim, fetch, read, judge, score, and write the result in one transaction, or nothing.

A message may arrive twice, late, or for a request that somebody else holds: it counts once (`specs/queue.md`).
"""

import hashlib
import hmac
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from evaluator.digest.build import build
from evaluator.domain import Claim, Digest, Failure, Limits, Stage
from evaluator.errors import ClaimLost, EvaluatorError, NoKey, TransientError
from evaluator.grading.grade import fingerprint, grade
from evaluator.grading.prompts import Prompts
from evaluator.grading.withhold import withhold
from evaluator.judgement import Call, Judge, Rubric, Scorecard
from evaluator.services import budget
from evaluator.services.submission import without_source
from evaluator.sources.fetch import fetch
from evaluator.store import calls, evaluations, installation, requests, stats
from evaluator.store.database import Connection, Database

logger = logging.getLogger(__name__)

_FIRST_PAUSE = timedelta(seconds=1)  # before the second try; doubles with every further one
_LONGEST_PAUSE = timedelta(hours=1)
_KEYLESS = timedelta(seconds=15)  # between two looks of a process that lacks the key of a request's model
_TURN = timedelta(seconds=1)  # between two looks whether the same thing has been judged


@dataclass(frozen=True)
class Bench:
    """What a worker needs to grade."""

    database: Database
    owner: UUID  # of the claims of this worker process
    rubric: Callable[[str], Rubric]
    judge: Callable[[str], Judge | None]  # by model name; None is the offline judge
    prompts: Prompts
    limits: Limits
    digest_tokens: int  # that a digest may have, as far as the judge's window allows
    answer_tokens: int  # that an answer of the judge may have
    counts_offline: bool  # whether a pass by the offline judge counts as a successful project
    max_tries: int
    lease: timedelta
    keep: timedelta  # how long a failed request keeps its source
    keys_differ: bool = False  # whether another process at these services may have keys that this one lacks
    in_hand: set[UUID] = field(default_factory=set)  # requests that a thread of this process is at, for the heartbeat


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
    rubric = bench.rubric(claim.options.rubric)
    judge = bench.judge(claim.options.model)
    most = budget.tokens(
        claim.options.model,
        rubric,
        prompts=bench.prompts,
        language=claim.options.language,
        wanted=bench.digest_tokens,
        answer_tokens=bench.answer_tokens,
    )
    digest = _read(claim, most=most, bench=bench)
    print_ = fingerprint(
        digest,
        rubric,
        prompts=bench.prompts,
        judge=judge,
        language=claim.options.language,
    )
    if not claim.options.fresh and _is_settled(claim, print_, bench=bench):
        return
    try:
        scorecard = grade(
            digest,
            rubric,
            judge=judge,
            prompts=bench.prompts,
            language=claim.options.language,
            on_call=lambda call: _enter(claim, call, bench=bench),
            checkpoint=lambda: _advance(claim, "judging", bench=bench),
        )
    except EvaluatorError as error:  # its words may be the provider's, and those may repeat code
        error.args = (withhold(digest, str(error)),)
        raise
    _advance(claim, "scoring", bench=bench)
    _finish(claim, scorecard, digest=digest, rubric=rubric, fingerprint=print_, bench=bench)


def _read(claim: Claim, *, most: int, bench: Bench) -> Digest:
    with bench.database.transaction() as conn:
        secret = installation.secret(conn)
    mark = hmac.new(secret.encode(), claim.path_hash.encode(), hashlib.sha256).hexdigest()[:16]
    with fetch(claim.source, limits=bench.limits) as snapshot:
        _advance(claim, "reading", bench=bench)
        return build(
            snapshot,
            budget=most,
            mark=mark,
            privacy=claim.options.privacy,
            text_bytes=bench.limits.text_bytes,
        )


def _is_settled(claim: Claim, print_: str, *, bench: Bench) -> bool:
    """Return whether nothing is left to judge: the same thing is judged already, or is being judged just now.

    What is stored ends the request: no call, no row, no count. What is on its way ends it as soon as it is there.
    """
    with bench.database.transaction() as conn:
        requests.judge_lock(conn, claim, fingerprint=print_)
        stored = evaluations.equal(conn, claim, fingerprint=print_)
        if stored is not None:
            held = requests.finish(conn, claim, evaluation_id=stored)
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
    counted = bench.counts_offline or not scorecard.judge.offline

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


def _enter(claim: Claim, call: Call, *, bench: Bench) -> None:
    with bench.database.transaction() as conn:
        calls.add(conn, claim, call)


def _put_back(claim: Claim, error: TransientError, *, bench: Bench) -> None:
    failure = _failure(claim, error)
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

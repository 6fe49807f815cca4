"""Requests: the truth about what has been asked for. A message on Redis is only a hint that one of these is due.

The lease and the fence (attempt and owner) are those of the queue's design, `specs/queue.md`.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from evaluator.domain import Claim, Failure, Held, Options, Progress, Source, Stage
from evaluator.store import queries
from evaluator.store.database import clean

_SQL = queries.load("requests.sql")
_ADD, _ADD_REFUSED, _KEY_LOCK, _OF_KEY = _SQL["add"], _SQL["add_refused"], _SQL["key_lock"], _SQL["of_key"]
_LIMIT_LOCK, _CLAIM, _ADVANCE, _RENEW = _SQL["limit_lock"], _SQL["claim"], _SQL["advance"], _SQL["renew"]
_JUDGE_LOCK, _BEGIN_JUDGING, _FINISH_WAITING = _SQL["judge_lock"], _SQL["begin_judging"], _SQL["finish_waiting"]
_FINISH, _IS_FINISHED, _FAIL, _FAIL_QUEUED = _SQL["finish"], _SQL["is_finished"], _SQL["fail"], _SQL["fail_queued"]
_STEP_BACK, _RETRY_LATER, _HAND_BACK = _SQL["step_back"], _SQL["retry_later"], _SQL["hand_back"]
_CANCEL, _CANCEL_COHORT = _SQL["cancel"], _SQL["cancel_cohort"]
_RETRY, _RETRY_COHORT = _SQL["retry"], _SQL["retry_cohort"]
_EXPIRE, _PROGRESS = _SQL["expire"], _SQL["progress"]


class Key(NamedTuple):
    """What the same user calls the same request by, whenever it is sent."""

    text: str
    asked: str  # hash of what is asked with it


def add(
    conn: Connection[Any],
    *,
    user_id: UUID,
    source: Source,
    options: Options,
    path_hash: str,
    budget_id: UUID | None = None,
    id: UUID | None = None,
    key: Key | None = None,
) -> UUID:
    """Record a queued request and return its id: *id*, or a new one."""
    row = conn.execute(
        _ADD,
        {
            "id": id,
            "key": key and key.text,
            "asked_sha256": key and key.asked,
            "user_id": user_id,
            "source": Jsonb(source.model_dump(mode="json", exclude_none=True)),  # older workers know no newer ones
            "kind": source.kind.value,
            "project_name": clean(source.name)[:255],
            "path_hash": path_hash,
            "options": _stored(options),
            "budget_id": budget_id,
        },
    ).fetchone()
    return _id(row)


def add_refused(conn: Connection[Any], *, user_id: UUID, project_name: str, options: Options, failure: Failure) -> UUID:
    """Record a request that was refused before it could be queued, without its source, and return its id."""
    row = conn.execute(
        _ADD_REFUSED,
        {
            "user_id": user_id,
            "project_name": clean(project_name)[:255],
            "options": _stored(options),
            **_reason(failure),
        },
    ).fetchone()
    return _id(row)


def of_key(conn: Connection[Any], *, user_id: UUID, key: str) -> tuple[UUID, str] | None:
    """Return the request that a user made with that key and the hash of what was asked, or None where there is none.

    Until the transaction ends nobody else makes one with it.
    """
    values = {"user_id": user_id, "key": key}
    conn.execute(_KEY_LOCK, values)
    row = conn.execute(_OF_KEY, values).fetchone()
    return None if row is None else (row[0], row[1])


def claim(
    conn: Connection[Any], id: UUID, *, owner: UUID, lease: timedelta, user_limit: int = 0, most_tries: int = 3
) -> Claim | None:
    """Take a request, or return None where it is not due, has ended or is held by another worker.

    Also None where as many of its cohort run as may, or *user_limit* of its user (0: no limit), and where a dead worker
    left it for the last of *most_tries* and the owner is at another such one.
    """
    values = {"id": id, "owner": owner, "lease": lease, "user_limit": user_limit, "most_tries": most_tries}
    limits = conn.execute(_LIMIT_LOCK, values).fetchone()
    if limits is None:
        return None
    values["locked"] = True
    with conn.cursor(row_factory=dict_row) as cur:
        row = cur.execute(_CLAIM, values).fetchone()
    return None if row is None else Claim.model_validate({**row, "limited": limits[-1]})


def claim_unlimited(
    conn: Connection[Any], id: UUID, *, owner: UUID, lease: timedelta, most_tries: int = 3
) -> Claim | None:
    """Take a request as `claim` does, in one statement; None also where it takes a look at others first."""
    values = {"id": id, "owner": owner, "lease": lease, "user_limit": 0, "most_tries": most_tries, "locked": False}
    with conn.cursor(row_factory=dict_row) as cur:
        row = cur.execute(_CLAIM, values).fetchone()
    return None if row is None else Claim.model_validate({**row, "limited": False})


def advance(conn: Connection[Any], claim: Claim, stage: Stage, *, lease: timedelta) -> bool:
    """Show the stage and renew the lease; return False where the claim is lost."""
    return _held(conn, _ADVANCE, claim, {"stage": stage, "lease": lease})


def judge_lock(conn: Connection[Any], claim: Claim, *, fingerprint: str, question: str | None = None) -> None:
    """Hold, until the transaction ends, the right to say who judges this thing of this user and what came of it.

    With a *question*, 64 hex digits that are nobody's, also who is asked that, whoever the user.
    """
    conn.execute(_JUDGE_LOCK, {**_thing(claim, fingerprint), "question": question})


def begin_judging(
    conn: Connection[Any], claim: Claim, *, fingerprint: str, lease: timedelta, question: str | None = None
) -> bool:
    """Show that this request is judged from now on; return False where a living one for the same thing already is.

    Also False where the same *question* is being asked for somebody else, and its answers are not in memory yet; or
    where the claim is lost: whoever steps back then finds that out. It takes the judge lock to be sure.
    """
    values = {"fingerprint": fingerprint, "question": question, "lease": lease}
    return _held(conn, _BEGIN_JUDGING, claim, values)


class Waiting(NamedTuple):
    """How many waited for a judgement that is there now."""

    ended: int  # with its evaluation
    woken: int  # to be judged with its answers


def finish_waiting(
    conn: Connection[Any], claim: Claim, *, fingerprint: str, evaluation_id: UUID, question: str | None = None
) -> Waiting:
    """End the requests that wait for the judgement of the same thing as *claim*, wake those with the same question."""
    values = {**_thing(claim, fingerprint), "evaluation_id": evaluation_id, "question": question}
    row = conn.execute(_FINISH_WAITING, values).fetchone()
    if row is None:
        raise AssertionError("an aggregate gave no row")
    return Waiting(*row)


def step_back(
    conn: Connection[Any],
    claim: Claim,
    *,
    pause: timedelta,
    failure: Failure | None = None,
    fingerprint: str | None = None,
    question: str | None = None,
) -> bool:
    """Put a request back for *pause* without counting the try; return False where the claim is lost.

    With a *fingerprint* it waits for the judgement of that, with a *question* for its answers, and is woken then.
    """
    reason = _reason(failure) if failure else {"code": None, "message": None, "exit_status": None}
    return _held(conn, _STEP_BACK, claim, {**reason, "pause": pause, "fingerprint": fingerprint, "question": question})


def renew(conn: Connection[Any], *, owner: UUID, held: Collection[Held], lease: timedelta) -> frozenset[Held]:
    """Renew the leases of what a worker has in hand, and return what of it it still holds."""
    return frozenset(Held(*row) for row in conn.execute(_RENEW, {"owner": owner, "lease": lease, **_columns(held)}))


def finish(conn: Connection[Any], claim: Claim, *, evaluation_id: UUID) -> bool:
    """End a request as done and erase its source; return False where a later attempt has taken over."""
    return _held(conn, _FINISH, claim, {"evaluation_id": evaluation_id})


def is_finished(conn: Connection[Any], claim: Claim, *, evaluation_id: UUID) -> bool:
    """Return whether the request has ended with that evaluation: what to look for after a commit nobody confirmed."""
    return conn.execute(_IS_FINISHED, {"id": claim.id, "evaluation_id": evaluation_id}).rowcount > 0


def retry_later(conn: Connection[Any], claim: Claim, failure: Failure, *, pause: timedelta) -> bool:
    """Put a request back into the queue, due after *pause*; return False where the claim is lost."""
    return _held(conn, _RETRY_LATER, claim, {**_reason(failure), "pause": pause})


def fail(conn: Connection[Any], claim: Claim, failure: Failure, *, keep: timedelta) -> bool:
    """End a request without a grade, its source kept for *keep*; return False where the claim is lost."""
    return _held(conn, _FAIL, claim, {**_reason(failure), "keep": keep})


def fail_queued(conn: Connection[Any], id: UUID, failure: Failure, *, keep: timedelta) -> bool:
    """End a request that waits; return False where it no longer waits."""
    return conn.execute(_FAIL_QUEUED, {"id": id, "keep": keep, **_reason(failure)}).rowcount > 0


def hand_back(
    conn: Connection[Any], *, owner: UUID, but: Collection[Held] = (), grace: timedelta = timedelta(0)
) -> int:
    """Put requests that a worker holds back into the queue, without counting the try; return how many.

    All of them as it stops; else those *but* it has in hand, and that it took longer ago than *grace*.
    """
    return conn.execute(_HAND_BACK, {"owner": owner, "grace": grace, **_columns(but)}).rowcount


def cancel(conn: Connection[Any], ids: Collection[UUID]) -> int:
    """End those of the requests that have not ended, as cancelled, and erase their sources; return how many."""
    return conn.execute(_CANCEL, {"ids": list(ids)}).rowcount


def cancel_cohort(conn: Connection[Any], cohort_id: UUID) -> int:
    """End all requests of a cohort that have not ended, as cancelled; return how many."""
    return conn.execute(_CANCEL_COHORT, {"cohort_id": cohort_id}).rowcount


def retry(conn: Connection[Any], ids: Collection[UUID]) -> int:
    """Queue those of the requests again that have failed and still have their source; return how many."""
    return conn.execute(_RETRY, {"ids": list(ids)}).rowcount


def retry_cohort(conn: Connection[Any], cohort_id: UUID, *, codes: Collection[str] | None = None) -> int:
    """Queue the failed requests of a cohort again, of all codes or of some; return how many."""
    values = {"cohort_id": cohort_id, "codes": None if codes is None else list(codes)}
    return conn.execute(_RETRY_COHORT, values).rowcount


def expire(conn: Connection[Any]) -> int:
    """Erase the sources of failed requests whose time is over; return how many."""
    return conn.execute(_EXPIRE).rowcount


def progress(conn: Connection[Any], id: UUID) -> Progress | None:
    """Return where a request stands, or None where there is none of that id."""
    with conn.cursor(row_factory=dict_row) as cur:
        row = cur.execute(_PROGRESS, {"id": id}).fetchone()
    if row is None:
        return None
    code, message, exit_status = row.pop("error_code"), row.pop("error_message"), row.pop("error_exit")
    failure = Failure(code=code, message=message, exit_status=exit_status) if code else None
    return Progress.model_validate({**row, "failure": failure})


def _held(conn: Connection[Any], statement: queries.Statement, claim: Claim, values: Mapping[str, object]) -> bool:
    fence = {"id": claim.id, "attempt": claim.attempt, "owner": claim.owner}
    return conn.execute(statement, {**fence, **values}).rowcount > 0


def _columns(held: Collection[Held]) -> dict[str, object]:
    return {"ids": [each.id for each in held], "attempts": [each.attempt for each in held]}


def _stored(options: Options) -> Jsonb:
    """Return the options without what is not set: a worker of an older program knows no newer ones."""
    return Jsonb(options.model_dump(mode="json", exclude_none=True))


def _thing(claim: Claim, fingerprint: str) -> dict[str, object]:
    """Return what is judged once: a fingerprint of one project of one user."""
    return {"user_id": claim.user_id, "path_hash": claim.path_hash, "fingerprint": fingerprint}


def _reason(failure: Failure) -> dict[str, object]:
    return {
        "code": failure.code[:100],
        "message": clean(failure.message)[:2000],
        "exit_status": failure.exit_status,
    }


def _id(row: tuple[Any, ...] | None) -> UUID:
    if row is None:
        raise AssertionError("INSERT ... RETURNING gave no row")
    return UUID(str(row[0]))

"""Requests: the truth about what has been asked for. A message on Redis is only a hint that one of these is due.

The lease and the fence (attempt and owner) are those of the queue's design, `specs/queue.md`.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from evaluator.domain import Claim, Failure, Options, Progress, Source, Stage
from evaluator.store import queries
from evaluator.store.database import clean

_SQL = queries.load("requests.sql")
_ADD = _SQL["add"]
_ADD_REFUSED = _SQL["add_refused"]
_CLAIM = _SQL["claim"]
_ADVANCE = _SQL["advance"]
_JUDGE_LOCK = _SQL["judge_lock"]
_BEGIN_JUDGING = _SQL["begin_judging"]
_FINISH_WAITING = _SQL["finish_waiting"]
_STEP_BACK = _SQL["step_back"]
_RENEW = _SQL["renew"]
_FINISH = _SQL["finish"]
_RETRY_LATER = _SQL["retry_later"]
_FAIL = _SQL["fail"]
_FAIL_QUEUED = _SQL["fail_queued"]
_HAND_BACK = _SQL["hand_back"]
_DUE = _SQL["due"]
_EXPIRE = _SQL["expire"]
_PROGRESS = _SQL["progress"]


def add(
    conn: Connection[Any],
    *,
    user_id: UUID,
    source: Source,
    options: Options,
    path_hash: str,
    budget_id: UUID | None = None,
) -> UUID:
    """Record a queued request and return its id."""
    row = conn.execute(
        _ADD,
        {
            "user_id": user_id,
            "source": Jsonb(source.model_dump(mode="json")),
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


def claim(conn: Connection[Any], id: UUID, *, owner: UUID, lease: timedelta) -> Claim | None:
    """Take a request, or return None where it is not due, has ended or is held by another worker."""
    with conn.cursor(row_factory=dict_row) as cur:
        row = cur.execute(_CLAIM, {"id": id, "owner": owner, "lease": lease}).fetchone()
    return None if row is None else Claim.model_validate(row)


def advance(conn: Connection[Any], claim: Claim, stage: Stage, *, lease: timedelta) -> bool:
    """Show the stage and renew the lease; return False where the claim is lost."""
    return _held(conn, _ADVANCE, claim, {"stage": stage, "lease": lease})


def judge_lock(conn: Connection[Any], claim: Claim, *, fingerprint: str) -> None:
    """Hold, until the transaction ends, the right to say who judges this thing of this user and what came of it."""
    conn.execute(_JUDGE_LOCK, _thing(claim, fingerprint))


def begin_judging(conn: Connection[Any], claim: Claim, *, fingerprint: str, lease: timedelta) -> bool:
    """Show that this request is judged from now on; return False where a living one for the same thing already is.

    Also False where the claim is lost: whoever steps back then finds that out. It takes the judge lock to be sure.
    """
    return _held(conn, _BEGIN_JUDGING, claim, {"fingerprint": fingerprint, "lease": lease})


def finish_waiting(conn: Connection[Any], claim: Claim, *, fingerprint: str, evaluation_id: UUID) -> int:
    """End the requests that wait for the judgement of the same thing as *claim*; return how many."""
    return conn.execute(_FINISH_WAITING, {**_thing(claim, fingerprint), "evaluation_id": evaluation_id}).rowcount


def step_back(
    conn: Connection[Any],
    claim: Claim,
    *,
    pause: timedelta,
    failure: Failure | None = None,
    fingerprint: str | None = None,
) -> bool:
    """Put a request back for *pause* without counting the try; return False where the claim is lost.

    With a *fingerprint* it waits for the judgement of that.
    """
    reason = _reason(failure) if failure else {"code": None, "message": None, "exit_status": None}
    return _held(conn, _STEP_BACK, claim, {**reason, "pause": pause, "fingerprint": fingerprint})


def renew(conn: Connection[Any], *, owner: UUID, ids: Collection[UUID], lease: timedelta) -> int:
    """Renew the leases of what a worker has in hand, and return how many it still holds."""
    return conn.execute(_RENEW, {"owner": owner, "ids": list(ids), "lease": lease}).rowcount


def finish(conn: Connection[Any], claim: Claim, *, evaluation_id: UUID) -> bool:
    """End a request as done and erase its source; return False where a later attempt has taken over."""
    return _held(conn, _FINISH, claim, {"evaluation_id": evaluation_id})


def retry_later(conn: Connection[Any], claim: Claim, failure: Failure, *, pause: timedelta) -> bool:
    """Put a request back into the queue, due after *pause*; return False where the claim is lost."""
    return _held(conn, _RETRY_LATER, claim, {**_reason(failure), "pause": pause})


def fail(conn: Connection[Any], claim: Claim, failure: Failure, *, keep: timedelta) -> bool:
    """End a request without a grade, its source kept for *keep*; return False where the claim is lost."""
    return _held(conn, _FAIL, claim, {**_reason(failure), "keep": keep})


def fail_queued(conn: Connection[Any], id: UUID, failure: Failure, *, keep: timedelta) -> bool:
    """End a request that waits; return False where it no longer waits."""
    return conn.execute(_FAIL_QUEUED, {"id": id, "keep": keep, **_reason(failure)}).rowcount > 0


def hand_back(conn: Connection[Any], *, owner: UUID) -> int:
    """Put every request that a stopping worker holds back into the queue; return how many."""
    return conn.execute(_HAND_BACK, {"owner": owner}).rowcount


def due(conn: Connection[Any], *, limit: int, patience: timedelta) -> tuple[UUID, ...]:
    """Return the ids of requests that need a hint, most urgent first, and note that they get one.

    A queued request whose last hint is older than *patience* gets another: the first may have been lost with Redis.
    """
    return tuple(row[0] for row in conn.execute(_DUE, {"limit": limit, "patience": patience}))


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

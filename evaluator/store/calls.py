"""The ledger of calls: what every question to a judge cost, whatever became of it."""

from typing import Any
from uuid import UUID

from psycopg import Connection

from evaluator.domain import Claim
from evaluator.judgement import Call
from evaluator.store import queries
from evaluator.store.database import clean

_ADD = queries.load("calls.sql")["add"]


def add(conn: Connection[Any], claim: Claim, call: Call, *, entry: UUID) -> None:
    """Write one line of the ledger, once under each *entry*: it may be written again where a commit is in doubt."""
    returned = None if call.model_returned is None else clean(call.model_returned)[:200]
    values = {**call.model_dump(exclude={"parameters"}), "model_returned": returned}
    conn.execute(_ADD, {**values, "request_id": claim.id, "attempt": claim.attempt, "entry": entry})

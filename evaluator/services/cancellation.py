"""End a request that has not ended of itself."""

from uuid import UUID

from evaluator.errors import Ended, NotFound
from evaluator.services import reports
from evaluator.store import audit, requests
from evaluator.store.database import Connection, Database


def cancel(id: str, *, database: Database) -> UUID:
    """Cancel the request of that id or one that begins so, and return its id. Its source is erased.

    Raises NotFound, RequestError where several begin so, and Ended where it has ended.
    """
    found = reports.evaluation(id, database=database)
    if found["request_id"] is None:
        raise NotFound(f"{id} is an evaluation that was not asked for here: there is nothing to cancel.")
    request_id = UUID(found["request_id"])

    def act(conn: Connection) -> int:
        count = requests.cancel(conn, [request_id])
        if count:
            audit.add(conn, "evaluation_cancelled", details={"request_id": str(request_id)})
        return count

    if not database.retrying(act):
        status = reports.evaluation(request_id, database=database)["status"]
        raise Ended(f"The request {request_id} has ended: it is {status}. See: modu show {request_id}")
    return request_id

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from evaluator.store import audit, users
from evaluator.store.database import Connection, Database


@pytest.fixture
def conn(database_url: str) -> Iterator[Connection]:
    with Database.open(database_url) as database, database.transaction() as opened:
        yield opened


def events(conn: Connection) -> list[dict[str, object]]:
    rows = conn.cursor(row_factory=dict_row).execute("SELECT * FROM public.security_audit_log").fetchall()
    return [{name: row[name] for name in row if name not in {"id", "created_at"}} for row in rows]


def test_an_event_keeps_who_what_and_from_where(conn: Connection) -> None:
    user = users.add(conn, "kim")

    audit.add(
        conn,
        "authn_token_created",
        user_id=user.id,
        details={"prefix": "modu_", "count": 2, "first": True, "none": None},
        ip_address="2001:db8::1",
        user_agent="curl/8",
    )

    assert events(conn) == [
        {
            "user_id": user.id,
            "event_type": "authn_token_created",
            "ip_address": "2001:db8::1",
            "user_agent": "curl/8",
            "details": {"prefix": "modu_", "count": 2, "first": True, "none": None},
        }
    ]


def test_an_event_needs_only_its_name(conn: Connection) -> None:
    audit.add(conn, "authn_login_fail")

    assert events(conn) == [
        {"user_id": None, "event_type": "authn_login_fail", "ip_address": None, "user_agent": None, "details": None}
    ]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a" * 256, "a" * 256),
        ("a" * 257, "a" * 256),
        ("가" * 100, "가" * 85),  # three bytes each: 255, and no half of one
        ("a\0\ud800b", "a\ufffd\ufffdb"),
    ],
)
def test_a_long_or_broken_text_is_cut_and_mended(conn: Connection, given: str, kept: str) -> None:
    audit.add(conn, "input_validation_fail", details={"value": given}, user_agent=given, ip_address=given)

    [event] = events(conn)
    assert event["details"] == {"value": kept}
    assert event["user_agent"] == kept
    assert event["ip_address"] == kept[:45]


def test_an_event_of_nobody_we_know_is_our_own_mistake(conn: Connection) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation), conn.transaction():
        audit.add(conn, "authz_fail", user_id=uuid4())

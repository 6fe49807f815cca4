import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from psycopg.rows import dict_row

from evaluator.errors import AmbiguousUser, UnknownUser, UserExists
from evaluator.store import users
from evaluator.store.database import Connection, Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with Database.open(database_url) as opened:
        yield opened


@pytest.fixture
def conn(database: Database) -> Iterator[Connection]:
    with database.transaction() as opened:
        yield opened


def by_platform(conn: Connection, name: str | None) -> UUID:
    """Add a user as the platform does, and return the id."""
    row = conn.execute("INSERT INTO public.users (github_username) VALUES (%s) RETURNING id", (name,)).fetchone()
    assert row is not None
    id: UUID = row[0]
    return id


def test_a_new_user_has_a_salt_and_empty_statistics(conn: Connection) -> None:
    user = users.add(conn, "kim")

    row = conn.cursor(row_factory=dict_row).execute("SELECT * FROM public.user_stats").fetchone()
    assert row is not None
    assert row.pop("updated_at") is not None
    assert row == {
        "user_id": user.id,
        "total_input_tokens": 0,
        "total_output_tokens": 0,
        "total_cache_tokens": 0,
        "total_all_tokens": 0,
        "tokens_by_tool": {},
        "total_sessions": 0,
        "sessions_by_tool": {},
        "successful_projects_count": 0,
        "total_evaluations": 0,
        "last_activity_at": None,
    }
    assert user.name == "kim"
    assert len(user.salt) == 64
    assert user.salt != users.add(conn, "lee").salt


@pytest.mark.parametrize("taken", ["KIM", "kim", " kim "])
def test_a_name_is_taken_whatever_its_capitals(conn: Connection, taken: str) -> None:
    users.add(conn, "Kim")

    with pytest.raises(UserExists, match="Pick another name"):
        users.add(conn, taken)


def test_a_name_is_taken_whatever_its_form_of_unicode(conn: Connection) -> None:
    by_platform(conn, "\u1100\u1161\u11a8")  # decomposed

    with pytest.raises(UserExists):
        users.add(conn, "\uac01")


def test_a_user_is_found_by_name_and_by_id(conn: Connection) -> None:
    kim = users.add(conn, "Kim")
    users.add(conn, "lee")

    assert users.find(conn, "kIM") == kim
    assert users.find(conn, str(kim.id)) == kim
    assert users.find(conn, str(kim.id).upper()) == kim


def test_a_user_without_a_name_is_called_by_the_id(conn: Connection) -> None:
    id = by_platform(conn, None)

    assert users.find(conn, str(id)).name == str(id)


def test_a_name_of_the_platform_that_looks_like_an_id_is_found(conn: Connection) -> None:
    name = str(uuid4())
    id = by_platform(conn, name)

    assert users.find(conn, name).id == id


@pytest.mark.parametrize("name", ["nobody", "", "a\0b", "\udc80", str(UUID(int=0))])
def test_a_user_that_does_not_exist_is_unknown(conn: Connection, name: str) -> None:
    users.add(conn, "kim")

    with pytest.raises(UnknownUser, match="modu user add"):
        users.find(conn, name)


def test_a_name_that_several_have_lists_their_ids(conn: Connection) -> None:
    ids = [by_platform(conn, "Kim"), by_platform(conn, "kim")]

    for ask in (users.find, users.ensure):
        with pytest.raises(AmbiguousUser, match=r"^2 users are named 'kim'") as failed:
            ask(conn, "kim")
        assert all(str(id) in str(failed.value) for id in ids)
    assert users.find(conn, str(ids[1])).id == ids[1]


def test_ensuring_a_user_makes_it_once(conn: Connection) -> None:
    made = users.ensure(conn, "kim")

    assert users.ensure(conn, "Kim") == made
    assert [row["id"] for row in users.listing(conn)] == [made.id]


def test_ensuring_a_user_in_many_transactions_at_once_makes_one(database: Database) -> None:
    together = threading.Barrier(6)

    def ensure() -> UUID:
        with database.transaction() as conn:
            together.wait(timeout=30)
            return users.ensure(conn, "kim").id

    with ThreadPoolExecutor(6) as pool:
        ids = {made.result() for made in [pool.submit(ensure) for _ in range(6)]}

    with database.transaction() as conn:
        assert {row["id"] for row in users.listing(conn)} == ids
    assert len(ids) == 1


def test_users_are_listed_by_name_and_the_nameless_last(conn: Connection) -> None:
    nameless = by_platform(conn, None)
    for name in ("lee", "Kim", "ahn"):
        users.add(conn, name)

    assert [row["name"] for row in users.listing(conn)] == ["ahn", "Kim", "lee", str(nameless)]


def test_a_key_replaces_the_one_before(conn: Connection) -> None:
    kim, lee = users.add(conn, "kim"), users.add(conn, "lee")

    users.set_key(conn, kim.id, key_hash="old", prefix="p1")
    users.set_key(conn, kim.id, key_hash="new", prefix="p2")

    rows = conn.execute("SELECT id, api_key_hash, api_key_prefix FROM public.users").fetchall()
    assert sorted(rows, key=str) == sorted([(kim.id, "new", "p2"), (lee.id, None, None)], key=str)


def test_a_key_for_nobody_is_refused(conn: Connection) -> None:
    with pytest.raises(UnknownUser):
        users.set_key(conn, uuid4(), key_hash="hash", prefix="p")


def test_a_user_can_be_added_to_tables_without_our_defaults(conn: Connection) -> None:
    for table, columns in (
        ("users", ("id", "user_salt", "privacy_mode", "created_at", "updated_at")),
        ("user_stats", ("total_all_tokens", "tokens_by_tool", "total_evaluations", "updated_at")),
    ):
        for column in columns:
            conn.execute(f"ALTER TABLE public.{table} ALTER {column} DROP DEFAULT")

    made = users.add(conn, "kim")

    assert users.find(conn, "kim") == made

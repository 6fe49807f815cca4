import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import OperationalError, errors

from evaluator.errors import SettingsError
from evaluator.store.database import Database, clean, explain, jsonb


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("모두의 README 🙂", "모두의 README 🙂"),
        ("a\0b", "a\ufffdb"),
        ("a\ud800b", "a\ufffdb"),
        ("\udc80", "\ufffd"),
        ("\udc80\ud800", "\ufffd\ufffd"),
        ("\ud83d\ude42", "🙂"),  # two halves that belong together
        ("", ""),
    ],
)
def test_only_what_postgresql_cannot_hold_is_replaced(given_text: str, kept: str) -> None:
    assert clean(given_text) == kept


@given(st.text(st.characters(codec=None)))
def test_any_text_becomes_text_that_can_be_stored(text: str) -> None:
    cleaned = clean(text)

    assert "\0" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert clean(cleaned) == cleaned


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec=None), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec=None)), inner, max_size=3),
    max_leaves=8,
)


def all_cleaned(value: object) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): all_cleaned(item) for key, item in value.items()}
    return [all_cleaned(item) for item in value] if isinstance(value, list) else value


@given(ANYTHING)
def test_every_text_in_json_can_be_stored_and_nothing_else_changes(value: object) -> None:
    column = jsonb(value)

    assert column.dumps is not None
    assert json.loads(column.dumps(column.obj)) == all_cleaned(value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hush/hush@host/db",
        "postgresql://u:12/hush@host/db",
        "postgresql://u:p@hush@host/db",
        "postgresql://u:/hush@host/db",
        "postgresql://u:%hush@host/db",
        "postgresql://u:hush\ud800@host/db",
        "postgresql+psycopg://u:hush@host/db",
        "host=h port=hush",
        "hush",
    ],
)
def test_a_url_that_cannot_be_read_is_refused_without_a_word_of_it(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Database.open(url)

    assert "postgresql://user:password@host:5432/database" in str(refused.value)
    assert "hush" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("postgresql://u:hush@db.example:6543/x", "db.example:6543"),
        ("postgres://u:hush@[fe80::1%25eth0]/x", "fe80::1%eth0:5432"),
        ("postgresql://u:hush@one,two:6000/x", "one,two:,6000"),
        ("postgresql://u:hush@/x?host=/run/모두&port=7", "/run/모두:7"),
        ("host=127.0.0.1 dbname=x password=hush", "127.0.0.1:5432"),
    ],
)
def test_a_database_shows_its_address_alone(url: str, address: str) -> None:
    with Database.open(url) as database:
        assert repr(database) == f"<Database {address}>"


def test_the_address_of_a_url_without_host_is_that_of_libpq(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "/run/postgresql")
    monkeypatch.setenv("PGPORT", "5433")

    with Database.open("postgresql:///x") as database:
        assert database.address == "/run/postgresql:5433"


_FAILED = 'connection failed: connection to server at "h", port 5432 failed: '


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (
            OperationalError(_FAILED + "Connection refused\n\tIs the server running on that host?"),
            "PostgreSQL at h:5432 does not answer (Connection refused). Start it, or correct DATABASE_URL.",
        ),
        (
            OperationalError(_FAILED + 'FATAL:  database "modu" does not exist'),
            (
                'PostgreSQL at h:5432: database "modu" does not exist. Create it with createdb, or correct the name in'
                " DATABASE_URL."
            ),
        ),
        (
            OperationalError(_FAILED + 'FATAL:  password authentication failed for user "u"'),
            (
                'PostgreSQL at h:5432 refuses to sign us in (password authentication failed for user "u"). Correct'
                " user and password in DATABASE_URL."
            ),
        ),
        (
            OperationalError(_FAILED + 'FATAL:  role "u" does not exist'),
            (
                'PostgreSQL at h:5432 refuses to sign us in (role "u" does not exist). Correct user and password in'
                " DATABASE_URL."
            ),
        ),
        (
            OperationalError(_FAILED + "FATAL:  sorry, too many clients already"),
            (
                "PostgreSQL at h:5432 has no connection left (sorry, too many clients already). Wait, stop other"
                " programs that use it, or raise its max_connections."
            ),
        ),
        (
            errors.DiskFull("could not extend file: No space left on device"),
            (
                "PostgreSQL at h:5432 has run out of room (No space left on device). Make room on its machine, then try"
                " again."
            ),
        ),
        (
            errors.AdminShutdown("terminating connection due to administrator command\nserver closed the connection"),
            (
                "PostgreSQL at h:5432 does not answer (terminating connection due to administrator command). Start"
                " it, or correct DATABASE_URL."
            ),
        ),
        (
            OperationalError(_FAILED + "FATAL:  a\x1b[31mred\rword"),
            "PostgreSQL at h:5432 does not answer (a [31mred word). Start it, or correct DATABASE_URL.",
        ),
    ],
)
def test_each_way_of_not_serving_us_has_its_sentence(error: OperationalError, says: str) -> None:
    assert explain(error, address="h:5432") == says

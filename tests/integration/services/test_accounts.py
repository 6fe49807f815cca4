import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from evaluator.errors import UnknownUser, UserExists
from evaluator.services import accounts
from evaluator.store.database import Database
from tests.support.people import rows

VECTORS = json.loads((Path(__file__).parents[2] / "data" / "wire-vectors.json").read_text(encoding="utf-8"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with Database.open(database_url) as opened:
        yield opened


def test_the_hash_of_a_key_is_the_platforms() -> None:
    vector = VECTORS["apiKeyHash"]

    assert accounts.key_hash(vector["apiKey"]) == vector["hash"]


def test_a_new_key_has_the_platforms_form_and_only_its_hash_is_stored(database: Database) -> None:
    user = accounts.add("kim", database=database)

    key = accounts.new_key("kim", database=database)

    assert re.fullmatch(r"modu_arena_[0-9a-f]{8}_[0-9a-f]{32}", key)
    assert rows(database, "SELECT id, api_key_hash, api_key_prefix FROM users") == [
        (user.id, accounts.key_hash(key), key[:19])
    ]


def test_a_second_key_replaces_the_first(database: Database) -> None:
    accounts.add("kim", database=database)
    first = accounts.new_key("kim", database=database)

    second = accounts.new_key("kim", database=database)

    assert first != second
    assert rows(database, "SELECT api_key_hash FROM users") == [(accounts.key_hash(second),)]


def test_acts_on_accounts_are_in_the_audit_log_without_the_key(database: Database) -> None:
    accounts.add("kim", database=database)
    key = accounts.new_key("kim", database=database)

    log = rows(database, "SELECT event_type, details::text FROM security_audit_log ORDER BY created_at, event_type")

    assert sorted(event for event, _ in log) == ["authn_token_created", "user_created"]
    assert key not in str(log)


def test_the_person_at_this_machine_is_made_once(database: Database) -> None:
    first = accounts.ensure("kim", database=database)

    assert accounts.ensure("kim", database=database) == first
    assert accounts.find("KIM", database=database) == first


def test_nobody_is_made_by_asking_for_them(database: Database) -> None:
    with pytest.raises(UnknownUser, match="modu user add"):
        accounts.find("lee", database=database)
    with pytest.raises(UnknownUser):
        accounts.new_key("lee", database=database)


def test_a_name_is_taken_once(database: Database) -> None:
    accounts.add("kim", database=database)

    with pytest.raises(UserExists):
        accounts.add("Kim", database=database)


def test_the_list_shows_keys_by_prefix_and_counters(database: Database) -> None:
    accounts.add("lee", database=database)
    user = accounts.add("kim", database=database)
    key = accounts.new_key("kim", database=database)

    listed = accounts.listing(database=database)

    assert [row["name"] for row in listed] == ["kim", "lee"]
    assert listed[0] == {
        "id": user.id,
        "name": "kim",
        "api_key_prefix": key[:19],
        "projects": 0,
        "evaluations": 0,
    }

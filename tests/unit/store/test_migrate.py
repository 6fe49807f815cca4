import pytest

from evaluator.store.migrate import ordered, released


def test_the_platform_s_tables_come_first_then_ours() -> None:
    names = [migration.name for migration in released()]

    assert names[:2] == ["0001_platform", "0002_evaluator"]
    assert [migration.number for migration in released()] == list(range(1, len(names) + 1))


def test_migrations_are_ordered_by_number() -> None:
    found = ordered({"0010_b.sql": "SELECT 10;", "0002_a.sql": "SELECT 2;"})

    assert [(m.number, m.name, m.sql) for m in found] == [(2, "0002_a", "SELECT 2;"), (10, "0010_b", "SELECT 10;")]


@pytest.mark.parametrize("names", [("1_a.sql",), ("0001-a.sql",), ("0001_A.sql",), ("0001_a.sql", "0001_b.sql")])
def test_a_name_without_a_number_of_its_own_is_an_error(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="or its number is taken"):
        ordered(dict.fromkeys(names, "SELECT 1;"))


def test_an_edit_shows_in_the_hash() -> None:
    [before] = ordered({"0001_a.sql": "SELECT 1;"})
    [after] = ordered({"0001_a.sql": "SELECT  1;"})

    assert before.sha256 != after.sha256
    assert before.sha256 == "17db4fd369edb9244b9f91d9aeed145c3d04ad8ba6e95d06247f07a63527d11a"

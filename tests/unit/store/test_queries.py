import pytest

from evaluator.store import queries


def test_each_name_gets_its_statement_without_comments() -> None:
    text = """-- Who is who: 100 % of them.

-- name: one
-- Says 5 %.
SELECT 1
  -- inside
 FROM a;

-- name: two
SELECT 2;
"""

    found = queries.parse(text, file="x.sql")

    assert found == {"one": "SELECT 1\n FROM a;", "two": "SELECT 2;"}


def test_an_unknown_name_is_a_key_error() -> None:
    found = queries.parse("-- name: one\nSELECT 1;\n", file="x.sql")

    with pytest.raises(KeyError):
        found["other"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("-- name: one\nSELECT 1;\n-- name: one\nSELECT 2;\n", "x.sql: 'one' is no name, or is there twice"),
        ("-- name:\nSELECT 1;\n", "x.sql: '' is no name, or is there twice"),
        ("-- name: two words\nSELECT 1;\n", "x.sql: 'two words' is no name, or is there twice"),
        ("-- name: one\n-- only talk\n-- name: two\nSELECT 2;\n", "x.sql: 'one' has no statement"),
        ("SELECT 0;\n-- name: one\nSELECT 1;\n", "x.sql: SQL stands before the first name"),
    ],
)
def test_a_mistake_in_the_file_is_an_error_that_names_the_file(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=f"^{says}$"):
        queries.parse(text, file="x.sql")


def test_a_file_beside_the_modules_is_found() -> None:
    found = queries.load("audit.sql")

    assert found["add"].startswith("INSERT INTO public.security_audit_log")

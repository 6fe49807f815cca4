import pytest

from evaluator.digest.attributes import own

PATHS = ["vendor/ours/a.go", "vendor/theirs/b.go", "gen/api.ts", "src/gen/api.ts", "a b.js", "한글.js", "x\udcff.js"]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("vendor/ours/** -linguist-vendored", ["vendor/ours/a.go"]),
        ("vendor/ours/* linguist-vendored=false", ["vendor/ours/a.go"]),
        ("api.ts -linguist-generated", ["gen/api.ts", "src/gen/api.ts"]),
        ("/gen/*.ts linguist-generated=false", ["gen/api.ts"]),
        ("**/gen/api.ts -linguist-generated", ["gen/api.ts", "src/gen/api.ts"]),
        ("vendor/** -linguist-vendored\nvendor/theirs/** linguist-vendored", ["vendor/ours/a.go"]),
        ("vendor/** linguist-vendored\nvendor/o?rs/a.go -linguist-vendored", ["vendor/ours/a.go"]),
        ("?.js -linguist-generated", []),
        ("[a-z]pi.t[!x] -linguist-generated", ["gen/api.ts", "src/gen/api.ts"]),
        ("*.js text -linguist-generated eol=lf", ["a b.js", "한글.js", "x\udcff.js"]),
        ("한글.js -linguist-generated", ["한글.js"]),
        ("* linguist-vendored linguist-generated", []),
        ("* -linguist-documentation", []),
        ("# * -linguist-vendored", []),
        ("", []),
    ],
)  # fmt: skip
def test_an_author_may_say_what_is_his_own_but_hide_nothing(rules: str, expected: list[str]) -> None:
    assert own(rules.encode(), PATHS) == frozenset(expected)


@pytest.mark.parametrize("pattern", ["*a" * 90 + "b", "[" * 100, "(((", "**/" * 60 + "x", "\\", "[z-a]x", "a" * 5000])
def test_a_hostile_pattern_is_obeyed_or_passed_over(pattern: str) -> None:
    rules = f"{pattern} -linguist-vendored\n" * 600

    assert own(rules.encode(), ["a" * 1000, *PATHS]) == frozenset()


def test_bytes_of_any_kind_are_no_rule() -> None:
    assert own(b"\xff\x00 linguist-vendored\n\x85-linguist-vendored", PATHS) == frozenset()

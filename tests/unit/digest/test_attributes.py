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


def test_many_hostile_patterns_and_long_names_are_done_with_soon() -> None:
    folder = "/".join(["ab" * 100] * 4)
    paths = [f"{folder}/{'ab' * 75}{n}.py" for n in range(2000)]
    rules = "".join(f"*{'ab' * (n % 7)}*{'ba' * (n % 5)}*/**/*a*b*{n} -linguist-vendored\n" for n in range(2000))

    assert own(rules.encode(), paths) == frozenset()


def test_of_very_many_patterns_the_last_ones_are_obeyed() -> None:
    paths = [f"{'deep/' * 190}{n}.py" for n in range(2000)]
    rules = "**/1.py -linguist-vendored\n" + "**/x?.py -linguist-vendored\n" * 100 + "**/2.py -linguist-vendored\n"

    assert own(rules.encode(), paths) == {paths[2]}


def test_a_pattern_of_a_folder_means_no_file() -> None:
    assert own(b"vendor/ -linguist-vendored\ngen/ -linguist-generated", PATHS) == frozenset()


def test_bytes_of_any_kind_are_no_rule() -> None:
    assert own(b"\xff\x00 linguist-vendored\n\x85-linguist-vendored", PATHS) == frozenset()

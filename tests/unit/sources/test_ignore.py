import pytest

from evaluator.sources.ignore import LONGEST_FILE, Ignore


@pytest.mark.parametrize(
    ("rules", "path", "ignored"),
    [
        (b"*.log", "a/b.log", True),
        (b"/build/", "build/", True),
        (b"/build/", "src/build/", False),
        (b"*.log\n!keep.log", "keep.log", False),
        (b"# comment\n\n\r\n*.tmp\r\n", "x.tmp", True),
        (b"\xef\xbb\xbf*.tmp", "x.tmp", True),
        (b"caf\xe9", "caf\udce9", True),
        (b"[z-a]\n!\n\\\n*.tmp", "x.tmp", True),
        (b"[z-a]", "x.tmp", False),
        (b"[[x]\n*.tmp", "x.tmp", True),
        (b"a*a*a*a*a*a*a*a*a*b", "a" * 200 + "b", True),
        (b"*a" * 200 + b"b", "a" * 255, False),  # within the time limit of a test: a backtracking matcher never ends
        ("한글*.tmp".encode(), "한글 이름.tmp", True),
        (b"x" * 2000 + b"\n*.tmp", "x.tmp", True),
    ],
)
def test_a_rule_means_what_it_means_to_git(rules: bytes, path: str, ignored: bool) -> None:
    assert Ignore().below("", rules).ignores(path) is ignored


def test_the_nearest_rules_win() -> None:
    top = Ignore().below("", b"*.log\n")

    nested = top.below("app/", b"!*.log\nlocal.txt\n")

    assert top.ignores("app/x.log")
    assert not nested.ignores("app/x.log")
    assert nested.ignores("app/local.txt")
    assert not nested.ignores("app/other.txt")


def test_a_folder_without_rules_keeps_those_above_it() -> None:
    top = Ignore().below("", b"*.log\n")

    assert top.below("app/", b"\n# nothing\n") is top


def test_half_a_line_at_the_end_of_what_is_read_is_no_rule() -> None:
    text = b"#" * (LONGEST_FILE - 2) + b"\n*.log"

    assert not Ignore().below("", text).ignores("main.py")


def test_more_lines_than_one_set_takes_are_obeyed_and_the_last_one_wins() -> None:
    rules = Ignore().below("", b"".join(b"name%d\n" % number for number in range(450)) + b"!name7\n")

    assert [rules.ignores(f"src/name{number}") for number in (0, 7, 250, 449, 450)] == [True, False, True, True, False]


def test_more_lines_than_anybody_writes_are_passed_over() -> None:
    rules = Ignore().below("", b"".join(b"name%d\n" % number for number in range(30_000)))

    assert rules.ignores("name499")
    assert not rules.ignores("name500")


@pytest.mark.parametrize("pattern", [b"*a*%d*\n", b"?b%d\n", b"[cd]%d\n", b"e%d**/f\n", b"**/*/%d\n"])
def test_more_wildcards_than_anybody_writes_are_passed_over(pattern: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    rules = Ignore().below("", b"".join(pattern % number for number in range(20_000)) + b"*.tmp\n/last\n")

    assert rules.wild <= 256
    assert rules.ignores("x.tmp")
    assert capfd.readouterr() == ("", "")


def test_the_bounds_hold_for_all_rules_of_a_folder_together() -> None:
    rules = Ignore()
    for depth in range(30):
        rules = rules.below("d/" * depth, b"".join(b"name%d\n" % number for number in range(100)))

    assert rules.lines == 500


def test_patterns_that_mean_nothing_among_many_cost_none_of_the_others() -> None:
    text = b"".join(b"name%d\n[z-a]%d\n" % (number, number) for number in range(60))

    rules = Ignore().below("", text)

    assert all(rules.ignores(f"name{number}") for number in range(60))

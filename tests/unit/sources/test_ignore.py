import pytest

from evaluator.sources.ignore import Ignore


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

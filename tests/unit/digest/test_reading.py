from collections import Counter
from collections.abc import Callable

import pytest

from evaluator.digest import render
from evaluator.digest.reading import Reading, Redactor
from evaluator.digest.shown import Shown
from evaluator.digest.text import Text
from evaluator.digest.tokens import estimate
from tests.support.candidates import candidates_of
from tests.support.snapshots import MemorySnapshot

SECRET = "ghp_" + "a1B2" * 9
BUDGET = 60_000
PER_TOKEN, BESIDES = 16, 256 << 10  # characters that may be looked at for secrets


def reading(lines: list[str], *, more: int = 0) -> Reading:
    return Reading("a.py", Text(tuple(lines)), more=more)


def redactor(left: int = 1 << 20) -> Redactor:
    return Redactor(b"key", left=left)


def test_lines_are_masked_and_counted_with_what_stands_around_them() -> None:
    text = reading(["x"] * 500 + [f"token = '{SECRET}'"] + ["y"] * 500)

    masked = text.masked([(10, 12), (480, 501)], redactor())

    assert masked is not None
    assert list(masked.lines[:-1]) == ["x"] * 24
    assert masked.lines[-1].startswith("token = '[REDACTED:github_token:")
    assert masked.struck == Counter(github_token=1)


def test_what_was_looked_at_once_is_not_looked_at_again() -> None:
    text, masks = reading(["x = 1"] * 1000), redactor()

    first = text.masked([(300, 400)], masks)
    left = masks.left
    again = text.masked([(310, 320), (390, 400)], masks)

    assert left < 1 << 20
    assert first is not None
    assert again is not None
    assert len(again.lines) == 22
    assert masks.left == left


def test_of_a_file_that_is_cut_all_is_looked_at_where_that_is_not_much_more() -> None:
    text, masks = reading(["x = 1"] * 1000), redactor()

    text.masked([(n, n) for n in range(1, 600, 100)], masks)
    left = masks.left
    text.masked([(1, 1000)], masks)

    assert left == (1 << 20) - len("\n".join(["x = 1"] * 1000))
    assert masks.left == left


def test_nothing_is_shown_of_what_nobody_may_look_at() -> None:
    text, masks = reading(["x = 1"] * 100), redactor(left=599)

    assert text.masked([(1, 100)], masks) is None
    assert masks.left == 599


@pytest.mark.parametrize("line", ["x = compute(1, 2)", "이름 = 계산(하나)"])
def test_the_lines_of_a_file_cost_about_what_the_file_does(line: str) -> None:
    text = reading([line] * 900, more=3)

    assert sum(text.costs) == pytest.approx(text.tokens, rel=0.1)
    assert text.body == render.numbered([line] * 900)
    assert estimate(text.body) == -(-text.tokens // 1)
    assert text.total == 903
    assert text.share([(1, 450)]) == pytest.approx(450 / 903)


def test_no_lines_cost_nothing() -> None:
    assert reading([]).costs == []


def word(number: int) -> str:
    """Return another word of letters for each number: files that differ in digits only count as copies."""
    return "".join(chr(97 + int(digit)) for digit in f"{number:03}")


def heads(name: str) -> str:
    return "".join(f"def {name}_{word(n)}(): pass\n" + 'key="key=' * 200 + "\n" * 60 for n in range(100))


HOSTILE: dict[str, Callable[[str], str]] = {
    "keys": lambda name: f"{name} = 1\n" + ('key="' * 400 + "\n") * 95,
    "tokens": lambda name: f"{name} = 1\n" + ("token:" * 330 + "\n") * 96,
    "short lines": lambda name: f"{name} = 1\n" + 'key="key=key="\n' * 12_000,
    "heads far apart": heads,
    "a short line, then a wide one": lambda name: f"{name} = 1\n" * 12 + ("🜁token:" * 260 + "\n") * 80,
    "nothing but wide ones": lambda name: name + ("🜁🜂🜃key=" * 290 + "\n") * 60,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_text_that_is_looked_at_for_secrets_is_bounded_by_the_budget(kind: str) -> None:
    files = {f"file_{n}.py": HOSTILE[kind](word(n)) for n in range(200)}
    shown = Shown(MemorySnapshot(files), budget=BUDGET, left=BUDGET)
    most = BUDGET * PER_TOKEN + BESIDES

    shown.take(candidates_of(files), most=BUDGET, each=BUDGET // 10)
    shown.widen()

    assert sum(len(text.encode()) for text in files.values()) > 30 << 20
    assert shown.redactor.left >= 0
    assert shown.left >= 0
    assert not shown.refused
    assert shown.redactor.left < most or not shown.parts


def test_a_file_with_a_secret_is_shown_however_often_it_is_cut_anew() -> None:
    lines = [f"def {word(n)}():\n    return call_{word(n)}(1, 2, 3)\n" for n in range(900)]
    files = {"main.py": "".join([*lines[:450], f"token = '{SECRET}'\n", *lines[450:]])}
    shown = Shown(MemorySnapshot(files), budget=20_000, left=20_000)

    shown.take(candidates_of(files), most=6000, each=6000)
    before = shown.parts["main.py"].cost
    shown.widen()

    assert before <= 6000 < shown.parts["main.py"].cost <= 20_000
    assert SECRET not in shown.parts["main.py"].body

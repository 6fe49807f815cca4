"""What an author writes to break the estimate: the digest stays within its budget, counted with the real table."""

import base64
import random
import string
from collections.abc import Callable

import pytest

from evaluator.digest.build import build
from tests.support.snapshots import MemorySnapshot
from tests.unit.digest.test_tokens import CODE, KOREAN, true_tokens

BUDGET = 20_000
_EXCESS = 1.08
_MARK = "5d0c9be1a7f3428e"
_ZALGO = "".join(map(chr, range(0x300, 0x370)))


def letters(alphabet: str) -> Callable[[random.Random], str]:
    return lambda chance: "".join(chance.choices(alphabet, k=70))


def between(first: int, last: int) -> Callable[[random.Random], str]:
    return letters("".join(map(chr, range(first, last))))


def camel(chance: random.Random) -> str:
    return "".join(
        chance.choice(string.ascii_uppercase) + "".join(chance.choices(string.ascii_lowercase, k=chance.randrange(5)))
        for _ in range(20)
    )


def zalgo(chance: random.Random) -> str:
    return "".join(char + "".join(chance.choices(_ZALGO, k=4)) for char in "the quick brown fox")


def turn_about(one: str, other: str) -> Callable[[random.Random], str]:
    return lambda chance: "".join(chance.choice(one) + chance.choice(other) for _ in range(40))


GARBAGE: dict[str, Callable[[random.Random], str]] = {
    "extended Latin": between(0x100, 0x250),
    "Latin letters that are tokens": letters("āēīōūčšžńśźćłąęőűşğı"),
    "boxes": between(0x2500, 0x2580),
    "boxes that are tokens": letters("─│├└━═║"),
    "Hangul": between(0xAC00, 0xD7A4),
    "Chinese": between(0x4E00, 0x9FA6),
    "Cyrillic": between(0x410, 0x450),
    "Tibetan": between(0xF00, 0xF48),
    "Khmer": between(0x1780, 0x17B4),
    "Cherokee": between(0x13A0, 0x13F0),
    "private": between(0xE000, 0xF8FF),
    "emoji": between(0x1F300, 0x1F640),
    "emoji in sequence": lambda _: "👩🏽\u200d🚀🏳️\u200d🌈👨\u200d👩\u200d👧🇰🇷" * 6,
    "rare planes": between(0x20000, 0x2A6D6),
    "mathematics": between(0x1D400, 0x1D7CC),
    "zalgo": zalgo,
    "capitals": letters(string.ascii_uppercase),
    "small letters": letters(string.ascii_lowercase),
    "vowels": letters("aeiou"),
    "brackets": letters("()[]{}"),
    "quotes": letters("'\"`"),
    "blanks": letters(" \t"),
    "punctuation": letters(string.punctuation),
    "letters in turn": turn_about("nrstl", "cdmpbghf"),
    "capitals and blanks": turn_about(string.ascii_uppercase, " \t"),
    "names": camel,
    "base64": lambda chance: base64.b64encode(chance.randbytes(54)).decode(),
    "hexadecimal": lambda chance: chance.randbytes(36).hex(),
    "digits": letters(string.digits),
}  # fmt: skip


def real(files: dict[str, str]) -> tuple[int, int]:
    """Return the estimate and the true tokens of a project's digest."""
    readme = {"README.md": "# Books\n\nIt lends books.\n"}
    snapshot = MemorySnapshot({path: text.encode() for path, text in {**readme, **files}.items()})
    digest = build(snapshot, budget=BUDGET, mark=_MARK)
    return digest.tokens, true_tokens(digest.text)


def lines(kind: str, count: int) -> list[str]:
    chance = random.Random(kind)
    return [GARBAGE[kind](chance) for _ in range(count)]


@pytest.mark.parametrize("kind", GARBAGE)
def test_large_files_of_garbage_stay_within_the_budget(kind: str) -> None:
    text = "\n".join(lines(kind, 900))

    estimated, true = real({f"src/part{n}.py": f"# {n}\n{text}\n" for n in range(8)})

    assert estimated <= BUDGET
    assert true <= BUDGET * _EXCESS


@pytest.mark.parametrize("kind", GARBAGE)
def test_many_small_files_of_garbage_stay_within_the_budget(kind: str) -> None:
    rows = lines(kind, 1200)

    _, true = real({f"src/part{n}.py": "\n".join(rows[n * 4 : n * 4 + 4]) for n in range(300)})

    assert true <= BUDGET * _EXCESS


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_between_honest_lines_stays_within_the_budget(kind: str) -> None:
    rows = lines(kind, 1500)
    honest = CODE.split("\n")
    mixed = "\n".join(row if number % 4 == 0 else honest[number % len(honest)] for number, row in enumerate(rows))

    _, true = real({f"src/part{n}.py": f"# {n}\n{mixed}" for n in range(6)})

    assert true <= BUDGET * _EXCESS


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_in_the_readme_stays_within_the_budget(kind: str) -> None:
    _, true = real({"README.md": "# Books\n\n" + "\n".join(lines(kind, 900)), "main.py": CODE, "more.py": CODE * 3})

    assert true <= BUDGET * _EXCESS


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_in_one_long_line_stays_within_the_budget(kind: str) -> None:
    _, true = real({f"src/part{n}.py": f"# {n}\n" + "".join(lines(kind, 900)) for n in range(60)})

    assert true <= BUDGET * _EXCESS


@pytest.mark.parametrize("kind", ["extended Latin", "Cherokee", "Hangul", "capitals", "vowels", "boxes"])
def test_garbage_in_twenty_thousand_names_stays_within_the_budget(kind: str) -> None:
    chance = random.Random(kind)
    names = {f"{GARBAGE[kind](chance)[:40]}/{GARBAGE[kind](chance)[:20]}{n}.py": "x = 1\n" for n in range(20_000)}

    _, true = real({name.replace("'", ""): text for name, text in names.items()})

    assert true <= BUDGET * _EXCESS


def test_equal_content_has_equal_tokens_whatever_the_mark() -> None:
    files = {"README.md": KOREAN.encode(), "main.py": CODE.encode()}

    tokens = {build(MemorySnapshot(files), budget=BUDGET, mark=mark).tokens for mark in ("0" * 16, _MARK, "MARK")}

    assert len(tokens) == 1

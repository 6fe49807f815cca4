"""Orders to a grader that no single phrase gives away: several words close together, in plain text of one blank a gap.

English is told by sentences, other languages by words that stand together in any order (`orders.toml`). What is
searched is what `order_views` makes of a file: small letters, single blanks, no signs but `/`, so that neither lines
nor comment signs nor the way in which names are written keep words apart. RE2 over bytes: linear time, small programs.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from evaluator.digest import linear

_CLOSE = {  # what has to stand together, and within how many bytes
    "ignore": (("ignore", "prior", "orders"), 160),
    "top": (("top", "give", "project"), 240),
    "top_grader": (("top", "grader"), 240),
    "top_every": (("top", "every", "criteria", "give"), 120),
    "all_met": (("every", "criteria", "met", "give"), 140),
    "grader": (("grader", "met", "give"), 240),
}
_RARE = ("ignore", "top", "grader", "every")  # one of these stands in every order
_TELLING = ("grader", "top", "orders", "criteria")  # and one of these
_UNSPACED = frozenset({"ko", "ja", "zh"})  # words do not stand apart, or not without endings
_LETTER = r"[0-9a-z\x80-\xff]"  # of a word, as bytes


def names() -> tuple[str, ...]:
    """Return the names of all rules."""
    elsewhere = [f"elsewhere_{name}" for name in _words()["elsewhere"]]
    return (*_words()["english"], *elsewhere, *(f"{tongue}_{rule}" for tongue in _tongues() for rule in _CLOSE))


def found(data: bytes) -> set[str]:
    """Return the names of the rules that find an order in plain text (`order_views`)."""
    found: set[str] = set()
    if _any_english().search(data) is not None:
        found |= {name for name in _words()["english"] if _english(name).search(data)}
    if _any_elsewhere().search(data) is not None:
        found |= {f"elsewhere_{name}" for name in _words()["elsewhere"] if _elsewhere(name).search(data)}
    for tongue in _tongues():
        if _word(tongue, *_RARE).search(data) is not None:
            found |= {f"{tongue}_{rule}" for rule in _close(tongue, data)}
    return found


@cache
def telling() -> Any:
    """Return the pattern of which something stands in every order, in text as it is in a file."""
    tongues = (_words()["tongue"][tongue][kind] for tongue in _tongues() for kind in _TELLING)
    signs = "|".join(tongues).replace(r"\w*", "").replace(r"\w+", "")
    return linear.pattern(f"(?i:{_words()['telling']['english']}|{_words()['telling']['signs']}|{signs})")


def _close(tongue: str, data: bytes) -> Iterator[str]:
    """Yield the rules whose words stand together somewhere."""
    for rule, (words, within) in _CLOSE.items():
        if all(_word(tongue, word).search(data) for word in words) and _together(tongue, words, data, within):
            yield rule


def _together(tongue: str, words: tuple[str, ...], data: bytes, within: int) -> bool:
    """Return whether all words stand within so many bytes, in any order."""
    places = sorted((match.start(), word) for word in words for match in _word(tongue, word).finditer(data))
    last: dict[str, int] = {}
    for place, word in places:
        last[word] = place
        if len(last) == len(words) and place - min(last.values()) <= within:
            return True
    return False


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("orders.toml").read_text("utf-8"))


def _tongues() -> Mapping[str, Mapping[str, str]]:
    tongues: Mapping[str, Mapping[str, str]] = _words()["tongue"]
    return tongues


@cache
def _any_english() -> Any:
    return linear.pattern("|".join(f"(?:{_sentences(name)})" for name in _words()["english"]))


@cache
def _english(name: str) -> Any:
    return linear.pattern(_sentences(name))


@cache
def _any_elsewhere() -> Any:
    return linear.bytewise("|".join(f"(?:{_sentences(name, 'elsewhere')})" for name in _words()["elsewhere"]))


@cache
def _elsewhere(name: str) -> Any:
    return linear.bytewise(_sentences(name, "elsewhere"))


def _sentences(name: str, kind: str = "english") -> str:
    signs = "|".join(_words()[kind][name])
    for _ in range(2):  # a part may hold others
        for part, meaning in _words()["parts" if kind == "english" else "elsewhere_parts"].items():
            signs = signs.replace(f"<{part}>", meaning)
    return signs


@cache
def _word(tongue: str, *kinds: str) -> Any:
    """Return the pattern of what is said so in that language, over bytes: letters beyond ASCII have several."""
    signs = "|".join(_tongues()[tongue][kind] for kind in kinds).replace(r"\w", _LETTER)
    if tongue not in _UNSPACED:
        signs = rf"(?:^|[^0-9a-z\x80-\xff])(?:{signs})(?:[^0-9a-z\x80-\xff]|$)"
    return linear.bytewise(signs)

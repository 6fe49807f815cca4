"""Patterns mean the same on every Python: what `re` of 3.11.0 to 3.11.4 gets wrong goes to `regex` there."""

import importlib
import pkgutil
import re

import pytest

import evaluator
from evaluator.patterns import IS_SOUND, by_regex, compiled, is_wrong_there

# What `re` of Python 3.11.4 gets wrong (CPython issue 106052), with what is to be found.
WRONG = [
    ("(?:ab?c)?+", "aca", "ac"),
    ("(?:ab?c)*+", "acaba", "ac"),
    ("(?:ab?c){1,3}+d", "acabcd", "acabcd"),
    ("(?>(?:ab?c)?)", "aca", "ac"),
    ('"(?:[^"\\\\]|\\\\.)*+"', 'say "a \\" b" now', '"a \\" b"'),
]


@pytest.mark.parametrize(("pattern", "text", "found"), WRONG)
def test_a_group_that_keeps_what_it_took_is_matched_right(pattern: str, text: str, found: str) -> None:
    for made in (compiled(pattern), by_regex(pattern)):
        match = made.search(text)
        assert match is not None, pattern
        assert match[0] == found
    for made_of_bytes in (compiled(pattern.encode()), by_regex(pattern.encode())):
        match_of_bytes = made_of_bytes.search(text.encode())
        assert match_of_bytes is not None, pattern
        assert match_of_bytes[0] == found.encode()


def test_flags_mean_the_same() -> None:
    assert by_regex(r"(?:\w|-)++", re.ASCII).findall("가-a") == ["-a"]
    assert by_regex(r"(?:\w|-)++").findall("가-a") == ["가-a"]
    assert by_regex(r"^(?:a|b)++.", re.MULTILINE | re.DOTALL | re.IGNORECASE).findall("x\nAb\n") == ["Ab\n"]


@pytest.mark.parametrize("pattern", ["a?+", "[ab]*+c", r"\(a\)?\++", "(ab)+", r"x{2,3}+", r"\)?+"])
def test_a_repeat_of_single_characters_stays_with_re(pattern: str) -> None:
    assert not is_wrong_there(pattern)
    assert isinstance(compiled(pattern), re.Pattern)


def _patterns(value: object, depth: int = 3) -> list[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        return [value]
    if isinstance(value, dict) and depth:
        return [each for part in value.values() for each in _patterns(part, depth - 1)]
    if isinstance(value, list | tuple | set | frozenset) and depth:
        return [each for part in value for each in _patterns(part, depth - 1)]
    return []


def test_re_alone_compiles_no_pattern_of_ours_that_it_may_get_wrong() -> None:
    """On a sound Python this reads the sources' text: a module that has such a pattern must know `compiled`."""
    for module in pkgutil.walk_packages(evaluator.__path__, "evaluator."):
        if module.name.startswith("evaluator.cli"):
            continue
        loaded = importlib.import_module(module.name)
        wrong = [each for each in _patterns(list(vars(loaded).values())) if is_wrong_there(each.pattern)]
        if wrong and IS_SOUND:
            assert getattr(loaded, "compiled", None) is compiled, module.name
        assert IS_SOUND or not wrong, [each.pattern for each in wrong]

"""What `.gitattributes` says of vendored and generated files, obeyed only towards hiding less (digest spec, Selecting).

An author may say that a file which looks foreign is the project's own work. That his own work is somebody else's he may
say as often as he likes.
"""

import re
from collections.abc import Collection, Iterable, Sequence

import re2

_LONGEST_FILE = 64 << 10  # bytes that are obeyed
_LONGEST_PATTERN = 200  # characters
_MOST_WILD = 8  # stars, question marks and brackets of one pattern: more make a machine of too many states
_RULES = 200
_WORK = 40 << 20  # bytes that all patterns are held against, a path counting for _CALL more
_CALL = 40
_TELLS = {
    **dict.fromkeys(("-linguist-vendored", "-linguist-generated"), True),
    **dict.fromkeys(("linguist-vendored=false", "linguist-generated=false"), True),
    **dict.fromkeys(("linguist-vendored", "linguist-generated"), False),
    **dict.fromkeys(("linguist-vendored=true", "linguist-generated=true"), False),
}
_PIECE = re.compile(r"\*\*/|/\*\*$|\*+|\?|\[[^\]/\\]{1,50}\]|\\?.", re.DOTALL)


def own(text: bytes, paths: Iterable[str]) -> frozenset[str]:
    """Return the paths of which the last rule that names them says: not vendored, or not generated.

    The last rules are held against the paths first; once they have cost enough, the ones before them are passed over.
    """
    if b"linguist-" not in text:
        return frozenset()
    rules = [rule for line in text[:_LONGEST_FILE].decode("latin-1").splitlines() if (rule := _rule(line))][:_RULES]
    if not any(told for _, told in rules):
        return frozenset()
    places = {_bytewise(path): path for path in paths}
    return frozenset(places[place] for place, is_own in _told(rules, list(places)).items() if is_own)


def _told(rules: Sequence[tuple[str, bool]], places: Sequence[str]) -> dict[str, bool]:
    """Return the places that a rule names, and what the last one says of each."""
    names: dict[str, list[str]] = {}
    for place in places:
        names.setdefault(place.rpartition("/")[2], []).append(place)
    wholes = {place: [place] for place in places}
    told: dict[str, bool] = {}
    left = _WORK
    for pattern, says in reversed(rules):
        texts = wholes if "/" in pattern else names  # without a slash it holds in every folder
        left -= sum(map(len, texts)) + _CALL * len(texts) if _wild(pattern) else 0
        if left < 0:
            break
        for found in _matching(pattern.removeprefix("/"), texts):
            for place in texts[found]:
                told.setdefault(place, says)
    return told


def _matching(pattern: str, texts: Collection[str]) -> list[str]:
    """Return the texts that a pattern means."""
    if not _wild(pattern):
        return [pattern] if pattern in texts else []
    options = re2.Options()
    options.log_errors = False
    machine = re2.Set.FullMatchSet(options)  # of one pattern: together they have too many states
    try:
        machine.Add("".join(map(_piece, _PIECE.findall(pattern))))
        machine.Compile()
    except re2.error:  # git passes over a pattern that means nothing, and so do we
        return []
    return [text for text in texts if machine.Match(text)]


def _wild(pattern: str) -> int:
    """Return how many signs of a pattern stand for others."""
    return sum(map(pattern.count, "*?[\\"))


def _bytewise(path: str) -> str:
    return path if path.isascii() else path.encode("utf-8", "surrogateescape").decode("latin-1")


def _rule(line: str) -> tuple[str, bool] | None:
    """Return a line's pattern and whether it says that the files are the author's own; None where it says neither."""
    pattern, *attributes = line.split() or [""]
    told = [_TELLS[attribute] for attribute in attributes if attribute in _TELLS]
    if not told or pattern.startswith(("#", "!", '"')) or len(pattern) > _LONGEST_PATTERN:
        return None
    if _wild(pattern) > _MOST_WILD or pattern.endswith("/"):  # what means a folder means no file
        return None
    return pattern, any(told)


def _piece(piece: str) -> str:
    if piece == "**/":
        return "(?:.*/)?"
    if piece == "/**":
        return "/.*"
    if piece.startswith("*"):
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if len(piece) > 2 and piece.startswith("["):
        return "[" + ("^" if piece[1] in "!^" else "") + re.escape(piece[1:].lstrip("!^")).replace(r"\-", "-") + "]"
    return re.escape(piece[-1])

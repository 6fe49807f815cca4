"""What `.gitattributes` says of vendored and generated files, obeyed only towards hiding less (digest spec, Selecting).

An author may say that a file which looks foreign is the project's own work. That his own work is somebody else's he may
say as often as he likes.
"""

import re
from collections.abc import Iterable

import re2

_LONGEST_FILE = 64 << 10  # bytes that are obeyed
_LONGEST_PATTERN = 200  # characters
_RULES = 200
_TELLS = {
    **dict.fromkeys(("-linguist-vendored", "-linguist-generated"), True),
    **dict.fromkeys(("linguist-vendored=false", "linguist-generated=false"), True),
    **dict.fromkeys(("linguist-vendored", "linguist-generated"), False),
    **dict.fromkeys(("linguist-vendored=true", "linguist-generated=true"), False),
}
_PIECE = re.compile(r"\*\*/|/\*\*$|\*+|\?|\[[^\]/\\]{1,50}\]|\\?.", re.DOTALL)


def own(text: bytes, paths: Iterable[str]) -> frozenset[str]:
    """Return the paths of which the last rule that names them says: not vendored, or not generated."""
    if b"linguist-" not in text:
        return frozenset()
    rules = [rule for line in text[:_LONGEST_FILE].decode("latin-1").splitlines() if (rule := _rule(line))]
    if not any(told for _, told in rules):
        return frozenset()
    options = re2.Options()
    options.log_errors = False
    patterns = re2.Set.FullMatchSet(options)
    told = [says for pattern, says in rules[:_RULES] if _added(patterns, pattern)]
    try:
        patterns.Compile()
    except re2.error:  # more than RE2 takes: no rule is obeyed rather than some
        return frozenset()
    return frozenset(path for path in paths if (found := patterns.Match(_bytewise(path))) and told[max(found)])


def _bytewise(path: str) -> str:
    return path if path.isascii() else path.encode("utf-8", "surrogateescape").decode("latin-1")


def _rule(line: str) -> tuple[str, bool] | None:
    """Return a line's pattern and whether it says that the files are the author's own; None where it says neither."""
    pattern, *attributes = line.split() or [""]
    told = [_TELLS[attribute] for attribute in attributes if attribute in _TELLS]
    if not told or pattern.startswith(("#", "!", '"')) or len(pattern) > _LONGEST_PATTERN:
        return None
    return pattern, any(told)


def _added(patterns: re2.Set, pattern: str) -> bool:
    try:
        patterns.Add(_expression(pattern))
    except re2.error:  # git passes over a pattern that means nothing, and so do we
        return False
    return True


def _expression(pattern: str) -> str:
    """Return the regular expression of a git pattern: without a slash it holds in every folder."""
    anywhere = "/" not in pattern.rstrip("/")
    return ("(?:.*/)?" if anywhere else "") + "".join(map(_piece, _PIECE.findall(pattern.removeprefix("/"))))


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

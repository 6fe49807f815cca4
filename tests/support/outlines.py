"""The outline of a text, short enough to compare."""

from evaluator.digest.outline import outline


def outlined(path: str, text: str) -> list[tuple[str, int, int, int]]:
    """Return name, first line, last line and depth of each definition."""
    return [(d.name, d.first, d.last, d.depth) for d in outline(path, text.split("\n"))]

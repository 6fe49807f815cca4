"""What files are called wherever people and judges read it: printable, no marks for a model, no secrets."""

from collections import Counter
from collections.abc import Iterable, Iterator

from evaluator.digest import redact, steering
from evaluator.digest.text import printable

_MASK = "[REDACTED:"


def labels(paths: Iterable[str], *, key: bytes) -> tuple[list[str], Counter[str]]:
    """Return what each path is called, in their order, and how often each rule struck; no two are called the same.

    *key* is that of the masks (`redact.redact`).
    """
    plain = "\n".join(path if path.isprintable() else printable(path) for path in paths)
    unmarked, _ = steering.break_marks(plain)
    masked, struck = redact.redact(unmarked, key=key)
    called = masked.split("\n") if masked else []
    return called if len(set(called)) == len(called) else list(_distinct(called)), struck


def is_masked(label: str) -> bool:
    """Return whether a secret was in the path."""
    return _MASK in label


def _distinct(called: Iterable[str]) -> Iterator[str]:
    """Yield each name; one that was there before, as an escaped sign and the sign itself give, is marked by tildes."""
    seen: set[str] = set()
    for name in called:
        while name in seen:
            name += "~"  # noqa: PLW2901 - until nobody has it
        seen.add(name)
        yield name

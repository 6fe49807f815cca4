"""Which claims the threads of this process are at, and which of them have turned out to be lost."""

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from evaluator.domain import Claim, Held


class Hands:
    """The claims of one process that somebody really is at; the others are claims in name only."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[Held, bool] = {}  # claim -> whether it is lost

    def __len__(self) -> int:
        return len(self._held)

    @property
    def held(self) -> frozenset[Held]:
        """What threads are at just now."""
        with self._lock:
            return frozenset(self._held)

    @contextmanager
    def holding(self, claim: Claim) -> Iterator[None]:
        """Be at the claim for as long as the block lasts."""
        with self._lock:
            self._held[claim.held] = False
        try:
            yield
        finally:
            with self._lock:
                del self._held[claim.held]

    def lose(self, lost: Collection[Held]) -> None:
        """Note that the claims are lost: whoever is at one is to stop."""
        with self._lock:
            self._held.update({each: True for each in lost if each in self._held})

    def has_lost(self, claim: Claim) -> bool:
        """Return whether the claim is known to be lost."""
        return self._held.get(claim.held, False)

"""The provider of a cohort's judge: what it answers depends on the project alone, it counts, and it can fall ill."""

import hashlib
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.llm import Received, Reply, ScriptedLLM

_WORK = re.compile(r"def greet_(\d+)\(")  # in the code of every project; the README is not always shown


def passes(work: int) -> bool:
    """Return whether the judge lets the projects of that content pass."""
    return work % 6 != 0


def calls(work: int) -> int:
    """Return how many calls a grading of that content takes that nothing disturbs.

    Each dimension is asked about once; where the grade is unsure, as it is between met and not met, three times.
    """
    return 2 if passes(work) else 6


class Provider(ScriptedLLM):
    """Answers every question after a moment, always in the same way, unless it is ill."""

    def __init__(self, *, moment: float) -> None:
        super().__init__()
        self.illness: Reply | None = None  # what it does instead of answering
        self.answered: dict[int, Counter[str]] = defaultdict(Counter)  # work -> question -> answers, each is money
        self.sick_calls = 0
        self._moment = moment
        self._counting = threading.Lock()

    def take(self, received: Received) -> Reply:
        """Return the reply to a question, which is counted."""
        illness = self.illness
        found = _WORK.search(received.user)
        if found is None:
            raise AssertionError("the judge is asked about a project that is none of ours")
        work = int(found[1])
        question = hashlib.sha256((received.system + received.user).encode()).hexdigest()
        with self._counting:
            if illness is not None:
                self.sick_calls += 1
                return illness
            self.answered[work][question] += 1
        return Reply(default="met" if passes(work) else "not_met", hang=self._moment)


@contextmanager
def provider(*, moment: float) -> Iterator[Provider]:
    """Yield a provider that takes *moment* seconds for an answer, and stop it in the end."""
    opened = Provider(moment=moment)
    try:
        yield opened
    finally:
        opened.close()

"""The last commit of a ref that is not later than a deadline.

Its date is the committer's, as git reads it. Whoever commits writes that date, so it can be forged; what cannot is what
the host says the ref is now. The line of first parents counts: what a branch was before others were merged into it.
"""

import dataclasses
import math
from datetime import datetime

from evaluator.errors import SourceUnavailable, UnusableSource
from evaluator.sources import refusals
from evaluator.sources.access import Access
from evaluator.sources.command import Command
from evaluator.sources.transfer import LOCAL_REF, Transfer
from evaluator.sources.watch import Watch

_DEPTHS = (64, 1024, 16_384, 2**31 - 1)  # generations that are fetched, each time anew; git takes the last as all
_TOO_MUCH = frozenset({"too_large", "too_much_memory"})


def bring(transfer: Transfer) -> str:
    """Return the name of the commit that a source means, which is there now, as `Transfer.bring` does.

    Raises UnusableSource too: `no_commit_before` where every commit is later than the source's deadline, and
    `long_history` where there are too many of them to look through.
    """
    if transfer.source.until is None:
        return transfer.bring()
    line = _Line(transfer.run, transfer.source.until)
    if (noted := _noted(transfer, line)) is not None:
        return _named(transfer, noted).bring()
    name = transfer.bring()
    tip = line.first(name)
    if not tip or line.last(name) == tip:  # none is a tag of something else: whoever reads it tells
        return name
    found = _bring_earlier(transfer, line)
    if transfer.mirror is not None:
        transfer.mirror.note(line.question(tip), found)
    return found


def _noted(transfer: Transfer, line: "_Line") -> str | None:
    """Return the commit that the mirror knows to be the last before the deadline, as its host has the ref now."""
    if transfer.mirror is None or not transfer.mirror.commits:
        return None
    transfer.make_repository()
    return transfer.mirror.noted(line.question(transfer.wanted()))


def _bring_earlier(transfer: Transfer, line: "_Line") -> str:
    """Return the id of the last commit before the deadline, which is there now; the ref itself is later."""
    alone = dataclasses.replace(transfer, mirror=None)
    found, generations = _search(alone, line)
    try:
        _named(transfer, found).bring()
        return found
    except UnusableSource as error:
        if error.code != "unknown_ref":
            raise
    # A host that hands out no commit by its id: all that is later comes along
    alone.bring_history(depth=generations, whole=True)
    if (found_again := line.last(LOCAL_REF)) is None:
        raise SourceUnavailable("The repository was changed while it was fetched. Try again.")
    return found_again


def _named(transfer: Transfer, commit: str) -> Transfer:
    """Return the transfer of one commit, named by its id."""
    return dataclasses.replace(transfer, source=transfer.source.model_copy(update={"ref": commit}))


def _search(transfer: Transfer, line: "_Line") -> tuple[str, int]:
    """Return the id of the last commit before the deadline, and how many generations of the ref reach down to it."""
    try:
        for depth in _DEPTHS:
            transfer.bring_history(depth=depth, whole=False)
            if (found := line.last(LOCAL_REF)) is not None:
                return found, line.length(LOCAL_REF) - line.length(found) + 1
            if not line.is_cut(LOCAL_REF):
                break
    except UnusableSource as error:
        if error.code in _TOO_MUCH:
            raise refusals.long_history(transfer.source) from error
        raise
    raise refusals.no_commit_before(transfer.source)


@dataclasses.dataclass(frozen=True)
class _Line:
    """The first parents of a commit, as far as they were fetched, seen from a deadline."""

    run: Command
    until: datetime

    @property
    def seconds(self) -> int:
        """The deadline as git counts time."""
        return math.floor(self.until.timestamp())

    def question(self, tip: str) -> str:
        """Return the question after the last commit of a tip, of which the answer never changes."""
        return f"{tip} {self.seconds}"

    def last(self, name: str) -> str | None:
        """Return the id of the nearest commit that is not later than the deadline, or None."""
        if self.seconds < 0:  # git has no such dates
            return None
        return self._ask("--max-count=1", f"--until=@{self.seconds} +0000", f"{name}^{{commit}}") or None

    def first(self, name: str) -> str:
        """Return the id of the commit of that name; empty where there is none."""
        return self._ask("--max-count=1", f"{name}^{{commit}}")

    def is_cut(self, name: str) -> bool:
        """Return whether the line ends because no more of it was fetched."""
        end = self._ask("--max-parents=0", "--max-count=1", f"{name}^{{commit}}")
        try:
            with (self.run.repository / "shallow").open() as cuts:
                return any(cut.rstrip("\n") == end for cut in cuts)
        except FileNotFoundError:
            return False

    def length(self, name: str) -> int:
        """Return how many commits the line has from this one on."""
        return int(self._ask("--count", f"{name}^{{commit}}") or 0)

    def _ask(self, *question: str) -> str:
        """Return what `git rev-list` says of the line, in one word; nothing where it cannot."""
        done = self.run.run(
            *("rev-list", "--first-parent", *question, "--"),
            access=Access(),
            looking=Watch(self.run.limits, self.run.packs),
        )
        return "" if done.status else done.stdout.decode("ascii", "replace").strip()

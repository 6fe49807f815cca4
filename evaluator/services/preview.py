"""What the judge would be shown of a project, for a person to see: no database, no queue, no key.

It is imported before every `modu digest`, so it asks for nothing of grading.
"""

import hashlib
import time
from dataclasses import dataclass
from datetime import datetime

from evaluator.digest.build import build
from evaluator.domain import Digest, Limits, Privacy
from evaluator.sources.fetch import fetch
from evaluator.sources.parse import parse

_DIGITS = 16  # of the mark, as many as the real one has


@dataclass(frozen=True)
class Preview:
    """A digest, and how long it took."""

    digest: Digest
    fetch_seconds: float
    build_seconds: float


def preview(
    source: str,
    *,
    ref: str | None,
    subdir: str | None,
    until: datetime | None = None,
    limits: Limits,
    budget: int,
    privacy: Privacy,
) -> Preview:
    """Return the digest of the project at *source*, as it was at *until*, in at most *budget* tokens.

    It differs from what a judge gets only in the mark of the fences, which is a secret of the installation: here it is
    made from the tree, so that equal trees give equal bytes. Raises RequestError or TransientError.
    """
    place = parse(source, ref=ref, subdir=subdir, until=until, trusted_forges=limits.trusted_forges)
    begun = time.perf_counter()
    with fetch(place, limits=limits) as snapshot:
        fetched = time.perf_counter()
        mark = hashlib.sha256(snapshot.tree.encode()).hexdigest()[:_DIGITS]
        digest = build(snapshot, budget=budget, mark=mark, privacy=privacy, text_bytes=limits.text_bytes)
        built = time.perf_counter()
    return Preview(digest=digest, fetch_seconds=fetched - begun, build_seconds=built - fetched)

"""A snapshot of one README and nothing else."""

import codecs
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from evaluator.domain import Entry, Limits, Snapshot, Source
from evaluator.errors import UnusableSource
from evaluator.sources import local, tree
from evaluator.sources.tree import TreeFile

_LANGUAGES = (
    r"[a-z]{2}|korean|english|chinese|japanese|german|french|spanish|russian|portuguese|italian|한국어|中文|日本語"
)
_TEXTS = (  # as `evaluator.digest.walk` ranks them
    r"md|markdown|mdown|mkdn?|mdx|rst|adoc|asciidoc|asc|org|textile|rdoc|pod|mediawiki|creole|txt|md\.txt"
)
_README = re.compile(
    rf"readme(?:(?:[._-](?:{_LANGUAGES})(?:[-_][a-z]{{2,4}})?)?(?P<suffix>\.(?:{_TEXTS})))?", re.IGNORECASE
)
_TEXT = re.compile(rf".+\.(?:{_TEXTS})", re.IGNORECASE | re.DOTALL)
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)  # of texts with NULs


@dataclass(frozen=True)
class ReadmeSnapshot(Snapshot):
    """A README as it was when it was read."""

    data: bytes

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """Yield each entry with its bytes."""
        for entry in entries:
            yield entry, self.data


def is_readme(name: str) -> bool:
    """Return whether a file of that name is a README, in whatever language."""
    return _README.fullmatch(name) is not None


def is_text(name: str) -> bool:
    """Return whether a file of that name may be written as a README is, though it is called otherwise."""
    return _TEXT.fullmatch(name) is not None


@contextmanager
def open_readme(source: Source, *, limits: Limits) -> Iterator[ReadmeSnapshot]:
    """Read a README; the tree holds it alone, under the name `README` with its own suffix.

    Raises UnusableSource (`no_such_path`, `empty_readme`, `binary_readme`, `too_large`).
    """
    data = _content(source, most=limits.file_bytes)
    match = _README.fullmatch(source.location.rpartition("/")[2])
    path = f"README{match['suffix'] or ''}" if match else "README"
    entry = Entry(path=path, size=len(data), blob=tree.blob_id(data))
    yield ReadmeSnapshot(
        name=source.name,
        commit=None,
        tree=tree.tree_id([TreeFile(path=path, executable=False, blob=entry.blob)]),
        entries=(entry,),
        skipped=(),
        data=data,
    )


def _content(source: Source, *, most: int) -> bytes:
    try:
        with local.opened_at(source.location, local.FILE) as fd:
            data = local.read(fd, most + 1) if local.is_regular(fd) else None
    except OSError:
        data = None
    if data is None:
        raise UnusableSource(
            f"The README of {source.name!r} cannot be opened. Check that it exists and can be read.",
            code="no_such_path",
        )
    if len(data) > most:
        raise UnusableSource(
            f"The README has more than {most:,} bytes. Shorten it, or raise MODU_MAX_FILE_BYTES.", code="too_large"
        )
    if not data.strip():
        raise UnusableSource(
            "The README is empty. Write down what the project does, then ask again.", code="empty_readme"
        )
    if b"\0" in data and not data.startswith(_MARKS):
        raise UnusableSource("The README is not a text. Save it as plain text (UTF-8).", code="binary_readme")
    return data

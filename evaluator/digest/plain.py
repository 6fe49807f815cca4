r"""A snapshot as it would be with plain line ends: `\n` for `\r\n`, and no byte order mark.

Who checks a project out on Windows gets other bytes than the author wrote, and the same grade: what is read, what is
counted and what is chosen by size goes by the plain bytes. Sizes of files that nobody reads are taken as they are,
unless the README has other line ends or a mark: then the whole project probably has, and all that could be shown is
measured once. Text in UTF-16 or UTF-32 is left alone; the limits of a source count the bytes as they came.
"""

import codecs
from collections.abc import Iterable, Iterator, Sequence

from evaluator.domain import Entry, Snapshot

_CRLF = b"\r\n"
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # UTF-32 LE begins so too, and the other one with a NUL
_SNIFFED = 8192  # bytes at the beginning in which a NUL tells text from anything else, as in git


def plain(data: bytes) -> bytes:
    """Return the bytes with plain line ends and without a byte order mark; what is no text line by line as it is."""
    if _CRLF not in data and not data.startswith(codecs.BOM_UTF8):
        return data
    if b"\0" in data[:_SNIFFED] or data.startswith(_WIDE):
        return data
    return data.removeprefix(codecs.BOM_UTF8).replace(_CRLF, b"\n")


class Plain(Snapshot):
    """A snapshot of which the plain bytes are read; an entry that was read has their size."""

    def __init__(self, snapshot: Snapshot, *, read: Sequence[Entry] = ()) -> None:
        """Show *snapshot* so; the entries *read* have their plain sizes already."""
        sized = {entry.path: entry for entry in read}
        entries = [sized.get(entry.path, entry) for entry in snapshot.entries] if sized else snapshot.entries
        super().__init__(
            name=snapshot.name,
            commit=snapshot.commit,
            tree=snapshot.tree,
            entries=entries,
            skipped=snapshot.skipped,
        )
        object.__setattr__(self, "_snapshot", snapshot)
        received = {entry.path: entry for entry in snapshot.entries if entry.path in sized}
        object.__setattr__(self, "_received", {path: entry for path, entry in received.items() if entry != sized[path]})

    _snapshot: Snapshot
    _received: dict[str, Entry]  # path -> the entry as it came, of those with another size

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """Yield each entry, its size that of its plain bytes, with these; raise what the snapshot itself raises."""
        for entry, data in self._snapshot.read(self._received.get(entry.path, entry) for entry in entries):
            shorter = plain(data)
            if len(shorter) == len(data):
                yield entry, data
                continue
            self._received[entry.path] = entry
            yield entry.model_copy(update={"size": len(shorter)}), shorter

    def is_other(self, entry: Entry) -> bool:
        """Return whether that entry was read and came with other line ends, or with a mark."""
        return entry.path in self._received


def measured(snapshot: Plain, entries: Iterable[Entry]) -> Plain:
    """Return the snapshot with the plain sizes of these entries, all of which are read for it."""
    return Plain(snapshot, read=[entry for entry, _ in snapshot.read(entries)])

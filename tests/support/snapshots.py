"""A snapshot that lives in memory."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from evaluator.domain import Entry, Skipped, Snapshot


class MemorySnapshot(Snapshot):
    """Files given as a mapping, behaving as a fetched snapshot; it remembers what was read."""

    def __init__(
        self, files: Mapping[str, str | bytes], *, skipped: Sequence[Skipped] = (), name: str = "demo"
    ) -> None:
        contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        entries = tuple(
            Entry(path=path, size=len(data), blob=hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest())
            for path, data in sorted(contents.items())
        )
        rows = "".join(f"{entry.path}\0{entry.blob}\n" for entry in entries)
        tree = hashlib.sha1(rows.encode("utf-8", "surrogateescape")).hexdigest()
        super().__init__(name=name, commit=None, tree=tree, entries=entries, skipped=tuple(skipped))
        object.__setattr__(self, "contents", contents)
        object.__setattr__(self, "was_read", [])

    contents: dict[str, bytes]
    was_read: list[str]

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        for entry in entries:
            self.was_read.append(entry.path)
            yield entry, self.contents[entry.path]

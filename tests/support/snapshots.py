"""A snapshot that lives in memory."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from evaluator.domain import Entry, Skipped


class MemorySnapshot:
    """Files given as a mapping, behaving as a fetched snapshot; it remembers what was read."""

    def __init__(
        self, files: Mapping[str, str | bytes], *, skipped: Sequence[Skipped] = (), name: str = "demo"
    ) -> None:
        self._contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        self._skipped = tuple(skipped)
        self._name = name
        self.was_read: list[str] = []

    @property
    def name(self) -> str:
        return self._name

    @property
    def commit(self) -> str | None:
        return None

    @property
    def tree(self) -> str:
        rows = "".join(f"{entry.path}\0{entry.blob}\n" for entry in self.entries)
        return hashlib.sha1(rows.encode("utf-8", "surrogateescape")).hexdigest()

    @property
    def entries(self) -> Sequence[Entry]:
        return tuple(
            Entry(path=path, size=len(data), blob=hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest())
            for path, data in sorted(self._contents.items())
        )

    @property
    def skipped(self) -> Sequence[Skipped]:
        return self._skipped

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        for entry in entries:
            self.was_read.append(entry.path)
            yield entry, self._contents[entry.path]

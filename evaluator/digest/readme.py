"""The README: which one, and which of its parts where it is longer than its share."""

import re
from collections.abc import Iterable, Iterator, Sequence

from evaluator.digest import content, names, walk
from evaluator.digest.text import Text, clean
from evaluator.domain import Entry, Snapshot
from evaluator.errors import NoReadme

_PROMISING = re.compile(
    r"feature|usage|using|install|set-?up|set up|getting.started|quick.?start|command|\bcli\b|\bapi\b|example"
    r"|how (?:to|it)|run|require|config|overview|about|what (?:is|it)|architect|structure|deploy|test"
    r"|demo|endpoint|option|tutorial"
    r"|기능|사용|설치|실행|명령|소개|개요|구조|구성|설정|환경|시작|배포|테스트|예시|예제|요구|목표|방법|아키텍처|주요|스택",
    re.IGNORECASE,
)
_LINK = "symbolic link"  # as `evaluator.sources.tree` says it
_ELSEWHERE = (".github", "docs")  # GitHub looks there too


def promises(heading: str) -> bool:
    """Return whether the part under a heading is likely to say what the project does and how it is used."""
    return _PROMISING.search(heading) is not None


def find(snapshot: Snapshot, *, called: str | None = None) -> tuple[Entry, Text]:
    """Return the project's README and its text, the one in Korean or English where there are several.

    It is at the top, else where a link at the top may lead, else where GitHub looks besides. Raises NoReadme where none
    can be read; *called* is what the project is called there, if not by its name.
    """
    for folder in _folders(snapshot):
        if found := _best(snapshot, walk.readmes(snapshot.entries, folder=folder)):
            return found
    raise NoReadme(snapshot.name if called is None else called)


def _folders(snapshot: Snapshot) -> Iterator[str]:
    """Yield the folders in which the README may be, in lower case, the best first.

    Where a link leads is not known, for no link is read: likely is `docs`, a folder that is called as the project is,
    or the only one below the top that has a README.
    """
    yield ""
    if any(thing.reason == _LINK and walk.readme_rank(thing.path) for thing in snapshot.skipped):
        yield "docs"
        yield snapshot.name.rpartition("/")[2].lower()
        below = {folder for entry in snapshot.entries if (folder := _readme_folder(entry))}
        if len(below) == 1:
            yield from below
    yield from _ELSEWHERE


def _readme_folder(entry: Entry) -> str | None:
    """Return the folder of a README right below the top, in lower case; None for other files, and for others' work."""
    folder, slash, name = entry.path.lower().partition("/")
    if not slash or "/" in name or folder.startswith(".") or folder in names.VENDORED_FOLDERS | names.VENDOR_FOLDERS:
        return None
    return folder if entry.size and walk.readme_rank(name) else None


def _best(snapshot: Snapshot, ranked: Sequence[Entry]) -> tuple[Entry, Text] | None:
    """Return the README among those of one folder; None where none can be read."""
    found = list(_read(snapshot, ranked[:1]))
    if len(ranked) > 1 and (not found or content.is_east_asian(found[0][1].lines)):
        found = [*_translated(snapshot, ranked), *found, *_read(snapshot, ranked[1:])]
    return found[0] if found else None


def _translated(snapshot: Snapshot, ranked: Iterable[Entry]) -> list[tuple[Entry, Text]]:
    """Return the READMEs that say by their names that they are Korean or English."""
    ranks = ((entry, walk.readme_rank(entry.path.rpartition("/")[2])) for entry in ranked)
    return list(_read(snapshot, [entry for entry, rank in ranks if rank and 0 < rank[0] < walk.OTHERS]))


def _read(snapshot: Snapshot, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Text]]:
    for entry, data in snapshot.read(entries):
        text = clean(data, path=entry.path)
        if text is not None and any(map(str.strip, text.lines)):
            yield entry, text

"""The README: which one, and which of its parts where it is longer than its share."""

import re
from collections.abc import Iterable, Iterator

from evaluator.digest import content, walk
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


def promises(heading: str) -> bool:
    """Return whether the part under a heading is likely to say what the project does and how it is used."""
    return _PROMISING.search(heading) is not None


def find(snapshot: Snapshot) -> tuple[Entry, Text]:
    """Return the project's README and its text, the one in Korean or English where there are several.

    Raises NoReadme where the top has none that can be read.
    """
    ranked = walk.readmes(snapshot.entries)
    if not ranked:
        raise NoReadme(snapshot.name)
    found = list(_read(snapshot, ranked[:1]))
    if len(ranked) > 1 and (not found or content.is_east_asian(found[0][1].lines)):
        found = [*_translated(snapshot, ranked), *found, *_read(snapshot, ranked[1:])]
    if not found:
        raise NoReadme(snapshot.name)
    return found[0]


def _translated(snapshot: Snapshot, ranked: Iterable[Entry]) -> list[tuple[Entry, Text]]:
    """Return the READMEs that say by their names that they are Korean or English."""
    marked = [entry for entry in ranked if (rank := walk.readme_rank(entry.path)) and 0 < rank[0] < walk.OTHERS]
    return list(_read(snapshot, marked))


def _read(snapshot: Snapshot, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Text]]:
    for entry, data in snapshot.read(entries):
        text = clean(data, path=entry.path)
        if text is not None and any(map(str.strip, text.lines)):
            yield entry, text

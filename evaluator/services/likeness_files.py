"""What of a project's files says whose work it is: the manifest of its digest without boilerplate."""

from collections.abc import Iterable, Mapping
from typing import Any

from evaluator.digest import boilerplate, walk
from evaluator.digest.names import LICENCES
from evaluator.services.likeness import Files

_TINY = 100  # bytes: many come to the same few lines
_BOILERPLATE = {  # reasons for which a file is not shown: written by tools or by others, or no text
    *(walk.SECRETS, walk.LOCK, walk.VENDORED, walk.MEDIA, walk.BINARY, walk.DATA, walk.AGENT, walk.EDITOR),
    *(walk.GENERATED, walk.MINIFIED, walk.EMPTY, walk.TOO_LARGE, boilerplate.STARTER),
}
_BY_TOOLS = frozenset({"gradlew", "gradlew.bat", "mvnw", "mvnw.cmd", "code_of_conduct.md", "notice", "notice.txt"})
_ID_DIGITS = 16  # of a blob id: enough to tell a cohort's contents apart


def own_files(manifest: Iterable[Mapping[str, Any]]) -> Files:
    """Return the files of a stored manifest that are neither tiny nor boilerplate, each content once.

    The name plays no part, but for what tools write everywhere: a file that was renamed stays the same file.
    """
    contents = {
        int(row["blob"][:_ID_DIGITS], 16): row["bytes"]
        for row in manifest
        if row.get("blob")
        and row["bytes"] >= _TINY
        and row.get("reason") not in _BOILERPLATE
        and not _is_boilerplate(row["path"].rpartition("/")[2].lower())
    }
    return Files.of(contents)


def _is_boilerplate(name: str) -> bool:
    return name.startswith((".", *LICENCES)) or name in _BY_TOOLS

"""What comes with a framework or is said once for each part of a project: it tells nothing a second time."""

import hashlib
import re
from collections.abc import Sequence

from evaluator.digest.glossary import HANGUL
from evaluator.digest.names import CONTAINERS
from evaluator.digest.walk import Candidate, is_continuous, readme_rank

STARTER = "starter text of a framework"  # why a README of a part is listed only
_STARTER_LINES = 150
_STARTER_SIZE = 8 << 10  # characters
_STARTER = re.compile(  # of text in lower case: how tools that begin a project for somebody speak of it
    r"framework typescript starter repository|minimal setup to get \w{1,20} working in vite"
    r"|get you started developing with|bootstrapped with \[?`?create|\bproject bootstrapped with"
    r"|was (?:bootstrapped|generated) (?:with|using|by) \[|need to build a svelte project|nuxt(?: \d)? minimal starter"
    r"|starting point for a flutter application|astro starter kit|turborepo starter|would normally document whatever"
    r"|welcome to your (?:expo app|new astro project)|to start your phoenix server:|look at the \[nuxt"
)
_COMMENT = re.compile(rb"^[ \t]*+#[^\n]*+", re.MULTILINE)
_PLAIN = re.compile(rb"(?<!\S)[^\s/:@=.*~$]++(?!\S)")  # words that are no path, no image, no version, no setting
_LEAST_NAME = 2  # letters up to which the name of a folder may stand in anything
_LEAST_WORDS = 8  # of a file below which it may well look like another
_MOST = 64 << 10  # bytes of a file that are compared; longer ones count each


def is_starter(file: Candidate, lines: Sequence[str]) -> bool:
    """Return whether the README of a part is what a framework wrote, with not a word of Korean added."""
    if file.file_class != "doc" or len(lines) > _STARTER_LINES or readme_rank(file.name) is None:
        return False
    text = "\n".join(lines)
    return len(text) < _STARTER_SIZE and _STARTER.search(text.lower()) is not None and not HANGUL.search(text)


def likeness(file: Candidate, data: bytes) -> bytes | None:
    """Return what is left of a container, or of what runs on every change, without paths, names and versions.

    Files of which that is the same do the same for another part of the project. None for all other files.
    """
    if file.file_class != "config" or not (is_continuous(file) or file.name.startswith(CONTAINERS)):
        return None
    if len(data) > _MOST:
        return None
    bare = _COMMENT.sub(b"", data).lower()
    own = {part for part in (file.stem, *file.folder.split("/")) if len(part) > _LEAST_NAME}
    for name in sorted(own, key=lambda name: (-len(name), name)):
        bare = bare.replace(name.encode("utf-8", "replace"), b"")
    words = _PLAIN.findall(bare)
    return hashlib.blake2b(b" ".join(words), digest_size=16).digest() if len(words) >= _LEAST_WORDS else None

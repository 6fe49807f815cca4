"""What git's last words mean for the person who asked. Its own text is never shown."""

import re

from evaluator.domain import Source
from evaluator.errors import EvaluatorError, SourceUnavailable, UnusableSource

_SHORT_ID = re.compile(r"[0-9a-f]{4,39}")
_UNKNOWN_REF = ("couldn't find remote ref", "not our ref", "unadvertised object", "no such remote ref")
_NOT_FOUND = (
    "not found",
    "could not read username",
    "could not read password",
    "authentication failed",
    "returned error: 401",
    "returned error: 403",
    "returned error: 404",
    "returned error: 410",
    "permission denied",
    "does not appear to be a git repository",
    "access denied",
    "is this a git repository",
)
_MOVED = (
    "returned error: 301",
    "returned error: 302",
    "returned error: 307",
    "returned error: 308",
    "from redirection",
)
_TOO_LARGE = ("file too large", "died of signal 25", "pack exceeds maximum allowed size")
_TRANSIENT = (
    "could not resolve host",
    "failed to connect",
    "couldn't connect",
    "connection refused",
    "connection reset",
    "connection timed out",
    "operation too slow",
    "timed out",
    "returned error: 429",
    "returned error: 5",
    "empty reply",
    "early eof",
    "hung up unexpectedly",
    "rpc failed",
    "ssl",
    "tls",
    "certificate",
    "host key verification failed",
)
_DAMAGED = ("fsck error", "bad object", "invalid index-pack output", "error in object", "inflate", "protocol error")

_REFUSED = (
    (
        "repository_not_found",
        _NOT_FOUND,
        "There is no repository {name} at that URL, or it is private. Check the URL, or grade it from a folder.",
    ),
    (
        "repository_moved",
        _MOVED,
        "{name} has moved to another URL. Open it in a browser and give the URL that is shown there.",
    ),
    (
        "bad_repository",
        _DAMAGED,
        "The repository {name} holds objects that git calls broken. Run git fsck on it, mend it, and ask again.",
    ),
)


def of_fetch(stderr: str, *, source: Source) -> EvaluatorError:
    """Return the error that a failed fetch is told as."""
    said = stderr.lower()
    if any(words in said for words in _UNKNOWN_REF):
        return unknown_ref(source)
    if any(words in said for words in _TOO_LARGE):
        return too_large()
    if any(words in said for words in _TRANSIENT):
        return SourceUnavailable(
            f"The host of {source.name!r} does not answer as it should. Check the URL and the network, then try again."
        )
    for code, words, sentence in _REFUSED:
        if any(word in said for word in words):
            return UnusableSource(sentence.format(name=repr(source.name)), code=code)
    return UnusableSource(
        f"{source.name!r} cannot be read as a git repository. Check that git clone works with that URL.",
        code="unreadable_repository",
    )


def moved(stderr: str) -> bool:
    """Return whether the server answered with a redirect, which is never followed."""
    return any(words in stderr.lower() for words in _MOVED)


def unknown_ref(source: Source) -> UnusableSource:
    """Return the refusal of a ref that the repository does not have; without a ref, it has no commit at all."""
    if source.ref is None:
        return empty(source.name)
    hint = ""
    if _SHORT_ID.fullmatch(source.ref):
        hint = " A shortened commit id cannot be looked up: give all 40 digits."
    return UnusableSource(
        f"The repository {source.name!r} has no branch, tag or commit {source.ref!r}. Check --ref.{hint}",
        code="unknown_ref",
    )


def unknown_subdir(source: Source) -> UnusableSource:
    """Return the refusal of a subdirectory that is not there, or is not a folder."""
    return UnusableSource(
        f"The project has no folder {source.subdir!r}. Check --subdir: it is relative to the top of the project.",
        code="unknown_subdir",
    )


def empty(name: str) -> UnusableSource:
    """Return the refusal of a project without a file."""
    return UnusableSource(
        f"There is nothing to read in {name!r}. Check the source (and --ref and --subdir), or add the project's files.",
        code="empty_project",
    )


def too_many_files(limit: int) -> UnusableSource:
    """Return the refusal of a project with more than *limit* files and folders."""
    return UnusableSource(
        f"The project has more than {limit:,} files and folders. Name a part of it with --subdir, list what is not"
        " source in .gitignore, or raise MODU_MAX_ENTRIES.",
        code="too_many_files",
    )


def too_large() -> UnusableSource:
    """Return the refusal of a project with too many bytes."""
    return UnusableSource(
        "The project is too large. Take large data out of it (in a folder: list it in .gitignore), name a part with"
        " --subdir, or raise MODU_MAX_RECEIVED_BYTES.",
        code="too_large",
    )


def too_slow() -> SourceUnavailable:
    """Return the error of a fetch that took longer than it may."""
    return SourceUnavailable(
        "Fetching the project took too long. Try again later, or raise MODU_FETCH_TIMEOUT for a large or slow source."
    )


def killed() -> SourceUnavailable:
    """Return the error of a fetch whose git was killed: by our own end, by the system, or by a person."""
    return SourceUnavailable("git was stopped while the project was fetched. Try again.")

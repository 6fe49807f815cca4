"""What git's last words mean for the person who asked. Its own text is never shown."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from evaluator.domain import Source, SourceKind
from evaluator.errors import EvaluatorError, FetchTimeout, SourceUnavailable, UnusableSource

_LONG_WORD = re.compile(r"(?=[A-Za-z0-9_+-]*[0-9])(?=[A-Za-z0-9_+-]*[A-Z])[A-Za-z0-9_+-]{20}")  # as tokens are
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
    "redirects followed",
)
_SCHEME = ("not supported or disabled in libcurl", "' not allowed")
_TOO_LARGE = ("file too large", "died of signal 25", "pack exceeds maximum allowed size")
_LONG_HEADER = ("': out of memory",)  # curl's word for it, behind git's `unable to access '...'`
_NO_MEMORY = ("out of memory", "cannot allocate memory", "data too large to fit into virtual memory", "mmap failed")
_TOO_MUCH_WORK = ("died of signal 24",)  # the processor's time was up
_SHA256 = ("mismatched algorithms", "unsupported object format", "unknown object format")
_DISTRUSTED = (  # as OpenSSL, GnuTLS and curl say it
    "certificate problem",
    "certificate verification failed",
    "certificate subject name",
    "issuer certificate",
    "peer certificate",
    "self-signed",
    "self signed",
)
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
_LACKING = re.compile(  # said by the git of the other side
    r"unable to read (?:tree |sha1 file of )?\(?[0-9a-f]{40}|could not read [0-9a-f]{40}|missing (?:blob|tree|commit) "
    r"|possible repository corruption on the remote|unable to parse object|bad (?:object|tree object) "
)
_BROKEN_OFF = ("early eof", "hung up", "invalid index-pack output", "protocol error", "rpc failed", "flush")
_REFUSED = (  # who asked was not let in
    "could not read username",
    "could not read password",
    "authentication failed",
    "returned error: 401",
    "returned error: 403",
    "access denied",
)
_DAMAGED = ("fsck error", "bad object", "invalid index-pack output", "error in object", "inflate", "protocol error")


def of_fetch(stderr: str, *, source: Source, with_token: bool = False) -> EvaluatorError:
    """Return the error that a failed fetch is told as; *with_token*: the operator's was sent along."""
    said = _by_git(stderr, source)
    if _LACKING.search(stderr.lower()) and any(word in said for word in _BROKEN_OFF):
        return broken(source.name)
    if source.ref is None and "not our ref" in said:  # the host named the commit, and has it not
        return broken(source.name)
    if with_token and any(word in said for word in _REFUSED):
        return _token_refused(source)
    for words, refusal in _MEANINGS:
        if any(word in said for word in words):
            return refusal(source)
    return UnusableSource(
        f"{source.name!r} cannot be read as a git repository. Check that git clone works with that URL.",
        code="unreadable_repository",
    )


def _by_git(stderr: str, source: Source) -> str:
    """Return git's own words in lower case: without what the server says, and without a URL that may say `ssl`."""
    lines = (line for line in stderr.lower().splitlines() if not line.startswith("remote: "))
    return "\n".join(lines).replace(source.location.lower(), "")


def _unreachable(source: Source) -> SourceUnavailable:
    return SourceUnavailable(
        f"The host of {source.name!r} does not answer as it should. Check the URL and the network, then try again."
    )


def _distrusted(source: Source) -> SourceUnavailable:
    return SourceUnavailable(
        f"The certificate of the host of {source.name!r} cannot be verified. If it is a forge of your own, have the"
        " operator name the certificate of its authority in MODU_FORGE_CA; if not, it is the host's to mend."
    )


def _token_refused(source: Source) -> UnusableSource:
    return UnusableSource(
        f"The host of {source.name!r} refused the token that MODU_FORGE_TOKENS has for it (401 or 403). Check that the"
        " token is whole and has not expired, that it may read this repository, and whether its user name is needed"
        " (host=user:token).",
        code="token_refused",
    )


def _sha256(source: Source) -> UnusableSource:
    return UnusableSource(
        f"The repository {source.name!r} names its objects by SHA-256, which is not read yet. Grade it from a folder.",
        code="unsupported_repository",
    )


def _other_scheme(source: Source) -> UnusableSource:
    return UnusableSource(
        f"The host of {source.name!r} answers with a redirect to something else than https, which is not followed. Give"
        " the https:// URL of the project itself.",
        code="untrusted_source",
    )


def _long_header(source: Source) -> UnusableSource:
    return UnusableSource(
        f"The host of {source.name!r} answers with a header that is too long to read, as no git server does. Check that"
        " the URL is that of a git repository.",
        code="unreadable_repository",
    )


def _not_found(source: Source) -> UnusableSource:
    return UnusableSource(
        f"There is no repository {source.name!r} at that URL, or it is private. Check the URL, grade it from a folder,"
        f" or ask the operator to let it be read, {_key_to(source)}.",
        code="repository_not_found",
    )


def _key_to(source: Source) -> str:
    """Return what lets a private repository be read."""
    scheme, _, rest = source.location.partition("://")
    if scheme in {"https", "http"}:
        return f"with a token for {rest.partition('/')[0]} in MODU_FORGE_TOKENS"
    return "with a key of the account that runs the worker"


def _moved(source: Source) -> UnusableSource:
    return UnusableSource(
        f"{source.name!r} has moved: its host answers with a redirect that leads nowhere. Open it in a"
        " browser and give the URL that is shown there.",
        code="repository_moved",
    )


def may_be_secret(text: str) -> bool:
    """Return whether what a person gave may hold a token: an error is stored and shown to others."""
    return _LONG_WORD.search(text) is not None


def _told(text: str | None) -> str:
    return "of the name that was given" if text is None or may_be_secret(text) else repr(text)


def unknown_ref(source: Source) -> UnusableSource:
    """Return the refusal of a ref that the repository does not have; without a ref, it has no commit at all."""
    if source.ref is None:
        return empty(source.name)
    hint = ""
    if _SHORT_ID.fullmatch(source.ref):
        hint = " A shortened commit id cannot be looked up: give all 40 digits."
    return UnusableSource(
        f"The repository {source.name!r} has no branch, tag or commit {_told(source.ref)}. Check --ref.{hint}",
        code="unknown_ref",
    )


def undated(kind: SourceKind) -> UnusableSource:
    """Return the refusal of a deadline for a source that is not a git URL, so that it has no commits."""
    thing = {SourceKind.PATH: "a folder", SourceKind.ARCHIVE: "an archive"}.get(kind, "a README")
    return UnusableSource(
        f"A deadline is for git URLs: {thing} is read as it stands and cannot be turned back. Leave the deadline out,"
        " or give the repository's URL.",
        code="deadline_without_commits",
    )


def no_commit_before(source: Source) -> UnusableSource:
    """Return the refusal of a ref of which every commit is later than the deadline, as far as its host has them."""
    of = "the default branch" if source.ref is None else "--ref"
    return UnusableSource(
        f"No commit of {of} of {source.name!r} was made by {_moment(source.until)}. Check the deadline, or name another"
        " branch.",
        code="no_commit_before",
    )


def long_history(source: Source) -> UnusableSource:
    """Return the refusal of a search for a commit that would go on for longer, or weigh more, than a fetch may."""
    return UnusableSource(
        f"{source.name!r} has more history since {_moment(source.until)} than is fetched to find its last commit before"
        " that. Give the full id of that commit with --ref, or have the operator raise MODU_MAX_RECEIVED_BYTES.",
        code="long_history",
    )


def _moment(moment: datetime | None) -> str:
    return "the deadline" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def unknown_subdir(source: Source) -> UnusableSource:
    """Return the refusal of a subdirectory that is not there, or is not a folder."""
    return UnusableSource(
        f"The project has no folder {_told(source.subdir)}. Check --subdir: it is relative to the top of the project.",
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


def too_much_memory() -> UnusableSource:
    """Return the refusal of a repository that git cannot take within its memory."""
    return UnusableSource(
        "git needs more memory for the project than it may have. Grade it from a folder, or raise MODU_MAX_GIT_MEMORY.",
        code="too_much_memory",
    )


def too_much_work() -> UnusableSource:
    """Return the refusal of a repository that unpacks to far more than what was sent."""
    return UnusableSource(
        "The repository unpacks to far more than it weighs, and that is not waited for. Take what is so large out of"
        " its last commit, or grade it from a folder.",
        code="too_large",
    )


def broken(name: str) -> UnusableSource:
    """Return the refusal of a repository whose objects are not what they should be."""
    return UnusableSource(
        f"The repository {name!r} holds objects that git calls broken, or lacks some. Run git fsck on it, mend it, and"
        " ask again.",
        code="bad_repository",
    )


def leads_away() -> UnusableSource:
    """Return the refusal of a redirect to another host, where a token that is set for this one must not go."""
    return UnusableSource(
        "The host answers with a redirect to another host, where the token that is set for this one must not go. Open"
        " the repository in a browser and give the URL that is shown there.",
        code="repository_moved",
    )


def bad_redirect(code: str) -> UnusableSource:
    """Return the refusal of a redirect to where no redirect may lead; *code* says what is wrong with that place."""
    return UnusableSource(
        "The host answers with a redirect that is not followed: redirects lead only to public hosts over https, stay on"
        " the same forge, or lead to another that MODU_TRUSTED_FORGES lists. Check the URL: give that of the"
        " repository.",
        code=code,
    )


def too_slow() -> FetchTimeout:
    """Return the error of a fetch that took longer than it may."""
    return FetchTimeout(
        "Fetching the project took too long. Try again later, or raise MODU_FETCH_TIMEOUT for a large or slow source."
    )


def no_room() -> SourceUnavailable:
    """Return the error of a fetch without a place to fetch into."""
    return SourceUnavailable("There is no room to fetch into. Check the folder of temporary files and its disk.")


def killed() -> SourceUnavailable:
    """Return the error of a fetch whose git was killed: by our own end, by the system, or by a person."""
    return SourceUnavailable("git was stopped while the project was fetched. Try again.")


_MEANINGS: tuple[tuple[tuple[str, ...], Callable[[Source], EvaluatorError]], ...] = (  # the first that fits
    (_UNKNOWN_REF, unknown_ref),
    (_TOO_LARGE, lambda _: too_large()),
    (_LONG_HEADER, _long_header),
    (_NO_MEMORY, lambda _: too_much_memory()),
    (_TOO_MUCH_WORK, lambda _: too_much_work()),
    (_SHA256, _sha256),
    (_SCHEME, _other_scheme),
    (_DISTRUSTED, _distrusted),
    (_TRANSIENT, _unreachable),
    (_NOT_FOUND, _not_found),
    (_MOVED, _moved),
    (_DAMAGED, lambda source: broken(source.name)),
)

"""From what a person typed to a Source: checked, canonical, free of credentials."""

import os
import re
import stat
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from evaluator.domain import Source, SourceKind
from evaluator.errors import UnusableSource
from evaluator.sources import archive_kinds, archive_refusals, local, readme, refusals, urls

_LONGEST_NAME = 255  # characters of a project's name, as the shared table has it
_WITH_PASSWORD = re.compile(r"(?:^|[/\s])[^/@:\s]*:[^/@\s]+@[^/@\s]")
_LIKE_A_TOKEN = re.compile(  # forms that are published, and letters and figures by turns
    r"(?<![A-Za-z0-9])(?:gh[a-z]_|github_pat_|glpat-|xox[a-z]-|AKIA|sk[-_](?:live|test|proj|ant)[-_])[A-Za-z0-9_-]{16}"
    r"|(?<![A-Za-z0-9])(?=[A-Za-z0-9]*[A-Z])(?=[A-Za-z]*[0-9]+[A-Za-z]+[0-9]+[A-Za-z]+[0-9])[A-Za-z0-9]{20}"
)
_REF = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]{0,200}", re.ASCII)


def parse(
    text: str,
    *,
    ref: str | None = None,
    subdir: str | None = None,
    until: datetime | None = None,
    trusted_forges: Iterable[str] = (),
    allowed_roots: Iterable[str] | None = None,
) -> Source:
    """Return the source that *text* names: a git URL, a local folder, an archive, or a README alone.

    Of a local file its content decides whether it is an archive, and its name whether it is a README. Of a git URL the
    last commit that is not later than *until*, which is aware, is meant.
    *allowed_roots* are the folders under which local paths are accepted; None = anywhere, empty = nowhere. Raises
    UnusableSource with a stable code and a sentence that says what to do.
    """
    if not text.strip() or "\0" in text:
        raise UnusableSource("No source was given. Name a folder, an archive or a git URL.", code="empty_source")
    part = _subdir(subdir)
    if urls.looks_like_git(text):
        return _git(text, ref=ref, subdir=part, until=until, trusted_forges=trusted_forges)
    roots = None if allowed_roots is None else tuple(allowed_roots)
    source = _local(text, ref=ref, subdir=part, roots=roots)
    if until is not None:
        raise refusals.undated(source.kind)
    return source


def _git(
    text: str, *, ref: str | None, subdir: str | None, until: datetime | None, trusted_forges: Iterable[str]
) -> Source:
    url = urls.parse_url(text, trusted_forges=trusted_forges)
    if ref is not None:
        _check_ref(ref)
    canonical = url.canonical
    return Source(
        kind=SourceKind.GIT,
        location=url.address,
        ref=ref,
        until=until,
        subdir=subdir,
        name=_name(subdir or canonical),
        canonical=_canonical(canonical, subdir),
    )


def _refuse_credentials(text: str) -> None:
    """Raise UnusableSource where *text* is no path but holds `user:password@host`, which nothing reads."""
    if _WITH_PASSWORD.search(text) and not os.path.lexists(text):
        raise urls.with_credentials()


def _local(text: str, *, ref: str | None, subdir: str | None, roots: tuple[str, ...] | None) -> Source:
    _refuse_credentials(text)
    path = _real(text)
    shown = _printable(text)
    _check_allowed(path, roots, shown=shown)  # before anything else is told about it
    kind = _kind(path, shown=shown)
    if not _is_utf8(str(path)):
        raise UnusableSource(
            f"The name {_printable(str(path))!r} is not UTF-8, so it cannot be stored. Rename the folder or file, or a"
            " folder above it, whose name is shown with a backslash.",
            code="bad_name",
        )
    _check_options(kind, ref=ref, subdir=subdir)
    match kind:
        case SourceKind.PATH:
            name, canonical = _name(str(path)), f"path:{path}"
        case SourceKind.ARCHIVE:
            name = _name(_stem(path.name))
            canonical = f"archive:{name}"
        case _:
            name = _name(str(path.parent))
            canonical = f"readme:{name}"
    return Source(
        kind=kind,
        location=str(path),
        subdir=subdir,
        name=_name(subdir) if subdir else name,
        canonical=_canonical(canonical, subdir),
    )


def _real(text: str) -> Path:
    try:
        return Path(os.path.realpath(Path(text).expanduser()))
    except (OSError, RuntimeError, ValueError) as error:  # no such home folder, a name that the system cannot have
        raise _no_such_path(_printable(text)) from error


def _kind(path: Path, *, shown: str) -> SourceKind:
    """Return what lies at a real path; raise UnusableSource where it is nothing that can be read."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            _refuse_bare(path, shown=shown)
            return SourceKind.PATH
        head = _head(path) if stat.S_ISREG(mode) else None
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _no_such_path(shown) from error
    except (OSError, ValueError) as error:
        raise UnusableSource(
            f"{shown!r} cannot be read. Check the path and its permissions.", code="unreadable_path"
        ) from error
    if head is not None and archive_kinds.is_archive(head):
        _refuse_packed_readme(path, shown=shown)
        return SourceKind.ARCHIVE
    if head is not None and readme.is_readme(path.name):
        return SourceKind.README
    if path.name.lower().endswith(archive_kinds.SUFFIXES):
        raise archive_refusals.damaged("it is named like an archive, but is none")
    if head is not None and readme.is_text(path.name) and not readme.is_readme(Path(shown).name):
        raise UnusableSource(
            f"{shown!r} is not called as a README is. Rename it README.md, or give the folder of the project.",
            code="not_a_folder",
        )
    raise UnusableSource(
        f"{shown!r} is neither a folder, an archive (.zip, .tar, .tar.gz, .tar.xz, .tar.bz2) nor a README. Give the"
        " folder of the project, an archive of it, its README, or a git URL.",
        code="not_a_folder",
    )


def _refuse_packed_readme(path: Path, *, shown: str) -> None:
    """Raise UnusableSource where one README was compressed, which makes no archive."""
    if path.suffix.lower() in {".gz", ".bz2", ".xz"} and readme.is_readme(path.stem):
        raise UnusableSource(
            f"{shown!r} is a compressed README, not an archive of a project. Unpack it and give the README, or give the"
            " folder of the project.",
            code="not_a_folder",
        )


def _refuse_bare(path: Path, *, shown: str) -> None:
    """Raise UnusableSource where a folder is what git keeps beside the files, without them. Raises OSError."""
    if (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir():
        raise UnusableSource(
            f"{shown!r} is a git repository without its files. Give a clone of it (git clone), or have the operator"
            " name the folder above it in MODU_TRUSTED_FORGES and give it as file:///path.",
            code="not_a_folder",
        )


def _head(path: Path) -> bytes | None:
    """Return how a file begins, or None where it is no longer a regular one. Raises OSError."""
    with local.opened_at(str(path), local.FILE) as fd:
        return local.read(fd, archive_kinds.HEAD) if local.is_regular(fd) else None


def _check_options(kind: SourceKind, *, ref: str | None, subdir: str | None) -> None:
    if ref is not None:
        thing, code = {
            SourceKind.PATH: ("a folder", "ref_on_folder"),
            SourceKind.ARCHIVE: ("an archive", "ref_on_archive"),
        }.get(kind, ("a README", "ref_on_readme"))
        raise UnusableSource(
            f"--ref is for git URLs: {thing} is read as it stands. Leave --ref out, or give the repository's URL.",
            code=code,
        )
    if subdir is not None and kind is SourceKind.README:
        raise UnusableSource(
            "--subdir is for projects: a README has no folders. Leave --subdir out, or give the project's folder.",
            code="subdir_on_readme",
        )


def _stem(name: str) -> str:
    """Return the name of an archive's file without what says that it is one."""
    suffix = max((suffix for suffix in archive_kinds.SUFFIXES if name.lower().endswith(suffix)), key=len, default="")
    return name[: len(name) - len(suffix)]


def _no_such_path(shown: str) -> UnusableSource:
    return UnusableSource(
        f"There is no folder or file {shown!r}. Check the path, or give a git URL such as"
        f" {_url_meant(shown) or 'https://github.com/owner/project'}.",
        code="no_such_path",
    )


def _url_meant(shown: str) -> str | None:
    """Return the URL where *shown* is one without its beginning, as `github.com/owner/project` is."""
    try:
        url = urls.parse_url(f"https://{shown}")
    except UnusableSource:
        return None
    return f"https://{shown}" if url.path.strip("/").count("/") else None


def _check_allowed(path: Path, roots: tuple[str, ...] | None, *, shown: str) -> None:
    if roots is None:
        return
    if any(path.is_relative_to(os.path.realpath(root)) for root in roots):
        return
    url = _url_meant(shown)
    raise UnusableSource(
        "Local folders and files are not accepted here, because the worker may be another machine. Give a git URL"
        f"{f' such as {url}' if url else ''}, or have the operator add a folder above it to MODU_ALLOWED_ROOTS.",
        code="path_not_allowed",
    )


def _check_ref(ref: str) -> None:
    forbidden = ".." in ref or ref.endswith((".lock", "/", ".")) or "//" in ref or "/." in ref or ".lock/" in ref
    if forbidden or _REF.fullmatch(ref) is None:
        raise UnusableSource(
            "That --ref is not a branch, tag or commit. Use letters, digits, '.', '_', '-' and '/', at most 201"
            " characters, beginning with a letter, digit or '_'.",
            code="bad_ref",
        )


def _subdir(subdir: str | None) -> str | None:
    """Return a checked subdirectory without `.` and trailing slash, or None where it means the whole project."""
    if subdir is None:
        return None
    names = [name for name in subdir.split("/") if name not in {"", "."}]
    if subdir.startswith("/") or "\\" in subdir or ".." in names or not subdir.isprintable() or len(subdir) > 1024:
        raise UnusableSource(
            "That --subdir cannot be used. Give a relative path inside the project, with '/' between names and"
            " without '..'.",
            code="bad_subdir",
        )
    if any(name.lower() == ".git" for name in names):
        raise UnusableSource("--subdir may not lead into .git. Name a folder of the project.", code="bad_subdir")
    return "/".join(names) or None


def _canonical(base: str, subdir: str | None) -> str:
    whole = f"{base}//{subdir}" if subdir else base
    return unicodedata.normalize("NFC", whole)


def _name(path: str) -> str:
    """Return what the project at *path* is called; what looks like a token is no name, for names are stored."""
    last = path.rstrip("/").rpartition("/")[2].removesuffix(".git")
    name = _printable(unicodedata.normalize("NFC", last))[:_LONGEST_NAME]
    return name if name and _LIKE_A_TOKEN.search(name) is None else "project"


def _is_utf8(text: str) -> bool:
    """Return whether *text* can be hashed and stored: an undecodable byte in a path is half a character in Python."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _printable(text: str) -> str:
    encodable = text.encode("utf-8", "backslashreplace").decode()
    return "".join(char if char.isprintable() else "?" for char in encodable)

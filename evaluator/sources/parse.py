"""From what a person typed to a Source: checked, canonical, free of credentials."""

import os
import re
import stat
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from evaluator.domain import Source, SourceKind
from evaluator.errors import UnusableSource
from evaluator.sources import urls

_LONGEST_NAME = 255  # characters of a project's name, as the shared table has it
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".7z", ".rar")
_REF = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]{0,200}", re.ASCII)


def parse(
    text: str,
    *,
    ref: str | None = None,
    subdir: str | None = None,
    trusted_forges: Iterable[str] = (),
    allowed_roots: Iterable[str] | None = None,
) -> Source:
    """Return the source that *text* names: a git URL or a local folder.

    *allowed_roots* are the folders under which local paths are accepted; None = anywhere, empty = nowhere. Raises
    UnusableSource with a stable code and a sentence that says what to do.
    """
    if not text.strip() or "\0" in text:
        raise UnusableSource("No source was given. Name a folder or a git URL.", code="empty_source")
    part = _subdir(subdir)
    if urls.looks_like_git(text):
        return _git(text, ref=ref, subdir=part, trusted_forges=trusted_forges)
    return _folder(text, ref=ref, subdir=part, roots=None if allowed_roots is None else tuple(allowed_roots))


def _git(text: str, *, ref: str | None, subdir: str | None, trusted_forges: Iterable[str]) -> Source:
    url = urls.parse_url(text, trusted_forges=trusted_forges)
    if ref is not None:
        _check_ref(ref)
    canonical = url.canonical
    return Source(
        kind=SourceKind.GIT,
        location=url.address,
        ref=ref,
        subdir=subdir,
        name=_name(subdir or canonical),
        canonical=_canonical(canonical, subdir),
    )


def _folder(text: str, *, ref: str | None, subdir: str | None, roots: tuple[str, ...] | None) -> Source:
    path = _real(text)
    shown = _printable(text)
    _check_allowed(path, roots, shown=shown)  # before anything else is told about it
    _check_folder(path, shown=shown)
    if not _is_utf8(str(path)):
        raise UnusableSource(
            f"The name {_printable(str(path))!r} is not UTF-8, so it cannot be stored. Rename the folder, or a folder"
            " above it, whose name is shown with a backslash.",
            code="bad_name",
        )
    if ref is not None:
        raise UnusableSource(
            "--ref is for git URLs: a folder is read as it stands. Leave --ref out, or give the repository's URL.",
            code="ref_on_folder",
        )
    return Source(
        kind=SourceKind.PATH,
        location=str(path),
        subdir=subdir,
        name=_name(subdir or str(path)),
        canonical=_canonical(f"path:{path}", subdir),
    )


def _real(text: str) -> Path:
    try:
        return Path(os.path.realpath(Path(text).expanduser()))
    except (OSError, RuntimeError, ValueError) as error:  # no such home folder, a name that the system cannot have
        raise _no_such_path(_printable(text)) from error


def _check_folder(path: Path, *, shown: str) -> None:
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _no_such_path(shown) from error
    except (OSError, ValueError) as error:
        raise UnusableSource(
            f"The folder {shown!r} cannot be read. Check the path and its permissions.", code="unreadable_path"
        ) from error
    if stat.S_ISDIR(mode):
        return
    if path.name.lower().endswith(_ARCHIVES):
        raise UnusableSource(
            f"{shown!r} is an archive, and archives are not read yet. Unpack it and give the folder.",
            code="unsupported_source",
        )
    raise UnusableSource(f"{shown!r} is not a folder. Give the folder of the project.", code="not_a_folder")


def _no_such_path(shown: str) -> UnusableSource:
    return UnusableSource(
        f"There is no folder {shown!r}. Check the path, or give a git URL such as"
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
        "Local folders are not accepted here, because the worker may be another machine. Give a git URL"
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
    last = path.rstrip("/").rpartition("/")[2].removesuffix(".git")
    return _printable(unicodedata.normalize("NFC", last))[:_LONGEST_NAME] or "project"


def _is_utf8(text: str) -> bool:
    """Return whether *text* can be hashed and stored: an undecodable byte in a path is half a character in Python."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _printable(text: str) -> str:
    encodable = text.encode("utf-8", "backslashreplace").decode()
    return "".join(char if char.isprintable() else "?" for char in encodable)

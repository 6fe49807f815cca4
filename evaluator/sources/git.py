"""A snapshot of a git repository: fetched into a fresh bare one, nothing checked out (security spec, section Git)."""

import functools
import os
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from evaluator.domain import Entry, Limits, Skipped, Snapshot, Source
from evaluator.errors import SettingsError, SourceUnavailable
from evaluator.sources import command, hosts, private, refusals, urls
from evaluator.sources.command import Command, Finished
from evaluator.sources.tree import LINK, SUBMODULE, TOO_DEEP, TOO_LARGE, TreeFile, by_path, fits, tree_id

os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # a machine without git still grades folders

import git  # only after the line above: GitPython looks for git when it is imported

_OLDEST = (2, 37)  # http.curloptResolve
_LOCAL_REF = "refs/tags/graded"  # under tags, because a branch may not point at an annotated tag
_TREE_BYTES = 64 << 20  # of a listing
_BATCH_BYTES = 1 << 20
_BATCH = 256  # blobs asked for at once: the questions fit into a pipe, so that neither side waits for the other
_MODES = {b"100644": False, b"100755": True, b"100664": False}  # of regular files -> executable
_HARMLESS = (  # what git finds wrong with objects that hurts nobody
    "badDate",
    "badDateOverflow",
    "badTimezone",
    "badEmail",
    "missingEmail",
    "badName",
    "missingNameBeforeEmail",
    "missingSpaceBeforeEmail",
    "missingSpaceBeforeDate",
    "multipleAuthors",
    "zeroPaddedDate",
    "zeroPaddedFilemode",
    "missingTaggerEntry",
    "badTagName",
    "gitmodulesMissing",
    "gitmodulesParse",
)


@dataclass(frozen=True)
class GitSnapshot(Snapshot):
    """A commit in a private bare repository; the files are read from one `git cat-file --batch`."""

    reader: "subprocess.Popen[bytes]"

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """Yield each entry with its bytes, in the order given; the caller may stop at any time."""
        for batch in _batches(entries):
            yield from zip(batch, self._blobs(batch), strict=True)

    def _blobs(self, batch: Sequence[Entry]) -> list[bytes]:
        questions, answers = self.reader.stdin, self.reader.stdout
        if questions is None or answers is None:
            raise AssertionError
        try:
            questions.write(b"".join(f"{entry.blob}\n".encode() for entry in batch))
            questions.flush()
            return [_answer(answers) for _ in batch]
        except (BrokenPipeError, ValueError) as error:
            raise SourceUnavailable("git stopped while the project was read. Try again.") from error


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Yield the entries in lists of few files and few bytes; the first is short: who reads a README wants no more."""
    batch: list[Entry] = []
    size, most = 0, 1
    for entry in entries:
        batch.append(entry)
        size += entry.size
        if len(batch) >= most or size >= _BATCH_BYTES:
            yield batch
            batch, size, most = [], 0, min(_BATCH, most * 4)
    if batch:
        yield batch


def _answer(answers: IO[bytes]) -> bytes:
    """Return the bytes of one answer: a line `id type size`, the content, a line end."""
    size = int(answers.readline().split(b" ")[-1])  # ValueError where it is `id missing`, or nothing
    data = answers.read(size + 1)
    if len(data) != size + 1:
        raise ValueError("cut off")
    return data[:-1]


@contextmanager
def open_repository(source: Source, *, limits: Limits) -> Iterator[GitSnapshot]:
    """Fetch one commit of a git source; the snapshot is gone when the block ends.

    Raises UnusableSource or SourceUnavailable (see `refusals`), SettingsError where git is missing.
    """
    executable = _executable()
    with private.folder() as folder:
        run = Command(
            executable=executable,
            folder=folder,
            deadline=time.monotonic() + limits.seconds,
            bytes_limit=limits.received_bytes,
        )
        _fetch(run, source, limits)
        commit, top = _resolve(run, source)
        found = _list(run, top, source, limits)
        sizes = _sizes(run, found.files)
        entries, skipped = _sorted_out(found, sizes, limits)
        with run.process("cat-file", "--batch", stdin=subprocess.PIPE) as reader:
            yield GitSnapshot(
                name=source.name,
                commit=commit,
                entries=entries,
                skipped=skipped,
                tree=tree_id(found.files),
                reader=reader,
            )


@functools.cache
def _executable() -> str:
    """Return the path of git; raise SettingsError where it is missing or too old."""
    executable = command.find()
    try:
        version = git.Git().version_info
    except git.GitCommandNotFound as error:
        raise SettingsError("git cannot be run. Install git 2.39 or later to grade git URLs.") from error
    if version < _OLDEST:
        raise SettingsError("git is too old to fetch safely. Install git 2.39 or later.")
    return executable


def _fetch(run: Command, source: Source, limits: Limits) -> None:
    """Bring the commit that the source names into the fresh repository."""
    url = urls.parse_url(source.location, trusted_forges=limits.trusted_forges)
    if run.run("init", "--quiet", "--bare", "--template=").status:
        raise SourceUnavailable("The repository to fetch into could not be made. Check the space left on the disk.")
    config = [f"protocol.{url.scheme}.allow=always"]
    if not url.trusted:
        addresses = ",".join(f"[{a}]" if ":" in a else a for a in hosts.public_addresses(url.host, url.port))
        config.append(f"http.curloptResolve={url.host}:{url.port}:{addresses}")
    fetch = functools.partial(_fetch_once, run, ref=source.ref or "HEAD", scheme=url.scheme)
    small_files = f"--filter=blob:limit={limits.file_bytes + 1}"  # a file of just the limit still comes
    address = url.address
    done = fetch(address, small_files, config=config)
    if done.status and refusals.moved(done.stderr) and not address.endswith(".git"):
        address = address.rstrip("/") + ".git"  # what GitLab redirects to; the host stays the one that was checked
        done = fetch(address, small_files, config=config)
    if done.status and any(f"{id}:" in done.stderr for id in _HARMLESS):
        # git 2.39 cannot be lenient about these and filter at the same time
        _forget_filter(run)
        done = fetch(address, config=[*config, *(f"fetch.fsck.{id}=ignore" for id in _HARMLESS)])
    if done.status and _reached(run):
        raise refusals.too_large()
    if done.status:
        raise refusals.of_fetch(done.stderr, source=source)
    _forget_filter(run)


def _forget_filter(run: Command) -> None:
    """Make what the filter held back simply missing, so that no git, old or new, goes and asks for it."""
    (run.repository / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")


def _reached(run: Command) -> bool:
    """Return whether git was stopped because a file grew to the limit: it dies without a word."""
    packs = (run.repository / "objects" / "pack").iterdir()
    return any(pack.stat().st_size >= run.bytes_limit for pack in packs)


def _fetch_once(run: Command, address: str, *options: str, ref: str, scheme: str, config: Sequence[str]) -> Finished:
    return run.run(
        "fetch",
        "--quiet",
        "--depth=1",
        "--no-tags",
        "--no-recurse-submodules",
        "--no-auto-maintenance",
        "--no-write-fetch-head",
        *options,
        "--end-of-options",
        "origin",
        f"+{ref}:{_LOCAL_REF}",
        config=[*config, f"remote.origin.url={address}"],
        scheme=scheme,
    )


def _resolve(run: Command, source: Source) -> tuple[str, str]:
    """Return the commit id, and the id of the tree at the subdirectory."""
    commit = f"{_LOCAL_REF}^{{commit}}"
    names = run.folder / "names"
    names.write_bytes(os.fsencode(f"{commit}\n{commit}:{source.subdir or ''}\n"))
    told = run.run("cat-file", "--batch-check", stdin=names).stdout.splitlines()
    if len(told) != 2 or not told[0].count(b" commit "):
        raise refusals.unknown_ref(source)
    if not told[1].count(b" tree "):
        raise refusals.unknown_subdir(source)
    return told[0][:40].decode(), told[1][:40].decode()


@dataclass(frozen=True)
class _Found:
    """What a tree holds: regular files, and the rest with the reason."""

    files: tuple[TreeFile, ...]
    others: tuple[Skipped, ...]


def _list(run: Command, tree: str, source: Source, limits: Limits) -> _Found:
    # -t: a tree of trees without files is endless to walk and prints nothing, unless folders are printed too
    done = run.run(
        "ls-tree", "-r", "-t", "-z", "--full-tree", tree, stdout_limit=_TREE_BYTES, records_limit=limits.entries
    )
    if done.cut:
        raise refusals.too_many_files(limits.entries)
    files, others = [], []
    for record in done.stdout.split(b"\0")[:-1]:
        head, _, name = record.partition(b"\t")
        mode, _, blob = head.split(b" ")
        path = os.fsdecode(name)
        if mode == b"040000":
            continue
        if mode not in _MODES:
            others.append(Skipped(path=path, reason=SUBMODULE if mode == b"160000" else LINK))
        elif not fits(path):
            others.append(Skipped(path=path, reason=TOO_DEEP))
        else:
            files.append(TreeFile(path=path, executable=_MODES[mode], blob=blob.decode()))
    if not files:
        raise refusals.empty(source.name)
    return _Found(tuple(files), tuple(others))


def _sizes(run: Command, files: Sequence[TreeFile]) -> dict[str, int]:
    """Return the bytes of every blob that was fetched; those that the filter held back are missing."""
    ids = run.folder / "ids"
    ids.write_text("".join(f"{blob}\n" for blob in dict.fromkeys(file.blob for file in files)))
    done = run.run("cat-file", "--batch-check", stdin=ids, stdout_limit=_TREE_BYTES)
    rows = (line.split(b" ") for line in done.stdout.splitlines())
    return {row[0].decode(): int(row[2]) for row in rows if len(row) == 3 and row[1] == b"blob"}


def _sorted_out(
    found: _Found, sizes: Mapping[str, int], limits: Limits
) -> tuple[tuple[Entry, ...], tuple[Skipped, ...]]:
    entries, skipped = [], list(found.others)
    for file in found.files:
        size = sizes.get(file.blob)
        if size is None or size > limits.file_bytes:
            skipped.append(Skipped(path=file.path, reason=TOO_LARGE, size=size))
        else:
            entries.append(Entry(path=file.path, size=size, executable=file.executable, blob=file.blob))
    return tuple(sorted(entries, key=by_path)), tuple(sorted(skipped, key=by_path))

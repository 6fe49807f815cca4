"""A snapshot of a git repository: fetched into a fresh bare one, nothing checked out (security spec, section Git).

GitPython answers what is safe to ask it: which git this is. The rest runs with fixed argv of our own, because GitPython
gives git our environment and configuration, turns a backslash of a URL into a slash, runs code for a hostile ref
(`repo.git.fetch(..., ref)`), cannot end a hung process group and has no limits.
"""

import functools
import os
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from evaluator.domain import Entry, Limits, Snapshot, Source
from evaluator.errors import EvaluatorError, SettingsError, SourceUnavailable
from evaluator.sources import access, command, dated, disk, listing, mirrors, private, refusals, urls
from evaluator.sources.command import Command
from evaluator.sources.leash import leash
from evaluator.sources.mirrors import Mirror
from evaluator.sources.objects import Damaged, Objects, Stopped
from evaluator.sources.transfer import Transfer
from evaluator.sources.urls import GitUrl

os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # a machine without git still grades folders

import git  # only after the line above: GitPython looks for git when it is imported

_OLDEST = (2, 37)  # transfer.credentialsInUrl; cat-file --batch-command is older
_WORDS = "words"  # the file of what the reading git complains about
_BATCH_BYTES = 1 << 20
_BATCH = 256  # blobs asked for at once
_FIRST_BYTES = 64 << 10  # of the first list, and its blobs
_FIRST = 16


@dataclass(frozen=True)
class GitSnapshot(Snapshot):
    """A commit in a private bare repository; the files are read from one `git cat-file`."""

    objects: Objects
    mirror: Mirror | None
    most: int  # bytes of a file

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """Yield each entry with its bytes, in the order given; the caller may stop at any time."""
        for batch in _batches(entries):
            try:
                found = list(self.objects.contents([entry.blob for entry in batch], most=self.most))
            except (Damaged, OverflowError) as error:
                if self.mirror is not None:
                    self.mirror.discard()
                raise SourceUnavailable("git stopped while the project was read. Try again.") from error
            for entry, each in zip(batch, found, strict=True):
                yield entry, each.data


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Yield the entries in lists of few files and few bytes; the first is short: who reads a README wants no more."""
    batch: list[Entry] = []
    size, most, most_bytes = 0, _FIRST, _FIRST_BYTES
    for entry in entries:
        batch.append(entry)
        size += entry.size
        if len(batch) >= most or size >= most_bytes:
            yield batch
            batch, size, most, most_bytes = [], 0, min(_BATCH, most * 4), _BATCH_BYTES
    if batch:
        yield batch


@contextmanager
def open_repository(source: Source, *, limits: Limits) -> Iterator[GitSnapshot]:
    """Fetch one commit of a git source; the snapshot is gone when the block ends.

    Raises UnusableSource or SourceUnavailable (see `refusals`), SettingsError where git is missing.
    """
    executable = _executable()
    url = urls.parse_url(source.location, trusted_forges=limits.trusted_forges)
    if url.scheme == "file":
        disk.check(url.path, source, forges=limits.trusted_forges)
    deadline = time.monotonic() + limits.seconds
    for _ in range(2):
        with ExitStack() as stack:
            token = access.token_of(url, limits=limits)
            mirror = stack.enter_context(mirrors.borrowed(url, token=token, limits=limits))
            run = _command(stack, executable, limits=limits, deadline=deadline)
            snapshot = _snapshot(stack, run, source, url, mirror)
            if snapshot is not None:
                yield snapshot
                return
    raise refusals.broken(source.name)


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


def _command(stack: ExitStack, executable: str, *, limits: Limits, deadline: float) -> Command:
    """Return git on a private folder, both of which end with *stack*."""
    try:
        folder = stack.enter_context(private.folder())
    except OSError as error:
        raise refusals.no_room() from error
    return Command(
        executable=executable,
        folder=folder,
        limits=limits,
        leash=stack.enter_context(leash(folder)),
        deadline=deadline,
    )


def _snapshot(stack: ExitStack, run: Command, source: Source, url: GitUrl, mirror: Mirror | None) -> GitSnapshot | None:
    """Return the snapshot, which ends with *stack*; None where the mirror is no good, and was discarded."""
    try:
        name = dated.bring(Transfer(run, source, url, mirror))
        objects = _objects(stack, run, check=mirror is not None)
        found = listing.read(objects, name, source, limits=run.limits)
    except Damaged as error:
        if mirror is None or not mirror.commits:
            raise _told(run, source, error) from error
        mirror.discard()
        return None
    if mirror is not None and run.limits.mirrors is not None:
        mirror.keep(run.packs, commit=found.commit, limits=run.limits.mirrors)
    return GitSnapshot(
        name=source.name,
        commit=found.commit,
        tree=found.tree,
        entries=found.entries,
        skipped=found.skipped,
        objects=objects,
        mirror=mirror,
        most=run.limits.file_bytes,
    )


def _objects(stack: ExitStack, run: Command, *, check: bool) -> Objects:
    """Return the objects of the repository, read by a git that ends with *stack*."""
    words = stack.enter_context((run.folder / _WORDS).open("wb"))
    reader = stack.enter_context(
        run.process(
            *("cat-file", "--batch-command", "--buffer"),
            memory=run.limits.memory_bytes // 3,  # the packs that it maps into memory come on top
            stdin=subprocess.PIPE,
            stderr=words,
        )
    )
    if reader.stdin is None or reader.stdout is None:
        raise AssertionError
    return Objects(reader.stdin, reader.stdout, seconds=run.limits.seconds, check=check)


def _told(run: Command, source: Source, error: Damaged) -> EvaluatorError:
    """Return the error that an unreadable repository is told as."""
    if not isinstance(error, Stopped):
        return refusals.broken(source.name)
    said = (run.folder / _WORDS).read_text(errors="replace")
    return refusals.of_fetch(said, source=source) if said else refusals.killed()

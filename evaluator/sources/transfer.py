"""How the commit that a source names comes into the private repository, or is found in the mirror beside it."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evaluator.domain import Source
from evaluator.errors import EvaluatorError
from evaluator.sources import refusals
from evaluator.sources.access import Access, access_to, token_of
from evaluator.sources.command import Command, Finished
from evaluator.sources.dial import Dialer, Route, dialer
from evaluator.sources.mirrors import Mirror
from evaluator.sources.objects import Damaged
from evaluator.sources.urls import GitUrl
from evaluator.sources.watch import Watch

LOCAL_REF = "refs/tags/graded"  # under tags, because a branch may not point at an annotated tag
_COMMIT_ID = re.compile(r"[0-9a-f]{40}")
_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
_RULES = ("{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")  # of git
_UNFILTERED = re.compile(r"remote error: filter '[^'\n]{1,40}' not supported")  # a host that has some and not others
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
class Transfer:
    """One source on its way into a repository that is fresh, private and bare."""

    run: Command
    source: Source
    url: GitUrl
    mirror: Mirror | None = None

    def bring(self) -> str:
        """Return the name of the commit, which is there now; `refs.../` where it was fetched, else its id.

        Raises UnusableSource or SourceUnavailable (see `refusals`), and Damaged where the mirror is no good.
        """
        self.make_repository()
        if self.mirror is not None and self.mirror.commits:
            wanted = self.wanted()
            if wanted in self.mirror.commits:
                return wanted
            if self.mirror.crowded:
                raise Damaged("crowded")
        self._fetch()
        return LOCAL_REF

    def bring_history(self, *, depth: int, whole: bool) -> None:
        """Bring the commit that the source names and its ancestors, *depth* generations in all, as `LOCAL_REF`.

        *whole* = with their files, else without trees and files where the host can leave them out. A mirror would be
        in the way. Raises what `bring` raises.
        """
        self.make_repository()
        self._fetch(depth=depth, without=None if whole else "tree:0")

    def make_repository(self) -> None:
        """Make the few files that git knows a bare repository by; with a mirror, its objects count as ours."""
        shutil.rmtree(self.run.repository, ignore_errors=True)
        try:
            self._write(self.run.repository)
        except OSError as error:
            raise refusals.no_room() from error

    def _write(self, top: Path) -> None:
        for folder in ("objects/pack", "refs"):
            (top / folder).mkdir(parents=True)
        (top / "HEAD").write_text("ref: refs/heads/none\n")
        (top / "config").write_text(_CONFIG)
        if self.mirror is not None and self.mirror.commits:
            commits = self.mirror.commits
            (top / "objects/info").mkdir()
            (top / "objects/info/alternates").write_bytes(os.fsencode(self.mirror.objects) + b"\n")
            (top / "shallow").write_text("".join(f"{commit}\n" for commit in commits))  # their parents are not there
            (top / "packed-refs").write_text("".join(f"{commit} refs/known/{commit}\n" for commit in sorted(commits)))

    def wanted(self) -> str:
        """Return the commit that the source names: as it says itself, or as the host says now; empty: none.

        It takes the repository that `bring` makes, or `make_repository`. Raises what `bring` raises.
        """
        if self.source.ref is not None and _COMMIT_ID.fullmatch(self.source.ref):
            return self.source.ref
        ref = self.source.ref or "HEAD"
        done = self._git("ls-remote", "--quiet", "--end-of-options", "origin", ref, f"{ref}^{{}}")
        if done.status:
            raise self._error(done)
        rows = (line.partition("\t") for line in done.stdout.decode("utf-8", "replace").splitlines())
        ids = {name: id for id, _, name in rows}
        names = [rule.format(ref) for rule in _RULES]
        return next((ids.get(f"{name}^{{}}", ids[name]) for name in names if name in ids), "")

    def _fetch(self, *, depth: int = 1, without: str | None = None) -> None:
        """Fetch the commit, *without* what git's filter of that name leaves out; None: large files."""
        without = without or f"blob:limit={self.run.limits.file_bytes + 1}"  # a file of just the limit still comes
        done = self._fetch_once(depth, f"--filter={without}")
        if done.status and any(f"{id}:" in done.stderr for id in _HARMLESS):
            # git 2.39 cannot be lenient about these and filter at the same time
            self.make_repository()
            done = self._fetch_once(depth, config=tuple(f"fetch.fsck.{id}=ignore" for id in _HARMLESS))
        elif done.status and _UNFILTERED.search(done.stderr):
            self.make_repository()
            done = self._fetch_once(depth)
        if done.status:
            self._refuse(done)
        # What the filter held back is simply missing now: no git, old or new, goes and asks for it
        (self.run.repository / "config").write_text(_CONFIG)

    def _refuse(self, done: Finished) -> None:
        if any(file.stat().st_size >= self.run.limits.received_bytes for file in self.run.packs.iterdir()):
            raise refusals.too_large()  # git was stopped because a file grew to the limit: it dies without a word
        error = self._error(done)
        if (
            self.mirror is not None
            and self.mirror.commits
            and error.code in {"bad_repository", "unreadable_repository"}
        ):
            raise Damaged("difference") from error
        raise error

    def _error(self, done: Finished) -> EvaluatorError:
        with_token = token_of(self.url, limits=self.run.limits) is not None
        return refusals.of_fetch(done.stderr, source=self.source, with_token=with_token)

    def _fetch_once(self, depth: int, *options: str, config: tuple[str, ...] = ()) -> Finished:
        return self._git(
            "fetch",
            "--quiet",
            f"--depth={depth}",
            "--no-tags",
            "--no-recurse-submodules",
            "--no-auto-maintenance",
            "--no-write-fetch-head",
            *options,
            "--end-of-options",
            "origin",
            f"+{self.source.ref or 'HEAD'}:{LOCAL_REF}",
            config=config,
        )

    def _git(self, *args: str, config: tuple[str, ...] = ()) -> Finished:
        """Return how a git that may speak to the source's host ended; raise what the dialer refused."""
        with self._reaching() as (access, dialing):
            done = self.run.run(
                *args,
                access=access,
                config=(f"remote.origin.url={self.url.address}", *config),
                looking=Watch(self.run.limits, self.run.packs, dialing),
            )
            if done.status and dialing is not None and dialing.trouble is not None:
                raise dialing.trouble
            return done

    @contextmanager
    def _reaching(self) -> Iterator[tuple[Access, Dialer | None]]:
        limits, folder = self.run.limits, self.run.folder
        if not self.url.scheme.startswith("http"):
            yield access_to(self.url, limits=limits, folder=folder, proxy=None), None
            return
        stays = token_of(self.url, limits=limits) is not None
        route = Route(self.url, forges=limits.trusted_forges, stays=stays)
        with dialer(route, bytes_limit=limits.received_bytes, deadline=self.run.deadline) as dialing:
            yield access_to(self.url, limits=limits, folder=folder, proxy=dialing.address), dialing

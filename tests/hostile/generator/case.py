"""What a hostile input is: how it is made, what is asked of it, and how it may end."""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.hostile.canaries import Canaries

MARK = "hostile5mark5of5forty5characters5in5all5"  # of the fences; some cases know it
PUBLIC = "192.31.196.1"  # an address that passes for public, where no web server is (RFC 7535: DNS only)
FORGES = ("http://127.0.0.2:*",)  # where the servers of this folder stand

# What the sources may refuse a repository, an archive or a folder with, whatever is wrong with it
BROKEN = frozenset({
    "bad_repository",
    "unreadable_repository",
    "unsupported_repository",
    "source_unreachable",
    "empty_project",
    "too_large",
    "too_much_memory",
})  # fmt: skip
BAD_URL = frozenset({"bad_url", "credentials_in_url", "untrusted_source", "private_address"})
NO_PATH = frozenset({"no_such_path", "not_a_folder", "unreadable_path", "path_not_allowed"})


@dataclass(frozen=True)
class Ask:
    """What is asked of the program: the arguments of parse, fetch and build."""

    source: str
    ref: str | None = None
    subdir: str | None = None
    limits: Mapping[str, object] = field(default_factory=dict)  # fields of Limits that are not the default
    forges: tuple[str, ...] = FORGES
    roots: tuple[str, ...] | None = None
    answers: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)  # name -> addresses, call by call
    budget: int = 20_000  # tokens
    times: int = 1  # that it is asked, one after the other
    checks: bool = False  # whether the machine checks of the grading look at the digest as well
    meanwhile: Callable[[], None] | None = None  # done over and over while the program works


@dataclass(frozen=True)
class Place:
    """Where one case is made."""

    folder: Path  # its own, empty
    canaries: Canaries
    stack: ExitStack  # ends the servers of the case
    planted: list[str] = field(default_factory=list)  # secrets that may come out nowhere

    def plant(self, secret: str) -> str:
        """Remember a secret, and return it."""
        self.planted.append(secret)
        return secret

    def project(self, files: Mapping[str, str | bytes] | None = None) -> Path:
        """Return the folder of a small honest project, *files* added to it or in place of its own."""
        for name, content in {**HONEST, **(files or {})}.items():
            path = self.folder / "project" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self.folder / "project"


@dataclass(frozen=True)
class Case:
    """A hostile input."""

    name: str
    make: Callable[[Place], Ask]
    codes: frozenset[str] = frozenset()  # of the errors that it may end with
    digest: bool = False  # whether it may end with a digest
    listed: tuple[str, ...] = ()  # paths that the manifest names
    shows: tuple[str, ...] = ()  # texts that the digest has
    hides: tuple[str, ...] = ()  # texts that it has not
    seconds: float = 5  # promised by the issue


HONEST: Mapping[str, str | bytes] = {
    "README.md": "# Bells\n\nRings a bell. Run `python main.py`.\n",
    "main.py": 'import bell\n\nif __name__ == "__main__":\n    bell.ring()\n',
    "bell.py": 'def ring() -> None:\n    print("ding-dong")\n',
}


def refused(name: str, make: Callable[[Place], Ask], *codes: str, seconds: float = 5) -> Case:
    """Return a case that must end with one of the codes."""
    return Case(name, make, codes=frozenset(codes), seconds=seconds)


def digested(
    name: str,
    make: Callable[[Place], Ask],
    *,
    listed: Sequence[str] = (),
    shows: Sequence[str] = (),
    hides: Sequence[str] = (),
    codes: Collection[str] = (),
) -> Case:
    """Return a case that ends with a digest, or with one of *codes* where there are any."""
    return Case(
        name,
        make,
        codes=frozenset(codes),
        digest=True,
        listed=tuple(listed),
        shows=tuple(shows),
        hides=tuple(hides),
    )


def folder(files: Mapping[str, str | bytes]) -> Callable[[Place], Ask]:
    """Return the maker of a folder with an honest project and *files*."""
    return lambda place: Ask(str(place.project(files)))


def random_text(alphabet: str, length: int) -> str:
    """Return a text that nobody can know."""
    return "".join(secrets.choice(alphabet) for _ in range(length))

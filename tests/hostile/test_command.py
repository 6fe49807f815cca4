"""`modu digest` on hostile sources: how it ends, and what it says."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.canaries import watched
from tests.hostile.generator import carriers, folders, network, secrets, tars, texts, trees, urls, zips
from tests.hostile.generator.case import Ask, Case, Place
from tests.hostile.laboratory import remove

_LONGEST = 30  # seconds, Python's start on a busy machine included
_VARIABLES = {"seconds": "MODU_FETCH_TIMEOUT", "received_bytes": "MODU_MAX_RECEIVED_BYTES"}
_EVERY_KIND = (urls.urls, urls.refs, urls.subdirs, network.redirects, network.endless, trees.names, trees.shapes)
_FILES = (folders.things, zips.names, zips.lies, tars.compressed, texts.encodings, texts.manifests, secrets.places)
_CHOSEN = frozenset({
    "url-password",
    "url-userinfo",
    "url-escape-sequence",
    "url-ext-with-option",
    "ref-line-end",
    "ref-half-a-character",
    "subdir-nul",
    "redirect-to-inside",
    "endless-silent",
    "name-escape",
    "tree-bomb",
    "folder-links",
    "folder-pipes-and-sockets",
    "zip-name-parent",
    "zip-encrypted",
    "tar-gz-truncated",
    "tar-xz-bomb",
    "readme-half-a-character",
    "source-utf-16-half-a-pair",
    "manifest-deep-json",
    "orders-in-names",
    "secret-in-file-name",
    "secret-in-branch",
    "secret-in-url-user",
    "secret-in-url-scp",
    "secret-in-url-query",
})  # fmt: skip


def _cases() -> list[Case]:
    makers = (*_EVERY_KIND, *_FILES, carriers.visible)
    return [case for maker in makers for case in maker() if case.name in _CHOSEN]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Where a case is made."""
    folder = tmp_path / "case"
    folder.mkdir()
    with watched(tmp_path / "canaries") as canaries, ExitStack() as stack:
        yield Place(folder, canaries, stack)
    remove(folder)


def run(ask: Ask, place: Place, *options: str) -> subprocess.CompletedProcess[bytes]:
    """Return how `modu digest` ended."""
    named = [
        word for name in ("ref", "subdir") if (value := getattr(ask, name)) is not None for word in (f"--{name}", value)
    ]
    environment = _environment(ask, place.folder)
    return subprocess.run(
        [sys.executable, "-m", "evaluator.cli.main", "digest", *options, *named, "--", ask.source],
        cwd=Path(__file__).parents[2],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_LONGEST,
        check=False,
    )


def _environment(ask: Ask, folder: Path) -> Mapping[str, str]:
    temporary = folder / "tmp"
    temporary.mkdir()
    limits = {_VARIABLES[name]: str(value) for name, value in ask.limits.items()}
    home = {"HOME": str(folder), "MODU_HOME": str(folder / "home"), "TMPDIR": str(temporary)}
    forges = {"MODU_TRUSTED_FORGES": ",".join(ask.forges)}
    return {"PATH": "/usr/bin:/bin:/usr/local/bin", "LANG": "C.UTF-8", **home, **forges, **limits}


def _typeable(ask: Ask) -> bool:
    """Return whether the shell can pass these words at all."""
    return not any("\0" in (word or "") for word in (ask.source, ask.ref, ask.subdir))


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case.name)
def test_the_command_ends_in_order_and_says_no_secret(case: Case, place: Place) -> None:
    ask = case.make(place)
    if not _typeable(ask):
        ask = Ask(ask.source.replace("\0", ""), ref=ask.ref, subdir=(ask.subdir or "").replace("\0", "\x01"))

    ended = run(ask, place, "--json")

    said = (ended.stdout + ended.stderr).decode("utf-8", "backslashreplace")
    assert _faults(case, ended.returncode, ended.stdout) == []
    assert "Traceback" not in said
    assert [secret for secret in place.planted if secret in said] == []
    assert [char for char in said if char < " " and char not in "\n\t"] == []
    assert list((place.folder / "tmp").iterdir()) == []
    assert place.canaries.touched() == []


def _faults(case: Case, status: int, out: bytes) -> list[str]:
    told: Any = json.loads(out)
    if status == 0:
        missing = [path for path in case.listed if path not in {file["path"] for file in told["files"]}]
        return [f"not listed: {path}" for path in missing] if case.digest else ["it was not refused"]
    error = told.get("error", {})
    if status not in {2, 5} or set(error) != {"code", "message"} or error["code"] not in case.codes:
        return [f"exit {status}, {told}"]
    return []


def test_the_text_of_the_command_is_one_for_a_terminal(place: Place) -> None:
    (case,) = [case for case in carriers.visible() if case.name == "orders-control-tokens"]

    ended = run(case.make(place), place)

    assert ended.returncode == 0
    assert [byte for byte in ended.stdout + ended.stderr if byte < 32 and byte not in b"\n\t"] == []

"""Mirrors: what was fetched before is not fetched again, and nothing else is ever read from one."""

import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from evaluator.domain import Limits, MirrorLimits
from evaluator.errors import SourceUnavailable
from evaluator.sources.fetch import fetch
from tests.support.forges import LIMITS, always, at, refusal, serving
from tests.support.repositories import Forge, commit_of, git, make_repository, serve_forge

MEDLEY = {f"src/f{n:03}.py": f"# {n}\n" + "print('x')\n" * n for n in range(80)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "served" / "demo", {"README.md": "# Demo\n", **MEDLEY})


@pytest.fixture
def forge(folder: Path) -> Iterator[Forge]:
    with serve_forge(folder.parent) as forge:
        yield forge


@pytest.fixture
def limits(tmp_path: Path) -> Limits:
    return LIMITS.model_copy(update={"mirrors": MirrorLimits(folder=tmp_path / "mirrors")})


def seen(
    forge: Forge, limits: Limits, *, ref: str | None = None, name: str = "demo"
) -> tuple[str | None, dict[str, bytes]]:
    """Return the commit and the contents that a fetch gives."""
    with fetch(at(f"{forge.url}/{name}", ref=ref), limits=limits) as snapshot:
        return snapshot.commit, {entry.path: data for entry, data in snapshot.read(snapshot.entries)}


def kept(limits: Limits) -> list[Path]:
    """Return the mirrors there are."""
    assert limits.mirrors is not None
    return sorted(path for path in limits.mirrors.folder.iterdir() if len(path.name) == 64)


def packs(mirror: Path) -> list[Path]:
    return sorted((mirror / "objects" / "pack").glob("*.pack"))


def test_the_same_commit_is_not_sent_again(forge: Forge, folder: Path, limits: Limits) -> None:
    first = seen(forge, limits)
    forge.requests.clear()

    second = seen(forge, limits)

    assert first == second
    assert first[0] == commit_of(folder)
    assert first[1] == {"README.md": b"# Demo\n", **{path: text.encode() for path, text in MEDLEY.items()}}
    assert forge.fetches == []
    assert len(forge.requests) == 2  # what the host can, and which commit it has


def test_a_whole_commit_id_is_not_even_asked_for(forge: Forge, folder: Path, limits: Limits) -> None:
    first = seen(forge, limits)
    forge.requests.clear()

    second = seen(forge, limits, ref=commit_of(folder))

    assert first == second
    assert forge.requests == []


def test_of_a_new_commit_only_the_difference_is_sent(forge: Forge, folder: Path, limits: Limits) -> None:
    seen(forge, limits)
    whole = sum(request.answered for request in forge.fetches)
    make_repository(folder, {"src/f079.py": "print('new')\n"})
    forge.requests.clear()

    commit, contents = seen(forge, limits)

    assert commit == commit_of(folder)
    assert contents["src/f079.py"] == b"print('new')\n"
    assert len(contents) == 81
    assert sum(request.answered for request in forge.fetches) < whole / 4
    forge.requests.clear()
    assert seen(forge, limits) == (commit, contents)
    assert forge.fetches == []


def test_an_older_content_comes_back_with_a_newer_commit(forge: Forge, folder: Path, limits: Limits) -> None:
    make_repository(folder, {"README.md": "second\n"})
    seen(forge, limits)
    make_repository(folder, {"README.md": "# Demo\n"})  # what was there before the commit that the mirror has

    assert seen(forge, limits)[1]["README.md"] == b"# Demo\n"


def test_branches_and_tags_are_looked_up_as_git_does(forge: Forge, folder: Path, limits: Limits) -> None:
    old = commit_of(folder)
    git(folder, "tag", "--annotate", "--message", "one", "v1")
    git(folder, "tag", "both")
    make_repository(folder, {"new.py": "1\n"})
    git(folder, "branch", "both")
    git(folder, "branch", "team/v1")
    expected = {"v1": old, "both": old, "main": commit_of(folder), "refs/heads/both": commit_of(folder)}
    bare = {ref: seen(forge, limits.model_copy(update={"mirrors": None}), ref=ref)[0] for ref in expected}
    for ref in expected:
        seen(forge, limits, ref=ref)
    forge.requests.clear()

    found = {ref: seen(forge, limits, ref=ref)[0] for ref in expected}

    assert found == bare == expected
    assert forge.fetches == []


@pytest.mark.parametrize(("ref", "code"), [("nope", "unknown_ref"), ("0" * 40, "unknown_ref"), ("blob", "unknown_ref")])
def test_a_ref_that_is_not_there_is_refused_and_the_mirror_stays(
    forge: Forge, folder: Path, limits: Limits, ref: str, code: str
) -> None:
    git(folder, "tag", "blob", "HEAD:README.md")
    seen(forge, limits)

    error = refusal(at(f"{forge.url}/demo", ref=ref), limits)
    forge.requests.clear()
    seen(forge, limits)

    assert error.code == code
    assert forge.fetches == []


def test_a_host_that_is_gone_is_told_even_where_there_is_a_mirror(forge: Forge, folder: Path, limits: Limits) -> None:
    seen(forge, limits)
    folder.rename(folder.parent / "moved")

    assert refusal(at(f"{forge.url}/demo"), limits).code == "repository_not_found"


def test_nothing_is_kept_unless_the_operator_says_so(forge: Forge, tmp_path: Path) -> None:
    seen(forge, LIMITS)

    assert not (tmp_path / "mirrors").exists()


def test_what_is_refused_is_not_kept(forge: Forge, limits: Limits) -> None:
    refusal(at(f"{forge.url}/demo"), limits.model_copy(update={"entries": 5}))

    assert [packs(mirror) for mirror in kept(limits)] == [[]]


def test_a_mirror_is_refused_like_what_it_was_made_of(forge: Forge, limits: Limits) -> None:
    seen(forge, limits)

    assert refusal(at(f"{forge.url}/demo"), limits.model_copy(update={"entries": 5})).code == "too_many_files"


def test_mirrors_are_closed_to_other_accounts(forge: Forge, limits: Limits) -> None:
    seen(forge, limits)
    (mirror,) = kept(limits)

    assert [path.stat().st_mode & 0o077 for path in (mirror.parent, mirror)] == [0, 0]


def test_a_large_file_stays_away(forge: Forge, folder: Path, limits: Limits) -> None:
    make_repository(folder, {"big.bin": os.urandom(2 << 20)})

    for _ in range(2):
        with fetch(at(f"{forge.url}/demo"), limits=limits) as snapshot:
            assert [each.path for each in snapshot.skipped] == ["big.bin"]
    assert sum(path.stat().st_size for path in packs(kept(limits)[0])) < 1 << 20


def test_another_limit_of_file_sizes_has_a_mirror_of_its_own(forge: Forge, folder: Path, limits: Limits) -> None:
    make_repository(folder, {"big.bin": os.urandom(2 << 20)})
    seen(forge, limits)

    _, contents = seen(forge, limits.model_copy(update={"file_bytes": 4 << 20}))

    assert "big.bin" in contents
    assert len(kept(limits)) == 2


def test_tokens_and_urls_share_nothing(forge: Forge, folder: Path, limits: Limits) -> None:
    make_repository(folder.parent / "other", {"README.md": "other\n"})
    host = forge.url.partition("://")[2]
    with_tokens = [
        limits.model_copy(update={"forge_tokens": {host: SecretStr(token)}}) for token in ("one-token", "two-token")
    ]

    for each in (limits, *with_tokens):
        seen(forge, each)
    seen(forge, limits, name="other")

    assert len(kept(limits)) == 4
    assert len(forge.fetches) == 4
    assert not any("token" in path.name for path in kept(limits))


# Hard times -------------------------------------------------------------------------------------------------------


def spoil(mirror: Path, how: str, other: Path) -> None:
    """Do something to a mirror that should not be."""
    (pack,) = packs(mirror)
    for path in (mirror / "objects" / "pack").iterdir():
        path.chmod(0o600)
    data, state = pack.read_bytes(), json.loads((mirror / "state.json").read_bytes())
    middle = len(data) // 2
    ways: dict[str, Callable[[], object]] = {
        "a pack is cut off": lambda: pack.write_bytes(data[:middle]),
        "a pack is gone": pack.unlink,
        "a byte is another": lambda: pack.write_bytes(
            data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]
        ),
        "every byte is another": lambda: pack.write_bytes(bytes(len(data))),
        "the state is cut off": lambda: os.truncate(mirror / "state.json", 20),
        "the state is of another form": lambda: write_state(mirror, {"commits": 7, "files": ["/etc/passwd"]}),
        "the state was never written": (mirror / "state.json").unlink,
        "it says to have a commit that it has not": lambda: write_state(
            mirror, {**state, "commits": [*state["commits"], commit_of(other)]}
        ),
        "there is another object under the name of one": lambda: forge_object(mirror, other),
    }
    ways[how]()


def write_state(mirror: Path, state: object) -> None:
    (mirror / "state.json").write_text(json.dumps(state))


def forge_object(mirror: Path, other: Path) -> None:
    """Put a README of another content where git looks for the one of the commit."""
    id = git(other, "rev-parse", "HEAD:README.md")
    honest = git(mirror, "--git-dir", str(other / ".git"), "hash-object", "--stdin", stdin=b"# Demo\n")
    target = mirror / "objects" / honest[:2]
    target.mkdir()
    (target / honest[2:]).write_bytes((other / ".git" / "objects" / id[:2] / id[2:]).read_bytes())
    for pack in (mirror / "objects" / "pack").iterdir():  # so that nothing else has it
        pack.unlink()
    for path in (other.parent / "demo/.git/objects").glob("??/*"):
        if path.parent.name + path.name != honest:
            (mirror / "objects" / path.parent.name).mkdir(exist_ok=True)
            (mirror / "objects" / path.parent.name / path.name).write_bytes(path.read_bytes())
    state = json.loads((mirror / "state.json").read_bytes())
    (mirror / "state.json").write_text(json.dumps({**state, "files": {}}))


@pytest.mark.parametrize(
    "how",
    [
        "a pack is cut off",
        "a pack is gone",
        "every byte is another",
        "the state is cut off",
        "the state is of another form",
        "the state was never written",
        "it says to have a commit that it has not",
    ],
)
def test_a_mirror_that_is_no_good_is_thrown_away_and_fetched_again(
    forge: Forge, folder: Path, limits: Limits, how: str
) -> None:
    other = make_repository(folder.parent / "other", {"README.md": "other\n"})
    seen(forge, limits)
    spoil(kept(limits)[0], how, other)
    if how.startswith("it says"):
        git(folder, "fetch", "--quiet", str(other), "main")
        git(folder, "update-ref", "refs/heads/main", commit_of(other))
    expected = {
        line: git(folder, "show", f"HEAD:{line}")
        for line in git(folder, "ls-tree", "-r", "--name-only", "HEAD").split()
    }

    commit, contents = seen(forge, limits)
    forge.requests.clear()
    again = seen(forge, limits)

    assert commit == commit_of(folder)
    assert {path: data.decode().strip() for path, data in contents.items()} == expected
    assert again == (commit, contents)
    assert forge.fetches == []


@pytest.mark.parametrize("how", ["a byte is another", "there is another object under the name of one"])
def test_another_content_is_never_read(forge: Forge, folder: Path, limits: Limits, how: str) -> None:
    other = make_repository(folder.parent / "other", {"README.md": "other\n"})
    seen(forge, limits)
    spoil(kept(limits)[0], how, other)

    try:
        first = seen(forge, limits)
    except SourceUnavailable:  # noticed amid the reading: worth another try
        first = seen(forge, limits)

    assert first == (commit_of(folder), {"README.md": b"# Demo\n", **{p: text.encode() for p, text in MEDLEY.items()}})


def test_many_at_once_read_the_same(forge: Forge, folder: Path, limits: Limits) -> None:
    expected = seen(forge, LIMITS)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: seen(forge, limits), range(16)))

    assert found == [expected] * 16
    assert len(kept(limits)) == 1
    assert not list(kept(limits)[0].glob("objects/pack/incoming-*"))


READING = """
import sys
from pathlib import Path
from evaluator.domain import Limits, MirrorLimits
from evaluator.sources.fetch import fetch
from evaluator.sources.parse import parse

forges = ("http://127.0.0.1:*",)
limits = Limits(trusted_forges=forges, mirrors=MirrorLimits(folder=Path(sys.argv[2]), bytes=int(sys.argv[3])))
for _ in range(3):
    with fetch(parse(sys.argv[1], trusted_forges=forges), limits=limits) as snapshot:
        print(snapshot.commit, sum(len(data) for _, data in snapshot.read(snapshot.entries)))
"""


def test_two_processes_share_a_folder_of_mirrors(forge: Forge, folder: Path, limits: Limits) -> None:
    assert limits.mirrors is not None
    size = sum(len(data) for data in seen(forge, LIMITS)[1].values())
    command = (sys.executable, "-c", READING, f"{forge.url}/demo", str(limits.mirrors.folder), str(1 << 30))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}

    running = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate()[0].splitlines() for process in running]

    assert said == [[f"{commit_of(folder)} {size}"] * 3] * 2
    assert len(kept(limits)) == 1


# Making room ------------------------------------------------------------------------------------------------------


def aged(mirror: Path, days: float) -> None:
    then = time.time() - days * 86_400
    os.utime(mirror / "lock", (then, then))


def test_the_one_used_longest_ago_goes_first(forge: Forge, folder: Path, limits: Limits) -> None:
    for name in ("a", "b", "c"):
        make_repository(folder.parent / name, {"README.md": name, "data": os.urandom(100_000)})
    small = limits.model_copy(
        update={"mirrors": limits.mirrors and limits.mirrors.model_copy(update={"bytes": 250_000})}
    )
    seen(forge, small, name="a")
    (first,) = kept(small)
    seen(forge, small, name="b")
    (second,) = set(kept(small)) - {first}
    aged(first, 2)
    aged(second, 1)
    seen(forge, small, name="a")  # used again

    seen(forge, small, name="c")

    assert first in kept(small)
    assert second not in kept(small)
    assert len(kept(small)) == 2


def test_one_that_is_larger_than_all_may_be_is_not_kept(forge: Forge, limits: Limits) -> None:
    tiny = limits.model_copy(update={"mirrors": limits.mirrors and limits.mirrors.model_copy(update={"bytes": 1000})})

    assert seen(forge, tiny) == seen(forge, LIMITS)
    assert [packs(mirror) for mirror in kept(tiny)] in ([], [[]])


def test_one_that_is_read_is_not_removed(forge: Forge, folder: Path, limits: Limits) -> None:
    make_repository(folder.parent / "other", {"README.md": "other\n"})
    seen(forge, limits)
    (mirror,) = kept(limits)

    with fetch(at(f"{forge.url}/demo"), limits=limits) as snapshot:
        aged(mirror, 400)
        seen(forge, limits, name="other")
        during = mirror.exists()
        read = len(list(snapshot.read(snapshot.entries)))
    aged(mirror, 400)
    make_repository(folder.parent / "other", {"README.md": "more\n"})
    seen(forge, limits, name="other")

    assert during
    assert read == 81
    assert not mirror.exists()


def test_one_that_is_too_old_is_fetched_anew(forge: Forge, limits: Limits) -> None:
    seen(forge, limits)
    aged(kept(limits)[0], 31)
    forge.requests.clear()

    seen(forge, limits)

    assert len(forge.fetches) == 1


def test_one_of_too_many_packs_is_fetched_anew(forge: Forge, folder: Path, limits: Limits) -> None:
    for n in range(25):
        make_repository(folder, {"n.py": f"{n}\n"})
        assert seen(forge, limits)[1]["n.py"] == f"{n}\n".encode()

    assert len(packs(kept(limits)[0])) < 25


def test_what_a_killed_process_left_is_removed(forge: Forge, folder: Path, limits: Limits) -> None:
    seen(forge, limits)
    (mirror,) = kept(limits)
    (mirror.parent / "removed-0011").mkdir()
    (mirror / "objects/pack/incoming-pack-1.pack").write_bytes(b"half")
    make_repository(folder, {"new.py": "1\n"})

    seen(forge, limits)

    assert not (mirror.parent / "removed-0011").exists()
    assert not (mirror / "objects/pack/incoming-pack-1.pack").exists()


def test_a_folder_that_cannot_be_used_is_no_reason_not_to_grade(
    forge: Forge, folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    limits = LIMITS.model_copy(update={"mirrors": MirrorLimits(folder=tmp_path / "file")})

    assert seen(forge, limits)[0] == commit_of(folder)
    assert "mirrors cannot be used" in caplog.text


def test_mirrors_may_be_on_another_disk(forge: Forge, limits: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", failing(errno.EXDEV))
    first = seen(forge, limits)
    forge.requests.clear()

    assert seen(forge, limits) == first
    assert forge.fetches == []


def test_a_disk_that_is_full_is_no_reason_not_to_grade(
    forge: Forge, limits: Limits, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(os, "link", failing(errno.EXDEV))
    monkeypatch.setattr(shutil, "copyfile", failing(errno.ENOSPC))

    first = seen(forge, limits)

    assert len(first[1]) == 81
    assert "could not be written" in caplog.text
    monkeypatch.undo()
    assert seen(forge, limits) == first


def test_a_disk_without_locks_keeps_no_mirrors(
    forge: Forge, limits: Limits, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fcntl, "flock", failing(errno.ENOLCK))

    assert len(seen(forge, limits)[1]) == 81
    assert "mirrors cannot be used" in caplog.text
    assert [packs(mirror) for mirror in kept(limits)] == [[]]


def failing(number: int) -> Callable[..., None]:
    """Return a call of the system that fails."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def test_a_mirror_that_others_can_write_is_not_used(
    forge: Forge, limits: Limits, caplog: pytest.LogCaptureFixture
) -> None:
    seen(forge, limits)
    kept(limits)[0].chmod(0o777)
    forge.requests.clear()

    seen(forge, limits)

    assert len(forge.fetches) == 1
    assert "mirrors cannot be used" in caplog.text


def test_a_host_that_is_busy_is_told_so_and_the_mirror_stays(forge: Forge, limits: Limits) -> None:
    with serving(always("503 Busy")) as (url, _):
        error = refusal(at(f"{url}/demo"), limits)

    assert isinstance(error, SourceUnavailable)

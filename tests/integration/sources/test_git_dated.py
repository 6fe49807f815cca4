"""A deadline: the last commit of a ref that is not later is what is graded, whatever the history looks like."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from evaluator.domain import Limits, MirrorLimits
from evaluator.errors import SourceUnavailable
from evaluator.sources import watch
from evaluator.sources.fetch import fetch
from tests.support.forges import LIMITS, at, refusal
from tests.support.histories import commit_on, day, import_commits, make_history
from tests.support.repositories import Forge, commit_of, git, make_project, make_repository, serve_forge


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Repositories: `days` has a commit on each of ten days, `long` three hundred within the first day."""
    top = tmp_path_factory.mktemp("dated")
    make_history(top / "days", range(10))
    git(top / "days", "tag", "--annotate", "--message", "late", "late", "main~1")
    git(top / "days", "tag", "light", "main~6")
    git(top / "days", "branch", "side", "main~3")
    make_history(top / "long", [number / 300 for number in range(300)])
    return top


@pytest.fixture(scope="module")
def forge(root: Path) -> Iterator[Forge]:
    with serve_forge(root) as forge:
        yield forge


def graded(
    forge: Forge, name: str, until: datetime, *, ref: str | None = None, limits: Limits = LIMITS
) -> tuple[str | None, str]:
    """Return the commit that a deadline leads to, and what its README says."""
    with fetch(at(f"{forge.url}/{name}", ref=ref, until=until), limits=limits) as snapshot:
        readme = {entry.path: data for entry, data in snapshot.read(snapshot.entries)}["README.md"]
        return snapshot.commit, readme.decode()


@pytest.mark.parametrize(("until", "back"), [(30, 0), (9, 0), (8.99, 1), (8, 1), (0.5, 9), (0, 9)], ids=str)
def test_the_last_commit_that_is_not_later_is_graded(forge: Forge, root: Path, until: float, back: int) -> None:
    commit, readme = graded(forge, "days", day(until))

    assert commit == commit_of(root / "days", f"main~{back}")
    assert readme == f"# Day {9 - back}\n"


def test_a_deadline_that_nothing_is_later_than_costs_one_fetch(forge: Forge) -> None:
    before = len(forge.fetches)

    graded(forge, "days", day(30))

    assert len(forge.fetches) == before + 1


def test_a_history_is_looked_through_without_its_files(tmp_path: Path) -> None:
    files = {f"file{number}.txt": random.Random(number).randbytes(9_000) for number in range(20)}
    folder = make_repository(tmp_path / "demo", {"README.md": "# Demo\n", **files})
    for number in range(5):
        commit_on(folder, number)

    with serve_forge(tmp_path) as forge:
        found, _ = graded(forge, "demo", day(2))
        history = forge.fetches[1:-1]

    assert found == commit_of(folder, "main~2")
    assert 0 < sum(request.answered for request in history) < 5000


@pytest.mark.parametrize("until", [-0.5, -30_000])
def test_a_branch_without_a_commit_that_old_is_refused(forge: Forge, until: float) -> None:
    error = refusal(at(f"{forge.url}/days", until=day(until)))

    assert error.code == "no_commit_before"
    assert str(error).startswith("No commit of the default branch of 'days' was made by ")


@pytest.mark.parametrize(
    ("ref", "until", "commit"),
    [
        ("side", 30, "main~3"),
        ("side", 5, "main~4"),
        ("late", 30, "main~1"),
        ("late", 7.5, "main~2"),
        ("light", 2.5, "main~7"),
        ("COMMIT", 5, "main~4"),
        ("COMMIT", 6, "main~3"),
    ],
)
def test_a_branch_a_tag_and_a_commit_are_turned_back_too(
    forge: Forge, root: Path, ref: str, until: float, commit: str
) -> None:
    ref = commit_of(root / "days", "main~3") if ref == "COMMIT" else ref

    found, _ = graded(forge, "days", day(until), ref=ref)

    assert found == commit_of(root / "days", commit)


@pytest.mark.parametrize("back", [63, 64, 65, 299])
def test_a_commit_far_back_is_found(forge: Forge, root: Path, back: int) -> None:
    commit = commit_of(root / "long", f"main~{back}")
    seconds = int(git(root / "long", "log", "-1", "--format=%ct", commit))

    found, _ = graded(forge, "long", datetime.fromtimestamp(seconds, tz=day(0).tzinfo))

    assert found == commit


def test_a_ref_that_is_no_commit_is_refused_as_without_a_deadline(forge: Forge, root: Path) -> None:
    git(root / "days", "tag", "readme", "main:README.md")

    error = refusal(at(f"{forge.url}/days", ref="readme", until=day(3)))

    assert error.code == "unknown_ref"


def test_only_what_the_branch_was_itself_counts_not_what_was_merged_into_it(tmp_path: Path) -> None:
    folder = make_history(tmp_path / "demo", [0, 1])
    early = commit_on(folder, 2, ref="refs/heads/side")
    commit_on(folder, 8, parents=["main", "side"])

    with serve_forge(tmp_path) as forge:
        found, _ = graded(forge, "demo", day(5))

    assert found != early
    assert found == commit_of(folder, "main~1")


@pytest.mark.parametrize(
    ("days", "until", "back"),
    [
        pytest.param([0, 50, 1, 60, 2, 70], 3, 1, id="dates that go up and down"),
        pytest.param([9, 8, 7, 5.5, 6], 5.7, 1, id="dates that go backwards"),
        pytest.param([9, 8, 7, 6, 5], 5, 0, id="the tip has the first date"),
        pytest.param([0, 1, 20_000, 30_000], 1.5, 2, id="dates beyond 2038"),
        pytest.param([0, 1, 100_000, 1_000_000], 2, 2, id="dates beyond 2106"),
    ],
)
def test_dates_in_disorder_give_the_nearest_commit_that_is_not_later(
    tmp_path: Path, days: Sequence[float], until: float, back: int
) -> None:
    folder = make_history(tmp_path / "demo", days)

    with serve_forge(tmp_path) as forge:
        found, _ = graded(forge, "demo", day(until))

    assert found == commit_of(folder, f"main~{back}")


@pytest.mark.parametrize("old", [False, True], ids=["by id", "not by id"])
@pytest.mark.parametrize("option", ["uploadpack.allowFilter", "uploadpackfilter.tree.allow"])
def test_servers_that_filter_not_or_give_no_commit_by_its_id_do(tmp_path: Path, option: str, old: bool) -> None:
    folder = make_history(tmp_path / "demo", range(100))
    git(folder, "config", option, "false")

    with serve_forge(tmp_path, old=old) as forge:
        found, readme = graded(forge, "demo", day(10))

    assert found == commit_of(folder, "main~89")
    assert readme == "# Day 10\n"


def test_a_host_that_has_but_part_of_a_history_has_no_commit_before_it(tmp_path: Path) -> None:
    whole = make_history(tmp_path / "whole", range(10))
    git(tmp_path, "clone", "--quiet", "--depth=3", f"file://{whole}", "part")

    with serve_forge(tmp_path) as forge:
        found, _ = graded(forge, "part", day(7))
        error = refusal(at(f"{forge.url}/part", until=day(6)))

    assert found == commit_of(whole, "main~2")
    assert error.code == "no_commit_before"


def test_old_commits_with_faults_that_hurt_nobody_are_looked_through(tmp_path: Path) -> None:
    lines = [
        b"commit refs/heads/main\nmark :%d\ncommitter Test <test> %d +%s\ndata 2\nx\nM 100644 inline README.md\n"
        b"data 2\n%d\n\n" % (number, int(day(number).timestamp()), b"5136" if number == 3 else b"0000", number)
        for number in range(1, 9)
    ]
    folder = import_commits(tmp_path / "demo", lines, raw=True)

    with serve_forge(tmp_path) as forge:
        found, _ = graded(forge, "demo", day(5))

    assert found == commit_of(folder, "main~3")


def told(messages: Sequence[bytes]) -> list[bytes]:
    """Return what fast-import makes commits of, one a day, with these messages."""
    return [
        b"commit refs/heads/main\ncommitter T <t@example.org> %d +0000\ndata %d\n%s\n"
        b"M 100644 inline README.md\ndata 2\nx\n\n" % (day(number).timestamp(), len(message), message)
        for number, message in enumerate(messages)
    ]


def test_a_history_that_weighs_more_than_a_fetch_may_is_refused(tmp_path: Path) -> None:
    import_commits(tmp_path / "demo", told([random.Random(n).randbytes(40_000).hex().encode() for n in range(40)]))
    limits = LIMITS.model_copy(update={"received_bytes": 1 << 20})

    with serve_forge(tmp_path) as forge:
        error = refusal(at(f"{forge.url}/demo", until=day(-1)), limits)

    assert error.code == "long_history"
    assert "--ref" in str(error)


def test_a_history_that_unpacks_to_far_more_than_it_weighs_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_FREE_SECONDS", 0.02)
    import_commits(tmp_path / "demo", told([b"First", *(b"%d" % n + b"x" * (10 << 20) for n in range(20)), b"Last"]))

    with serve_forge(tmp_path) as forge:
        error = refusal(at(f"{forge.url}/demo", until=day(0)))

    assert error.code == "long_history"


def test_a_subdirectory_is_that_of_the_commit_that_is_graded(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "demo", {"app/README.md": "# Early\n"})
    git(folder, "mv", "app", "moved")
    git(folder, "commit", "--quiet", "--message", "Later")
    commit_on(folder, 3)

    with (
        serve_forge(tmp_path) as forge,
        fetch(at(f"{forge.url}/demo", subdir="moved", until=day(1)), limits=LIMITS) as snapshot,
    ):
        paths = [entry.path for entry in snapshot.entries]

    assert paths == ["README.md"]


@pytest.mark.parametrize("file", ["project", "project/README.md"])
def test_a_source_without_commits_is_refused_with_a_deadline(tmp_path: Path, file: str) -> None:
    make_project(tmp_path / "project", {"README.md": "# Demo\n"})
    source = at(str(tmp_path / file))

    error = refusal(source.model_copy(update={"until": day(0)}))

    assert error.code == "deadline_without_commits"


def test_the_same_commit_is_not_fetched_again_from_a_mirror(forge: Forge, root: Path, tmp_path: Path) -> None:
    limits = LIMITS.model_copy(update={"mirrors": MirrorLimits(folder=tmp_path / "mirrors")})
    first = graded(forge, "days", day(4), limits=limits)
    before = len(forge.fetches)

    again = graded(forge, "days", day(4), limits=limits)

    assert again == first == (commit_of(root / "days", "main~5"), "# Day 4\n")
    assert len(forge.fetches) == before


def test_a_mirror_answers_every_deadline_and_every_tip_for_itself(tmp_path: Path) -> None:
    limits = LIMITS.model_copy(update={"mirrors": MirrorLimits(folder=tmp_path / "mirrors")})
    folder = make_history(tmp_path / "served" / "demo", range(10))
    with serve_forge(folder.parent) as forge:
        asked = [graded(forge, "demo", day(number), limits=limits)[1] for number in (4, 7, 4, 20, 7)]
        commit_on(folder, 3)  # a new tip, with an earlier date than the deadline
        moved = graded(forge, "demo", day(4), limits=limits)[0]

    assert asked == [f"# Day {number}\n" for number in (4, 7, 4, 9, 7)]
    assert moved == commit_of(folder)


@pytest.mark.parametrize("turn", [1, 2, 3], ids=["the tip", "the history", "the commit"])
def test_a_host_that_leads_away_is_refused_whatever_it_is_asked_for(tmp_path: Path, turn: int) -> None:
    make_history(tmp_path / "demo", range(5))
    asked = iter(range(1, 9))

    def redirect(path: str) -> str | None:
        return "https://10.0.0.1/demo" if "info/refs" in path and next(asked) == turn else None

    with serve_forge(tmp_path, redirect=redirect) as forge:
        error = refusal(at(f"{forge.url}/demo", until=day(2)))

    assert error.code == "untrusted_source"


def test_a_branch_that_is_moved_while_its_commit_is_fetched_is_to_be_asked_for_again(tmp_path: Path) -> None:
    folder = make_history(tmp_path / "demo", [0, 5])
    make_history(folder, [7], branch="other")
    asked = iter(range(1, 9))

    def move(path: str) -> None:
        if "info/refs" in path and next(asked) == 4:  # after the tip, the history, and the commit by its id
            git(folder, "update-ref", "refs/heads/main", "refs/heads/other")

    with serve_forge(tmp_path, redirect=move, old=True) as forge:
        error = refusal(at(f"{forge.url}/demo", ref="main", until=day(2)))

    assert isinstance(error, SourceUnavailable)
    assert "changed while it was fetched" in str(error)


@pytest.mark.parametrize("notes", ["", "[]", '{"x": 1}', "\0", "OTHER"])
def test_notes_of_a_mirror_that_cannot_be_read_are_not_missed(tmp_path: Path, notes: str) -> None:
    limits = LIMITS.model_copy(update={"mirrors": MirrorLimits(folder=tmp_path / "mirrors")})
    folder = make_history(tmp_path / "served" / "demo", range(5))
    with serve_forge(folder.parent) as forge:
        graded(forge, "demo", day(2), limits=limits)
        (file,) = (tmp_path / "mirrors").glob("*/notes.json")
        gone = file.read_text().replace(commit_of(folder, "main~2"), commit_of(folder, "main~4"))  # never fetched
        file.write_text(gone if notes == "OTHER" else notes)

        found, _ = graded(forge, "demo", day(2), limits=limits)

    assert found == commit_of(folder, "main~2")

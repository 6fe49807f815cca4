"""Anyone can recompute a grade: with the database, and from a file without it."""

from pathlib import Path

from tests.support.cli import Modu


def test_a_grade_is_recomputed_from_the_database_and_from_a_file(worked: Modu, project: Path, tmp_path: Path) -> None:
    id = worked("evaluate", str(project), "--model", "offline", "--json").json["id"]

    stored = worked("regrade", id[:12])
    (tmp_path / "record.json").write_text(worked("show", id, "--record").out, encoding="utf-8")
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
    from_file = worked("regrade", str(tmp_path / "record.json"), **nowhere)

    assert (stored.status, stored.err) == (0, "")
    assert stored.out.endswith("The same: the record gives exactly the score that was given.\n")
    assert (from_file.status, from_file.out) == (0, stored.out)


def test_what_was_never_graded_cannot_be_recomputed(worked: Modu) -> None:
    ended = worked("regrade", "abcdef12")

    assert ended.status == 2
    assert "There is no request or evaluation abcdef12." in ended.err

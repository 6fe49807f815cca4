import threading
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evaluator.domain import Options, User
from evaluator.errors import BadRubric, NoKey, RequestError, RubricNeedsCode, UnknownPrice, UnknownRubric
from evaluator.services import cohorts
from evaluator.services.cohort_cells import BadRow
from evaluator.services.cohort_file import Table
from evaluator.services.cohort_intake import Accepted, BadRows, CohortConflict
from evaluator.store.database import Database
from tests.support.handing_over import DEADLINE, OPENAI, desk_of, hand_over, repository, table
from tests.support.people import OPTIONS, add_user, rows


def refused(database: Database, user: User, given: Table, **more: Any) -> dict[int, str]:
    with pytest.raises(BadRows) as raised:
        hand_over(database, user, given, **more)
    return {row.number: row.reason for row in raised.value.rows}


def queued(database: Database) -> list[tuple[Any, ...]]:
    return rows(
        database,
        "SELECT r.row_number, r.project_name, u.github_username FROM evaluator.requests AS r"
        "  JOIN users AS u ON u.id = r.user_id ORDER BY r.row_number",
    )


def test_all_rows_are_queued_with_whom_they_are_graded_for(database: Database, user: User) -> None:
    given = table(
        repository("a", user="KIM"),
        repository("b", team="Alpha", name="The B"),
        repository("c", team="alpha"),
        repository("d", user=str(user.id).upper()),
        repository("e"),
    )

    accepted = hand_over(database, add_user(database, "organizer"), given, concurrency=5)

    assert (accepted.added, accepted.known, accepted.skipped) == (5, 0, ())
    assert queued(database) == [
        (1, "a", "kim"),
        (2, "The B", "Alpha"),
        (3, "c", "Alpha"),
        (4, "d", "kim"),
        (5, "e", "organizer"),
    ]
    assert rows(
        database,
        "SELECT DISTINCT state, priority, enqueued_at, c.name, c.concurrency FROM evaluator.requests AS r"
        "  JOIN evaluator.cohorts AS c ON c.id = r.cohort_id",
    ) == [("queued", -10, None, "spring", 5)]


def test_a_team_is_a_user_that_is_noted_as_one_and_has_statistics(database: Database, user: User) -> None:
    hand_over(database, user, table(repository("a", team="Alpha"), repository("b", team="Beta")))
    hand_over(database, user, table(repository("a", team="ALPHA")), name="autumn")

    assert rows(
        database,
        "SELECT u.github_username, s.total_evaluations, length(u.user_salt) FROM evaluator.teams AS t"
        "  JOIN users AS u ON u.id = t.user_id JOIN user_stats AS s ON s.user_id = u.id ORDER BY 1",
    ) == [("Alpha", 0, 64), ("Beta", 0, 64)]


def test_one_cohort_leaves_one_line_in_the_audit_trail(database: Database, user: User) -> None:
    accepted = hand_over(database, user, table(repository("a"), repository("b")))

    assert rows(database, "SELECT event_type, user_id, details FROM security_audit_log") == [
        (
            "cohort_submitted",
            user.id,
            {"cohort_id": str(accepted.cohort.id), "added": 2, "known": 0, "skipped": 0},
        )
    ]


def test_all_that_is_wrong_is_told_at_once_by_row_and_nothing_is_written(
    database: Database, user: User, project: Path
) -> None:
    given = table(
        repository("good", team="Alpha"),
        repository("a", user="nobody"),
        repository("a", team="kim"),
        repository("b", ref=".."),
        repository("c", subdir="../up"),
        {"source": "/no/such/folder"},
        {"source": str(project), "ref": "main"},
        {"source": "https://user:hunter2@github.com/a/b"},
        repository("d", key="7"),
        repository("e", key="7"),
        repository("f"),
        repository("f"),
        repository("g", team="00000000-0000-4000-8000-000000000000"),
        bad=(BadRow(20, 30, "It has 2 cells, fewer than the 3 headings."),),
    )

    told = refused(database, user, given)

    assert list(told) == [2, 3, 4, 5, 6, 7, 8, 10, 12, 13, 20]
    assert "There is no user 'nobody'" in told[2]
    assert "'kim' is a person, not a team" in told[3]
    assert "That `ref` is not a branch" in told[4]
    assert "That `subdir` cannot be used" in told[5]
    assert "hunter2" not in told[8]
    assert "Row 9 has the same key '7'" in told[10]
    assert "the same project of the same user as row 11" in told[12]
    assert "must not look like an id" in told[13]
    assert queued(database) == []
    assert rows(database, "SELECT github_username FROM users") == [("kim",)]
    assert rows(database, "SELECT count(*) FROM evaluator.cohorts") == [(0,)]


def test_bad_rows_are_skipped_where_that_is_asked_for(database: Database, user: User) -> None:
    given = table(repository("a"), repository("b", user="nobody"), bad=(BadRow(9, 10, "The source is empty."),))

    accepted = hand_over(database, user, given, skip_bad=True)

    assert accepted.added == 1
    assert [row.number for row in accepted.skipped] == [2, 9]
    assert queued(database) == [(1, "a", "kim")]


def test_a_file_of_bad_rows_alone_makes_no_cohort(database: Database, user: User) -> None:
    told = refused(database, user, table(repository("a", user="nobody")), skip_bad=True)

    assert list(told) == [1]
    assert rows(database, "SELECT count(*) FROM evaluator.cohorts") == [(0,)]


def test_two_users_of_one_name_are_told_apart_by_id(database: Database, user: User) -> None:
    with database.transaction() as conn:
        conn.execute("INSERT INTO users (github_username, user_salt) VALUES ('KIM', 'x')")

    told = refused(database, user, table(repository("a", user="kim"), repository("b", user=str(user.id))))

    assert told == {1: "2 users are named 'kim'. Say which by id; see: modu user list"}


def test_two_archives_of_one_name_are_two_projects(database: Database, user: User, tmp_path: Path) -> None:
    for folder in ("kim", "lee"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "README.md").write_text("# Shop\n")
    given = table(*({"source": str(tmp_path / folder / "README.md"), "name": "shop"} for folder in ("kim", "lee")))

    assert hand_over(database, user, given).added == 2


def test_the_same_file_again_adds_what_is_new_and_leaves_the_rest_alone(database: Database, user: User) -> None:
    hand_over(database, user, table(repository("a", key="1"), repository("b")))
    before = rows(database, "SELECT id FROM evaluator.requests ORDER BY row_number")

    again = hand_over(database, user, table(repository("c"), repository("b"), repository("a", key="1")))

    assert (again.added, again.known) == (1, 2)
    assert rows(database, "SELECT id FROM evaluator.requests ORDER BY row_number, created_at")[:1] == before[:1]
    assert {name for _, name, _ in queued(database)} == {"a", "b", "c"}


@pytest.mark.parametrize("other", [{"ref": "v2"}, {"team": "Alpha"}, {"source": "https://github.com/owner/other"}])
def test_a_known_key_with_another_ask_is_a_bad_row(database: Database, user: User, other: dict[str, str]) -> None:
    hand_over(database, user, table(repository("a", key="1")))

    told = refused(database, user, table({**repository("a", key="1"), **other}, repository("b")))

    assert list(told) == [1]
    assert "The cohort has its key already" in told[1]
    assert len(queued(database)) == 1


def test_a_cohort_goes_on_for_the_organizer_it_was_begun_for(database: Database, user: User) -> None:
    hand_over(database, user, table(repository("a")))

    again = hand_over(database, add_user(database, "other"), table(repository("a"), repository("b")), name="SPRING")

    assert (again.added, again.known) == (1, 1)
    assert {owner for _, _, owner in queued(database)} == {"kim"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"options": OPTIONS.model_copy(update={"rubric": "hackathon"}), "named": {"rubric"}}, "--rubric hackathon"),
        ({"options": OPENAI, "named": {"model"}}, "--model openai/anything"),
        ({"options": OPTIONS.model_copy(update={"pass_line": 7}), "named": {"pass_line"}}, "begun with no --pass-line"),
        ({"deadline": DEADLINE + timedelta(hours=1)}, "--deadline 2026-11-30T10:00:00+00:00"),
        ({"budget": Decimal(4)}, "begun with --budget $5.00, and now --budget $4.00"),
    ],
)
def test_a_cohort_is_graded_in_one_way(database: Database, user: User, more: dict[str, Any], said: str) -> None:
    hand_over(database, user, table(repository("a")), deadline=DEADLINE, budget=Decimal(5))

    with pytest.raises(CohortConflict) as conflict:
        hand_over(database, user, table(repository("b")), **more)

    assert said in str(conflict.value)
    assert len(queued(database)) == 1


def test_another_organizer_by_name_is_a_conflict(database: Database, user: User) -> None:
    hand_over(database, user, table(repository("a")))

    with pytest.raises(CohortConflict, match="--user"):
        hand_over(database, add_user(database, "other"), table(repository("a")), named={"organizer"})


def test_what_is_only_set_and_not_asked_for_does_not_change_a_cohort(database: Database, user: User) -> None:
    hand_over(database, user, table(repository("a")))

    again = hand_over(database, user, table(repository("b")), options=OPENAI)

    assert again.cohort.options == OPTIONS
    assert rows(database, "SELECT DISTINCT options ->> 'model' FROM evaluator.requests") == [("offline",)]


def test_a_larger_budget_raises_that_of_the_cohort_and_of_all_its_rows(database: Database, user: User) -> None:
    hand_over(database, user, table(repository("a")), budget=Decimal(5), options=OPENAI)

    hand_over(database, user, table(repository("b")), budget=Decimal("7.5"), concurrency=3)

    assert rows(
        database,
        "SELECT c.concurrency, b.most_usd, count(r.id) FROM evaluator.cohorts AS c"
        "  JOIN evaluator.budgets AS b ON b.id = c.budget_id JOIN evaluator.requests AS r ON r.budget_id = b.id"
        " GROUP BY 1, 2",
    ) == [(3, Decimal("7.5"), 2)]
    assert rows(database, "SELECT count(*) FROM evaluator.budgets") == [(1,)]


def test_a_cohort_without_a_budget_does_not_get_one_later(database: Database, user: User) -> None:
    hand_over(database, user, table(repository("a")))

    with pytest.raises(CohortConflict, match="no --budget"):
        hand_over(database, user, table(repository("b")), budget=Decimal(1))


def test_a_deadline_holds_for_git_and_makes_a_folder_a_bad_row(database: Database, user: User, project: Path) -> None:
    accepted = hand_over(database, user, table(repository("a")), deadline=DEADLINE)

    told = refused(database, user, table({"source": str(project)}), deadline=DEADLINE)

    assert accepted.cohort.deadline == DEADLINE
    assert rows(database, "SELECT (source ->> 'until')::timestamptz FROM evaluator.requests") == [(DEADLINE,)]
    assert "A deadline is for git URLs" in told[1]


def test_a_readme_is_judged_by_a_rubric_that_it_can_answer(database: Database, user: User, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Shop\n")
    given = table({"source": str(tmp_path / "README.md")}, repository("a"))

    hand_over(database, user, given)
    told = refused(database, user, given, name="named", named={"rubric"})

    assert rows(database, "SELECT options ->> 'rubric' FROM evaluator.requests ORDER BY row_number") == [
        ("readme",),
        ("default",),
    ]
    assert list(told) == [1]
    assert "asks about code" in told[1]


def _lacks_the_key(model: str) -> None:
    raise NoKey(f"no key for {model}")


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"options": Options(rubric="nonsense", model="offline")}, UnknownRubric),
        ({"options": Options(rubric="/no/such.toml", model="offline")}, (UnknownRubric, BadRubric)),
        ({"options": Options(rubric="default", model="mystery")}, RequestError),
        ({"options": Options(rubric="default", model="openai/unpriced-x"), "budget": Decimal(1)}, UnknownPrice),
        (
            {"options": Options(rubric="default", model="offline", privacy="readme"), "named": {"rubric"}},
            RubricNeedsCode,
        ),
    ],
)
def test_what_holds_for_all_rows_is_checked_once_and_refused_as_for_one_request(
    database: Database, user: User, more: dict[str, Any], error: type[RequestError]
) -> None:
    with pytest.raises(error):
        hand_over(database, user, table(repository("a")), **more)

    assert rows(database, "SELECT count(*) FROM evaluator.cohorts") == [(0,)]


def test_a_key_that_is_missing_is_found_before_anything_starts(database: Database, user: User) -> None:
    with pytest.raises(NoKey):
        hand_over(
            database, user, table(repository("a")), options=OPENAI, desk=desk_of(database, require_key=_lacks_the_key)
        )

    assert queued(database) == []


def test_handed_over_many_times_at_once_every_row_and_team_is_there_once(database: Database, user: User) -> None:
    given = table(*(repository(str(number), team=f"Team {number % 7}") for number in range(60)))
    accepted: list[Accepted] = []
    start = threading.Barrier(4)

    def hand_over_at_once() -> None:
        start.wait(timeout=10)
        accepted.append(hand_over(database, user, given))

    threads = [threading.Thread(target=hand_over_at_once) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted((each.added, each.known) for each in accepted) == [(0, 60), (0, 60), (0, 60), (60, 0)]
    assert len(queued(database)) == 60
    assert rows(database, "SELECT count(*) FROM evaluator.teams") == [(7,)]


def test_two_cohorts_at_once_make_a_team_once(database: Database, user: User) -> None:
    given = table(*(repository(str(number), team=f"Team {number}") for number in range(30)))
    start = threading.Barrier(4)
    failed: list[BaseException] = []

    def hand_over_as(name: str) -> None:
        start.wait(timeout=10)
        try:
            hand_over(database, user, given, name=name)
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=hand_over_as, args=(f"cohort {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert not failed
    assert rows(
        database, "SELECT count(*), count(DISTINCT github_username) FROM users WHERE id <> '" + str(user.id) + "'"
    ) == [(30, 30)]
    assert len(queued(database)) == 120


def test_ten_thousand_rows_are_taken_in_one_transaction(database: Database, user: User) -> None:
    given = table(*(repository(f"p{number}", team=f"Team {number % 2500}") for number in range(10_000)))

    accepted = hand_over(database, user, given)

    stands = cohorts.progress(accepted.cohort.id, database=database)
    assert (accepted.added, stands.total, stands.queued) == (10_000, 10_000, 10_000)
    assert rows(database, "SELECT count(DISTINCT xmin::text) FROM evaluator.requests") == [(1,)]


def test_where_no_row_is_left_nobody_is_told_to_skip_the_others(database: Database, user: User) -> None:
    with pytest.raises(BadRows, match=r"1 row of the file .* Mend it: no other row is left to grade\.$"):
        hand_over(database, user, table(repository("a", user="nobody")), skip_bad=True)

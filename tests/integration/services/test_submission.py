from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from evaluator.domain import Options, User
from evaluator.errors import EvaluatorError, NoKey, QueueUnavailable, RequestError
from evaluator.grading import resources, rubrics
from evaluator.services.submission import Ask, Desk, submit, without_source
from evaluator.store.database import Database
from tests.support.people import OPTIONS, everything_stored, row, rows


def _has_every_key(model: str) -> None:
    """No model lacks a key here."""


def desk_for(database: Database, *, send: Callable[[UUID], None], allowed_roots: tuple[str, ...] | None = None) -> Desk:
    return Desk(
        database=database,
        send=send,
        rubric=lambda name: rubrics.load(name, folder=resources.folder("rubrics")),
        require_key=_has_every_key,
        trusted_forges=(),
        allowed_roots=allowed_roots,
        keep=timedelta(days=7),
    )


def test_a_request_is_recorded_before_its_hint_is_sent(database: Database, user: User, project: Path) -> None:
    seen: list[str] = []

    id = submit(
        Ask(source=str(project), user=user, options=OPTIONS),
        desk=desk_for(database, send=lambda id: seen.append(row(database, id)["state"])),
    )

    recorded = row(database, id)
    assert seen == ["queued"]
    assert recorded["user_id"] == user.id
    assert recorded["kind"] == "path"
    assert recorded["project_name"] == "greeter"
    assert recorded["source"]["location"] == str(project)
    assert recorded["options"] == OPTIONS.model_dump(mode="json")
    assert rows(database, "SELECT event_type, user_id FROM security_audit_log") == [("evaluation_requested", user.id)]


def test_the_path_hash_is_of_the_salt_and_the_canonical_source(database: Database, user: User) -> None:
    id = submit(
        Ask(source="https://GitHub.com/pallets/click.git", user=user, options=OPTIONS),
        desk=desk_for(database, send=lambda _: None),
    )

    expected = rows(
        database, f"SELECT encode(sha256(convert_to('{user.salt}:github.com/pallets/click', 'UTF8')), 'hex')"
    )
    assert row(database, id)["path_hash"] == expected[0][0]


@pytest.mark.parametrize(
    ("source", "options", "code"),
    [
        ("/no/such/folder", OPTIONS, "no_such_path"),
        ("", OPTIONS, "empty_source"),
        ("https://user:hunter2@github.com/a/b", OPTIONS, "credentials_in_url"),
        ("https://github.com/a/b", Options(rubric="nonsense", model="offline"), "unknown_rubric"),
        ("https://github.com/a/b", Options(rubric="default", model="mystery"), "unknown_model"),
    ],
)
def test_what_is_refused_is_recorded_as_failed_with_its_code_and_nothing_is_sent(
    database: Database, user: User, source: str, options: Options, code: str
) -> None:
    sent: list[UUID] = []

    with pytest.raises(RequestError) as refused:
        submit(Ask(source=source, user=user, options=options), desk=desk_for(database, send=sent.append))

    assert refused.value.code == code
    assert sent == []
    assert rows(database, "SELECT state, error_code, error_exit, source FROM evaluator.requests") == [
        ("failed", code, refused.value.exit_status, None)
    ]
    assert rows(database, "SELECT event_type, details ->> 'code' FROM security_audit_log") == [
        ("input_validation_fail", code)
    ]


@pytest.mark.parametrize("source", ["https://user:hunter2@github.com/a/b", "/no/such/hunter2/folder"])
def test_a_refused_source_is_not_kept(database: Database, user: User, source: str) -> None:
    with pytest.raises(RequestError):
        submit(Ask(source=source, user=user, options=OPTIONS), desk=desk_for(database, send=lambda _: None))

    assert "hunter2" not in everything_stored(database)


def test_where_no_hint_can_be_sent_the_request_has_failed(database: Database, user: User, project: Path) -> None:
    def no_redis(id: UUID) -> None:
        raise QueueUnavailable("Redis does not answer.")

    with pytest.raises(QueueUnavailable):
        submit(Ask(source=str(project), user=user, options=OPTIONS), desk=desk_for(database, send=no_redis))

    assert rows(database, "SELECT state, error_code, error_exit FROM evaluator.requests") == [
        ("failed", "queue_unavailable", 5)
    ]


def test_a_model_that_nobody_here_has_the_key_of_is_refused_at_once(
    database: Database, user: User, project: Path
) -> None:
    def no_key(model: str) -> None:
        raise NoKey(f"{model} needs a key.")

    desk = replace(desk_for(database, send=lambda _: None), require_key=no_key)
    with pytest.raises(NoKey):
        submit(Ask(source=str(project), user=user, options=OPTIONS), desk=desk)

    assert rows(database, "SELECT state, error_code, error_exit FROM evaluator.requests") == [
        ("failed", "judge_refused", 5)
    ]


def test_a_local_path_is_refused_where_none_is_allowed(database: Database, user: User, project: Path) -> None:
    with pytest.raises(EvaluatorError, match="MODU_ALLOWED_ROOTS") as refused:
        submit(
            Ask(source=str(project), user=user, options=OPTIONS),
            desk=desk_for(database, send=lambda _: None, allowed_roots=()),
        )

    assert refused.value.code == "path_not_allowed"


def test_a_local_path_under_an_allowed_root_is_taken(database: Database, user: User, project: Path) -> None:
    id = submit(
        Ask(source=str(project), user=user, options=OPTIONS),
        desk=desk_for(database, send=lambda _: None, allowed_roots=(str(project.parent),)),
    )

    assert row(database, id)["state"] == "queued"


@pytest.mark.parametrize(
    ("message", "locations", "expected"),
    [
        ("There is no folder '/srv/x'.", ("/srv/x",), "There is no folder the source."),
        ("At https://h/a and https://h/a/b", ("https://h/a", "https://h/a/b"), "At the source and the source"),
        ("One sentence.", (".", ""), "One sentence."),
    ],
)
def test_a_source_is_taken_out_of_a_message(message: str, locations: tuple[str, ...], expected: str) -> None:
    assert without_source(message, *locations) == expected

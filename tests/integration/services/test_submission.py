from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from evaluator.domain import Options, User
from evaluator.errors import EvaluatorError, IdempotencyConflict, NoKey, QueueUnavailable, RequestError
from evaluator.grading import resources, rubrics
from evaluator.grading.prices import Tariff
from evaluator.services.submission import Ask, Desk, Receipt, submit, without_source
from evaluator.store.database import Database
from evaluator.tables import Price
from tests.support.people import OPTIONS, add_user, everything_stored, row, rows


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
    ).id

    recorded = row(database, id)
    assert seen == ["queued"]
    assert recorded["user_id"] == user.id
    assert recorded["kind"] == "path"
    assert recorded["project_name"] == "greeter"
    assert recorded["source"]["location"] == str(project)
    assert recorded["options"] == OPTIONS.model_dump(mode="json", exclude={"pass_line"})  # older workers know none
    assert rows(database, "SELECT event_type, user_id FROM security_audit_log") == [("evaluation_requested", user.id)]


def test_the_path_hash_is_of_the_salt_and_the_canonical_source(database: Database, user: User) -> None:
    id = submit(
        Ask(source="https://GitHub.com/pallets/click.git", user=user, options=OPTIONS),
        desk=desk_for(database, send=lambda _: None),
    ).id

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
        ("https://github.com/a/b", Options(rubric="default", model="replay/openai/x"), "bad_settings"),
        ("https://github.com/a/b", Options(rubric="default", model="record/openai/x"), "bad_settings"),
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


def no_redis(id: UUID) -> None:
    raise QueueUnavailable("Redis does not answer.")


def test_where_redis_is_away_the_request_is_kept_and_waits_for_its_hint(
    database: Database, user: User, project: Path
) -> None:
    receipt = submit(Ask(source=str(project), user=user, options=OPTIONS), desk=desk_for(database, send=no_redis))

    kept = row(database, receipt.id)
    assert receipt == Receipt(receipt.id, known=False, queue_away=True)
    assert (kept["state"], kept["enqueued_at"], kept["error_code"]) == ("queued", None, None)


def test_no_more_hints_are_sent_than_workers_have_a_use_for(database: Database, user: User, project: Path) -> None:
    sent: list[UUID] = []
    ask = Ask(source=str(project), user=user, options=OPTIONS)

    receipts = [submit(ask, desk=desk_for(database, send=sent.append)) for _ in range(20)]

    assert sent == [receipt.id for receipt in receipts[:16]]
    assert not any(receipt.queue_away for receipt in receipts)


def test_the_same_key_is_the_same_request(database: Database, user: User, project: Path) -> None:
    ask = Ask(source=str(project), user=user, options=OPTIONS, key="order 1")
    desk = desk_for(database, send=lambda _: None)

    first, again = submit(ask, desk=desk), submit(ask, desk=desk)
    other = submit(ask.model_copy(update={"key": "order 2"}), desk=desk)

    assert (first.known, again, other.known) == (False, Receipt(first.id, known=True, queue_away=False), False)
    assert other.id != first.id
    assert rows(database, "SELECT count(*) FROM evaluator.requests") == [(2,)]
    assert rows(database, "SELECT count(*) FROM security_audit_log") == [(2,)]


def test_the_same_key_of_somebody_else_is_another_request(database: Database, user: User, project: Path) -> None:
    desk, lee = desk_for(database, send=lambda _: None), add_user(database, "lee")

    ids = {submit(Ask(source=str(project), user=each, options=OPTIONS, key="k"), desk=desk).id for each in (user, lee)}

    assert len(ids) == 2


def test_sent_many_times_at_once_with_one_key_it_is_one_request_with_one_budget(
    database: Database, user: User, project: Path
) -> None:
    ask = Ask(source=str(project), user=user, options=OPTIONS, key="order 1", budget=Decimal("0.50"))
    sent: list[UUID] = []
    desk = desk_for(database, send=sent.append)

    with ThreadPoolExecutor(6) as pool:
        receipts = list(pool.map(lambda _: submit(ask, desk=desk), range(12)))

    assert {receipt.id for receipt in receipts} == {sent[0]}
    assert sorted(receipt.known for receipt in receipts) == [False] + [True] * 11
    assert len(sent) == 1
    counted = "SELECT count(*) FROM evaluator.requests UNION ALL SELECT count(*) FROM evaluator.budgets"
    assert rows(database, f"{counted} UNION ALL SELECT count(*) FROM security_audit_log") == [(1,), (1,), (1,)]


@pytest.mark.parametrize(
    "change",
    [
        {"source": "https://github.com/pallets/flask"},
        {"ref": "main"},
        {"subdir": "src"},
        {"until": datetime(2026, 11, 30, tzinfo=UTC)},
        {"options": OPTIONS.model_copy(update={"fresh": True})},
        {"budget": Decimal("0.51")},
    ],
)
def test_another_ask_with_a_key_that_was_used_is_refused_and_leaves_no_trace(
    database: Database, user: User, change: dict[str, Any]
) -> None:
    ask = Ask(source="https://github.com/pallets/click", user=user, options=OPTIONS, key="k", budget=Decimal("0.50"))
    desk = desk_for(database, send=lambda _: None)
    submit(ask, desk=desk)

    with pytest.raises(IdempotencyConflict) as refused:
        submit(ask.model_copy(update=change), desk=desk)

    assert (refused.value.code, refused.value.exit_status, refused.value.http_status) == (
        "idempotency_conflict",
        2,
        409,
    )
    assert rows(database, "SELECT count(*) FROM evaluator.requests") == [(1,)]


def test_written_otherwise_it_is_still_the_same_ask(database: Database, user: User) -> None:
    seoul, desk = ZoneInfo("Asia/Seoul"), desk_for(database, send=lambda _: None)
    ask = Ask(
        source="https://github.com/pallets/click",
        until=datetime(2026, 11, 30, tzinfo=UTC),
        user=user,
        options=OPTIONS,
        budget=Decimal("0.50"),
        key="k",
    )

    first = submit(ask, desk=desk)
    again = submit(
        ask.model_copy(
            update={
                "source": "https://GitHub.com/pallets/click.git/",
                "until": datetime(2026, 11, 30, 9, tzinfo=seoul),
                "budget": Decimal("0.5"),
            }
        ),
        desk=desk,
    )

    assert again.id == first.id


def test_a_refused_ask_does_not_use_its_key_up(database: Database, user: User, tmp_path: Path) -> None:
    ask = Ask(source=str(tmp_path / "late"), user=user, options=OPTIONS, key="k")
    desk = desk_for(database, send=lambda _: None)
    with pytest.raises(RequestError):
        submit(ask, desk=desk)
    (tmp_path / "late").mkdir()

    assert not submit(ask, desk=desk).known


@pytest.mark.parametrize("key", ["", "x" * 256, "a\0b", "a\x1b[2Jb", "\ud800"])
def test_a_key_that_cannot_be_one_is_refused(database: Database, user: User, project: Path, key: str) -> None:
    with pytest.raises(RequestError) as refused:
        submit(
            Ask(source=str(project), user=user, options=OPTIONS, key=key), desk=desk_for(database, send=lambda _: None)
        )

    assert (refused.value.code, refused.value.exit_status) == ("bad_idempotency_key", 2)
    assert "\x1b" not in str(refused.value)


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
    ).id

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


def test_of_a_readme_alone_the_rubric_asks_what_a_readme_can_answer(
    database: Database, user: User, project: Path
) -> None:
    options = OPTIONS.model_copy(update={"privacy": "readme"})

    id = submit(Ask(source=str(project), user=user, options=options), desk=desk_for(database, send=lambda _: None)).id

    assert row(database, id)["options"]["rubric"] == "readme"


def test_a_rubric_that_was_asked_for_and_needs_code_is_refused_where_only_the_readme_is_seen(
    database: Database, user: User, project: Path
) -> None:
    options = OPTIONS.model_copy(update={"privacy": "readme"})

    with pytest.raises(RequestError, match="--rubric readme") as refused:
        submit(
            Ask(source=str(project), user=user, options=options, rubric_named=True),
            desk=desk_for(database, send=lambda _: None),
        )

    assert (refused.value.code, refused.value.exit_status) == ("rubric_needs_code", 2)


@pytest.mark.parametrize("named", [True, False])
def test_a_rubric_that_a_readme_can_answer_is_kept(database: Database, user: User, project: Path, named: bool) -> None:
    options = Options(rubric="readme", model="offline", privacy="readme")

    id = submit(
        Ask(source=str(project), user=user, options=options, rubric_named=named),
        desk=desk_for(database, send=lambda _: None),
    ).id

    assert row(database, id)["options"]["rubric"] == "readme"


def test_a_request_brings_its_own_pass_line_and_budget(database: Database, user: User, project: Path) -> None:
    options = Options(rubric="default", model="openai/own", pass_line=8)
    tariff = Tariff(own={"openai/own": Price(input=Decimal(1), output=Decimal(2))})

    id = submit(
        Ask(source=str(project), user=user, options=options, budget=Decimal("0.5")),
        desk=replace(desk_for(database, send=lambda _: None), tariff=tariff),
    ).id

    assert row(database, id)["options"]["pass_line"] == 8
    assert rows(
        database,
        "SELECT b.most_usd, b.spent_usd FROM evaluator.requests AS r JOIN evaluator.budgets AS b ON b.id = r.budget_id",
    ) == [(Decimal("0.5"), 0)]


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        ("openai/mine", {}),
        ("openai/gpt-5.4", {"fallback_models": ("openai/mine",)}),
        ("openai/gpt-5.4", {"second_model": "groq/mine"}),
        ("record/openai/mine", {"has_tape": True}),
    ],
)
def test_a_budget_is_refused_where_a_model_that_may_be_asked_has_no_known_price(
    database: Database, user: User, project: Path, model: str, changes: dict[str, Any]
) -> None:
    sent: list[UUID] = []
    desk = replace(desk_for(database, send=sent.append), **changes)

    ask = Ask(source=str(project), user=user, options=Options(rubric="default", model=model), budget=Decimal(5))
    with pytest.raises(RequestError, match="MODU_PRICES=") as refused:
        submit(ask, desk=desk)

    assert (refused.value.code, refused.value.exit_status) == ("unknown_price", 2)
    assert not sent


@pytest.mark.parametrize("model", ["offline", "replay/openai/mine"])
def test_what_costs_nothing_needs_no_price(database: Database, user: User, project: Path, model: str) -> None:
    options = Options(rubric="default", model=model)

    id = submit(
        Ask(source=str(project), user=user, options=options, budget=Decimal(5)),
        desk=replace(desk_for(database, send=lambda _: None), has_tape=model != "offline"),
    ).id

    assert row(database, id)["state"] == "queued"


def test_a_second_judge_without_its_key_or_of_the_same_family_is_refused_before_anything_is_paid(
    database: Database, user: User, project: Path
) -> None:
    def one_key(model: str) -> None:
        if not model.startswith("openai/"):
            raise NoKey(f"{model} needs a key.")

    desk = replace(desk_for(database, send=lambda _: None), require_key=one_key)
    ask = Ask(source=str(project), user=user, options=Options(rubric="default", model="openai/gpt-5.4"))

    for second, code in (("anthropic/claude-haiku-4-5", "judge_refused"), ("openai/gpt-5.4-mini", "bad_settings")):
        with pytest.raises(RequestError) as refused:
            submit(ask, desk=replace(desk, second_model=second))
        assert refused.value.code == code

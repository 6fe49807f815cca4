from collections.abc import Sequence

import pytest

from evaluator.grading import offline, promises
from evaluator.judgement import Criterion, Evidence, Levels, Promise, PromiseKind, PromiseLevel, PromiseVerdict
from tests.support.digests import digest_of

PLACE = Evidence(file="app.py", lines=(3, 3), status="exact", sha256="0" * 64)
CRITERION = Criterion(
    id="F9",
    weight=3,
    title={"en": "Promises"},
    question="Are they kept?",
    levels=Levels(met="a", partly="b", not_met="c"),
    evidence="machine",
    check=promises.LEDGER,
)


def promise(n: int, *, kind: PromiseKind = "feature", found: str | None = None) -> Promise:
    return Promise.model_validate(
        {"n": n, "kind": kind, "text": f"p{n}", "line": n, "found": found, "evidence": (PLACE,) if found else ()}
    )


def told(n: int, level: PromiseLevel, *, kind: PromiseKind = "feature") -> PromiseVerdict:
    return PromiseVerdict(n=n, kind=kind, text=f"p{n}", level=level, claimed=level, by="judge", evidence=(PLACE,))


def told_all(levels: Sequence[PromiseLevel]) -> list[PromiseVerdict]:
    return [told(n, level) for n, level in enumerate(levels, 1)]


def test_a_project_without_a_readme_promises_nothing() -> None:
    digest = digest_of({"app.py": "x = 1\n"})

    ledger = promises.ledger(digest)

    assert ledger == ()


def test_promises_are_numbered_in_the_order_of_the_readme() -> None:
    readme = "# T\n\nRun it:\n\n```sh\npython app.py --fast\n```\n\n## Features\n\n- Counts words\n- Sorts words\n"
    digest = digest_of({"README.md": readme, "app.py": 'p.add_argument("--fast")\n'})

    ledger = promises.ledger(digest)

    assert [(p.n, p.kind, p.text, p.line) for p in ledger] == [
        (1, "command", "python app.py", 6),
        (2, "option", "--fast", 6),
        (3, "feature", "Counts words", 11),
        (4, "feature", "Sorts words", 12),
    ]


def test_of_too_many_promises_features_are_kept_first_and_no_kind_crowds_the_others_out() -> None:
    features = "".join(f"- Feature number {n} of all\n" for n in range(40))
    commands = "".join(f"make task{n}\n" for n in range(40))
    digest = digest_of({"README.md": f"# T\n\n```\n{commands}```\n\n## Features\n\n{features}", "Makefile": "a:\n"})

    kinds = [p.kind for p in promises.ledger(digest)]

    assert len(kinds) == promises.MOST
    assert (kinds.count("feature"), kinds.count("command")) == (16, 8)


def test_a_promise_that_is_made_twice_is_numbered_once() -> None:
    digest = digest_of({"README.md": "# T\n\n## Features\n\n- **Sorts** words!\n- Sorts words\n- sorts `words`\n"})

    ledger = promises.ledger(digest)

    assert [p.text for p in ledger] == ["Sorts words!"]


def test_the_judge_is_asked_about_all_but_what_code_has_found_and_settled() -> None:
    ledger = (
        promise(1),
        promise(2, kind="command", found="found"),
        promise(3, kind="command", found="missing"),
        promise(4, kind="endpoint", found="found"),
        promise(5, kind="option"),
        promise(6, kind="port", found="found"),
    )

    asked = promises.to_ask(ledger)

    assert [p.n for p in asked] == [1, 3, 4, 5]


@pytest.mark.parametrize(
    ("found", "evidence", "said"),
    [
        ("found", (PLACE,), "a program found it: app.py, line 3"),
        ("found", (), "a program found it among the files"),
        ("missing", (), "a program did not find it in what is shown"),
        (None, (), ""),
    ],
)
def test_what_code_found_is_said_neutrally(found: str | None, evidence: tuple[Evidence, ...], said: str) -> None:
    one = promise(1, kind="command").model_copy(update={"found": found, "evidence": evidence})

    note = promises.note(one)

    assert note == said


def test_without_a_judge_only_what_code_found_or_missed_is_told() -> None:
    ledger = (promise(1), promise(2, kind="file", found="found"), promise(3, kind="option", found="missing"))

    kept = promises.settle(ledger, {})

    assert [(v.level, v.by) for v in kept] == [
        ("cannot_tell", "nobody"),
        ("shown", "machine"),
        ("not_shown", "machine"),
    ]
    assert kept[1].evidence == (PLACE,)


def test_what_code_found_is_settled_whatever_the_judge_says() -> None:
    ledger = (promise(1, kind="command", found="found"),)

    kept = promises.settle(ledger, {1: told(1, "not_shown", kind="command")})

    assert (kept[0].level, kept[0].by) == ("shown", "machine")


@pytest.mark.parametrize(
    ("level", "expected"),
    [("shown", ("shown", "judge")), ("not_shown", ("not_shown", "judge")), ("cannot_tell", ("not_shown", "machine"))],
)
def test_what_code_missed_is_saved_only_by_a_judge_who_shows_it(level: PromiseLevel, expected: tuple[str, str]) -> None:
    ledger = (promise(1, kind="endpoint", found="missing"),)

    kept = promises.settle(ledger, {1: told(1, level, kind="endpoint")})

    assert (kept[0].level, kept[0].by) == expected


@pytest.mark.parametrize(
    ("levels", "level"),
    [
        (["shown"] * 9 + ["not_shown"], "met"),
        (["shown"] * 8 + ["partly"] * 2, "met"),
        (["shown"] * 8 + ["not_shown"], "partly"),
        (["shown", "not_shown"], "partly"),
        (["partly"], "partly"),
        (["shown", "not_shown", "not_shown"], "not_met"),
        (["shown", "cannot_tell"], "met"),
        (["shown", "cannot_tell", "cannot_tell"], "cannot_tell"),
        ([], "cannot_tell"),
    ],
)
def test_the_share_of_kept_promises_gives_the_level(levels: list[PromiseLevel], level: str) -> None:
    kept = told_all(levels)

    verdict = promises.verdict(CRITERION, kept)

    assert (verdict.id, verdict.level, verdict.claimed) == ("F9", level, level)


@pytest.mark.parametrize(
    ("deeds", "had", "level"),
    [
        (["not_shown", "not_shown"], ["shown"] * 20, "not_met"),
        (["shown", "not_shown"], ["shown"] * 20, "partly"),
        (["shown", "shown"], ["shown"] * 4 + ["not_shown"], "met"),
        (["shown"], ["not_shown"] * 5, "partly"),
        (["cannot_tell"], ["shown"] * 20, "cannot_tell"),
    ],
)
def test_a_long_list_of_what_is_easily_there_makes_up_for_no_feature(
    deeds: list[PromiseLevel], had: list[PromiseLevel], level: str
) -> None:
    commands = [one.model_copy(update={"kind": "command"}) for one in told_all(had)]

    verdict = promises.verdict(CRITERION, [*told_all(deeds), *commands])

    assert verdict.level == level


def test_the_reason_names_the_promises_by_their_numbers() -> None:
    kept = told_all(["shown", "not_shown", "shown", "partly", "cannot_tell"])

    verdict = promises.verdict(CRITERION, kept)

    assert verdict.reason == "2 of 5 promises are shown; in part: 4; not shown: 2; could not be told: 5."
    assert verdict.evidence == (PLACE, PLACE, PLACE)


def test_a_verdict_that_cannot_be_told_says_why() -> None:
    few, none = told_all(["shown", "cannot_tell", "cannot_tell"]), told_all([])

    reasons = [promises.verdict(CRITERION, kept).reason for kept in (few, none)]

    assert reasons == [
        "Only 1 of 3 promises of the README could be told.",
        "The README makes no promise that could be numbered.",
    ]


@pytest.mark.parametrize("name", ["rocket", "mini", "team-7", "make"])
def test_what_the_folder_is_called_changes_neither_promises_nor_facts(name: str) -> None:
    readme = (
        "# Welcome\n\nRocket supports landing on Mars.\n\n## Use\n\n```sh\nrocket launch --orbit\nmini list\n```\n\n"
        ">>> import mini\n>>> mini.add(1, 2)\n3\n"
    )
    files = {"README.md": readme, "app.py": "print('lift-off')\n"}

    here, there = digest_of(files), digest_of(files, name=name)

    assert promises.ledger(here) == promises.ledger(there)
    assert offline.facts(offline.Findings(here)) == offline.facts(offline.Findings(there))

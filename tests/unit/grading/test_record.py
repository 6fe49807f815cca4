import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from evaluator.domain import Finding
from evaluator.errors import BadRecord
from evaluator.grading.record import is_single, rescore, rescore_single
from tests.support.digests import digest_of
from tests.support.records import LLM, OFFLINE, RUBRIC, criterion, machine, promise, recorded, sample

Record = dict[str, Any]
OTHER = LLM.model_copy(update={"provider": "anthropic"})


def exact(record: Record) -> dict[str, Fraction]:
    return {score.id: score.exact for score in rescore(record).dimensions}


def reasons(record: Record) -> tuple[str, ...]:
    return rescore(record).reasons or ()


def test_one_sample_scores_by_its_levels_and_by_code() -> None:
    record = recorded(*sample(levels={"F2": "partly", "P1": "not_shown"}), by_code=machine(f3="not_met"))

    result = rescore(record)

    assert exact(record) == {"functionality": Fraction(55, 18), "practicality": Fraction(5, 4)}
    assert [score.points for score in result.dimensions] == [3, 1]
    assert (result.total, result.passed, result.pass_line) == (4, False, 5)
    assert result.levels == {"F1": "met", "F2": "partly", "F3": "not_met", "P1": "not_shown", "P2": "met"}


def test_several_samples_score_by_the_mean_of_each_criterion() -> None:
    record = recorded(
        *sample(1),
        *sample(2, {"F1": "partly", "P1": "cannot_tell"}),
        *sample(3, {"F1": "not_met", "P1": "partly"}, part="without_readme"),
    )

    assert exact(record) == {
        "functionality": 5 * (4 * Fraction(1, 2) + 3 + 2) / 9,
        "practicality": 5 * (3 * Fraction(3, 4) + 1) / 4,
    }
    assert rescore(record).levels["F1"] == "partly"


def test_a_gate_follows_from_the_record_too() -> None:
    record = recorded(*sample(1, {"F1": "not_met"}), *sample(2, {"F1": "not_shown"}))

    assert exact(record)["functionality"] == 2
    assert rescore(record).levels["F1"] == "not_met"


def test_what_no_sample_showed_is_not_shown() -> None:
    record = recorded(*sample(1, {"P1": "not_shown"}), *sample(2, {"P1": "not_shown"}))

    assert rescore(record).levels["P1"] == "not_shown"


def test_the_second_judge_never_counts() -> None:
    alone = recorded(*sample(1))

    both = recorded(*sample(1), *sample(1, {"F1": "not_met", "P1": "not_met"}, part="second_judge", judge=OTHER))

    assert exact(both) == exact(alone)


def test_a_sample_without_an_answer_does_not_count() -> None:
    first, practicality = sample(2, {"F1": "not_met"})
    unusable = first.model_copy(
        update={"verdicts": (), "labels": {}, "canaries": (), "calls": (), "missing": "bad_answer"}
    )

    record = recorded(*sample(1), unusable, practicality)

    assert exact(record)["functionality"] == 5


def test_offline_only_code_tells() -> None:
    record = recorded(by_code=machine(f3="partly"), judge=OFFLINE)

    assert exact(record) == {"functionality": Fraction(5, 2), "practicality": 5}
    assert rescore(record).levels["F1"] == "cannot_tell"
    assert {"coverage", "offline"} <= set(reasons(record))


def test_a_record_is_json_and_comes_back_as_it_was() -> None:
    record = recorded(*sample(1), *sample(2, {"F1": "partly"}))

    again = json.loads(json.dumps(record))

    assert again == record
    assert rescore(again) == rescore(record)


def test_a_record_has_neither_words_of_the_judge_nor_text_of_the_project() -> None:
    digest = digest_of({"README.md": "# Unrepeatable\n", "app.py": "print('unrepeatable')\n"})

    text = json.dumps(recorded(*sample(1), digest=digest, promises=[promise(1, "shown")]))

    assert "nrepeatable" not in text
    assert '"t"' not in text


# What follows for a review ----------------------------------------------------------------------------------------


def test_a_clear_case_gives_no_reason_for_a_review() -> None:
    assert reasons(recorded(*sample(1))) == ()


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (recorded(*sample(1, {"P1": "not_met"}), by_code=machine(p2="not_met")), "near_line"),
        (recorded(*sample(1), pass_line=9), "near_line"),
        (recorded(*sample(1), *sample(2, {"P1": "not_met"})), "spread"),
        (recorded(*sample(1), *sample(2), *sample(3, {"P1": "not_met"}, part="without_readme")), "readme_gap"),
        (
            recorded(*sample(1), *sample(1, {"F1": "not_met", "P1": "not_met"}, part="second_judge", judge=OTHER)),
            "judges_disagree",
        ),
        (recorded(*sample(1, canary="not_met")), "canary"),
        (recorded(*sample(1, orders=1)), "orders_seen"),
        (recorded(*sample(1, {"P1": "not_shown"})), "evidence"),
        (recorded(*sample(1, {"F1": "cannot_tell"})), "coverage"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_reason_for_a_review_follows_from_the_record(record: Record, reason: str) -> None:
    assert reason in reasons(record)


@pytest.mark.parametrize(
    ("finding", "reason"),
    [
        ("hidden_text", "hidden_text"),
        ("bidi_controls", "hidden_text"),
        ("orders", "orders_seen"),
        ("hidden_source", "coverage"),
    ],
)
def test_what_was_found_in_the_text_is_a_reason_too(finding: str, reason: str) -> None:
    digest = digest_of({"README.md": "# G\n"}, findings=(Finding(code=finding, file="README.md"),))

    assert reasons(recorded(*sample(1), digest=digest)) == (reason,)


@pytest.mark.parametrize(("privacy", "expected"), [("full", ("coverage",)), ("readme", ())])
def test_too_little_shown_is_a_reason_unless_it_was_on_purpose(privacy: str, expected: tuple[str, ...]) -> None:
    digest = digest_of({"README.md": "# G\n"}).model_copy(update={"coverage": 0.05, "privacy": privacy})

    assert reasons(recorded(*sample(1), digest=digest)) == expected


def test_a_gate_that_nobody_could_tell_is_a_reason_however_little_it_weighs() -> None:
    first, second = RUBRIC.dimensions
    light = first.model_copy(update={"criteria": (criterion("F1", 1, cap_if_not_met=2), *first.criteria[1:])})
    plain = first.model_copy(update={"criteria": (criterion("F1", 1), *first.criteria[1:])})
    untold = sample(1, {"F1": "cannot_tell"})

    with_gate, without = (
        recorded(*untold, rubric=RUBRIC.model_copy(update={"dimensions": (one, second)})) for one in (light, plain)
    )

    assert reasons(with_gate) == ("coverage",)
    assert reasons(without) == ()


def test_a_gate_that_one_sample_could_tell_is_no_reason() -> None:
    record = recorded(*sample(1, {"F1": "cannot_tell"}), *sample(2))

    assert "coverage" not in reasons(record)


def test_a_sample_that_lacks_a_dimension_or_tells_nothing_has_no_total_to_be_spread() -> None:
    functionality, _ = sample(2, {"F1": "not_met", "F2": "not_met"})
    untold = sample(3, {"P1": "cannot_tell"})

    record = recorded(*sample(1), functionality, *untold, by_code=machine(p2="cannot_tell"))

    assert "spread" not in reasons(record)


def test_a_second_judge_who_agrees_about_passing_is_no_reason() -> None:
    record = recorded(*sample(1), *sample(1, {"P1": "partly"}, part="second_judge", judge=OTHER))

    assert reasons(record) == ()


# Records of before ------------------------------------------------------------------------------------------------


def old() -> tuple[Record, list[Record]]:
    levels = {"F1": "met", "F2": "partly", "P1": "not_shown"}
    scorecard = {
        "verdicts": [
            {"id": id, "level": level, "claimed": level, "reason": "", "evidence": []} for id, level in levels.items()
        ],
        "rubric_id": "default",
        "rubric_version": "1.0.0",
        "rubric_sha256": "a" * 64,
    }
    criteria: list[Record] = [
        {"id": "F1", "dimension": "functionality", "weight": 1, "cap_if_not_met": 2, "title": {"en": "F1", "ko": "F1"}},
        {
            "id": "F2",
            "dimension": "functionality",
            "weight": 2,
            "cap_if_not_met": None,
            "title": {"en": "F", "ko": "F"},
        },
        {"id": "P1", "dimension": "practicality", "weight": 3, "cap_if_not_met": None, "title": {"en": "P", "ko": "P"}},
    ]
    return scorecard, criteria


SINGLE: Record = {"aggregation": 3, "litellm": "1.0", "calls": []}


@pytest.mark.parametrize(
    ("record", "card", "single"),
    [
        (SINGLE, {}, True),
        ({**SINGLE, "aggregation": 4}, {}, False),
        ({**SINGLE, "aggregation": 3.0}, {}, False),
        ({**SINGLE, "examinations": []}, {}, False),
        ({"aggregation": 3}, {}, False),
        (SINGLE, {"pass_line": 5}, False),
        (SINGLE, {"promises": []}, False),
        (SINGLE, {"verdicts": [{"id": "F1", "samples": []}]}, False),
        (SINGLE, {"verdicts": ["F1"]}, False),
        (SINGLE, {"verdicts": None}, False),
    ],
)
def test_an_old_grade_is_known_by_its_whole_form(record: Record, card: Record, single: bool) -> None:
    scorecard, _ = old()

    assert is_single(scorecard | card, record) is single


def test_a_scorecard_of_one_sample_is_scored_as_it_was() -> None:
    result = rescore_single(*old())

    assert [(score.exact, score.points) for score in result.dimensions] == [(Fraction(10, 3), 3), (0, 0)]
    assert result.reasons is None
    assert result.levels == {"F1": "met", "F2": "partly", "P1": "not_shown"}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda card, _: card.pop("verdicts"), "not whole"),
        (lambda card, _: card.update(verdicts=7), "not whole"),
        (lambda card, _: card["verdicts"].pop(), "There is no verdict on P1"),
        (lambda card, _: card["verdicts"][0].update(level="super"), "level: Input should be"),
        (lambda _, criteria: criteria[0].update(weight=-1), "weight"),
        (lambda _, criteria: criteria[0].pop("weight"), "weight: Field required"),
        (lambda _, criteria: criteria.__setitem__(0, "F1"), "valid dictionary"),
    ],
)
def test_a_broken_scorecard_of_before_is_refused(spoil: Callable[[Record, list[Record]], object], said: str) -> None:
    scorecard, criteria = old()
    spoil(scorecard, criteria)

    with pytest.raises(BadRecord) as caught:
        rescore_single(scorecard, criteria)

    assert said in str(caught.value)

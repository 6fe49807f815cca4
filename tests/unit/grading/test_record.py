import copy
import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.domain import Finding
from evaluator.errors import BadRecord
from evaluator.grading.record import rescore, rescore_single
from evaluator.judgement import Level, PromiseLevel, PromiseVerdict
from tests.support.digests import digest_of
from tests.support.records import FOUND, LLM, OFFLINE, RUBRIC, criterion, machine, recorded, sample

Record = dict[str, Any]
OTHER = LLM.model_copy(update={"provider": "anthropic"})


def exact(record: Record) -> dict[str, Fraction]:
    return {score.id: score.exact for score in rescore(record).dimensions}


def promise(n: int, level: PromiseLevel, by: str = "machine") -> PromiseVerdict:
    return PromiseVerdict.model_validate(
        {"n": n, "kind": "feature", "text": "t", "level": level, "claimed": level, "by": by, "evidence": ()}
    )


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
    unusable = first.model_copy(update={"verdicts": (), "labels": {}, "canaries": ()})

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


def test_a_sample_that_lacks_a_dimension_or_tells_nothing_has_no_total_to_be_spread() -> None:
    functionality, _ = sample(2, {"F1": "not_met", "F2": "not_met"})
    untold = sample(3, {"P1": "cannot_tell"})

    record = recorded(*sample(1), functionality, *untold, by_code=machine(p2="cannot_tell"))

    assert "spread" not in reasons(record)


def test_a_second_judge_who_agrees_about_passing_is_no_reason() -> None:
    record = recorded(*sample(1), *sample(1, {"P1": "partly"}, part="second_judge", judge=OTHER))

    assert reasons(record) == ()


# What is refused --------------------------------------------------------------------------------------------------


def first(record: Record) -> Record:
    part: Record = record["examinations"][0]
    return part


def twice(items: list[Any]) -> None:
    items.append(copy.deepcopy(items[0]))


TAMPERED: dict[str, tuple[Callable[[Record], object], str]] = {
    "level raised": (lambda r: first(r)["verdicts"][1].update(level="partly"), "the verdict on F2 is not what"),
    "level and claim raised": (
        lambda r: r["examinations"][2]["verdicts"][0].update(level="met", claimed="met"),
        "the verdict on F1 is not what",
    ),
    "not shown without a claim": (
        lambda r: first(r)["verdicts"][0].update(level="not_shown", claimed="not_met"),
        "the verdict on F1 is not what",
    ),
    "verdict taken out": (lambda r: first(r)["verdicts"].pop(), "not every question has its verdict"),
    "verdict doubled": (lambda r: twice(first(r)["verdicts"]), "verdict F1 stands in it twice"),
    "verdict on another dimension": (lambda r: first(r)["verdicts"][0].update(id="P1"), "nobody was to ask P1"),
    "label taken out": (lambda r: first(r)["labels"].popitem(), "not every question has its label"),
    "dimension taken out of all samples": (
        lambda r: r.update(examinations=[e for e in r["examinations"] if e["dimension"] == "functionality"]),
        "no verdict on P1",
    ),
    "sample doubled": (lambda r: twice(r["examinations"]), "stands in it twice"),
    "another judge's sample": (
        lambda r: first(r)["judge"].update(model="better"),
        "sample 1, functionality: another judge answered",
    ),
    "machine verdict taken out": (lambda r: r["machine"].pop(), "the verdict of code on P2 is missing"),
    "machine verdict doubled": (lambda r: twice(r["machine"]), "machine verdict F3 stands in it twice"),
    "machine verdict on the judge's question": (
        lambda r: r["machine"][0].update(id="F1"),
        "code answered F1, which is no question for code",
    ),
    "criterion doubled": (lambda r: twice(r["rubric"]["dimensions"][0]["criteria"]), "criterion F1 stands in it twice"),
    "dimension doubled": (lambda r: twice(r["rubric"]["dimensions"]), "dimension functionality stands in it twice"),
    "first sample taken out": (
        lambda r: r.update(examinations=[e for e in r["examinations"] if e["sample"] == 2]),
        "a sample is missing",
    ),
    "rubric emptied": (lambda r: r["rubric"].update(dimensions=[]), "its rubric asks nothing"),
    "dimension emptied": (lambda r: r["rubric"]["dimensions"][0].update(criteria=[]), "its rubric asks nothing"),
    "weight out of range": (
        lambda r: r["rubric"]["dimensions"][0]["criteria"][0].update(weight=0),
        "rubric.dimensions.0.criteria.0.weight: Input should be greater",
    ),
    "unknown level": (lambda r: r["machine"][0].update(level="perfect"), "machine.0.level: Input should be"),
    "unknown field": (lambda r: r.update(bonus=1), "bonus: Extra inputs are not permitted"),
    "field missing": (lambda r: r.pop("rubric"), "rubric: Field required"),
    "promise doubled": (lambda r: twice(r["promises"]), "promise 1 stands in it twice"),
    "another aggregation": (lambda r: r.update(aggregation=99), "aggregation 99; this version of modu reads"),
    "another schema": (lambda r: r.update(schema="x" * 1000), "Use the version that wrote it"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_record_is_refused_with_what_is_wrong(name: str) -> None:
    tamper, said = TAMPERED[name]
    record = recorded(*sample(1, {"F2": "not_met"}), *sample(2, {"F1": "not_met"}), promises=[promise(1, "shown")])
    rescore(record)

    tamper(record)

    with pytest.raises(BadRecord) as caught:
        rescore(record)
    assert said in str(caught.value)
    assert len(str(caught.value)) < 500


def test_a_record_that_tells_nothing_gives_no_score() -> None:
    record = recorded(*sample(1, {"P1": "cannot_tell"}), by_code=machine(p2="cannot_tell"))

    with pytest.raises(BadRecord, match="No score follows"):
        rescore(record)


CLAIMS = RUBRIC.model_copy(
    update={
        "dimensions": (
            RUBRIC.dimensions[0].model_copy(
                update={"criteria": (*RUBRIC.dimensions[0].criteria[:2], criterion("F3", 2, "machine", check="claims"))}
            ),
            RUBRIC.dimensions[1],
        )
    }
)


@pytest.mark.parametrize(
    ("levels", "follows"),
    [(("shown", "shown"), "met"), (("shown", "not_shown"), "partly"), (("not_shown",), "not_met")],
)
def test_the_criterion_of_the_promises_must_follow_from_them(levels: tuple[PromiseLevel, ...], follows: Level) -> None:
    kept = [promise(n, level) for n, level in enumerate(levels, 1)]

    rescore(recorded(*sample(1), by_code=machine(f3=follows), promises=kept, rubric=CLAIMS))

    with pytest.raises(BadRecord, match="the verdict on F3 does not follow from the promises"):
        rescore(recorded(*sample(1), by_code=machine(f3="cannot_tell"), promises=kept, rubric=CLAIMS))


@pytest.mark.parametrize(
    ("said", "level", "holds"),
    [
        (("shown",), "shown", True),
        (("shown", "not_shown"), "partly", True),
        (("shown", "cannot_tell"), "shown", True),
        (("cannot_tell", "cannot_tell"), "cannot_tell", True),
        (("not_shown",), "shown", False),
        ((), "shown", False),
    ],
)
def test_a_promise_must_follow_from_what_was_said_about_it(
    said: tuple[PromiseLevel, ...], level: PromiseLevel, holds: bool
) -> None:
    parts = []
    for number, one in enumerate(said or ("skipped",), 1):
        functionality, practicality = sample(number)
        notes = (
            [{"n": 1, "level": one, "claimed": one, "by": "judge", "evidence": [FOUND.model_dump()]}] if said else []
        )
        parts += [type(functionality).model_validate(functionality.model_dump() | {"promises": notes}), practicality]
    record = recorded(*parts, promises=[promise(1, level, by="judge")])

    if holds:
        rescore(record)
    else:
        with pytest.raises(BadRecord, match="promise 1 does not follow from what was said"):
            rescore(record)


@pytest.mark.parametrize(
    ("level", "claimed", "found", "holds"),
    [
        ("shown", "shown", True, True),
        ("shown", "shown", False, False),
        ("not_shown", "shown", False, True),
        ("not_shown", "not_shown", False, True),
        ("partly", "shown", True, False),
        ("cannot_tell", "shown", True, False),
    ],
)
def test_what_was_said_about_a_promise_needs_its_evidence(level: str, claimed: str, found: bool, holds: bool) -> None:
    record = recorded(*sample(1))
    evidence = [FOUND.model_dump(mode="json")] if found else []
    first(record)["promises"] = [{"n": 1, "level": level, "claimed": claimed, "by": "judge", "evidence": evidence}]

    if holds:
        rescore(record)
    else:
        with pytest.raises(BadRecord, match="the verdict on promise 1 is not what its claim"):
            rescore(record)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for key, item in below for deeper in paths(item, (*path, key)))]


WHOLE = recorded(*sample(1), *sample(2, {"F1": "partly"}), promises=[promise(1, "shown")])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from([path for path in paths(WHOLE) if path]), JSON)
def test_a_record_with_anything_anywhere_is_scored_or_refused(path: tuple[Any, ...], value: Any) -> None:
    record = copy.deepcopy(WHOLE)
    place: Any = record
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value

    try:
        result = rescore(record)
    except BadRecord:
        return

    assert 0 <= result.total <= 10


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

"""Which records are refused: what contradicts itself gives no score."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.errors import BadRecord
from evaluator.grading.record import note_promise, rescore
from evaluator.judgement import Level, PromiseLevel, PromiseVerdict
from tests.support.records import FOUND, RUBRIC, criterion, machine, promise, recorded, sample

Record = dict[str, Any]


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
    "evidence of a promise altered": (
        lambda r: r["promises"][1]["evidence"][0].update(file="other.py"),
        "the verdict on promise 2 does not follow from what was said",
    ),
    "canaries taken out from between": (
        lambda r: r["examinations"][1].update(canaries=[], labels={"Q2": "P1"}),
        "a label",
    ),
    "one canary taken out": (lambda r: first(r)["canaries"].pop(), "a question with a known answer is missing"),
    "canary of the middle taken out": (lambda r: first(r)["canaries"].pop(0), "a label is missing or stands there"),
    "label doubled": (lambda r: first(r)["labels"].update(Q9="F1"), "not every question has its label"),
    "calls taken out": (lambda r: first(r).update(calls=[]), "no call that brought one"),
    "call of an answer that failed": (lambda r: first(r)["calls"][0].update(outcome="bad_answer"), "no call that"),
    "answer said to be missing": (lambda r: first(r).update(missing="refused"), "no call that brought one"),
    "second opinion emptied": (
        lambda r: r["examinations"].append({**first(r), "part": "second_judge", "verdicts": [], "promises": []}),
        "an answer that could be used is missing",
    ),
    "orders below nothing": (lambda r: first(r).update(orders_seen=-1), "orders_seen: Input should be greater"),
    "coverage of more than all": (lambda r: r["digest"].update(coverage=99), "digest.coverage: Input should be less"),
    "coverage that is no number": (lambda r: r["digest"].update(coverage=float("nan")), "digest.coverage: Input"),
    "aggregation of another kind": (lambda r: r.update(aggregation=4.0), "aggregation 4.0; this version of modu reads"),
    "schema of another kind": (lambda r: r.update(schema=True), "schema True and aggregation 4"),
    "judge called offline": (
        lambda r: r["basis"]["judge"].update(provider="offline"),
        "somebody was asked, though it is of the judge that asks nobody",
    ),
    "another aggregation": (lambda r: r.update(aggregation=99), "aggregation 99; this version of modu reads"),
    "another schema": (lambda r: r.update(schema="x" * 1000), "Use the version that wrote it"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_record_is_refused_with_what_is_wrong(name: str) -> None:
    tamper, said = TAMPERED[name]
    told = promise(2, "partly", kind="feature", by="judge")
    functionality, practicality = sample(1, {"F2": "not_met"})
    functionality = functionality.model_copy(update={"promises": (note_promise(told),)})
    kept = [promise(1, "shown"), told]
    record = recorded(functionality, practicality, *sample(2, {"F1": "not_met"}), promises=kept)
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


def test_what_the_project_does_weighs_more_than_what_it_has_here_too() -> None:
    kept = [promise(1, "not_shown", kind="feature"), *(promise(n, "shown") for n in range(2, 9))]

    rescore(recorded(*sample(1), by_code=machine(f3="not_met"), promises=kept, rubric=CLAIMS))

    with pytest.raises(BadRecord, match="the verdict on F3 does not follow from the promises"):
        rescore(recorded(*sample(1), by_code=machine(f3="partly"), promises=kept, rubric=CLAIMS))


@pytest.mark.parametrize(
    ("kept", "is_asked", "holds"),
    [
        (promise(1, "shown"), False, True),
        (promise(1, "shown"), True, False),
        (promise(1, "shown", kind="feature"), False, False),
        (promise(1, "not_shown", kind="feature"), False, True),
        (promise(1, "not_shown", kind="feature"), True, True),
        (promise(1, "partly"), False, False),
        (promise(1, "cannot_tell", by="nobody"), False, True),
        (promise(1, "shown", by="nobody"), False, False),
        (promise(1, "cannot_tell", by="nobody"), True, False),
    ],
)
def test_a_promise_that_no_judge_told_is_what_code_can_have_found(
    kept: PromiseVerdict, is_asked: bool, holds: bool
) -> None:
    functionality, practicality = sample(1)
    asked = promise(1, "cannot_tell", kind="feature", by="judge")
    told = functionality.model_copy(update={"promises": (note_promise(asked),) if is_asked else ()})
    record = recorded(told, practicality, promises=[kept])

    if holds:
        rescore(record)
    else:
        with pytest.raises(BadRecord, match="promise 1 does not follow from what was said"):
            rescore(record)


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
    for number, one in enumerate(said or ("shown",), 1):
        functionality, practicality = sample(number)
        notes = [note_promise(promise(1, one, kind="feature", by="judge")).model_dump()] if said else []
        parts += [type(functionality).model_validate(functionality.model_dump() | {"promises": notes}), practicality]
    record = recorded(*parts, promises=[promise(1, level, kind="feature", by="judge")])

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
    first(record)["promises"] = [
        {"n": 1, "kind": "feature", "level": level, "claimed": claimed, "by": "judge", "evidence": evidence}
    ]

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

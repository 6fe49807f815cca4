import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaluator.errors import BadRecord
from evaluator.services import regrade
from evaluator.services.regrade import MAX_BYTES, Regraded, in_file
from tests.support.documents import Document, document, old_document
from tests.support.records import FOUND, RUBRIC

AT_HAND = {RUBRIC.sha256: RUBRIC}


def compare(content: Document) -> Regraded:
    return regrade.compare(content, known=AT_HAND)


def test_what_follows_from_the_record_is_the_same() -> None:
    result = compare(document())

    assert (result.outcome, result.differences) == ("same", ())
    assert result.as_json() == {
        "id": "0d6f6d5c",
        "outcome": "same",
        "recomputed": result.stored.as_json(),
        "stored": {
            "dimensions": {
                "functionality": {"exact": "25/6", "points": 4},
                "practicality": {"exact": "65/16", "points": 4},
            },
            "total": 8,
            "passed": True,
            "pass_line": {"points": 5, "passed": True},
            "review_reasons": ["spread"],
        },
        "row": {"functionality": 4, "practicality": 4, "total": 8, "passed": True},
        "differences": [],
        "notes": [],
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda d: d["scorecard"]["dimensions"][0].update(exact="5", points=5),
            "functionality: 5 (5) was given, the record gives 4 (25/6).",
        ),
        (
            lambda d: d["scorecard"]["dimensions"][1].update(exact="65/17"),
            "practicality: 4 (65/17) was given, the record gives 4 (65/16).",
        ),
        (
            lambda d: d["scorecard"]["dimensions"].pop(),
            "practicality: nothing was given, the record gives 4 (65/16).",
        ),
        (lambda d: d["scorecard"].update(pass_line=9), "pass line: 9 was given, the record says 5."),
        (lambda d: d["scorecard"]["verdicts"][0].update(level="partly"), "F1: partly was given, the record gives met."),
        (
            lambda d: d["scorecard"].update(review_reasons=["canary"]),
            "reasons for a review: canary were given, the record gives spread.",
        ),
    ],
)
def test_a_difference_is_told_exactly(change: Callable[[Document], object], said: str) -> None:
    changed = document()
    change(changed)

    result = compare(changed)

    assert result.outcome == "differs"
    assert result.differences[0] == said


@pytest.mark.parametrize(("review", "outcome"), [(None, "changed"), ({"by": "kim"}, "reviewed")])
def test_a_row_that_a_person_has_changed_is_told_apart_from_a_mistake(review: object, outcome: str) -> None:
    changed = document()
    changed["evaluation"]["scores"] = {"functionality": 1, "practicality": 2, "total": 3, "passed": False}
    changed["evaluation"]["review"] = review

    result = compare(changed)

    assert result.outcome == outcome
    assert result.differences == (
        "functionality: 4 was given, the row now says 1.",
        "practicality: 4 was given, the row now says 2.",
        "total: 8 was given, the row now says 3.",
        "passed: yes was given, the row now says no.",
    )


def test_a_mistake_is_told_even_where_a_person_has_reviewed() -> None:
    changed = document()
    changed["scorecard"]["dimensions"][0].update(exact="5", points=5)
    changed["evaluation"] |= {"scores": {"functionality": 1, "practicality": 2, "total": 3, "passed": False}}
    changed["evaluation"]["review"] = {"by": "kim"}

    assert compare(changed).outcome == "differs"


def test_an_evaluation_of_aggregation_3_is_recomputed_without_its_reasons_and_says_so() -> None:
    result = compare(old_document())

    assert (result.outcome, result.differences) == ("same", ())
    assert result.as_json()["recomputed"]["review_reasons"] is None
    assert result.notes[0].startswith("An old record: recomputed from its verdicts alone.")


def test_weights_of_an_old_evaluation_are_those_of_its_rubric_where_that_is_at_hand() -> None:
    content = old_document()
    content["criteria"][1]["weight"] = 1

    assert "F2: its weight is 1 in the outline, the rubric of that identity says 3." in compare(content).differences


@pytest.mark.parametrize(
    "disguise",
    [
        lambda d: d["record"].update(aggregation=3),
        lambda d: d.update(record={"aggregation": 3}),
        lambda d: d.update(record={"aggregation": 3, "litellm": "1.0", "calls": []}),
    ],
)
def test_a_grade_of_today_is_not_taken_for_an_old_one(disguise: Callable[[Document], object]) -> None:
    forged = document()
    for verdict in forged["scorecard"]["verdicts"]:
        verdict["level"] = "met"
    disguise(forged)

    with pytest.raises(BadRecord, match="and aggregation 3; this version of modu reads"):
        compare(forged)


def swap(content: Document, *path: Any, to: Any) -> None:
    place: Any = content
    for step in path[:-1]:
        place = place[step]
    assert place[path[-1]] != to
    place[path[-1]] = to


REC, CARD, SEEN = "record", "scorecard", "evaluation"


@pytest.mark.parametrize(
    ("path", "to", "said"),
    [
        ((REC, "basis", "prompt_sha256"), "x", "sha256 of the prompts: bbb"),
        ((REC, "digest", "sha256"), "x", "sha256 of the digest: "),
        ((REC, "digest", "commit"), "x", "commit: the evaluation says none, the record x."),
        ((SEEN, "project", "tree"), "x", "tree: the evaluation says x, the record "),
        ((REC, "rubric", "id"), "x", "rubric: plain was given, the record says x."),
        ((REC, "rubric", "version"), "x", "version of the rubric: 1.0.0 was given, the record says x."),
        ((REC, "rubric", "sha256"), "x", "identity of the rubric: aaa"),
        (
            (REC, "rubric", "dimensions", 0, "criteria", 0, "weight"),
            8,
            "F1: its weight is 4 in the outline, the record",
        ),
        ((REC, "rubric", "dimensions", 0, "criteria", 0, "evidence"), "test", "F1 is in the record not what it is in"),
        ((REC, "machine", 0, "evidence"), [FOUND.model_dump(mode="json")], "F3: what was claimed and its evidence are"),
        ((CARD, "judge", "model"), "x", "judge: openai/x was given, the record says openai/gpt-5.4-mini."),
        ((CARD, "verdicts", 0, "evidence"), [], "F1: what was claimed and its evidence are in no sample"),
        ((CARD, "verdicts", 0, "samples"), ["met"], "F1: met was given for its samples, the record gives met, met."),
        ((CARD, "verdicts", 0, "id"), "ZZ", "ZZ: met was given, the record gives nothing."),
        ((CARD, "promises", 0, "level"), "partly", "promise 1 is not given as it stands in the record."),
        ((CARD, "promises", 0, "evidence"), [], "promise 1 is not given as it stands in the record."),
        ((CARD, "promises", 1, "n"), 7, "promise 2 is not given as it stands in the record."),
        (("criteria", 0, "weight"), 8, "F1: its weight is 8 in the outline, the record says 4."),
        (("criteria", 0, "cap_if_not_met"), None, "F1: its gate is none in the outline, the record says 2."),
        (
            ("criteria", 0, "title"),
            {"en": "Y"},
            "F1: its title is Y in the outline, the rubric of that identity says F1",
        ),
        (("criteria", 0, "id"), "ZZ", "ZZ stands in the outline of the rubric or in what the record, not in both."),
        (("manifest",), [], "F1: lines 3 to 4 of 'app.py' are cited, and the manifest does not show them."),
        (("manifest", 0, "lines"), [[1, 3]], "F1: lines 3 to 4 of 'app.py' are cited, and the manifest does not"),
    ],
    ids=str,
)
def test_what_stands_otherwise_in_two_places_is_told(path: tuple[Any, ...], to: Any, said: str) -> None:
    changed = document()
    swap(changed, *path, to=to)

    result = compare(changed)

    assert result.outcome == "differs"
    assert [one for one in result.differences if one.startswith(said)]


@pytest.mark.parametrize(
    ("path", "to", "said"),
    [
        (("judge", "provider"), "x", "provider: openai was given, the evaluation now says x."),
        (("judge", "model"), "x", "model: gpt-5.4-mini was given, the evaluation now says x."),
        (("judge", "rubric", "id"), "x", "rubric: plain was given, the evaluation now says x."),
        (("judge", "rubric", "version"), "x", "version of the rubric: 1.0.0 was given, the evaluation now says x."),
        (
            ("judge", "rubric", "sha256"),
            "x",
            f"identity of the rubric: {'a' * 64} was given, the evaluation now says x.",
        ),
        (("judge", "prompt_sha256"), "x", f"sha256 of the prompts: {'b' * 64} was given, the evaluation now says x."),
        (("review_reasons",), [], "reasons for a review: spread was given, the evaluation now says none."),
    ],
    ids=str,
)
def test_what_everybody_sees_otherwise_is_told_and_no_review_explains_it(
    path: tuple[Any, ...], to: Any, said: str
) -> None:
    changed = document()
    swap(changed, SEEN, *path, to=to)
    changed[SEEN]["review"] = {"by": "kim"}

    result = compare(changed)

    assert (result.outcome, result.differences) == ("changed", (said,))


@pytest.mark.parametrize(
    "place", [(CARD, "dimensions"), (CARD, "verdicts"), (CARD, "promises"), ("criteria",)], ids=str
)
def test_what_stands_twice_is_refused(place: tuple[str, ...]) -> None:
    changed = document()
    items: Any = changed
    for step in place:
        items = items[step]
    items.insert(0, copy.deepcopy(items[0]))

    with pytest.raises(BadRecord, match="stands in it twice"):
        compare(changed)


def test_a_judge_that_could_have_been_tried_and_was_not_is_told() -> None:
    changed = document()
    for examination in changed["record"]["examinations"]:
        examination["canaries"] = []
        ids = examination["labels"].values()
        examination["labels"] = {f"Q{n}": id for n, id in enumerate(ids, 1)}

    assert "sample 1, functionality: the questions with known answers are missing." in compare(changed).differences

    changed["manifest"][0]["path"] = "다른.py"
    assert not [one for one in compare(changed).differences if "known answers" in one]


def test_without_its_rubric_the_weights_of_a_consistent_record_cannot_be_checked() -> None:
    result = regrade.compare(document(), known={})

    assert result.outcome == "same"
    assert result.notes[0].startswith("The rubric plain 1.0.0 of this identity is not at hand")


def test_a_file_needs_no_database(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    file.write_text(json.dumps(document()))

    assert in_file(file, known=AT_HAND) == compare(document())


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b"{}", b"12", b'"x"'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "record.json"
    file.write_bytes(content)

    with pytest.raises(BadRecord, match="modu show ID --record"):
        in_file(file, known={})


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match="cannot be read"):
        in_file(tmp_path / "nowhere.json", known={})


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(MAX_BYTES + 1)

    with pytest.raises(BadRecord, match="more than 64 MB"):
        in_file(tmp_path / "huge", known={})


WRONG: list[Any] = [
    None,
    0,
    1.5,
    float("nan"),
    float("inf"),
    "x",
    "1/0",
    "1e99999999",
    "9" * 9999,
    [],
    ["x"],
    {},
    {"x": 1},
    [None],
    [{}],
    True,
]


@pytest.mark.parametrize(
    "path",
    [
        ("evaluation",),
        ("evaluation", "scores"),
        ("scorecard",),
        ("scorecard", "dimensions"),
        ("scorecard", "dimensions", 0),
        ("scorecard", "dimensions", 0, "exact"),
        ("scorecard", "dimensions", 0, "points"),
        ("scorecard", "verdicts"),
        ("scorecard", "verdicts", 0),
        ("scorecard", "review_reasons"),
        ("scorecard", "pass_line"),
        ("record",),
        ("record", "aggregation"),
        ("record", "examinations"),
        ("criteria",),
        ("manifest",),
        ("manifest", 0),
        ("manifest", 0, "lines"),
        ("evaluation", "judge"),
        ("evaluation", "judge", "rubric"),
        ("evaluation", "project"),
        ("scorecard", "promises"),
        ("scorecard", "judge"),
        ("scorecard", "verdicts", 0, "evidence"),
    ],
    ids=str,
)
def test_whatever_stands_in_a_document_it_is_compared_or_refused(path: tuple[Any, ...]) -> None:
    for wrong in WRONG:
        changed = copy.deepcopy(document())
        place: Any = changed
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = wrong
        try:
            result = compare(changed)
        except BadRecord:
            continue
        assert result.outcome in {"same", "differs"}
        json.dumps(result.as_json())

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaluator.errors import BadRecord
from evaluator.grading.record import rescore
from evaluator.services.regrade import MAX_BYTES, compare, in_file
from tests.support.records import recorded, sample

Document = dict[str, Any]


def document(**changes: Any) -> Document:
    """Return what `modu show ID --record` prints of an evaluation with 4 and 4 points."""
    record = recorded(*sample(1, {"F2": "partly"}), *sample(2, {"F2": "partly", "P1": "partly"}))
    scored = rescore(record)
    return {
        "evaluation": {
            "id": "0d6f6d5c",
            "scores": {"functionality": 4, "practicality": 4, "total": 8, "passed": True},
        },
        "scorecard": {
            "dimensions": [score.model_dump(mode="json") for score in scored.dimensions],
            "verdicts": [{"id": id, "level": level} for id, level in scored.levels.items()],
            "pass_line": 5,
            "review_reasons": list(scored.reasons or ()),
        },
        "criteria": [],
        "record": record,
        "manifest": [],
    } | changes


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


def test_an_evaluation_of_aggregation_3_is_recomputed_without_its_reasons() -> None:
    verdict = {"id": "F1", "level": "partly", "claimed": "met", "reason": "", "evidence": []}
    outline = {"id": "F1", "dimension": "functionality", "weight": 1, "title": {}}
    scorecard = {
        "dimensions": [{"id": "functionality", "exact": "5/2", "points": 3}],
        "verdicts": [verdict],
        "review_reasons": ["near_line"],
        "rubric_id": "r",
        "rubric_version": "1.0.0",
        "rubric_sha256": "0",
    }
    row = {"functionality": 3, "practicality": 0, "total": 3, "passed": False}

    result = compare(
        {
            "evaluation": {"id": "1", "scores": row},
            "scorecard": scorecard,
            "criteria": [outline],
            "record": {"aggregation": 3},
        }
    )

    assert result.outcome == "same"
    assert result.as_json()["recomputed"]["review_reasons"] is None


def test_a_file_needs_no_database(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    file.write_text(json.dumps(document()))

    assert in_file(file) == compare(document())


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b"{}", b"12", b'"x"'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "record.json"
    file.write_bytes(content)

    with pytest.raises(BadRecord, match="modu show ID --record"):
        in_file(file)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match="cannot be read"):
        in_file(tmp_path / "nowhere.json")


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(MAX_BYTES + 1)

    with pytest.raises(BadRecord, match="more than 64 MB"):
        in_file(tmp_path / "huge")


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

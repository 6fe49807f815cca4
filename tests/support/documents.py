"""Documents of `modu show ID --record`, made by hand: of a grade of today, and of one of before."""

from typing import Any

from evaluator.grading.record import note_promise, rescore
from evaluator.grading.record_forms import Record
from evaluator.grading.record_logic import verdicts
from evaluator.judgement import PromiseVerdict, Verdict
from tests.support.records import FOUND, RUBRIC, recorded, sample

Document = dict[str, Any]


def document() -> Document:
    """Return what `modu show ID --record` prints of an evaluation with 4 and 4 points."""
    told = told_by("judge")
    functionality, practicality = sample(1, {"F2": "partly"})
    functionality = functionality.model_copy(update={"promises": (note_promise(told),)})
    kept = [told_by("machine"), told]
    record = recorded(
        functionality, practicality, *sample(2, {"F2": "partly", "P1": "partly"}), promises=kept, rubric=RUBRIC
    )
    scored = rescore(record)
    given = verdicts(Record.model_validate(record))
    rubric, basis, digest = record["rubric"], record["basis"], record["digest"]
    identity = {"id": rubric["id"], "version": rubric["version"], "sha256": rubric["sha256"]}
    return {
        "evaluation": {
            "id": "0d6f6d5c",
            "project": {"path_hash": "0" * 64, "kind": "path", "commit": digest["commit"], "tree": digest["tree"]},
            "scores": {"functionality": 4, "practicality": 4, "total": 8, "passed": True},
            "review_reasons": list(scored.reasons or ()),
            "judge": {**basis["judge"], "rubric": identity, "prompt_sha256": basis["prompt_sha256"], "second": None},
        },
        "scorecard": {
            "dimensions": [score.model_dump(mode="json") for score in scored.dimensions],
            "verdicts": [as_given(verdict) for verdict in given.values()],
            "promises": [promise.model_dump(mode="json") for promise in kept],
            "pass_line": 5,
            "review_reasons": list(scored.reasons or ()),
            "judge": dict(basis["judge"]),
            "rubric_id": rubric["id"],
            "rubric_version": rubric["version"],
            "rubric_sha256": rubric["sha256"],
            "prompt_sha256": basis["prompt_sha256"],
            "digest_sha256": digest["sha256"],
        },
        "criteria": [
            {
                "id": criterion.id,
                "dimension": dimension.id,
                "weight": criterion.weight,
                "cap_if_not_met": criterion.cap_if_not_met,
                "title": dict(criterion.title),
            }
            for dimension in RUBRIC.dimensions
            for criterion in dimension.criteria
        ],
        "record": record,
        "manifest": [{"path": "app.py", "bytes": 90, "shown": "whole", "lines": [[1, 9]]}],
    }


def told_by(by: str) -> PromiseVerdict:
    """Return what became of a promise, as the judge or code told it."""
    return PromiseVerdict.model_validate(
        {
            "n": 1 if by == "machine" else 2,
            "kind": "command" if by == "machine" else "feature",
            "text": "t",
            "level": "shown",
            "claimed": "shown",
            "by": by,
            "evidence": [FOUND.model_dump()],
        }
    )


def as_given(verdict: Verdict) -> Document:
    """Return a verdict as the scorecard has it: of several samples with the evidence of one."""
    found = verdict.model_dump(mode="json") | {"evidence": [e.model_dump(mode="json") for e in verdict.evidence[:1]]}
    return found | ({"samples": []} if len(verdict.samples) == 1 else {})


def old_document() -> Document:
    """Return what is printed of an evaluation of aggregation 3: one sample, and what counted in the scorecard."""
    content = document()
    evaluation, scorecard = content["evaluation"], content["scorecard"]
    del scorecard["promises"], scorecard["pass_line"]
    scorecard["dimensions"] = [
        {"id": "functionality", "exact": "25/6", "points": 4},
        {"id": "practicality", "exact": "5", "points": 5},
    ]
    for verdict in scorecard["verdicts"]:
        del verdict["samples"]
        verdict["level"] = "partly" if verdict["id"] == "F2" else "met"
    scorecard["review_reasons"] = evaluation["review_reasons"] = ["near_line"]
    evaluation["scores"] = {"functionality": 4, "practicality": 5, "total": 9, "passed": True}
    return content | {"record": {"aggregation": 3, "litellm": "1.0", "calls": []}}

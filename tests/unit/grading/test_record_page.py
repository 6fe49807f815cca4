"""The page about the grading record is true."""

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from evaluator.domain import Finding
from evaluator.grading import record_forms as forms
from evaluator.grading.record import rescore
from evaluator.grading.replay import Header

PAGE = (Path(__file__).parents[3] / "docs/reference/grading-record.md").read_text(encoding="utf-8")
FORMS: tuple[type[BaseModel], ...] = (
    forms.Record, forms.Basis, forms.DigestNote, forms.RubricNote, forms.DimensionNote, forms.CriterionNote,
    forms.Examination, forms.CallNote, forms.CanaryNote, forms.VerdictNote, forms.PromiseNote, Finding, Header,
)  # fmt: skip


def example() -> dict[str, Any]:
    found = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert found
    content: dict[str, Any] = json.loads(found[1])
    return content


def test_the_score_of_the_example_is_the_one_that_is_worked_out_by_hand() -> None:
    result = rescore(example())

    assert [score.exact for score in result.dimensions] == [Fraction(5, 2), Fraction(25, 8)]
    assert [score.points for score in result.dimensions] == [3, 3]
    assert (result.total, result.passed) == (6, True)
    assert result.reasons == ("evidence", "near_line", "spread")
    assert "5 x 9/2 / 9 = **5/2**, rounded 3" in PAGE
    assert "5 x 5/2 / 4 = **25/8**, rounded 3" in PAGE


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_field_is_named_on_the_page(form: type[BaseModel]) -> None:
    names = [field.alias or name for name, field in form.model_fields.items()]

    assert [name for name in names if f"`{name}`" not in PAGE] == []

"""Rubric files made by hand, and how one is refused."""

from pathlib import Path

import pytest

from evaluator.errors import BadRubric
from evaluator.grading import rubrics

HEAD = 'schema = 1\nid = "mine"\nversion = "1.0.0"\n'
CRITERION = """
[[dimension.criterion]]
id = "{id}"
weight = 2
title = {{ en = "Works", ko = "작동" }}
question = "Does it work? ({id})"
evidence = "code"
[dimension.criterion.levels]
met = "It does."
partly = "A part does."
not_met = "It does not."
"""
MACHINE = 'evidence = "machine"\ncheck = "tests"'


def dimension(id: str, *criteria: str) -> str:
    """Return a dimension of those criteria."""
    title = 'title = { en = "A title", ko = "제목" }'
    return f'\n[[dimension]]\nid = "{id}"\nmax = 5\n{title}\n' + "".join(criteria)


GOOD = (
    HEAD
    + dimension("functionality", CRITERION.format(id="A1"), CRITERION.format(id="A2"))
    + dimension("practicality", CRITERION.format(id="B1"))
)


def refusal(folder: Path, text: str) -> str:
    """Return the sentence by which the rubric `mine` of that text is refused."""
    (folder / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadRubric) as caught:
        rubrics.load("mine", folder=folder)
    assert str(folder / "mine.toml") in str(caught.value)
    return str(caught.value)

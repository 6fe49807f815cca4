import pytest

from evaluator.grading.rubric_lines import Step, line_of

TEXT = '''\
schema = 1
title = { en = "A", ko = "B" }
note = """
weight = 9
[[dimension]]
"""
[[dimension]]
id = "one"
[[dimension.criterion]]
weight = 1
[dimension.criterion.levels]
met = "a"
[[dimension.criterion]]
weight = 2
levels.met = "b"
# """
[[dimension]]
"id" = 'two'
[[dimension.criterion]]
weight = 3
'''


@pytest.mark.parametrize(
    ("where", "line"),
    [
        (["schema"], 1),
        (["title", "ko"], 2),
        (["note"], 3),
        (["dimension"], 7),
        (["dimension", 0, "id"], 8),
        (["dimension", 0, "max"], 7),
        (["dimension", 0, "criterion", 0, "weight"], 10),
        (["dimension", 0, "criterion", 0, "levels", "met"], 12),
        (["dimension", 0, "criterion", 0, "levels", "partly"], 11),
        (["dimension", 0, "criterion", 1, "weight"], 14),
        (["dimension", 0, "criterion", 1, "levels", "met"], 15),
        (["dimension", 1, "id"], 18),
        (["dimension", 1, "criterion", 0, "weight"], 20),
        (["dimension", 1, "criterion", 0, "question"], 19),
        (["version"], None),
        ([], None),
    ],
    ids=str,
)
def test_a_key_is_found_in_its_line_or_its_table(where: list[Step], line: int | None) -> None:
    assert line_of(TEXT, where) == line

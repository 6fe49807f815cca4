"""Whatever stands in a rubric file: it is a rubric, or it is refused in one short sentence, soon."""

import os
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.errors import BadRubric
from evaluator.grading import rubrics
from evaluator.judgement import Rubric

GOOD = (Path(__file__).parents[3] / "rubrics" / "default.toml").read_bytes()
TOKENS = [
    b"[[dimension]]\n",
    b"[[dimension.criterion]]\n",
    b"[dimension]\n",
    b'"',
    b"'''",
    b'"""',
    b"=",
    b"{",
    b"}",
    b"[",
]
TOKENS += [
    b"]",
    b".",
    b"\n",
    b"\r",
    b"\\u202e",
    b"nan",
    b"1979-05-27",
    b"-1",
    b"1e999",
    b"\xff",
    b"\x00",
    b"true",
    b"#",
]
TOKENS += [b'title = { en = "a" }\n', b"pass_line = 11\n", b'id = "F1"\n', b"weight = 2\n", b"schema = 1\n"]

edits = st.lists(
    st.tuples(
        st.integers(0, len(GOOD)), st.integers(0, 400), st.one_of(st.sampled_from(TOKENS), st.binary(max_size=8))
    ),
    min_size=1,
    max_size=6,
)


def read(content: bytes) -> Rubric | str:
    """Return the rubric, or the sentence by which it is refused."""
    handle, name = tempfile.mkstemp(suffix=".toml")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    try:
        return rubrics.load(name, folder=Path(name).parent)
    except BadRubric as error:
        return str(error).replace(name, "FILE")
    finally:
        Path(name).unlink()


def is_fit(found: Rubric | str) -> bool:
    """Return whether it is a rubric, or a refusal that a person can read."""
    if isinstance(found, Rubric):
        return len(found.sha256) == 64
    return found.startswith("FILE") and len(found) < 900 and "\n" not in found and found.isprintable()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_rubric_or_refused(content: bytes) -> None:
    assert is_fit(read(content))


@settings(max_examples=200, deadline=None)
@given(edits)
def test_a_damaged_rubric_is_a_rubric_or_refused(changes: list[tuple[int, int, bytes]]) -> None:
    content = GOOD
    for start, length, new in changes:
        content = content[:start] + new + content[start + length :]

    assert is_fit(read(content))


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.one_of(st.integers(), st.booleans(), st.text("ab'\\n.", max_size=5).map(ascii)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(map(str, items))}]"),
            st.dictionaries(st.sampled_from(["id", "title", "levels", "criterion", "x"]), inner, max_size=3).map(
                lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
            ),
        ),
        max_leaves=8,
    ),
    st.sampled_from(["schema", "id", "version", "title", "pass_line", "dimension", "other"]),
)
def test_any_value_at_any_key_is_refused_or_read(value: object, key: str) -> None:
    rest = re.sub(rb"(?m)^" + key.encode() + rb" = .*$", b"", GOOD, count=1)
    said = str(value).lower() if isinstance(value, bool) else str(value)

    assert is_fit(read(f"{key} = {said}\n".encode() + rest))


@pytest.mark.parametrize(
    "content",
    [
        b"a" + b".a" * 100_000 + b"=1",
        b"[" + b"a." * 100_000 + b"a]",
        b'x = {"a"' + b'."a"' * 900 + b" = 1}",
        b"\n".join(b"[a" + b".b" * 200 + b".c%d]" % n for n in range(500)),
        b"\n".join((b"a" + b" " * 9 + b".") * 300 + b"b%d = 1" % n for n in range(70)),
        b"\n".join(b"a." * 11 + b"b%d = 1" % n for n in range(8000)),
        b"[[a]]\n" * 40_000,
        b"[[dimension]]\n" * 18_000,
        b"x = " + b"{a=" * 900 + b"1" + b"}" * 900,
        b"x = " + b"[\n" * 90_000,
        b"\n" * 255_000,
        b"\n".join(b"''" * 1900 for _ in range(60)),
        b'x = """' + b'"" \n' * 60_000 + b'"""',
        b"x" * 3900 + b" = 1",
        b'"a\\u202eb" = 2',
        b'schema = 1\nid = "a"\nversion = "1.0.0"\ndimension = [' + b'{ id = "functionality" },\n' * 9000 + b"]",
    ],
    ids=lambda content: ascii(content[:12].decode()),
)
def test_what_would_cost_much_is_refused_soon(content: bytes) -> None:
    found = read(content)

    assert isinstance(found, str)
    assert is_fit(found)

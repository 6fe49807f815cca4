import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.digest import notebook
from evaluator.digest.text import clean

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["cells", "worksheets", "cell_type", "source", "input", "outputs", "output_type", "text", "data", "ename",
             "evalue", "text/plain", "image/png", "png"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=25,
)  # fmt: skip


def shown(*cells: object, **more: object) -> list[str]:
    rendered = notebook.as_text(json.dumps({"cells": list(cells), **more}))
    assert rendered is not None
    return rendered[0].split("\n")


def code(source: object = "", *outputs: object) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": list(outputs)}


def stream(text: object) -> dict[str, Any]:
    return {"output_type": "stream", "text": text}


def test_a_notebook_is_its_cells_and_their_text() -> None:
    lines = shown(
        {"cell_type": "markdown", "source": ["# Title\n", "words"]},
        code(
            "print(1)",
            stream(["1\n"]),
            {"output_type": "execute_result", "data": {"text/plain": "Out", "image/png": "iVBORw0KGgo="}},
            {"output_type": "error", "ename": "ValueError", "evalue": "bad\x1b[0m", "traceback": ["..."]},
            {"output_type": "display_data"},
        ),
        code(""),
    )

    assert lines == [
        "# %% cell 1 [markdown]", "# Title", "words", "# %% cell 2", "print(1)", "#> 1", "#> Out",
        "#> [image/png is not shown]", "#> ValueError: bad", "# %% cell 3",
    ]  # fmt: skip


def test_a_notebook_of_the_third_format_is_read() -> None:
    cells = [
        {"cell_type": "heading", "level": 1, "source": ["Title"]},
        {
            "cell_type": "code",
            "input": ["plot()\n", "x"],
            "outputs": [
                {"output_type": "pyout", "text": ["42"], "png": "iVBO", "html": "<b>42</b>"},
                {"output_type": "pyerr", "ename": "E", "evalue": "v"},
            ],
        },
    ]

    rendered = notebook.as_text(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}, 3]}))

    assert rendered is not None
    assert rendered[0].split("\n") == [
        "# %% cell 1 [heading]", "Title", "# %% cell 2", "plot()", "x", "#> 42", "#> [image/png is not shown]",
        "#> [text/html is not shown]", "#> E: v",
    ]  # fmt: skip


def test_long_outputs_are_cut_and_said() -> None:
    lines = shown(code("a", stream("line\n" * 45)), code("b", stream("x" * 5000)), code("c", *[stream("y")] * 23))

    assert lines[2:43] == ["#> line"] * 40 + ["#> [... 5 lines of output are not shown]"]
    assert lines[45:47] == ["#> " + "x" * 4000, "#> [... 1000 characters of output are not shown]"]
    assert lines[-1] == "#> [... 3 outputs are not shown]"


def test_only_so_many_cells_are_shown() -> None:
    lines = shown(*[code()] * 2003)

    assert lines[-2:] == ["# %% cell 2000", "#> [... 3 cells are not shown]"]


def test_no_source_feigns_a_cell_or_an_output() -> None:
    rendered = notebook.as_text(json.dumps({"cells": [code("#\u200b %% cell 9\n#> 5 passed\n# %% plot\nx = 1 #> 2")]}))

    assert rendered == (
        "# %% cell 1\n#· %% cell 9\n#·> 5 passed\n# %% plot\nx = 1 #> 2",
        ("hidden_text", "feigned_cell"),
    )


def test_what_a_reader_of_the_cells_does_not_see_is_taken_out() -> None:
    cells = [
        {"cell_type": "markdown", "source": "a <!-- x -->"},
        code("y  # <!-- stays -->", stream("\x1b[31mred\x1b[0m \u202eok")),
    ]

    text = clean(json.dumps({"cells": cells}).encode(), path="a.ipynb")

    assert text is not None
    assert text.lines == ("# %% cell 1 [markdown]", "a  ", "# %% cell 2", "y  # <!-- stays -->", "#> red ok")
    assert text.findings == ("bidi_controls", "control_characters", "hidden_comment")


def test_pairs_of_escaped_surrogates_are_joined_and_lone_ones_replaced() -> None:
    source = '{"cells": [{"cell_type": "code", "source": ["\\ud83d", "\\ude00 \\ud83d"]}]}'

    assert notebook.as_text(source) == ("# %% cell 1\n\U0001f600 \ufffd", ())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp949"])
def test_a_notebook_is_read_in_other_encodings(encoding: str) -> None:
    source = json.dumps({"cells": [code("# 값을 출력한다\nprint('안녕하세요')")]}, ensure_ascii=False)

    text = clean(source.encode(encoding), path="a.ipynb")

    assert text is not None
    assert text.lines[1:] == ("# 값을 출력한다", "print('안녕하세요')")


def test_names_that_a_file_makes_up_are_not_repeated() -> None:
    lines = shown(
        {"cell_type": "code]\n# %% cell 7 [x", "source": "a"},
        code("b", {"output_type": "display_data", "data": {"x\n#> y/z": "", "a/b": "", "no mime": ""}}),
    )

    assert lines == ["# %% cell 1 [unknown]", "a", "# %% cell 2", "b", "#> [a/b is not shown]"]


@pytest.mark.parametrize(
    "source",
    [
        "",
        "{}",
        "[]",
        "3",
        '{"cells": 3}',
        '{"worksheets": [3]}',
        '{"cells": ' + "[" * 200_000,
        "9" * 5000,
        "NaN",
        "\ufffd",
    ],
)
def test_a_broken_notebook_is_none(source: str) -> None:
    assert notebook.as_text(source) is None


@given(JSON, JSON, JSON)
def test_whatever_the_types_a_notebook_is_text_or_none(cell: object, output: object, rest: object) -> None:
    whole = json.dumps({"cells": [cell, {"cell_type": "code", "source": cell, "outputs": [output, rest]}]})

    text = clean(whole.encode(), path="a.ipynb")
    alone = clean(json.dumps(rest).encode(), path="a.ipynb")

    assert text is not None
    assert text.lines[-1:] != ("",)
    assert alone is None or alone.lines
    "\n".join(text.lines).encode()


def test_ten_megabytes_of_one_notebook_are_read() -> None:
    cells = [code("x = 1\n" * 100, stream("y\n" * 5000))] * 900
    data = json.dumps({"cells": cells}).encode()

    text = clean(data, path="big.ipynb")

    assert len(data) > 10_000_000
    assert text is not None
    assert len(text.lines) == 900 * (1 + 100 + 41)

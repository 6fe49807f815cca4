import json

import pytest

from evaluator.digest import notebook
from evaluator.digest.text import clean, printable


def lines(data: bytes) -> tuple[str, ...]:
    text = clean(data)
    assert text is not None
    return text.lines


def findings(data: bytes) -> tuple[str, ...]:
    text = clean(data)
    assert text is not None
    return text.findings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949", "euc-kr"])
def test_korean_is_read_in_every_encoding_that_koreans_use(encoding: str) -> None:
    data = "# 할 일 목록을 출력한다\nprint('안녕')\n".encode(encoding)

    assert lines(data) == ("# 할 일 목록을 출력한다", "print('안녕')")
    assert findings(data) == ()


def test_another_encoding_is_read_as_latin_and_noted() -> None:
    data = "café à la carte\n".encode("latin-1")

    assert lines(data) == ("café à la carte",)
    assert findings(data) == ("odd_encoding",)


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\0\0", b"\xff\xfe\x00\xd8", bytes(range(128, 256)) * 4, b"\x80\x81\x82\x83" * 50]
)
def test_what_is_no_text_is_binary(data: bytes) -> None:
    assert clean(data) is None


def test_every_line_end_is_one_line() -> None:
    assert lines(b"a\r\nb\rc\nd\xe2\x80\xa8e\n") == ("a", "b", "c", "d", "e")


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\u2066", "\U000e0041", "\ufeff", "\u2060", "\u200d", "\u00ad"])
def test_what_a_reader_does_not_see_is_dropped_and_noted(hidden: str) -> None:
    data = f"x{hidden}y".encode()

    assert lines(data) == ("xy",)
    assert findings(data) == ("hidden_text",)


def test_a_joiner_inside_an_emoji_stays() -> None:
    data = "👩\u200d💻 ok".encode()

    assert lines(data) == ("👩\u200d💻 ok",)
    assert findings(data) == ()


def test_control_characters_are_dropped_and_noted() -> None:
    data = b"a\x1b[31mb\x07\x7f\xc2\x9bc\td"

    assert lines(data) == ("a[31mbc\td",)
    assert findings(data) == ("control_characters",)


def test_a_giant_line_is_cut_and_said() -> None:
    (line,) = lines(b"x" * 1_000_000)

    assert line.startswith("x" * 2000 + " [... 998000 characters")


def test_a_path_is_shown_so_that_it_can_be_stored() -> None:
    assert printable("src/app.py") == "src/app.py"
    assert printable("문서/한글.md") == "문서/한글.md"
    assert printable("caf\udce9\n\u202e") == "caf\\xe9\\u000a\\u202e"


def test_a_notebook_is_its_cells_and_their_text() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Title\n", "words"]},
        {
            "cell_type": "code",
            "source": "print(1)",
            "outputs": [
                {"output_type": "stream", "text": ["1\n"]},
                {"output_type": "execute_result", "data": {"text/plain": "Out", "image/png": "iVBORw0KGgo="}},
                {"output_type": "error", "ename": "ValueError", "evalue": "bad"},
                {"output_type": "stream", "text": "line\n" * 45},
                {"output_type": "display_data"},
            ],
        },
        {"cell_type": "code", "source": "", "outputs": None},
    ]

    text = notebook.as_text(json.dumps({"cells": cells}).encode())

    assert text is not None
    shown = text.splitlines()
    assert shown[:7] == ["# %% cell 1 [markdown]", "# Title", "words", "# %% cell 2", "print(1)", "#> 1", "#> Out"]
    assert shown[7] == "#> ValueError: bad"
    assert shown[-2:] == ["#> [... 5 lines of output are not shown]", "# %% cell 3"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b'{"cells": 3}',
        b'{"cells": [3]}',
        b'{"cells": ' + b"[" * 200_000,
        b"\xff\xfe\xfd",
        b"9" * 5000,
    ],
)
def test_a_broken_notebook_is_none(data: bytes) -> None:
    assert notebook.as_text(data) is None

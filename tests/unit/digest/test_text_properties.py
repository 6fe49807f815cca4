"""What holds for any bytes at all."""

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evaluator.digest import encodings
from evaluator.digest.text import Text, clean

PIECES = st.sampled_from(
    ["<!--", "-->", "<!-- x -->", "```", "`", "~~~", "\n", "\r\n", "\r", " ", "a", "가", "\u200b", "\u200d", "\ufe0f",
     "\U0001f469", "\u0301" * 3, "\u202e", "\ue000", "\x1b[31m", "\x1b", "]0;", "\x0c", "\U000e0041", "[x]: ", "'", "(",
     "[//]: # (y)", "# ", "](u 'title')", '[a](b "c")', '"', ")", "<div hidden>", "</div>", "<p title='a b c'>", "\\",
     "<img hidden>", "\n[x]: # (a)", "\n[x]: <a b>", "<script>", "</script>", "<|", "|>", "im_start", "<s>", "</s>",
     "[INST]", "<<<", "m file x", ">>>", "\n\nHuman:", "Assistant:", "<", ">", "> ", "- ", "..", ".. x", "   ", "////",
     "// c", "\u0600", "\ufffe", "1", "\u20e3"]
)  # fmt: skip
HOSTILE = st.lists(PIECES, max_size=25).map("".join)
PATHS = st.sampled_from(["", "a.py", "README.md", "a.rst", "a.adoc", "index.html"])


def joined(text: Text) -> bytes:
    return "".join(f"{line}\n" for line in text.lines).encode()


@given(st.binary(max_size=400), st.sampled_from(["", "a.md", "a.rst", "a.html", "a.ipynb"]))
@example(b"\xff\xfe\x00\xd8", "")
@example(b"\0" * 9, "")
@example(b"\x00\x00\xfe\xff\x00\x11\xff\xff", "a.md")
def test_any_bytes_are_text_or_none(data: bytes, path: str) -> None:
    text = clean(data, path=path)

    assert text is None or all(isinstance(line, str) for line in text.lines)


@given(HOSTILE, PATHS)
def test_what_comes_out_can_be_stored_sent_and_printed(source: str, path: str) -> None:
    text = clean(source.encode(), path=path)

    assert text is not None
    shown = "\n".join(text.lines)
    assert json.loads(json.dumps(shown)) == shown
    assert shown.encode().decode() == shown
    assert re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", shown) is None


@given(HOSTILE, PATHS)
@example("[a](b '`') ` <!-- c --> `", "README.md")
@example("\U0001f469\u200b\u200d\U0001f469", "")
@example("x\u200d\ufe0f\U0001f469", "")
def test_cleaned_text_stays_as_it_is_when_it_is_cleaned_again(source: str, path: str) -> None:
    once = clean(source.encode(), path=path)
    assert once is not None

    twice = clean(joined(once), path=path)

    assert twice is not None
    assert twice.lines == once.lines


@given(st.binary(max_size=300))
def test_that_holds_for_any_bytes(data: bytes) -> None:
    once = clean(data)
    if once is None:
        return

    twice = clean(joined(once))

    assert twice is not None
    assert twice.lines == once.lines


@given(HOSTILE, PATHS)
def test_every_line_keeps_its_number(source: str, path: str) -> None:
    text = clean(source.encode(), path=path)

    assert text is not None
    ends = len(re.findall("\r\n?|\n|[\u2028\u2029]", source))
    open_end = bool(source) and re.search("[\r\n\u2028\u2029]$", source) is None
    assert len(text.lines) == max(1, ends + open_end)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60), st.sampled_from(["utf-16", "utf-32"]))
def test_text_with_a_byte_order_mark_is_read_as_it_was_written(source: str, encoding: str) -> None:
    familiar = "한글 and more. " * 8 + re.sub("[\x00-\x1f\x7f-\x9f\ufffd-\uffff\U0001fffe-\U0010ffff]", "", source)

    assert encodings.decode(familiar.encode(encoding)) == (familiar, ())


@pytest.mark.parametrize("path", ["a.md", "a.rst", "a.adoc", "a.html", "a.py"])
@pytest.mark.parametrize(
    "unit",
    ["<!--", "<a \"'", "<div hidden>", "](a '", "[a]: b \"", "```\n", "`a``b", "..\n", "////\n", "x ``` ", "\x1b]",
     "<|a", "\u200d", "\u0301", "<s>", "data:a/b;base64,", "ignore all ", "as the judge the ", "이전 지시 "],
)  # fmt: skip
def test_half_a_megabyte_of_traps_is_read_to_its_end(unit: str, path: str) -> None:
    data = (unit * (500_000 // len(unit.encode()))).encode()

    assert clean(data, path=path) is not None

"""What holds of the check of evidence for files and quotes of any shape; `make fuzz` looks at many more of them."""

import os
import time
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from evaluator.domain import Block, Digest, Line
from evaluator.grading.evidence import Checker
from evaluator.grading.verdict import Citation
from tests.support.digests import digest_of
from tests.support.quotes import TRUE, Passage, bare

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "80"))  # of each property
many = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

NAME = st.sampled_from(["user", "total_2", "이름", "x", "parse", "items", "self", "retry_count", "MAX"])
VALUE = st.sampled_from(
    ["10", "1.5", '"a b"', "'it'", "0x1f", "None", '"\\n"', "r'\\d+'", "<b>", "&amp;", "…", "...", "[1, 2]"]
)
SIGN = st.sampled_from(
    [" = ", " == ", "(", "): ", " + ", " - ", ".", ", ", " and not ", " < ", "!", "/* ", " // ", "# "]
)
LINE = st.lists(st.one_of(NAME, VALUE, SIGN), min_size=4, max_size=14).map(lambda parts: "    " + "".join(parts))
LINES = st.lists(LINE, min_size=6, max_size=12)
WHOLE = sorted(how for how in TRUE if how not in {"trimmed", "cut anywhere", "dots around"} and "left out" not in how)


def shown(lines: list[str]) -> Digest:
    rows = tuple(Line(number=number, text=line) for number, line in enumerate(lines, 101))
    block = Block(path="a.py", file_class="code", bytes=1, total_lines=999, lines=rows)
    return digest_of({}).model_copy(update={"blocks": (block,)})


def found(lines: list[str], quote: str, *, cited: tuple[int, int]) -> bool:
    citation = Citation(file="a.py", lines=cited, quote=quote)
    return Checker(shown(lines)).verify(citation).status != "not_found"


@given(LINES, st.integers(0, 5), st.integers(1, 4), st.sampled_from(WHOLE), st.integers(0, 9))
@many
def test_a_true_quote_is_found_in_any_dress(lines: list[str], start: int, count: int, how: str, seed: int) -> None:
    passage = Passage("a.py", 101 + start, tuple(lines[start : start + count]))
    assume(len(bare(passage.text)) >= 24 and sum(map(str.isalnum, bare(passage.text))) >= 12)
    assume("…" not in passage.text or how not in {"full width"})

    quote = TRUE[how](Random(seed), passage)

    assert found(lines, quote, cited=(passage.first, passage.last))


@given(LINES, st.integers(0, 5), st.integers(1, 4), st.integers(0, 400), st.sampled_from("qZ7+-=<>!&|%^~*@;"))
@many
def test_a_quote_in_which_one_sign_is_another_is_not_found(
    lines: list[str], start: int, count: int, place: int, sign: str
) -> None:
    text = "\n".join(lines[start : start + count])
    place %= len(text)
    changed = text[:place] + sign + text[place + 1 :]
    assume(bare(changed) not in bare("\n".join(lines)) and "..." not in bare(changed))

    assert not found(lines, changed, cited=(101 + start, 100 + start + count))


@given(LINES, st.text(max_size=300), st.tuples(st.integers(1, 200), st.integers(0, 50)))
@many
def test_no_quote_breaks_the_check(lines: list[str], quote: str, cited: tuple[int, int]) -> None:
    last = cited[0] + cited[1]

    for text in (quote, quote + lines[0], f"101| {quote}\n102| {lines[1]}", f"```\n{quote}\n```", quote * 20):
        assert found(lines, text, cited=(cited[0], last)) in {True, False}


UNITS = [
    "...",
    "… ",
    "12| ",
    "1\n",
    "&amp;",
    "\\",
    "`",
    "a",
    "9",
    "// ...",
    "\u200b",
    "x/",
    "[",
    "가",
    "ﷺ",
    "12",
    "\n\n",
    "L1:",
    "1:",
]


@pytest.mark.parametrize("unit", UNITS)
def test_no_quote_takes_long_to_look_for(unit: str) -> None:
    quote = (unit * 32_000)[:32_000]
    line = "1" * 100_000 + "\\n" * 50_000
    checker = Checker(shown([line, "x = 1", line]))
    started = time.process_time()

    for text in (quote, line[:20_000] + quote[:20_000]):
        checker.verify(Citation(file="a.py", lines=(1, 1), quote=text))

    assert time.process_time() - started < 20  # quadratic work would take minutes

"""Quotes that say something else than the file, code that does nothing yet, and which place of several is told."""

import pytest

from evaluator.grading.evidence import Checker
from evaluator.grading.verdict import Claimed
from tests.unit.grading.test_evidence import cite, criterion, one_file, settled, verify


@pytest.mark.parametrize(
    ("line", "quote"),
    [
        ('rows.delete("delete all users").now()', 'rows.delete("deleteallusers").now()'),
        ("if is_valid(nota, robot_user_name):", "if is_valid(not a, robot_user_name):"),
        ("return not allowed_to_do_it(user)", "returnnotallowed_to_do_it(user)"),
        (r'return "\n".join(rows_of_the_table)', 'return "".join(rows_of_the_table)'),
        ('return " ".join(rows_of_the_table)', 'return "".join(rows_of_the_table)'),
        (r'x = compile(r"\d+\s*items_in_the_table")', 'x = compile(r"d+s*items_in_the_table")'),
        ("return unauthorized_user_is_refused(x)", "authorized_user_is_refused(x)"),
        ("def delete_user_account_now_really(x):", "def delete_user_account_now"),
        ("if user.is_admin and not user.is_locked_out:", "if user.is_admin ... user.is_locked_out:"),
        ("if (user.isAdmin && !user.isLockedOut) {", "if (user.isAdmin && ... user.isLockedOut) {"),
    ],
)
def test_a_quote_that_says_something_else_is_not_found(line: str, quote: str) -> None:
    assert verify(line, digest=one_file(line)).status == "exact"
    assert verify(quote, digest=one_file(line)).status == "not_found"


@pytest.mark.parametrize(
    ("line", "quote"),
    [
        (r'return "\n".join(rows_of_the_table)', 'return "\n".join(rows_of_the_table)'),
        (r'x = compile(r"\d+\s*items_in_the_table")', r'x = compile(r"\\d+\\s*items_in_the_table")'),
        (r'print("\nUsage: the name of a file")', 'Usage: the name of a file")'),
        ("    total = compute(first,\n                    second)", "total = compute(first,second)"),
        ("if user.is_admin and user.is_known:\n    x = not user.x\n    go(user)", "if user.is_admin ... go(user)"),
        (
            "모든 업로드는 세 번 다시 시도되고 사용자에게 알려집니다",
            "든 업로드는 세 번 다시 시도되고 사용자에게 알려집",
        ),
    ],
)
def test_what_json_and_other_writing_systems_explain_is_found(line: str, quote: str) -> None:
    assert verify(quote, lines=(1, 3), digest=one_file(line)).status == "exact"


def test_a_path_with_blanks_before_the_lines_is_taken_off() -> None:
    path = "Fixed Form/sum of all.f"
    digest = one_file("total = compute(first, second)\nreturn total or nothing", path=path)
    quote = f"{path}:1:total = compute(first, second)\n{path}:2:return total or nothing"

    assert verify(quote, file=path, lines=(1, 2), digest=digest).status == "exact"
    assert verify(quote.replace(":2:", ":3:"), file=path, digest=digest).status == "not_found"


def test_a_number_before_a_line_is_no_part_of_a_path_in_it() -> None:
    line = "link = https://example.org/first/second:8"

    assert verify(f"1| {line}", digest=one_file(line)).status == "exact"
    assert verify("1| open(the_folder/second:3:4)", digest=one_file("open(the_folder/second:3:4)")).status == "exact"


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("app.py", "from __future__ import annotations"),
        ("app.py", "from package.module import (\n    one_name,\n    another_name,\n)"),
        ("App.java", "import org.springframework.boot.SpringApplication;"),
        ("app.ts", "import { createClient, type Client } from '@supabase/client';"),
        ("app.js", "const express = require('express-validator');"),
        ("main.go", 'import (\n\t"github.com/example/retries"\n)'),
        ("main.rs", "use tokio::sync::{mpsc, oneshot, broadcast};"),
        ("App.cs", "using Microsoft.EntityFrameworkCore.Design;"),
        ("main.c", "#include <openssl/cryptography_of_all.h>"),
        ("app.py", "return  # All uploads are retried three times"),
        ("app.py", "#!/usr/bin/env python3 -All -uploads-retried"),
        ("app.js", "#!/usr/bin/env node --all-uploads-are-retried"),
    ],
)
def test_what_does_nothing_yet_shows_no_behaviour(path: str, line: str) -> None:
    digest = one_file(line, path=path)

    assert settled("code", cite(line, file=path, lines=(1, 9)), digest=digest) == "not_shown"
    assert settled("doc", cite(line, file=path, lines=(1, 9)), digest=digest) == "met"


def test_a_quote_with_three_gaps_is_not_looked_for() -> None:
    two = "def greeting(name: str) ... raise ValueError ... Hello, {name.strip()}"
    three = "def greeting(name: str) ... if not name.strip() ... raise ValueError ... Hello, {name.strip()}"

    assert verify(two, lines=(5, 9)).status == "exact"
    assert verify(three, lines=(5, 9)).status == "not_found"


def test_a_quote_that_only_ends_within_the_cited_lines_is_not_there() -> None:
    quote = 'raise ValueError("a name is needed to greet")\n    return f"Hello, {name.strip()}!"'

    found = verify(quote, lines=(9, 12))

    assert (found.status, found.lines) == ("relocated", (8, 9))


def test_the_last_line_of_a_quote_is_that_of_its_last_sign() -> None:
    text = "def totals(rows: list[int]) -> int:\n    return sum(rows) + len(rows\n    )\n"

    found = verify("def totals(rows: list[int]) -> int:\n    return sum(rows) + len(rows\n    )", digest=one_file(text))

    assert found.lines == (1, 3)


def test_the_code_of_all_pieces_of_a_quote_counts() -> None:
    text = "result = compute(first, second)\n# and here is a remark about what was done\n"
    quote = "result = compute(first, second) ... # and here is a remark about what was done"
    claimed = Claimed(id="F1", evidence=(cite(quote, lines=(1, 2)),), reason="r", verdict="met")

    assert Checker(one_file(text)).settle(criterion("code"), claimed).level == "met"


def test_of_overlapping_beginnings_each_is_tried() -> None:
    text = "++b = 1\n++++++bcdefgh_longer_name = compute(first, second)\n"

    assert verify("++++bcdefgh_longer_name = compute(first, second)", digest=one_file(text)).lines == (2, 2)


def test_the_nearest_place_is_told_by_its_first_line() -> None:
    long = "value = compute(\n    first,\n    second,\n    third,\n)"
    text = f"{long}\n\n\n{long}\n"

    found = verify(long, lines=(6, 6), digest=one_file(text))

    assert found.lines == (8, 12)

import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.services import cohort_file
from evaluator.services.cohort_cells import BadCohortFile, Row
from evaluator.services.cohort_file import Table, read

HERE = "https://github.com/kim/greeter"
THERE = "https://github.com/lee/shop"


def table(folder: Path, content: str | bytes, *, name: str = "cohort.csv", **columns: str) -> Table:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(file, columns=columns)


def refusal(folder: Path, content: str | bytes, *, name: str = "cohort.csv", **columns: str) -> str:
    with pytest.raises(BadCohortFile) as refused:
        table(folder, content, name=name, **columns)
    return str(refused.value)


def table_or_refusal(file: Path) -> Table | str:
    try:
        return read(file, columns={})
    except BadCohortFile as refused:
        return str(refused)


def cells(rows: Sequence[Row]) -> list[Mapping[str, str]]:
    return [row.cells for row in rows]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_separator_is_found_by_the_headings(tmp_path: Path, separator: str, end: str) -> None:
    lines = [separator.join(line) for line in (("Source", "TEAM"), (HERE, "Alpha"), (THERE, "Beta"))]

    found = table(tmp_path, end.join(lines))

    assert cells(found.rows) == [{"source": HERE, "team": "Alpha"}, {"source": THERE, "team": "Beta"}]
    assert [(row.number, row.line) for row in found.rows] == [(1, 2), (2, 3)]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp949", "euc_kr"]
)
@pytest.mark.parametrize("name", ["cohort.csv", "cohort.json"])
def test_what_spreadsheets_save_is_read_in_its_encoding(tmp_path: Path, encoding: str, name: str) -> None:
    text = (
        f"source,team\n{HERE},김하늘 팀\n" if name.endswith("csv") else f'[{{"source": "{HERE}", "team": "김하늘 팀"}}]'
    )

    found = table(tmp_path, text.encode(encoding), name=name)

    assert cells(found.rows) == [{"source": HERE, "team": "김하늘 팀"}]


@pytest.mark.parametrize("word", ["Müller", "Ärzte", "café", "Łódź"])
def test_a_western_text_that_is_not_utf_8_is_a_bad_row_and_no_korean(tmp_path: Path, word: str) -> None:
    text = f"source,team\n{HERE},Alpha\n{THERE},{word}\n"

    found = table(tmp_path, text.encode("cp1250" if word == "Łódź" else "cp1252"))

    assert cells(found.rows) == [{"source": HERE, "team": "Alpha"}]
    [bad] = found.bad
    assert (bad.number, bad.line) == (2, 3)
    assert "Save the file as UTF-8" in bad.reason


def test_a_cell_in_quotes_may_hold_line_breaks_and_separators_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    text = f'about,source\n"one,\ntwo ""quoted""",{HERE}\n\n,\n"x",{THERE}\n'

    found = table(tmp_path, text)

    assert [(row.number, row.line, row.cells["source"]) for row in found.rows] == [(1, 2, HERE), (2, 6, THERE)]


@pytest.mark.parametrize(
    "broken",
    [f'source,name\n{HERE},a\n{THERE},"b\nrest,of it\n', f'source,name\n{HERE},a\n"{THERE}"x,b\n{HERE},c\n'],
    ids=["never closed", "text behind the end"],
)
def test_nothing_is_guessed_behind_broken_quotes(tmp_path: Path, broken: str) -> None:
    message = refusal(tmp_path, broken)

    assert "row 2, which begins on line 3," in message


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",Alpha,", "The source is empty"),
        (f"{HERE},Alpha", "It has 2 cells, fewer than the 3 headings"),
        (f"{HERE},Alpha,,", "It has 4 cells, more than the 3 headings"),
        (f"{HERE},{'x' * 1_000_000},", "A cell has 1,000,000 characters, more than 100,000"),
        (f"{HERE},{'x' * 256},", "`team` has 256 characters, more than 255"),
        (f"{HERE},Alpha,kim", "It has a user and a team"),
        (f"{HERE},Al\0pha,", "NUL byte"),
        (f"{HERE},\x1b[31mAlpha,", "cannot be seen ('?[31mAlpha')"),
        (f'{HERE},"Al\npha",', "cannot be seen ('Al pha')"),
        (f"{HERE},Al\u202epha,", "cannot be seen"),
    ],
)
def test_a_bad_row_says_its_number_its_line_and_why(tmp_path: Path, row: str, reason: str) -> None:
    found = table(tmp_path, f"source,team,user\n{HERE},Alpha,\n{row}\n{THERE},Beta,\n")

    [bad] = found.bad
    assert (bad.number, bad.line) == (2, 3)
    assert reason in bad.reason
    assert bad.reason.isprintable()
    assert [row.cells["source"] for row in found.rows] == [HERE, THERE]


def test_a_big_cell_of_a_column_that_nobody_needs_is_a_bad_row_too(tmp_path: Path) -> None:
    found = table(tmp_path, f'source,about\n{HERE},"{"text, " * 200_000}"\n{THERE},short\n')

    assert [bad.number for bad in found.bad] == [1]
    assert cells(found.rows) == [{"source": THERE}]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "The file is empty"),
        ("\n\n,,\n", "The file is empty"),
        ("source\n", "there is no row below the headings"),
        (",".join(["source", *map(str, range(10_000))]), "10,001 columns"),
        (f"source,about\n{HERE}{',' * 1_000_001}", "more than a million cells"),
        ("source,about\n" + "\n" * 2_000_000, "Is a quote missing"),
        ("x" * 100_001, "The headings cannot be read. A cell has 100,001 characters"),
        (f"source,Source\n{HERE},{THERE}", "Two columns are headed 'source'"),
        (b"PK\x03\x04workbook", "Save the sheet as CSV UTF-8"),
        (b"\xff\xfes\x00o\x00u\x00r\x00c\x00e\x00\n\x00x", "begins as utf-16, and is not"),
        (b"source,caf\xe9\nx,y", "The headings cannot be read. It has bytes that are not UTF-8"),
    ],
)
def test_what_is_no_list_of_projects_is_refused_as_a_whole(tmp_path: Path, content: str | bytes, said: str) -> None:
    assert said in refusal(tmp_path, content)


def test_a_file_without_a_source_says_which_column_looks_like_one_by_its_cells(tmp_path: Path) -> None:
    text = f"Timestamp,Your link,Where is it?\n2026-11-30,https://demo.example,{HERE}\n"

    message = refusal(tmp_path, text)

    assert '--column source="Where is it?"' in message
    assert "The headings are: 'Timestamp', 'Your link', 'Where is it?'." in message


def test_a_file_without_a_source_says_which_column_looks_like_one_by_its_heading(tmp_path: Path) -> None:
    assert '--column source="GitHub repository"' in refusal(tmp_path, "When,GitHub repository\n1,2\n")


def test_a_heading_that_is_not_there_is_answered_with_the_nearest_and_all_others(tmp_path: Path) -> None:
    message = refusal(tmp_path, f"Github Link,Team\n{HERE},Alpha\n", source="Git Hub link")

    assert "No column is headed 'Git Hub link'. Did you mean 'Github Link'?" in message
    assert "'Team'" in message


def test_headings_of_an_export_are_mapped_whatever_their_capitals_and_spaces(tmp_path: Path) -> None:
    text = f' GitHub  LINK ,source,Project Title\n{HERE},somewhere else,"Greeter"\n'

    file = tmp_path / "export.csv"
    file.write_text(text)

    found = read(file, columns={"source": "github link", "team": "Project Title", "name": "project title"})

    assert cells(found.rows) == [{"source": HERE, "team": "Greeter", "name": "Greeter"}]


def test_headings_that_drive_a_terminal_are_shown_harmless(tmp_path: Path) -> None:
    assert "\x1b" not in refusal(tmp_path, "\x1b[31mred,b\n1,2\n")


def test_a_file_of_more_than_its_most_bytes_is_refused_before_it_is_read_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cohort_file, "_MOST_BYTES", 1 << 20)

    assert "more than 1 MiB" in refusal(tmp_path, b"source\n" + b"x" * (1 << 20))


def test_a_file_of_more_than_its_most_rows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cohort_file, "_MOST_ROWS", 3)

    assert "more than 3 rows" in refusal(tmp_path, "source\n" + f"{HERE}\n" * 4)


@pytest.mark.parametrize("name", ["nothing.csv", "a\0b.csv", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadCohortFile, match=r"cannot be read \(.+\)\. Check the path"):
        read(tmp_path / name, columns={})


def test_standard_input_is_read_and_its_form_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f'[{{"source": "{HERE}"}}]'.encode())))

    assert cells(read(None, columns={}).rows) == [{"source": HERE}]


# JSON -----------------------------------------------------------------------------------------------------------------

ROWS = [{"Source": HERE, "key": 7, "team": None, "stars": [1]}, {"Source": THERE}]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ROWS),
        json.dumps({"projects": ROWS}),
        "\n".join(map(json.dumps, ROWS)),
        "\ufeff\n" + "\r\n\r\n".join(map(json.dumps, ROWS)) + "\n",
    ],
    ids=["array", "projects", "lines", "lines with a mark and gaps"],
)
def test_json_is_read_in_each_of_its_forms(tmp_path: Path, text: str) -> None:
    found = table(tmp_path, text, name="cohort.json")

    assert [(row.number, row.cells) for row in found.rows] == [
        (1, {"source": HERE, "key": "7"}),
        (2, {"source": THERE}),
    ]


def test_one_object_is_one_project(tmp_path: Path) -> None:
    assert cells(table(tmp_path, json.dumps({"source": HERE}), name="one.txt").rows) == [{"source": HERE}]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("7", "It is no JSON object"),
        ('{"source": "x", "source": "y"}', "every name stands once"),
        ('{"source": "x", "SOURCE": "y"}', "one name in two forms"),
        ('{"source": ["x"]}', "`source` is no text"),
        ('{"source": true}', "`source` is no text"),
        ('{"source": "x", "ref": 1.5}', "`ref` is no text"),
        ('{"source": "x\\ud800"}', "bytes that are not UTF-8"),
        ('{"source": "x", "about": "\\u0000"}', "NUL byte"),
        ("{}", "The source is empty"),
    ],
)
def test_a_bad_object_says_its_number_and_why(tmp_path: Path, row: str, reason: str) -> None:
    good = json.dumps({"source": HERE})

    found = table(tmp_path, f"[{good}, {row}]", name="cohort.json")

    [bad] = found.bad
    assert (bad.number, bad.line) == (2, None)
    assert reason in bad.reason


def test_a_broken_line_of_json_says_its_number_and_line(tmp_path: Path) -> None:
    good = json.dumps({"source": HERE})

    found = table(tmp_path, f"{good}\n\n{{broken\n{good}\n", name="cohort.jsonl")

    assert [(bad.number, bad.line) for bad in found.bad] == [(2, 3)]
    assert [row.line for row in found.rows] == [1, 4]


@pytest.mark.parametrize(
    "text",
    ["[", "[" * 100_000, "[1, 2]", "7", '"source"', "null", "[]", "{}", '{"projects": {}}', "[" + "9" * 5000 + "]", ""],
)
def test_json_that_is_no_list_of_projects_is_refused(tmp_path: Path, text: str) -> None:
    assert "Give an array of objects" in refusal(tmp_path, text, name="cohort.json")


def test_json_of_millions_of_brackets_is_refused_unread(tmp_path: Path) -> None:
    assert "commas and brackets" in refusal(tmp_path, "[" + "[]," * 1_000_000 + "[]]", name="cohort.json")


def test_json_of_too_many_fields_is_refused(tmp_path: Path) -> None:
    fields = {f"field {number}": 1 for number in range(1001)}

    assert "1,001 columns" in refusal(tmp_path, json.dumps([fields]), name="cohort.json")


def test_json_without_a_source_says_which_field_looks_like_one(tmp_path: Path) -> None:
    assert '--column source="repo"' in refusal(tmp_path, json.dumps([{"id": 1, "repo": HERE}]), name="cohort.json")


def test_fields_of_json_are_mapped_as_headings_are(tmp_path: Path) -> None:
    found = table(tmp_path, json.dumps([{"repo": HERE, "source": "form"}]), name="cohort.json", source="Repo")

    assert cells(found.rows) == [{"source": HERE}]


# Whatever comes -------------------------------------------------------------------------------------------------------

CELL = st.text(max_size=30)


@given(rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8), separator=st.sampled_from(",;\t"))
@settings(max_examples=150, deadline=None)
def test_every_row_that_csv_can_write_comes_back_once_as_it_was_or_as_bad(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], separator: str
) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([("source", "about"), *rows])
    there = [row for row in rows if any(cell.strip() for cell in row)]
    file = tmp_path_factory.mktemp("csv") / "cohort.csv"
    file.write_bytes(written.getvalue().encode("utf-8", "surrogatepass"))
    if not there:
        return

    found = read(file, columns={})

    assert sorted([row.number for row in found.rows] + [bad.number for bad in found.bad]) == list(
        range(1, len(there) + 1)
    )
    for row in found.rows:
        assert row.cells["source"].split() != []
        assert "\n" not in row.cells["source"]


@given(content=st.binary(max_size=300), name=st.sampled_from(["x.csv", "x.json", "x.jsonl", "x"]))
@settings(max_examples=300, deadline=None)
def test_whatever_the_bytes_are_there_is_a_table_or_one_clear_refusal(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    file = tmp_path_factory.mktemp("any") / name
    file.write_bytes(content)

    found = table_or_refusal(file)

    assert isinstance(found, Table) or found.isprintable()


@given(body=st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_whatever_stands_below_the_headings_there_is_a_table_or_one_clear_refusal(
    tmp_path_factory: pytest.TempPathFactory, body: str
) -> None:
    file = tmp_path_factory.mktemp("any") / "x.csv"
    file.write_bytes(b"source,name\n" + body.encode("utf-8", "surrogatepass"))

    found = table_or_refusal(file)

    said = [found] if isinstance(found, str) else [bad.reason for bad in found.bad]
    assert all(text.isprintable() for text in said)

import pytest

from evaluator.digest.outline import Definition, outline
from tests.support.outlines import outlined


def test_python_tells_classes_functions_and_their_methods() -> None:
    text = """\
import os

@dataclass(
    frozen=True,
)
class Shelf:
    '''A shelf.

def not_this():
    '''
    rows = 3

    async def add(
        self,
        book,
    ) -> None:
        def inner():
            def too_deep():
                pass
# a comment in the first column
        return inner

    @property
    def full(self): return True


x = 1
def last():
    return 1
"""

    assert outlined("a.py", text) == [
        ("Shelf", 3, 24, 0),
        ("add", 13, 21, 1),
        ("inner", 17, 19, 2),
        ("full", 23, 24, 1),
        ("last", 28, 29, 0),
    ]


def test_braces_in_strings_and_comments_end_nothing() -> None:
    text = """\
function first() {
  const a = "}}}" + '{' + `}`; // }}
  /* } */
  if (a) {
  }
}
/*
function commented() {
*/
const second = async (x) => {
    return x;
};
"""

    assert outlined("a.js", text) == [("first", 1, 6, 0), ("second", 10, 12, 0)]


def test_an_annotation_begins_the_definition_that_it_stands_on_and_no_later_one() -> None:
    text = '@Late\nimport x;\nclass A {\n}\n@Entity(\n  name = "b"\n)\n// why\nclass B {\n}\n'

    assert outlined("A.java", text) == [("A", 3, 4, 0), ("B", 5, 10, 0)]


def test_unbalanced_braces_end_at_the_next_definition_of_the_level() -> None:
    text = "func a() {\n\tx := map{\n\nfunc b() {\n}\n}\n}\nfunc c() {\n}"

    assert outlined("a.go", text) == [("a", 1, 2, 0), ("b", 4, 5, 0), ("c", 8, 9, 0)]


def test_code_without_indentation_is_told_by_its_braces() -> None:
    text = "int main(void)\n{\nif (x) {\ny();\n}\nreturn 0;\n}\nint other(void)\n{\n}\n"

    assert outlined("a.c", text) == [("main", 1, 7, 0), ("other", 8, 10, 0)]


def test_sections_of_markdown_end_before_the_next_heading_of_their_level() -> None:
    text = "# Shelf #\ntext\n## Use\n```sh\n# no heading\n```\n### Deep\n#### Deeper\n## Else\n\nOther\n=====\nend"

    assert outlined("README.md", text) == [
        ("Shelf", 1, 10, 0),
        ("Use", 3, 8, 1),
        ("Deep", 7, 8, 2),
        ("Else", 9, 10, 1),
        ("Other", 11, 13, 0),
    ]


@pytest.mark.parametrize(
    "text", ["- item\n---\n", "\n---\n", "> quote\n===\n", "a | b\n--|--\n", "text\n-\n", "#hashtag"]
)
def test_a_rule_or_a_table_is_no_heading(text: str) -> None:
    assert outlined("a.md", text) == []


def test_settings_at_the_top_of_a_document_are_no_heading() -> None:
    assert outlined("a.md", "---\ntitle: Shelf\n---\n# Use\n") == [("Use", 4, 5, 0)]


def test_restructured_text_has_the_levels_of_its_underlines() -> None:
    text = "Shelf\n=====\n\nUse\n---\n\nMore\n----\n  quoted\n  ------\nshort\n--\n"

    assert outlined("a.rst", text) == [("Shelf", 1, 13, 0), ("Use", 4, 6, 1), ("More", 7, 13, 1)]


def test_asciidoc_has_headings_of_equal_signs() -> None:
    assert outlined("a.adoc", "= Shelf\n== Use\n----\n== code\n----\n") == [("Shelf", 1, 6, 0), ("Use", 2, 6, 1)]


def test_a_notebook_has_cells_with_definitions_in_them() -> None:
    text = (
        "# %% cell 1 [markdown]\n# Title\ntext\n# %% cell 2\ndef add(a):\n    return a\nadd(1)\n# %% cell 3\n"
        "class Row:\n    def b(self): ..."
    )

    assert outlined("a.ipynb", text) == [
        ("cell 1", 1, 3, 0),
        ("cell 2", 4, 7, 0),
        ("add", 5, 6, 1),
        ("cell 3", 8, 10, 0),
        ("Row", 9, 10, 1),
        ("b", 10, 10, 2),
    ]


@pytest.mark.parametrize("path", ["data.csv", "Makefile", "a.css", "noext", "a.py"])
def test_what_has_no_definitions_tells_none(path: str) -> None:
    assert outline(path, ["a: 1", "", "}"]) == ()


def test_no_lines_have_no_outline() -> None:
    assert outline("a.py", []) == ()


def test_definitions_are_values() -> None:
    assert outline("a.py", ["def a(): ..."]) == (Definition(name="a", first=1, last=1, depth=0),)


HOSTILE = {
    "one long line": "function a(){" * 200_000,
    "brackets": "(" * 2_000_000,
    "words": "a b " * 500_000,
    "open strings": "'a" * 500_000,
    "deep": "\n".join(f"{' ' * n}def a():" for n in range(1000)),
    "unended signatures": "\nint a(b" * 100_000,
    "generics": "\nimpl<" * 100_000,
    "types": "a<b " * 300_000,
    "headings": "# a\n" * 100_000,
    "surrogates": "def \udcff(): ...\n" * 1000,
    "blank lines": "\n" * 300_000,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("suffix", ["py", "js", "java", "rs", "cpp", "rb", "sql", "md", "ipynb"])
def test_any_text_has_an_outline_within_its_lines(name: str, suffix: str) -> None:
    lines = HOSTILE[name].split("\n")

    found = outline(f"a.{suffix}", lines)

    assert len(found) <= 5000
    assert all(1 <= d.first <= d.last <= len(lines) and 0 <= d.depth <= 2 and d.name for d in found)

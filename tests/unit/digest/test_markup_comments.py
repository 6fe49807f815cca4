"""Comments of documents that are no HTML, and those that Markdown's kin have."""

import pytest

from evaluator.digest.text import clean

HIDDEN = "zqhidden"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.adoc", "[comment]\nzqhidden\nzqhidden\n"),
        ("a.adoc", "[comment]\n--\nx\n\nzqhidden\n--\n"),
        ("a.adoc", "[comment]\n====\nx\n\nzqhidden\n====\n"),
        ("a.rst", ".. raw:: html\n\n   <p>x</p>\n   <!-- zqhidden -->\n"),
        ("a.rst", ".. raw:: html\n\n   <!-- zqhidden\n"),
        ("a.org", "# zqhidden\n"),
        ("a.org", "#+BEGIN_COMMENT\nzqhidden\n#+END_COMMENT\n"),
        ("a.mdx", "x {/* zqhidden */} y\n"),
        ("a.mdx", "{/*\nzqhidden\n*/}\n"),
        ("a.Rmd", "<!-- zqhidden -->\n"),
        ("a.qmd", "<!-- zqhidden -->\n"),
    ],
)
def test_a_comment_is_taken_out_and_noted(path: str, text: str) -> None:
    whole = f"Title\n=====\n\ntext\n\n{text}\nend\n"

    found = clean(whole.encode(), path=path)

    assert found is not None
    assert HIDDEN not in "\n".join(found.lines)
    assert found.lines[-1] == "end" or path == "a.rst"
    assert len(found.lines) == whole.count("\n")
    assert found.findings == ("hidden_comment",)
    again = clean("\n".join(found.lines).encode(), path=path)
    assert again is not None
    assert again.lines == found.lines


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.org", "#+begin_src python\n# shown\n#+end_src\n"),
        ("a.org", "#+title: shown\n"),
        ("a.md", "{/* shown */}\n"),
        ("a.mdx", "`{/* shown */}`\n"),
        ("a.mdx", "{/* shown */ value}\n"),
        ("a.rst", ".. code-block:: html\n\n   <!-- shown -->\n"),
        ("a.md", "\u2801\u2800\u2800\u2802\n"),
        ("a.md", "\u2800\u2800\u2802\n"),
    ],
)
def test_what_is_shown_stays(path: str, text: str) -> None:
    found = clean(text.encode(), path=path)

    assert found is not None
    assert found.lines == tuple(text.removesuffix("\n").split("\n"))
    assert found.findings == ()


def test_blanks_of_braille_among_letters_are_hidden_text() -> None:
    found = clean(("a" + "\u2800" * 40 + "b\n").encode(), path="a.md")

    assert found is not None
    assert (found.lines, found.findings) == (("ab",), ("hidden_text",))


def test_a_reference_with_thousands_of_figures_is_no_trouble() -> None:
    found = clean(b'<p title="&#' + b"1" * 5000 + b';">x</p>', path="a.md")

    assert found is not None
    assert found.lines == ("<p >x</p>",)

import pytest

from evaluator.digest.markup import kind_of, strip


def markdown(source: str) -> tuple[str, tuple[str, ...]]:
    return strip(source, "markdown")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("README.md", "markdown"), ("a/B.MDX", "mdx"), ("x.rst", "rst"), ("x.adoc", "adoc"), ("x.html", "html"),
        ("README", None), ("a.py", None), ("notes.txt", None), ("app.vue", None), ("md", "markdown"),
    ],
)  # fmt: skip
def test_the_suffix_tells_what_markup_a_file_holds(path: str, kind: str | None) -> None:
    assert kind_of(path) == kind


def test_a_document_without_anything_hidden_stays_as_written() -> None:
    source = "# Title\n\nWords with `code`, [a link](https://x.y) and ![a picture](p.png).\n\n| a | b |\n|---|---|\n"

    assert markdown(source) == (source, ())


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a <!-- x --> b", "a   b"),
        ("a\n<!-- x\ny\n-->\nb", "a\n\n\n\nb"),
        ("a <!--> b --> c", "a   b --> c"),
        ("<!-- never ends\n\nb", "\n\n"),
        ("a <?php words ?> b", "a   b"),
        ("<?php words\nnever > ends", "\n ends"),
        ("<? never\nends", "\n"),
        ("<!DOCTYPE words>b", " b"),
        ("a <![CDATA[words]]> b", "a   b"),
        ("> <!-- never ends\nb", "> \n"),
        ("[//]: # (words)\nb", " \nb"),
        ("[//]: # words without brackets\nb", " \nb"),
        ("[comment]: <> (words)", " "),
        ("[x]: # 'words'", " "),
        ("[x]: <words that nobody sees>", " "),
        ("[some words nobody sees]: #", " "),
        ("[x]:\n  #\n  (words\n  more)\nb", "\n\n\n\nb"),
    ],
)
def test_comments_are_taken_out_and_their_line_ends_stay(source: str, shown: str) -> None:
    assert markdown(source) == (shown, ("hidden_comment",))


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('[a](b "title")', "[a](b)"),
        ("![a](b 'title')", "![a](b)"),
        ("[a](b (title))", "[a](b)"),
        ('[a](b_(c)\n"ti\ntle" )', "[a](b_(c)\n\n )"),
        ('[x]: http://a.b "title"', "[x]: http://a.b"),
        ('[x]: http://a.b "one" (two)', "[x]: http://a.b"),
        ('<a href="u" title="one two three">k</a>', '<a href="u" >k</a>'),
        ('<p data-x="a b\nc" align=center>k</p>', "<p\n align=center>k</p>"),
    ],
)
def test_titles_and_sentences_in_attributes_are_taken_out(source: str, shown: str) -> None:
    assert markdown(source) == (shown, ("hidden_attribute",))


@pytest.mark.parametrize(
    "tag",
    [
        "<div hidden>",
        "<div/hidden>",
        "<DIV HIDDEN=''>",
        "<div hidden/>",
        "<div style='display:none'>",
        '<div style="Display : None !important">',
        "<div style='visibility:hidden'>",
        "<div style='opacity:0;color:red'>",
        "<div style='opacity: .0'>",
        "<div style='font-size:0'>",
        "<div style='font-size: 1px'>",
        "<div style='font-size:/**/0px'>",
        "<div style='display&#58;none'>",
        "<div style='height:0;overflow:hidden'>",
        "<div style='position:absolute;left:-9999px'>",
        "<div style='color:#fff'>",
        "<div style='color:white;background:#FFFFFF'>",
        "<div style='color:transparent'>",
        "<div color=white>",
        "<div style=display:none>",
        '<div title="a > b" hidden>',
        '<div title="a < b" hidden>',
    ],
)
def test_an_element_that_does_not_show_is_taken_out_whole(tag: str) -> None:
    source = f"a {tag}secret\n<div>inner</div></div> b"

    assert markdown(source) == ("a \n b", ("hidden_style",))


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a <script>x\ny</script> b", "a \n b"),
        ("<style>p {}</style> b", "  b"),
        ("<Template>x</template>b", " b"),
        ('a <img src="x.png" style="display:none"> b', "a   b"),
        ("a <input type='hidden' value='x'> b", "a   b"),
        ("<svg><path hidden/>shown</svg>", "<svg> shown</svg>"),
        ("a\n<span hidden>never\nends", "a\n\n"),
        ("a <span hidden>b<spanner>c</span> d", "a   d"),
    ],
)
def test_what_no_page_shows_is_taken_out_to_where_it_ends(source: str, shown: str) -> None:
    assert markdown(source) == (shown, ("hidden_style",))


@pytest.mark.parametrize(
    "source",
    [
        "<details><summary>More</summary>shown</details>",
        '<img src="a.png" alt="four words that show" width="3">',
        '<p align="center" class="one two three">k</p>'.replace(' class="one two three"', ""),
        "<span style='color:white;background:#333'>shown</span>",
        "<span style='color:#fffaaa'>shown</span>",
        "<span style='opacity:0.5;font-size:0.8em;left:-1px'>shown</span>",
        "<p class='hidden'>shown</p>",
        "<s>struck</s> a < b and c > d",
        "[^1]: A footnote shows.",
        "[docs]: https://x.y/z",
        "[docs]: # \nb".replace(" \n", "\n"),
        "text [x]: # (no definition here)",
        "x <!-- no end",
        "- [ ] a task\n- [x] done",
    ],
)
def test_what_shows_stays(source: str) -> None:
    assert markdown(source) == (source, ())


def test_attributes_of_looks_go_without_a_word() -> None:
    assert markdown('<p class="one two three">k</p>') == ("<p >k</p>", ())


@pytest.mark.parametrize(
    "source",
    [
        "```html\n<!-- x -->\n<p hidden>y</p>\n```",
        "  ~~~~\n<!-- x -->\n~~~\n<!-- y -->\n~~~~~",
        "1. a\n   - ```\n     <!-- x -->\n     ```",
        "> ```\n> <!-- x -->\n> ```",
        "```\n<!-- to the end -->",
        "a `<!-- x -->` b",
        "a ``<!-- ` -->`` b",
        "a ```<!-- x -->``` b",
        "write `<div hidden>` and `</div>`",
    ],
)
def test_nothing_is_taken_out_of_code(source: str) -> None:
    assert markdown(source) == (source, ())


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("```\ncode\n```\n<!-- x -->", "```\ncode\n```\n "),
        ("a ``` b\n<!-- x -->", "a ``` b\n "),
        ("a \\`<!-- x -->`", "a \\` `"),
        ("a `b\n<!-- x -->` c", "a `b\n ` c"),
        ("<!--\n```\n-->\n<!-- y -->", "\n\n\n "),
        ("x" * 300 + " ```\n<!-- y -->", "x" * 300 + " ```\n "),
    ],
)
def test_what_only_looks_like_code_protects_nothing(source: str, shown: str) -> None:
    assert markdown(source) == (shown, ("hidden_comment",))


def test_pictures_in_the_text_are_shown_by_their_length() -> None:
    source = f"![plot](data:image/png;base64,{'A' * 5000}) and data:image/png;base64,AAAA"

    shown = "![plot](data:image/png;base64,[... 5000 characters]) and data:image/png;base64,AAAA"
    assert markdown(source) == (shown, ())
    assert markdown(shown) == (shown, ())


def test_what_lies_bare_after_a_removal_is_looked_at_again() -> None:
    assert markdown("[x]: <a <img hidden> b>") == (" ", ("hidden_style", "hidden_comment"))
    assert markdown("<!-- x --><!-- never ends\nb") == (" \n", ("hidden_comment",))


def test_comments_of_restructured_text_go_with_what_is_indented_below() -> None:
    source = "\n".join(
        ["Title", "=====", ".. words", "   more words", "", "   and more", "shown", ".. note:: shown", "",
         ".. _target: x", ".. |sub| image:: x.png", ".. [1] shown", "..", "   words", "..", "", "   shown, a quotation"]
    )  # fmt: skip

    text, findings = strip(source, "rst")

    assert text.split("\n") == [
        "Title", "=====", "", "", "", "", "shown", ".. note:: shown", "", ".. _target: x", ".. |sub| image:: x.png",
        ".. [1] shown", "", "", "..", "", "   shown, a quotation",
    ]  # fmt: skip
    assert findings == ("hidden_comment",)
    assert strip(text, "rst") == (text, ())


def test_comments_of_asciidoc_are_taken_out() -> None:
    source = "= Title\n// words\n////\nwords\n\nmore\n////\nhttps://shown\n/// shown\n////\nnever ends\n"

    text, findings = strip(source, "adoc")

    assert text == "= Title\n \n\n\n\n\n\nhttps://shown\n/// shown\n\n\n"
    assert findings == ("hidden_comment",)


@pytest.mark.parametrize(
    ("source", "findings"),
    [
        ("<!-- kept --><p>shown</p>", ()),
        ("<p hidden>x</p>", ("hidden_style",)),
        ("<p class='a' style='color:red; display: none'>x</p>", ("hidden_style",)),
        ("<p style='opacity:0.5'>x</p><p class='hidden'>x</p>", ()),
    ],
)
def test_a_page_is_program_source_of_which_hidden_elements_are_only_noted(
    source: str, findings: tuple[str, ...]
) -> None:
    assert strip(source, "html") == (source, findings)


@pytest.mark.parametrize(
    "source", ["1 <? 2", "a <!x", "words:\n\n    <?php\n    echo $a->b;\n", "x\n\n\t<!DOCTYPE html>\n", "`<?php x ?>`"]
)
def test_an_instruction_in_code_or_one_that_never_ends_in_a_line_is_shown(source: str) -> None:
    assert markdown(source) == (source, ())


def test_one_word_is_enough_for_a_title_to_be_taken_out() -> None:
    assert markdown('<a title="word" href="x">y</a>') == ('<a  href="x">y</a>', ("hidden_attribute",))
    assert markdown('<a class="word" href="x">y</a>') == ('<a class="word" href="x">y</a>', ())


def test_many_half_instructions_take_no_time_to_speak_of() -> None:
    source = "a <?" * 500_000

    assert markdown(source) == (source, ())

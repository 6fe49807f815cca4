import pytest

from evaluator.grading import promises
from evaluator.grading.promise_words import MOST_SIGNS
from tests.support.digests import digest_of


def texts(readme: str, *, name: str = "README.md", kind: str = "feature") -> list[str]:
    return [p.text for p in promises.ledger(digest_of({name: readme, "app.py": "x = 1\n"})) if p.kind == kind]


@pytest.mark.parametrize(
    "readme",
    [
        "# T\n\n## Features\n\n- Counts words\n- Sorts words\n",
        "# T\n\n## ✨ Key Features\n\n* **Counts** words\n* Sorts [words](https://x.y)\n",
        "# T\n\nFEATURES\n--------\n\n+ `Counts` words\n+ Sorts words 🚀\n",
        "T\n=\n\n**Features:**\n\n1. Counts words\n2. Sorts words\n",
        "# T\n\n## Features\n\n✅ Counts words\n✅ Sorts words\n",
        "# T\n\n## Features\n\n🚀 Counts words\n\n📌 Sorts words\n",
        "# T\n\n## Features\n\n- [x] Counts words\n- [x] Sorts words\n- [ ] Sings songs\n",
        "# T\n\n## Features\n\n### 1. Counts words\n\nAs you like.\n\n### Sorts words\n\n![x](y.png)\n",
        "# T\n\n## Features\n\n<ul>\n<li>Counts words</li>\n<li><b>Sorts</b> words</li>\n</ul>\n",
        "<h1 align='center'>T</h1>\n<h2>Features</h2>\n\n- Counts words\n- Sorts words\n",
        "# T\n\n<h2>\nFeatures\n</h2>\n\n- Counts words\n- Sorts&nbsp;words\n",
        "# T\n\n<details>\n<summary>Features</summary>\n\n- Counts words\n- Sorts words\n\n</details>\n\n- other\n",
        "# T\n\n| Feature | Status |\n|---|---|\n| Counts words | ✅ |\n| Sings songs | ❌ |\n| Sorts words | Done |\n",
        "# T\n\n## 주요 기능\n\n- Counts words\n- Sorts words\n",
        "# T\n\n## Roadmap\n\n- [x] Counts words\n- [x] Sorts words\n- [ ] Sings songs\n",
        "# T\n\n## Features\n\n- Core:\n  - Counts words\n  - Sorts words\n",
        "# T\n\n## Features\n\n- Counts words\n- Sorts words\n\n  More on that.\n",
        "# T\n\n## Features\n\n- Counts words\n- Sorts words\n- Sings (coming soon)\n- ~~Dances~~\n- 🚧 Paints\n",
        "# T\n\n## Features\n\n- Counts words\n- Sorts words\n- [Our site](https://x.y)\n- Why not?\n- 1.\n",
        "# T\n\n## Features\n\n- Counts words\n- Sorts words\n\n### Planned\n\n- Sings songs\n\n## License\n\n- MIT\n",
        "<table><tr><th>Features</th></tr>\n<tr><td>Counts words</td></tr>\n<tr><td>Sorts words</td></tr></table>\n",
    ],
)
def test_features_are_found_in_whatever_form_they_are_listed(readme: str) -> None:
    found = texts(readme)

    assert [text.replace(" –  Done", "") for text in found] == ["Counts words", "Sorts words"]


def test_details_of_a_feature_are_no_features() -> None:
    found = texts(
        "# T\n\n## Features\n\n- Counts all the words that are there\n  - whatever they are made of\n- Sorts words\n"
    )

    assert found == ["Counts all the words that are there", "Sorts words"]


def test_a_list_that_explains_a_sentence_is_no_list_of_features() -> None:
    found = texts("# T\n\n## Features\n\n- Counts words\n\nwhere `words` can be:\n\n- a list of them\n- a tuple\n")

    assert found == ["Counts words"]


def test_features_of_a_readme_without_a_title_are_found() -> None:
    found = texts("# Features\n\n- Counts words\n")

    assert found == ["Counts words"]


def test_features_of_restructured_text_are_found() -> None:
    image = ".. image:: x.png\n   :alt: Counts sheep\n\n"
    readme = f"Tool\n====\n\n{image}Features\n--------\n\n* Counts words\n* Sorts `words <https://x.y>`_\n"

    found = texts(readme, name="README.rst")

    assert found == ["Counts words", "Sorts words"]


@pytest.mark.parametrize(
    "title",
    [
        "Roadmap", "TODO", "Planned features", "Upcoming", "License", "Contributing", "Tech stack", "Acknowledgements",
        "Prerequisites", "Links", "Team", "Changelog", "Feature requests", "Table of contents",
        "기술 스택", "팀원", "향후 계획",
        "라이선스", "참고 자료",
        "Usage", "Installation",
    ],
)  # fmt: skip
def test_what_stands_under_other_titles_is_no_feature(title: str) -> None:
    found = texts(f"# T\n\n## {title}\n\n- Counts words\n- Sorts words\n")

    assert found == []


def test_boxes_that_the_reader_is_to_tick_are_no_promises() -> None:
    found = texts("# T\n\n## Contributing\n\n- [x] I have read the rules\n\n## Checklist\n\n- [x] Tests pass\n")

    assert found == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("T is a tool that counts words in a text.", True),
        ("A command-line tool that counts words in a text.", True),
        ("It supports texts of any length and size.", True),
        ("This project provides a way to count words.", True),
        ("텍스트의 단어 수를 세는 기능을 제공합니다.", True),
        ("단어를 빠르게 셀 수 있도록 통계를 볼 수 있습니다.", True),
        ("Please star this repository if you like it.", False),
        ("You can contribute by opening an issue here.", False),
        ("Copyright is held by the people who wrote it.", False),
        ("It will be added soon and is not yet implemented.", False),
        ("I wrote this in a week because I was bored.", False),
    ],
)
def test_only_sentences_that_promise_are_taken_from_the_running_text(sentence: str, *, expected: bool) -> None:
    found = texts(f"# T\n\n{sentence}\n")

    assert bool(found) is expected


def test_a_sentence_is_cited_at_the_line_that_it_begins_on() -> None:
    readme = "# T\n\nT is a tool that counts words.\nNobody knows why.\nIt supports texts of any length.\n"

    ledger = promises.ledger(digest_of({"README.md": readme}))

    assert [(p.line, p.text) for p in ledger] == [
        (3, "T is a tool that counts words."),
        (5, "It supports texts of any length."),
    ]


def test_a_readme_and_its_translation_give_ledgers_of_the_same_structure() -> None:
    shared = "```sh\npython app.py --fast\n```\n\n| Method | Path |\n|---|---|\n| GET | /api/words |\n"
    english = (
        "# T\n\nT is a tool that counts words.\n\n## Features\n\n- Counts words\n- [x] Sorts words\n\n## Usage\n\n"
    )
    korean = "# T\n\nT는 단어 수를 세는 기능을 제공합니다.\n\n## 주요 기능\n\n- 단어 세기\n- [x] 정렬\n\n## 사용법\n\n"
    app = 'p.add_argument("--fast")\n@app.get("/api/words")\n'

    ledgers = [promises.ledger(digest_of({"README.md": text + shared, "app.py": app})) for text in (english, korean)]

    structure = [[(p.n, p.kind, p.line, p.found) for p in ledger] for ledger in ledgers]
    assert structure[0] == structure[1]
    assert [kind for _, kind, _, _ in structure[0]] == ["feature"] * 3 + ["command", "option", "endpoint"]


def test_windows_line_ends_and_a_mark_of_bytes_do_not_matter() -> None:
    plain = "# T\n\n## Features\n\n- Counts words\n"

    found = [texts(plain), texts("\ufeff" + plain.replace("\n", "\r\n"))]

    assert found[0] == found[1] == ["Counts words"]


def test_a_long_promise_is_one_short_line_without_markup_or_hidden_signs() -> None:
    words = "counts *all* the **words** of <b>every</b>\u200b text " * 20

    (text,) = texts(f"# T\n\n## Features\n\n- T\u202e {words}\n")

    assert len(text) <= MOST_SIGNS
    assert text.isprintable()
    assert not set("*<>\u200b\u202e\n") & set(text)
    assert text.endswith("…")


def test_no_code_is_kept_in_the_words_of_a_feature() -> None:
    code = "total = sum(len(word) for word in words)"
    readme = f"# T\n\n## Features\n\n- Counts with {code} quickly\n- Sorts with `{code}` always\n"

    ledger = promises.ledger(digest_of({"README.md": readme, "app.py": code + "\n"}))

    assert [p.text for p in ledger] == ["Counts with [code withheld] quickly", "Sorts with … always"]


@pytest.mark.parametrize(
    "readme",
    [
        "| " * 100_000, "[" * 100_000, "<a " * 60_000, "- a b c d\n" * 20_000, "# a\n## b\n" * 20_000, "`" * 100_000,
        "    " * 40_000, "It can do. " * 20_000, "--fast " * 20_000, "localhost:3000 " * 10_000, "<li>" * 40_000,
        "<h1>\n" * 60_000, "x::\n\n  y\n" * 40_000, "\x00\ud800\uffff\n- " * 20_000, "```\n" * 40_000,
        "[a](b)\n" * 100_000, "- [a](b)\n" * 60_000, "<!--" * 100_000, "<!-- -->\n" * 60_000, "> [!a\n>\n" * 40_000,
        "`a`" * 60_000, "- `a`: b c\n" * 40_000, "| `a` | b c |\n" * 40_000, "는 서비스 " * 40_000,
        "a b c:\n\n- x y z\n" * 9_000,
        "├── a.py\n" * 20_000, "GET /a " * 20_000, "-|  " * 40_000,
    ],
)  # fmt: skip
def test_any_readme_is_read_without_an_error(readme: str) -> None:
    digest = digest_of({"README.md": "# T\n\n## Features\n\n" + readme, "app.py": "x = 1\n"})

    ledger = promises.ledger(digest)

    assert len(ledger) <= promises.MOST
    assert all(0 < len(p.text) <= MOST_SIGNS for p in ledger)


def test_a_comment_that_nobody_sees_promises_nothing_over_many_lines() -> None:
    shown = "- Counts <!-- no --> words\n\n```html\n<!--\n```\n\n- Sorts words\n"
    readme = f"# T\n\n## Features\n\n<!--\n- Sings songs\n-->\n{shown}"

    found = texts(readme)

    assert found == ["Counts words", "Sorts words"]


def test_what_is_left_out_of_a_long_readme_ends_its_code_and_its_tables() -> None:
    digest = digest_of({"README.md": "# T\n\n```\nx\ny\n## Features\n\n- Counts words\n"})
    block = digest.blocks[0]
    cut = block.model_copy(update={"lines": tuple(line for line in block.lines if line.number != 5)})

    ledger = promises.ledger(digest.model_copy(update={"blocks": (cut,)}))

    assert [p.text for p in ledger] == ["Counts words"]

import unicodedata
from collections.abc import Callable

import pytest

from evaluator.grading.withhold import MARKER, Withholder, withhold
from tests.support.digests import digest_of

CODE = 'def greet(name):\n    return f"Hello, {name.strip()}!"\n\n\ndef main():\n    print(greet(input()))\n'
LINE = 'return f"Hello, {name.strip()}!"'
PATH = "src/greeting_application/very_long_name.py"
DIGEST = digest_of(
    {"README.md": "Greets whoever runs it, politely and by name.\n", PATH: CODE, "pyproject.toml": f'p = "{PATH}"\n'}
)


def clean(text: str, *, quotes: tuple[str, ...] = ()) -> str:
    return Withholder(DIGEST).quoting(quotes).clean(text)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (f"It says {LINE} there.", f"It says {MARKER} there."),
        (f"{LINE}", MARKER),
        ('Broken return f"Hello,\n{name.strip()}!"', f"Broken {MARKER}"),
        ("It has return f“Hello, {name.strip()}!” in it", f"It has {MARKER} in it"),
        ('\uff52eturn f"Hello, {name.strip()}!"', MARKER),
        (f"Here {LINE} and {LINE}!", f"Here {MARKER} and {MARKER}!"),
        ("It calls greet(input()) and prints.", "It calls greet(input()) and prints."),
        ("It greets whoever runs it, politely and by name.", "It greets whoever runs it, politely and by name."),
        (f"See {PATH}:2 for that.", f"See {PATH}:2 for that."),
        ("", ""),
        ("Nothing of the project.", "Nothing of the project."),
    ],
)
def test_code_is_taken_out_and_nothing_else(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize("shift", range(14))
def test_code_is_found_wherever_it_stands(shift: int) -> None:
    assert clean("x" * shift + " " + LINE) == "x" * shift + f" {MARKER}"


def test_a_run_of_24_signs_is_code_and_one_of_23_is_not() -> None:
    digest = digest_of({"a.py": "abcdefghijklmnopqrstuvwxyz"})
    withholder = Withholder(digest)

    assert withholder.clean("abcdefghijklmnopqrstuvwx") == MARKER
    assert withholder.clean("abcdefghijklmnopqrstuvw0") == "abcdefghijklmnopqrstuvw0"
    assert withholder.clean("0cdefghijklmnopqrstuvwxyz0") == f"0{MARKER}0"


def test_code_that_runs_over_lines_is_one_run() -> None:
    assert clean('So: def greet(name): return f"Hello, {name.strip()}!" def main(): yes') == f"So: {MARKER} yes"


def test_what_the_answer_quotes_is_taken_out_wherever_it_came_from() -> None:
    quote = "Greets whoever runs it, politely and by name."

    assert clean(f"The README: {quote}", quotes=(quote,)) == f"The README: {MARKER}"


def test_code_behind_a_path_is_still_code() -> None:
    assert clean(f"{PATH} {LINE}") == f"{PATH} {MARKER}"


def test_decomposed_hangul_is_the_same_text() -> None:
    digest = digest_of({"a.py": "print('안녕하세요, 만나서 정말 반갑습니다. 이름을 알려 주세요. 고맙습니다.')"})

    cleaned = Withholder(digest).clean("만나서 정말 반갑\u1109\u1173\u11b8니다. 이름을 알려 주세요. 고맙습니다.')")

    assert cleaned == MARKER


SHORT = (
    "import re\n\n\ndef count(text):\n    words = text.split()\n    return len(text.split())\n\n\nx = {count(text)};\n"
)
RULES = digest_of({
    "README.md": "# Counter\n\nCounts the words (and no numbers).\n\n```sh\nrun --words={1}\n"
    "count-words --language=korean file.txt\n```\n"
    "\n    indented = sample(of_code, with_arguments)\n",
    "src/words/counting.py": SHORT,
    "app.py": "main(sys.argv[1:])\n# counts each word (of a text)\nimport evaluator.digest.words\n",
})  # fmt: skip
LONG = 'return f"Hello, {name.strip()}!"'


@pytest.mark.parametrize(
    "line",
    [
        "return len(text.split())",
        "> return len(text.split())",
        "+ return len(text.split())",
        "- return len(text.split())",
        "* `return len(text.split())`",
        "6| return len(text.split())",
        "6 | return len(text.split())",
        "12: return len(text.split())",
        "L12: return len(text.split());",
        "> + 6| return len(text.split())",
        "1. return len(text.split())",
        "RETURN LEN(TEXT.SPLIT())",
        "The last line says `return len(text.split())`.",
        "The last line is: return len(text.split())",
        "<code>return len(text.split())</code>",
        "It is “return len(text.split())”, no more.",
        "return len&#40;text.split&lpar;&rpar;&#x29;",
        "return len&amp;#40;text.split())",
        "r\u200beturn len(te\u2063xt.split())",
        "re\u0301turn l\u0336e\u0336n(text.split())",
        "`x = {count(text)}`",
        "`run --words={1}`",
        "`main(sys.argv[1:])`",
    ],
)
def test_a_whole_line_of_code_is_taken_out_however_it_is_dressed(line: str) -> None:
    cleaned = withhold(RULES, f"First.\n{line}\nLast.")

    squeezed = unicodedata.normalize("NFKD", cleaned).casefold()
    assert MARKER in cleaned
    assert not any(piece in squeezed for piece in ("split", "len(", "count(", "--words={", "argv"))
    assert (cleaned[:6], cleaned[-5:]) == ("First.", "Last.")


@pytest.mark.parametrize("prefix", ["> ", "+ ", "- ", "{n}| ", "{n}: ", "{n}. ", "* ", "` ", "  > > "])
def test_code_listed_line_by_line_is_taken_out_whole(prefix: str) -> None:
    lines = [prefix.format(n=n) + line for n, line in enumerate(SHORT.splitlines(), 1) if line]

    cleaned = withhold(RULES, "Before\n" + "\n".join(lines) + "\nAfter")

    assert not any(word in cleaned for word in ("def", "words =", "split", "import", "x = "))
    assert cleaned.startswith("Before\n")
    assert cleaned.endswith("\nAfter")


@pytest.mark.parametrize("form", [str.upper, str.title, "\u0336".join, lambda text: f"> {text}"])
def test_a_long_run_is_taken_out_however_it_is_dressed(form: Callable[[str], str]) -> None:
    assert "Hello" not in clean(f"It says {form(LONG)} there.").title()


@pytest.mark.parametrize(
    "text",
    [
        "See src/words/counting.py:5-6 and `src/words/counting.py:6`.",
        "See app.py:1.",
        "It counts each word (of a text) rightly.",
        "`count` calls `text.split()`.",
        "It calls return len(text.split()) somewhere in a sentence.",
        "The module `evaluator.digest` is named.",
        "Counts the words (and no numbers).",
        "> Counts the words (and no numbers).",
        "A & B; 5 < 6 &unknown; &",
        "- one\n- two\n\n1. three",
    ],
)
def test_names_places_and_prose_may_stand(text: str) -> None:
    assert withhold(RULES, text) == text


def test_samples_in_the_readme_are_code() -> None:
    text = "It shows count-words --language=korean file.txt and indented = sample(of_code, with_arguments)."

    assert withhold(RULES, text) == f"It shows {MARKER} and {MARKER}."


def test_lists_of_the_project_are_found_as_they_stand() -> None:
    digest = digest_of({"ci.yml": "steps:\n  - run: one\n  - use: two\n  - run: three\n"})

    assert withhold(digest, "Has\n- run: one\n- use: two\n- run: three") == f"Has\n{MARKER}"
    assert withhold(digest, "Has - run: one - use: two - run: three!") == f"Has {MARKER}!"

"""Questions whose answers we know."""

import itertools
import re

import pytest

from evaluator.domain import Digest
from evaluator.grading import canaries
from evaluator.grading.canaries import mix
from evaluator.grading.prompts import Question
from tests.support.digests import digest_of
from tests.support.examiner import Shown, canary
from tests.support.judges import criterion

APP = (
    "import sys\n\n\ndef main(words):\n    # def gone(): was here once\n    return words\n\n\nclass Shelf:\n    pass\n"
)
DIGEST = digest_of({"README.md": "# Tool\n\nIt stacks.\n", "src/app.py": APP, "src/empty.py": "", "b`ad.py": "x = 1\n"})
ASKED = tuple(criterion(f"F{n}", "code") for n in range(1, 6))
SEEDS = [str(seed) for seed in range(60)]


def of(digest: Digest, seed: str) -> list[Question]:
    return [question for question in mix(ASKED, digest, seed=seed) if question.known is not None]


def questions(digest: Digest) -> set[str]:
    return {question.criterion.question for seed in SEEDS for question in of(digest, seed)}


@pytest.mark.parametrize("seed", SEEDS)
def test_one_must_be_met_one_must_not_and_one_asks_after_a_feature_that_nobody_built(seed: str) -> None:
    known = of(DIGEST, seed)

    assert sorted(question.known or "" for question in known) == ["met", "not_met", "not_met"]
    assert sum("Does the project have code that" in question.criterion.question for question in known) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_reads_what_is_shown_gives_the_right_answers(seed: str) -> None:
    files = [Shown(b.path, [(n, text) for n, text in b.lines], b.total_lines) for b in DIGEST.blocks if b.lines]

    for question in of(DIGEST, seed):
        assert canary(question.criterion.question, files) == question.known


def test_there_are_several_kinds_that_must_be_met_and_that_must_not() -> None:
    kinds = {
        (re.sub(r"`[^`]*`|\d+", "x", question.criterion.question), question.known)
        for seed in SEEDS
        for question in of(DIGEST, seed)
        if "have code that" not in question.criterion.question
    }

    assert len(kinds) == 6
    assert len({kind for kind, _ in kinds}) == 3


def test_all_that_is_asked_is_there_once_in_an_order_of_the_seed() -> None:
    mixed = [mix(ASKED, DIGEST, seed=seed) for seed in SEEDS]

    for one in mixed:
        assert [question.label for question in one] == [f"Q{n}" for n in range(1, 9)]
        assert sorted(q.criterion.id for q in one if q.known is None) == ["F1", "F2", "F3", "F4", "F5"]
    assert len({tuple(q.criterion.id for q in one) for one in mixed}) > 50
    assert mixed == [mix(ASKED, DIGEST, seed=seed) for seed in SEEDS]


def test_every_label_may_be_that_of_a_canary() -> None:
    labels = {question.label for seed in SEEDS for question in of(DIGEST, seed)}

    assert labels == {f"Q{n}" for n in range(1, 9)}


def test_they_ask_only_after_shown_files_with_plain_names() -> None:
    asked = {q.criterion.question for seed in SEEDS for q in of(DIGEST, seed) if q.known == "met"}

    assert {question.split("`")[1] for question in asked} == {"README.md", "src/app.py"}


def test_what_stands_in_a_comment_is_no_definition() -> None:
    names = {found[1] for question in questions(DIGEST) if (found := re.search(r"name `(\w+)`", question))}

    assert {"main", "Shelf"} <= names
    assert "gone" not in names


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", 'TEXT = """\ndef gone():\n    pass\n"""\n\ndef main():\n    pass\n'),
        ("a.js", "const text = `\nfunction gone() {}\n`\nfunction main() {}\n"),
        ("A.kt", 'val text = """\nclass gone\n"""\nclass main\n'),
        ("a.rs", 'let text = r#"\nfn gone() {}\n"#;\nfn main() {}\n'),
    ],
)
def test_what_stands_in_a_string_is_no_definition(path: str, text: str) -> None:
    names = {found[1] for q in questions(digest_of({path: text})) if (found := re.search(r"name `(\w+)`", q))}

    assert "main" in names
    assert "gone" not in names


def test_of_a_file_that_is_cut_nobody_is_asked_the_length() -> None:
    cut = digest_of({"README.md": "# Tool\n\nIt stacks.\n"}, cut={"README.md": 1})

    assert not any("lines?" in question for question in questions(cut))
    assert any("lines?" in question for question in questions(DIGEST))


@pytest.mark.parametrize(
    ("path", "folder", "ending"),
    [("src/app.md", "src/", ".md"), ("Makefile", "", ""), (".gitignore", "", ""), ("a/b.tar.gz", "a/", ".gz")],
)
def test_an_invented_file_looks_like_its_neighbour(path: str, folder: str, ending: str) -> None:
    digest = digest_of({path: "some text\n"})

    invented = [
        q.criterion.question.split("`")[1]
        for seed in SEEDS
        for q in of(digest, seed)
        if q.known == "not_met" and "with the path" in q.criterion.question
    ]

    assert invented
    for name in invented:
        assert name.startswith(folder)
        assert name.endswith(ending)
        assert name.count("/") == path.count("/")
        assert name != path


def test_there_are_no_canaries_where_nothing_is_shown() -> None:
    mixed = mix(ASKED, digest_of({"src/empty.py": ""}), seed="1")

    assert [question.known for question in mixed] == [None] * 5


def test_a_project_that_has_every_invented_file_and_name_is_asked_about_others() -> None:
    names = [f"{first}_{second}" for first, second in itertools.permutations(canaries._INVENTED, 2)]
    files = {f"{name}.py": "" for name in names}
    digest = digest_of({"main.py": "def main():\n    pass\n\n" + "".join(f"# {name}\n" for name in names), **files})

    for seed in SEEDS:
        for question in of(digest, seed):
            if question.known == "not_met":
                assert not any(
                    f"`{file.path}`" in question.criterion.question for file in digest.files if file.path in files
                )
                assert not any(f"`{name}`" in question.criterion.question for name in names)


def test_a_feature_has_no_word_that_the_project_has() -> None:
    listed = digest_of({"README.md": "It handles Tide tables and KNITTING patterns.\n"})

    asked = [question for question in questions(listed) if "have code that" in question]

    assert asked
    assert not any("tide" in question or "knitting" in question for question in asked)


def test_whoever_lists_all_our_features_is_asked_after_made_up_ones() -> None:
    every = digest_of({"README.md": "\n".join(canaries._THINGS)})

    asked = [question for question in questions(every) if "have code that" in question]

    assert asked
    assert not any(thing in question for thing in canaries._THINGS for question in asked)
    assert len(asked) > 30

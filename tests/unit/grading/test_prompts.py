import shutil
from pathlib import Path
from typing import Any

import pytest

from evaluator.domain import Digest
from evaluator.errors import SettingsError
from evaluator.grading import resources
from evaluator.grading.canaries import mix
from evaluator.grading.prompts import ANSWER_SCHEMA, Prompts
from evaluator.grading.verdict import Citation, Claimed, Order, Parsed
from evaluator.judgement import Criterion, Dimension, Levels
from tests.support.digests import digest_of

PROMPTS = Prompts.load(resources.folder("prompts"))
DIGEST = digest_of({"README.md": "# Tool\n", "src/app.py": "print(1)\n", "src/empty.py": "", "b`ad.py": "x = 1\n"})
NONCE = "ab" * 16


def criterion(id: str, **changes: Any) -> Criterion:
    values: dict[str, Any] = {
        "id": id,
        "weight": 1,
        "title": {"en": id, "ko": id},
        "question": f"Question {id}?",
        "levels": Levels(met=f"{id} yes.", partly=f"{id} half.", not_met=f"{id} no."),
        "evidence": "code",
    }
    return Criterion.model_validate(values | changes)


def dimension(*criteria: Criterion, id: str = "functionality") -> Dimension:
    return Dimension.model_validate({"id": id, "title": {"en": "Functionality", "ko": "기능성"}, "criteria": criteria})


RATED = dimension(criterion("F1"), criterion("F2"), criterion("F3"))


def suffix(*criteria: Criterion, nonce: str = NONCE, fault: str | None = None) -> str:
    return PROMPTS.suffix(RATED, criteria, nonce=nonce, fault=fault)


@pytest.mark.parametrize(("language", "word"), [("en", "English"), ("ko", "Korean")])
def test_the_system_message_names_the_language_of_the_feedback(language: Any, word: str) -> None:
    assert f"is in {word}." in PROMPTS.system(language)


def test_the_system_message_states_the_rules_that_the_scores_rest_on() -> None:
    system = PROMPTS.system("en")

    for rule in (
        "never an instruction",
        "not evidence",
        "Evidence first, verdict last",
        "`cannot_tell`",
        "`orders_seen`",
    ):
        assert rule in system


def test_the_prefix_holds_the_facts_and_then_the_digest_as_it_stands() -> None:
    prefix = PROMPTS.prefix(DIGEST, facts=["Tests: none.", "Licence: <MIT> & more."])

    assert "- Tests: none.\n- Licence: <MIT> & more.\n" in prefix
    assert prefix.endswith(f"# The project\n\n{DIGEST.text}\n\n")


def test_template_signs_in_a_project_are_only_text() -> None:
    hostile = DIGEST.model_copy(update={"text": "{{ nonce }} {% raw %} {# gone #}"})

    assert "{{ nonce }} {% raw %} {# gone #}" in PROMPTS.prefix(hostile, facts=[])


def test_the_suffix_holds_the_criteria_in_their_order_and_ends_in_the_nonce() -> None:
    text = suffix(criterion("F2"), criterion("F1"))

    assert text.index("## F2\n\nQuestion F2?") < text.index("## F1\n\nQuestion F1?")
    assert "- met: F1 yes.\n- partly: F1 half.\n- not_met: F1 no.\n- evidence: met and partly need at least one" in text
    assert text.endswith(f"\nanswer_id: {NONCE}\n")
    assert text.count(NONCE) == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"evidence": "code"}, "at least one place in code, tests or configuration"),
        ({"evidence": "code", "min_spans": 2}, "at least 2 different places in code, tests or configuration"),
        ({"evidence": "test"}, "at least one place in test files"),
        ({"evidence": "config"}, "at least one place in manifests or configuration files"),
        ({"evidence": "doc"}, "at least one place in any file"),
        ({"evidence": "doc", "min_spans": 0}, "none is required"),
    ],
)
def test_each_criterion_says_what_evidence_it_needs(changes: dict[str, Any], sentence: str) -> None:
    assert sentence in suffix(criterion("F1", **changes))


def test_a_dimension_has_its_own_introduction() -> None:
    practical = PROMPTS.suffix(dimension(criterion("P1"), id="practicality"), [criterion("P1")], nonce=NONCE)

    assert "put the project to real use" in practical
    assert "does what its README says" in suffix(criterion("F1"))


def test_asking_again_names_the_fault_and_changes_nothing_else() -> None:
    first = suffix(criterion("F1"))
    again = suffix(criterion("F1"), fault="The answer is empty.")

    assert "The fault: The answer is empty. Answer all" in again
    assert again.replace(again[again.index("# Once more") : again.index("# Form of")], "") == first


def test_no_titles_weights_or_gates_are_shown_to_the_judge() -> None:
    text = suffix(criterion("F1", title={"en": "TITLE", "ko": "제목"}, weight=9, cap_if_not_met=2))

    assert "TITLE" not in text
    assert "weight" not in text
    assert "cap" not in text


def copy_of_the_prompts(folder: Path) -> Path:
    shutil.copytree(resources.folder("prompts"), folder)
    return folder


def test_equal_templates_have_one_identity_and_any_change_another(tmp_path: Path) -> None:
    folder = copy_of_the_prompts(tmp_path / "prompts")
    identities = {Prompts.load(folder).sha256}

    for path in sorted(folder.iterdir()):
        path.write_text(path.read_text() + "\nAnd one more rule.\n")
        identities.add(Prompts.load(folder).sha256)

    assert PROMPTS.sha256 in identities
    assert len(identities) == 6
    assert len(PROMPTS.sha256) == 64


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    folder = copy_of_the_prompts(tmp_path / "prompts")
    (folder / "form.md.j2").unlink()

    with pytest.raises(SettingsError, match=r"form\.md\.j2 cannot be read"):
        Prompts.load(folder)


@pytest.mark.parametrize(("text", "message"), [("{{ nonce", "is not a Jinja2 template"), (b"\xff", "cannot be read")])
def test_a_broken_template_is_named(tmp_path: Path, text: str | bytes, message: str) -> None:
    folder = copy_of_the_prompts(tmp_path / "prompts")
    (folder / "form.md.j2").write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(SettingsError, match=message):
        Prompts.load(folder)


def test_a_template_that_asks_for_an_unknown_name_is_named(tmp_path: Path) -> None:
    folder = copy_of_the_prompts(tmp_path / "prompts")
    (folder / "system.md.j2").write_text("{{ author }}")

    with pytest.raises(SettingsError, match=r"system\.md\.j2 asks for what there is not: 'author' is undefined"):
        Prompts.load(folder).system("en")


def test_a_data_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match="The recipes of this installation are missing"):
        resources.folder("recipes")


def test_the_schema_has_exactly_the_fields_that_the_parser_asks_for() -> None:
    schema: Any = ANSWER_SCHEMA
    one = schema["properties"]["criteria"]["items"]

    assert schema["required"] == ["answer_id", *Parsed.model_fields]
    assert set(one["required"]) == set(Claimed.model_fields)
    assert one["required"].index("evidence") < one["required"].index("verdict")
    assert set(one["properties"]["evidence"]["items"]["required"]) == set(Citation.model_fields)
    assert set(schema["properties"]["orders_seen"]["items"]["required"]) == set(Order.model_fields)
    assert one["properties"]["verdict"]["enum"] == ["met", "partly", "not_met", "cannot_tell"]
    assert one["additionalProperties"] is False


def test_two_canaries_with_known_answers_are_mixed_in() -> None:
    mixed, known = mix(RATED, DIGEST, asked=RATED.criteria, seed=7)

    extra = {c.id: c.question for c in mixed if c.id not in {"F1", "F2", "F3"}}
    paths = {level: extra[id].split("`")[1] for id, level in known.items()}
    assert [c.id for c in mixed if c.id in {"F1", "F2", "F3"}] == ["F1", "F2", "F3"]
    assert sorted(known.values()) == ["met", "not_met"]
    assert extra.keys() == known.keys()
    assert paths["met"] in {"README.md", "src/app.py"}
    assert DIGEST.block(paths["not_met"]) is None


def test_the_same_seed_gives_the_same_mixture_and_others_differ() -> None:
    mixtures = [mix(RATED, DIGEST, asked=RATED.criteria, seed=seed) for seed in range(20)]

    assert mixtures == [mix(RATED, DIGEST, asked=RATED.criteria, seed=seed) for seed in range(20)]
    assert len({tuple(c.id for c in mixed) for mixed, _ in mixtures}) > 5
    assert all(id not in {"F1", "F2", "F3"} for _, known in mixtures for id in known)


def test_canaries_ask_only_after_shown_files_with_plain_names() -> None:
    asked = [mix(RATED, DIGEST, asked=(), seed=seed) for seed in range(50)]

    paths = {c.question.split("`")[1] for mixed, known in asked for c in mixed if known[c.id] == "met"}
    assert paths == {"README.md", "src/app.py"}


@pytest.mark.parametrize(
    ("path", "folder", "ending"),
    [("src/app.py", "src/", ".py"), ("Makefile", "", ""), (".gitignore", "", ""), ("a/b.tar.gz", "a/", ".gz")],
)
def test_an_invented_file_looks_like_its_neighbour(path: str, folder: str, ending: str) -> None:
    mixed, known = mix(RATED, digest_of({path: "some text\n"}), asked=(), seed=3)

    invented = next(c.question.split("`")[1] for c in mixed if known[c.id] == "not_met")
    assert invented.startswith(folder)
    assert invented.endswith(ending)
    assert invented.count("/") == path.count("/")
    assert "." in invented or not ending


def test_there_are_no_canaries_where_nothing_is_shown() -> None:
    empty: Digest = digest_of({"src/empty.py": ""})

    assert mix(RATED, empty, asked=RATED.criteria, seed=1) == (RATED.criteria, {})

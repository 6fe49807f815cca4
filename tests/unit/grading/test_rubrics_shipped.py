"""The rubrics that we ship: what each has to have, whatever its questions are."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from evaluator.digest.build import build
from evaluator.domain import Privacy
from evaluator.grading import offline, rubrics
from evaluator.judgement import Criterion, Rubric
from evaluator.services.rubrics import warnings
from tests.support.snapshots import MemorySnapshot

BUILT_IN = Path(__file__).parents[3] / "rubrics"
NAMES = ("course", "default", "hackathon", "readme")
HANGUL = re.compile(r"[가-힣]")

every_rubric = pytest.mark.parametrize("name", NAMES)


def shipped(name: str) -> Rubric:
    return rubrics.load(name, folder=BUILT_IN)


def told(rubric: Rubric, id: str) -> Criterion:
    return next(criterion for criterion in rubric.criteria if criterion.id == id)


def test_four_rubrics_are_shipped() -> None:
    assert rubrics.names(BUILT_IN) == NAMES


@every_rubric
def test_each_dimension_has_six_to_nine_criteria(name: str) -> None:
    assert all(6 <= len(dimension.criteria) <= 9 for dimension in shipped(name).dimensions)


@every_rubric
def test_every_title_is_in_english_and_in_korean(name: str) -> None:
    rubric = shipped(name)
    titles = [rubric.title, *(d.title for d in rubric.dimensions), *(c.title for c in rubric.criteria)]

    for title in titles:
        assert title.keys() == {"en", "ko"}
        assert HANGUL.search(title["ko"])
        assert not HANGUL.search(title["en"])


@every_rubric
def test_no_rubric_of_ours_is_weak_by_its_own_check(name: str) -> None:
    assert warnings(shipped(name)) == ()


@every_rubric
def test_titles_questions_and_sentences_of_levels_stand_once_in_a_rubric(name: str) -> None:
    criteria = shipped(name).criteria
    texts = [criterion.question for criterion in criteria]
    texts += [criterion.title["ko"] for criterion in criteria] + [criterion.title["en"] for criterion in criteria]

    assert len(set(texts)) == len(texts)


@every_rubric
def test_what_is_judged_needs_a_place_and_what_is_checked_needs_none(name: str) -> None:
    for criterion in shipped(name).criteria:
        assert criterion.min_spans == (0 if criterion.evidence == "machine" else 1), criterion.id


@pytest.mark.parametrize("name", ["course", "default", "hackathon"])
def test_a_missing_main_part_is_a_gate_and_counts_most(name: str) -> None:
    dimension = shipped(name).dimensions[0]
    main = dimension.criteria[0]

    assert main.evidence == "code"
    assert main.cap_if_not_met is not None
    assert main.cap_if_not_met < 3
    assert main.weight == max(criterion.weight for criterion in dimension.criteria)


def test_the_working_demo_weighs_more_at_a_hackathon_than_elsewhere() -> None:
    shares = {}
    for name in ("hackathon", "default", "course"):
        dimension = shipped(name).dimensions[0]
        shares[name] = Fraction(dimension.criteria[0].weight, sum(c.weight for c in dimension.criteria))

    assert shares["hackathon"] > max(shares["default"], shares["course"])


def test_a_hackathon_asks_for_no_tests_and_a_course_does() -> None:
    checks = {name: {c.check for c in shipped(name).criteria} for name in ("hackathon", "course")}
    titles = {name: {c.title["en"] for c in shipped(name).criteria} for name in ("hackathon", "course")}

    assert "tests" in checks["course"]
    assert "Tests of the promise" in titles["course"]
    assert "tests" not in checks["hackathon"]
    assert "Tests of the promise" not in titles["hackathon"]


def test_the_default_asks_the_ledger_for_promised_things() -> None:
    rubric = shipped("default")

    assert rubric.version == "1.1.0"
    assert (told(rubric, "F2").evidence, told(rubric, "F2").check) == ("machine", "claims")


@pytest.mark.parametrize(("name", "suits"), [("readme", True), ("default", False), ("course", False)])
def test_only_the_rubric_for_a_readme_suits_a_readme(name: str, suits: bool) -> None:
    assert rubrics.suits_readme(shipped(name)) is suits


@pytest.mark.parametrize("check", ["tests", "claims", "manifest"])
def test_one_criterion_that_needs_files_makes_a_rubric_unfit_for_a_readme(check: str) -> None:
    rubric = shipped("readme")
    other = told(rubric, "A8").model_copy(update={"check": check})
    first, second = rubric.dimensions
    changed = first.model_copy(update={"criteria": (*first.criteria[:-1], other)})

    assert rubrics.suits_readme(rubric)
    assert not rubrics.suits_readme(rubric.model_copy(update={"dimensions": (changed, second)}))


def test_the_rubric_for_a_readme_says_that_no_code_was_seen() -> None:
    for dimension in shipped("readme").dimensions:
        assert "no code seen" in dimension.title["en"]
        assert "코드는 보지 않음" in dimension.title["ko"]


def test_the_example_of_the_how_to_is_a_rubric_with_the_identity_that_stands_there(tmp_path: Path) -> None:
    page = (BUILT_IN.parent / "docs" / "how-to" / "write-a-rubric.md").read_text(encoding="utf-8")
    example = max(re.findall(r"```toml\n(.*?)```", page, re.DOTALL), key=len)
    (tmp_path / "bootcamp.toml").write_text(example, encoding="utf-8")

    rubric = rubrics.load("bootcamp", folder=tmp_path)

    assert f"Identity: {rubric.sha256}" in page
    assert warnings(rubric) == ()


@pytest.mark.parametrize("privacy", ["full", "readme"])
def test_of_a_readme_the_offline_judge_can_tell_something_in_both_dimensions(privacy: Privacy) -> None:
    files = {"README.md": "# Tool\n\nAdds numbers.\n"} | ({"add.py": "print(1)\n"} if privacy == "readme" else {})
    digest = build(MemorySnapshot(files), budget=20_000, mark="mark", privacy=privacy)

    for dimension in shipped("readme").dimensions:
        machine = [criterion for criterion in dimension.criteria if criterion.evidence == "machine"]
        assert any(offline.check(criterion, offline.Findings(digest)).level != "cannot_tell" for criterion in machine)


def test_a_readme_alone_can_satisfy_every_check_of_its_rubric() -> None:
    text = "# Tool\n\n## Usage\n\n```sh\ntool add 1 2\n```\n\n" + "It adds the numbers that it is given. " * 12
    digest = build(MemorySnapshot({"README.md": text}), budget=20_000, mark="mark")

    for criterion in shipped("readme").criteria:
        if criterion.evidence == "machine":
            assert offline.check(criterion, offline.Findings(digest)).level == "met"

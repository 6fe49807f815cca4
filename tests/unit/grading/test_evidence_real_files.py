"""True and foreign quotes of files that are on every machine: Python's own library and this repository."""

import sysconfig
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from evaluator.grading.verdict import Citation, Claimed
from evaluator.judgement import Criterion, Levels
from tests.support.quotes import FOREIGN, TRUE, Case, Files, foreign_cases, true_cases

ROOT = Path(__file__).parents[3]
SUFFIXES = {".py", ".md", ".toml", ".sql", ".j2", ".yml", ".csv"}
LARGEST = 80_000  # bytes
SEED = 20_261_122
KOREAN = """\
# 인사 프로그램

이 프로그램은 이름을 입력받아 “안녕하세요, {이름}님!” 하고 인사합니다.
사용자가 이름을 입력하지 않으면 오류 메시지를 보여 주고 다시 묻습니다.

def 인사(이름: str) -> str:
    if not 이름.strip():
        raise ValueError("이름을 입력해 주세요")
    return f"안녕하세요, {이름}님! 오늘은 {오늘()}입니다."
"""


@pytest.fixture(scope="module")
def files() -> Files:
    library = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[::3]
    ours = sorted(path for folder in ("evaluator", "docs", "rubrics", "prompts") for path in (ROOT / folder).rglob("*"))
    texts = {"읽어보기.md": KOREAN, "korean.py": KOREAN}
    for path in (*library, *ours):
        if path.suffix in SUFFIXES and path.stat().st_size < LARGEST:
            texts[path.name if path in library else str(path.relative_to(ROOT))] = path.read_text("utf-8", "replace")
    return Files(texts)


def told(files: Files, cases: list[Case]) -> Counter[tuple[str, bool]]:
    """Return how many citations of each kind were found, and how many were not."""
    found = [files.checker(case.passage.path).verify(case.citation).status != "not_found" for case in cases]
    return Counter(zip((case.how for case in cases), found, strict=True))


def test_of_true_quotes_in_any_dress_199_of_200_are_found(files: Files) -> None:
    cases = list(true_cases(files, Random(SEED), each=60))

    counts = told(files, cases)

    found = sum(count for (_, there), count in counts.items() if there)
    assert len(cases) >= 2000
    assert {case.how for case in cases} == set(TRUE)
    assert found / len(cases) >= 0.995, counts
    assert all(counts[how, True] >= 0.95 * 60 for how in TRUE), counts


def test_of_foreign_quotes_that_look_alike_none_is_found(files: Files) -> None:
    cases = list(foreign_cases(files, Random(SEED), each=250))

    counts = told(files, cases)

    assert len(cases) >= 2000
    assert {case.how for case in cases} == set(FOREIGN)
    assert [case for case in cases if counts[case.how, True]] == []


def test_the_place_that_is_told_is_the_true_one(files: Files) -> None:
    cases = [case for case in true_cases(files, Random(SEED + 1), each=20) if case.how == "as it stands"]

    for case in cases:
        evidence = files.checker(case.passage.path).verify(case.citation)
        first, last = evidence.lines
        quoted = "\n".join(files.lines[case.passage.path][first - 1 : last])
        assert "".join(case.citation.quote.split()) in "".join(quoted.split())
        assert evidence.status == ("exact" if (first, last) == case.citation.lines else "relocated")


def test_none_of_a_thousand_made_up_citations_counts(files: Files) -> None:
    cases = list(foreign_cases(files, Random(SEED + 2), each=150))[:1000]
    asked = Criterion(
        id="F1",
        weight=1,
        title={"en": "t"},
        question="?",
        levels=Levels(met="a", partly="b", not_met="c"),
        evidence="doc",  # the widest: any file will do
    )

    levels = Counter(
        files.checker(case.citation.file)
        .settle(asked, Claimed(id="F1", evidence=(case.citation,), reason="", verdict="met"))
        .level
        for case in cases
    )

    assert levels == {"not_shown": 1000}


def test_a_made_up_file_or_quote_of_one_letter_counts_nowhere(files: Files) -> None:
    checker = files.checker(files.paths[0])
    true = "\n".join(files.lines[files.paths[0]][:8])

    for citation in (
        Citation(file="../" + files.paths[0], lines=(1, 8), quote=true),
        Citation(file="", lines=(1, 8), quote=true),
        Citation(file=files.paths[0], lines=(1, 8), quote=true[:1]),
        Citation(file=files.paths[0], lines=(1, 8), quote=""),
        Citation(file=files.paths[0], lines=(1, 8), quote="..."),
    ):
        assert checker.verify(citation).status == "not_found"

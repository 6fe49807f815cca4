from typing import Any

import pytest

from evaluator.domain import Language
from evaluator.grading.feedback import MAX_CHARACTERS, compose
from evaluator.judgement import Criterion, Dimension, Levels, Rubric, Verdict


def criterion(id: str, weight: int) -> Criterion:
    return Criterion(
        id=id,
        weight=weight,
        title={"en": f"Title {id}", "ko": f"제목 {id}"},
        question="?",
        levels=Levels(met="a", partly="b", not_met="c"),
        evidence="code",
    )


RUBRIC = Rubric(
    id="r",
    version="1.0.0",
    sha256="0" * 64,
    dimensions=(
        Dimension(
            id="functionality",
            title={"en": "F", "ko": "F"},
            criteria=tuple(criterion(f"F{n}", n) for n in (1, 2, 3, 4)),
        ),
        Dimension(id="practicality", title={"en": "P", "ko": "P"}, criteria=(criterion("P1", 1), criterion("P2", 9))),
    ),
)
ALL_MET = {"F1": "met", "F2": "met", "F3": "met", "F4": "met", "P1": "met", "P2": "met"}


def verdicts(levels: dict[str, str], *, evidence: tuple[dict[str, Any], ...] = ()) -> dict[str, Verdict]:
    return {
        id: Verdict.model_validate(
            {"id": id, "level": level, "claimed": "met", "reason": f" Reason {id}. ", "evidence": evidence}
        )
        for id, level in levels.items()
    }


def written(
    *,
    evidence: tuple[dict[str, Any], ...] = (),
    language: Language = "en",
    remarks: tuple[str, ...] = (),
    **levels: str,
) -> str:
    found = verdicts(ALL_MET | levels, evidence=evidence)
    return compose(RUBRIC, found, language=language, remarks=remarks, offline=False)


def test_a_perfect_project_hears_what_was_shown_and_nothing_to_change() -> None:
    assert written() == "Promised and shown: Title F1, Title F2, Title F3, Title F4\nPromised and not shown: none"


def test_promises_are_told_apart_by_what_became_of_them() -> None:
    lines = written(F1="partly", F2="not_met", F3="not_shown", F4="cannot_tell", P1="not_met").splitlines()

    assert lines[:4] == [
        "Promised and shown: none",
        "Promised and not shown: Title F2, Title F3",
        "Partly shown: Title F1",
        "Could not be told: Title F4",
    ]


def test_what_could_not_be_told_is_named_for_both_dimensions() -> None:
    assert "Could not be told: Title F4, Title P2" in written(F4="cannot_tell", P2="cannot_tell").splitlines()


@pytest.mark.parametrize(
    ("kind", "language", "met", "ends"),
    [
        ("machine", "en", "A file is there.", "Reason P2. To be met: A file is there."),
        ("machine", "ko", "A file is there.", "Reason P2."),
        ("code", "en", "A file is there.", "Reason P2."),
        ("machine", "en", "A" * 690, "Reason P2."),
    ],
)
def test_a_change_that_a_machine_asks_for_ends_in_what_to_do(
    kind: str, language: Language, met: str, ends: str
) -> None:
    levels = Levels(met=met, partly="b", not_met="c")
    asked = RUBRIC.dimensions[1].criteria[1].model_copy(update={"evidence": kind, "levels": levels})
    practicality = RUBRIC.dimensions[1].model_copy(update={"criteria": (RUBRIC.dimensions[1].criteria[0], asked)})
    rubric = RUBRIC.model_copy(update={"dimensions": (RUBRIC.dimensions[0], practicality)})

    text = compose(rubric, verdicts(ALL_MET | {"P2": "not_met"}), language=language, remarks=(), offline=False)

    assert text.endswith(ends)


def test_the_three_changes_that_would_raise_the_score_most_come_in_order() -> None:
    text = written(F1="not_met", F2="not_met", F3="partly", F4="partly", P1="not_met", P2="cannot_tell")

    changes = text.partition("What would raise the score most:\n")[2].splitlines()
    assert changes == ["1. Title P1: Reason P1.", "2. Title F2: Reason F2.", "3. Title F4: Reason F4."]


def test_what_could_not_be_told_costs_nothing_and_weighs_nothing() -> None:
    text = written(F4="cannot_tell", F3="partly", P2="partly")

    changes = text.partition("What would raise the score most:\n")[2].splitlines()
    assert changes == ["1. Title P2: Reason P2.", "2. Title F3: Reason F3."]


def test_a_claim_without_proof_says_so_instead_of_the_reason() -> None:
    text = written(F4="not_shown")

    assert "1. Title F4: It was claimed, but no cited place shows it." in text
    assert "Reason F4" not in text


def test_a_change_names_up_to_three_places_that_were_found() -> None:
    def place(file: str, first: int, last: int, status: str = "exact") -> dict[str, Any]:
        return {"file": file, "lines": (first, last), "status": status, "sha256": "0"}

    found = (place("a", 1, 1), place("a", 1, 1), place("x", 9, 9, "not_found"), place("b", 2, 3, "relocated"),
             place("c", 4, 4), place("d", 5, 5))  # fmt: skip

    assert written(F1="partly", evidence=found).endswith("1. Title F1: Reason F1. (see a:1, b:2-3, c:4)")


def test_the_judge_has_the_last_word_and_says_it_once() -> None:
    assert written(remarks=(" Well done. ", "", "Well done.", "Go on.")).endswith("none\n\nWell done.\n\nGo on.")


def test_feedback_speaks_korean() -> None:
    text = written(language="ko", F1="not_met", F2="partly", F3="cannot_tell", F4="not_shown")

    assert text.splitlines()[:4] == [
        "약속했고 확인된 것: 없음",
        "약속했지만 확인되지 않은 것: 제목 F1, 제목 F4",
        "일부만 확인된 것: 제목 F2",
        "판단할 수 없었던 것: 제목 F3",
    ]
    assert "1. 제목 F4: 주장은 있었지만" in text


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "No LLM looked at this project. Only what code can check was answered (2 of 6 questions)"),
        ("ko", "6개 중 2개"),
    ],
)
def test_without_an_llm_the_first_sentence_says_so(language: Language, sentence: str) -> None:
    levels = dict.fromkeys(ALL_MET, "cannot_tell") | {"F1": "met", "P1": "not_met"}

    text = compose(RUBRIC, verdicts(levels), language=language, remarks=(), offline=True)

    assert sentence in text.split("\n\n")[0]


def test_feedback_has_at_most_4000_characters() -> None:
    head = len(written()) + 2

    assert MAX_CHARACTERS == 4000
    assert written(remarks=("a" * (4000 - head),)).endswith("aaa")
    assert len(written(remarks=("a" * (4000 - head),))) == 4000
    assert len(written(remarks=("a" * (4001 - head),))) == 4000
    assert written(remarks=("a" * (4001 - head),)).endswith("aa…")

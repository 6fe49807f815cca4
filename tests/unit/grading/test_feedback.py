from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.domain import Language
from evaluator.grading.evidence import NOWHERE
from evaluator.grading.feedback import MAX_CHARACTERS, MAX_MISSING, best_changes, compose
from evaluator.grading.scoring import score
from evaluator.judgement import Criterion, Dimension, Levels, Promise, PromiseVerdict, Rubric, Verdict


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
    assert written() == "Questions met: Title F1, Title F2, Title F3, Title F4, Title P1, Title P2"


def test_questions_are_told_apart_by_what_became_of_them() -> None:
    lines = written(F1="partly", F2="not_met", F3="not_shown", F4="cannot_tell", P1="not_met").splitlines()

    assert lines[:4] == [
        "Questions met: Title P2",
        "Met in part: Title F1",
        "Not met: Title F2, Title F3, Title P1",
        "Could not be told: Title F4",
    ]


def test_what_could_not_be_told_is_named_for_both_dimensions() -> None:
    assert "Could not be told: Title F4, Title P2" in written(F4="cannot_tell", P2="cannot_tell").splitlines()


@pytest.mark.parametrize(
    ("kind", "language", "met", "ends"),
    [
        ("machine", "en", "A file is there.", "Reason P2. To be met: A file is there."),
        ("machine", "ko", "A file is there.", "Reason P2."),
        ("code", "en", "A file is there.", "Reason P2. To be met: A file is there."),
        ("machine", "en", "A" * 690, "Reason P2."),
    ],
)
def test_a_change_ends_in_what_to_do(kind: str, language: Language, met: str, ends: str) -> None:
    levels = Levels(met=met, partly="b", not_met="c")
    asked = RUBRIC.dimensions[1].criteria[1].model_copy(update={"evidence": kind, "levels": levels})
    practicality = RUBRIC.dimensions[1].model_copy(update={"criteria": (RUBRIC.dimensions[1].criteria[0], asked)})
    rubric = RUBRIC.model_copy(update={"dimensions": (RUBRIC.dimensions[0], practicality)})

    text = compose(rubric, verdicts(ALL_MET | {"P2": "not_met"}), language=language, remarks=(), offline=False)

    assert text.endswith(ends)


def test_the_three_changes_that_would_raise_the_score_most_come_in_order() -> None:
    text = written(F1="not_met", F2="not_met", F3="partly", F4="partly", P1="not_met", P2="cannot_tell")

    changes = text.partition("What would raise the score most:\n")[2].splitlines()
    assert changes == [
        "1. Title P1 (up to +5.0 points): Reason P1. To be met: a",
        "2. Title F2 (up to +1.0 points): Reason F2. To be met: a",
        "3. Title F4 (up to +1.0 points): Reason F4. To be met: a",
    ]


def test_what_could_not_be_told_costs_nothing_and_weighs_nothing() -> None:
    text = written(F4="cannot_tell", F3="partly", P2="partly")

    changes = text.partition("What would raise the score most:\n")[2].splitlines()
    assert changes == [
        "1. Title P2 (up to +2.3 points): Reason P2. To be met: a",
        "2. Title F3 (up to +1.3 points): Reason F3. To be met: a",
    ]


def test_what_cannot_raise_the_points_of_a_dimension_promises_none() -> None:
    text = written(F1="partly", F4="partly")

    assert "1. Title F4 (up to +1.0 points): Reason F4." in text
    assert "1. Title F1: Reason F1." in written(F1="partly")


def test_a_claim_without_proof_says_so_instead_of_the_reason() -> None:
    text = written(F4="not_shown")

    assert "1. Title F4 (up to +2.0 points): It was claimed, but no cited place shows it." in text
    assert "Reason F4" not in text


def test_a_change_names_up_to_three_places_that_were_found() -> None:
    def place(file: str, first: int, last: int, status: str = "exact") -> dict[str, Any]:
        return {"file": file, "lines": (first, last), "status": status, "sha256": "0"}

    found = (place("a", 1, 1), place("a", 1, 1), place("x", 9, 9, "not_found"), place("b", 2, 3, "relocated"),
             place("c", 4, 4), place("d", 5, 5))  # fmt: skip

    assert written(F1="partly", evidence=found).endswith("Reason F1. (see a:1, b:2-3, c:4) To be met: a")


def test_the_judge_has_the_last_word_and_says_it_once() -> None:
    assert written(remarks=(" Well done. ", "", "Well done.", "Go on.")).endswith("Title P2\n\nWell done.\n\nGo on.")


def test_feedback_speaks_korean() -> None:
    text = written(language="ko", F1="not_met", F2="partly", F3="cannot_tell", F4="not_shown")

    assert text.splitlines()[:4] == [
        "충족한 항목: 제목 P1, 제목 P2",
        "일부만 충족한 항목: 제목 F2",
        "충족하지 못한 항목: 제목 F1, 제목 F4",
        "판단할 수 없었던 항목: 제목 F3",
    ]
    assert "1. 제목 F4 (최대 +2.9점): 구현되었다는 판단이 있었지만" in text


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


def capped(
    *caps: int | None, levels: dict[str, str], weights: tuple[int, ...] = (1, 1, 8)
) -> list[tuple[str, Fraction]]:
    """Return the best changes of a dimension with gates."""
    criteria = tuple(
        criterion(f"F{n}", weight).model_copy(update={"cap_if_not_met": cap})
        for n, (weight, cap) in enumerate(zip(weights, caps, strict=True), 1)
    )
    rubric = RUBRIC.model_copy(
        update={"dimensions": (RUBRIC.dimensions[0].model_copy(update={"criteria": criteria}), RUBRIC.dimensions[1])}
    )
    found = best_changes(rubric, verdicts({"P1": "met", "P2": "met"} | levels))
    return [(change.id, gain) for change, gain in found]


def test_lifting_a_gate_counts_all_that_it_lifts() -> None:
    changes = capped(2, None, None, levels={"F1": "not_met", "F2": "not_met", "F3": "met"})

    assert changes == [("F1", Fraction(5, 2)), ("F2", Fraction(1, 2))]


def test_beneath_a_gate_nothing_else_comes_first() -> None:
    changes = capped(0, None, None, levels={"F1": "not_met", "F2": "partly", "F3": "partly"})

    assert changes[0] == ("F1", Fraction(11, 4))
    assert changes[1] == ("F3", Fraction(2))


def test_of_two_gates_the_lower_one_comes_first_and_the_last_one_lifts_what_both_held() -> None:
    changes = capped(3, 1, None, levels={"F1": "not_met", "F2": "not_met", "F3": "met"})

    assert changes == [("F2", Fraction(2)), ("F1", Fraction(2))]


def test_of_two_equal_gates_the_first_change_alone_gives_nothing_and_says_no_number() -> None:
    levels = {"F1": "not_met", "F2": "not_met", "F3": "met"}

    assert capped(1, 1, None, levels=levels) == [("F1", Fraction(0)), ("F2", Fraction(4))]


def test_a_gate_that_would_not_raise_the_score_counts_only_what_it_raises() -> None:
    assert capped(4, None, None, levels={"F1": "not_met", "F2": "met", "F3": "met"}) == [("F1", Fraction(1))]


def test_of_several_samples_the_mean_decides_what_can_be_gained() -> None:
    found = verdicts(ALL_MET | {"F4": "partly"})
    found["F4"] = found["F4"].model_copy(update={"samples": ("met", "partly", "partly")})
    found["F3"] = found["F3"].model_copy(update={"samples": ("met", "met", "partly")})

    assert [(c.id, gain) for c, gain in best_changes(RUBRIC, found)] == [("F4", Fraction(2, 3))]


def promise(n: int, level: str, by: str = "judge", files: tuple[str, ...] = (), text: str = "") -> PromiseVerdict:
    evidence = [{"file": file, "lines": (1, 1), "status": "not_found", "sha256": "0"} for file in files]
    return PromiseVerdict.model_validate(
        {"n": n, "kind": "feature", "text": text or f"Thing {n}", "level": level, "claimed": level, "by": by,
         "evidence": evidence}
    )  # fmt: skip


def told(*promises: PromiseVerdict, language: Language = "en", lines: bool = True) -> list[str]:
    """Return the lines about the promises."""
    ledger = [Promise(n=p.n, kind=p.kind, text=p.text, line=10 * p.n) for p in promises] if lines else []
    text = compose(
        RUBRIC, verdicts(ALL_MET), promises=promises, ledger=ledger, language=language, remarks=(), offline=False
    )
    return text.split("\n\n")[0].splitlines()


def test_promises_are_counted_and_named_the_missing_ones_with_their_line_and_where_they_were_looked_for() -> None:
    kept = [promise(n, "shown") for n in range(1, 8)]

    lines = told(
        *kept, promise(8, "not_shown", by="machine"), promise(9, "not_shown", files=("a.py", NOWHERE, "b.py", "a.py"))
    )

    assert lines == [
        "You promised 9 things, 7 are there.",
        "Promised and shown: Thing 1; Thing 2; Thing 3; Thing 4; Thing 5; Thing 6; Thing 7",
        "Promised and not shown:",
        "- README line 80: Thing 8 (looked for by name in the whole project)",
        "- README line 90: Thing 9 (looked for in a.py, b.py)",
    ]


def test_promises_are_counted_in_korean() -> None:
    kept = [promise(1, "shown"), promise(2, "partly"), promise(3, "cannot_tell"), promise(4, "not_shown")]
    searched = [promise(5, "not_shown", files=("a.py",)), promise(6, "not_shown", by="machine")]

    lines = told(*kept, *searched, language="ko")

    assert lines[0].split(". ") == [
        "README에서 약속한 6가지 중 5가지를 판단할 수 있었고, 그중 1가지를 확인했습니다",
        "일부만 확인한 약속은 1가지입니다.",
    ]
    assert lines[1:] == [
        "약속했고 확인된 것: Thing 1",
        "약속했지만 확인되지 않은 것:",
        "- README 40행: Thing 4",
        "- README 50행: Thing 5 (찾아본 파일: a.py)",
        "- README 60행: Thing 6 (프로젝트 전체에서 이름으로 찾아보았습니다)",
    ]


@pytest.mark.parametrize(
    ("levels", "sentence"),
    [
        (("shown",), "You promised 1 thing, and it is there."),
        (("not_shown",), "You promised 1 thing; so far it could not be found."),
        (("not_shown", "not_shown"), "You promised 2 things; so far none of them could be found."),
        (("shown", "not_shown"), "You promised 2 things, 1 is there."),
        (
            ("partly", "cannot_tell"),
            "You promised 2 things; of the 1 that could be told, 0 are there. There in part: 1.",
        ),
        (
            ("not_shown", "cannot_tell"),
            "You promised 2 things; so far none of them could be found. Could not be told: 1.",
        ),
        (("cannot_tell", "cannot_tell"), "Promises of the README: 2. Whether they are kept could not be told."),
    ],
)
def test_few_promises_are_counted_in_good_english(levels: tuple[str, ...], sentence: str) -> None:
    assert told(*(promise(n, level) for n, level in enumerate(levels, 1)))[0] == sentence


def test_without_the_ledger_a_promise_is_named_without_its_line() -> None:
    assert told(promise(1, "not_shown"), lines=False)[-1] == "- Thing 1"


def test_many_kept_promises_are_not_all_named() -> None:
    lines = told(*(promise(n, "shown") for n in range(1, 25)))

    assert lines[1].endswith(f"; Thing {MAX_MISSING}; ... and {24 - MAX_MISSING} more")


def test_a_readme_without_promises_is_told_so_where_the_rubric_asks_for_them() -> None:
    asked = criterion("F1", 1).model_copy(update={"evidence": "machine", "check": "claims"})
    functionality = RUBRIC.dimensions[0].model_copy(update={"criteria": (asked, *RUBRIC.dimensions[0].criteria[1:])})
    rubric = RUBRIC.model_copy(update={"dimensions": (functionality, RUBRIC.dimensions[1])})

    text = compose(rubric, verdicts(ALL_MET | {"F1": "cannot_tell"}), language="en", remarks=(), offline=False)

    assert text.startswith("The README makes no promise that could be numbered and looked up.\n\n")
    assert "no promise" not in written()


def test_many_missing_promises_are_not_all_named_and_long_ones_cut() -> None:
    lines = told(*(promise(n, "not_shown", text="word " * 40) for n in range(1, 25)))

    assert len(lines) == 2 + MAX_MISSING + 1
    assert lines[2].startswith("- README line 10: word word")
    assert "word…" in lines[2]
    assert lines[-1] == f"- ... and {24 - MAX_MISSING} more"


def test_feedback_has_at_most_4000_characters() -> None:
    head = len(written()) + 2

    assert MAX_CHARACTERS == 4000
    assert len(written(remarks=("a" * (4000 - head),))) == 4000
    assert written(remarks=("a" * (4000 - head),)).endswith("aaa")


@pytest.mark.parametrize("ending", [". ", "! ", "? ", '." ', "요. ", "\n"])
def test_what_is_too_long_ends_with_its_last_whole_sentence(ending: str) -> None:
    text = written(remarks=(("word " * 20 + "end" + ending) * 100,))

    assert 3800 < len(text) <= 4000
    assert text.endswith(f"end{ending}".rstrip())


def test_a_sentence_without_an_end_is_cut_where_it_must_be() -> None:
    text = written(remarks=("a" * 5000,))

    assert len(text) == 4000
    assert text.endswith("aa…")


def test_a_number_or_a_path_is_no_end_of_a_sentence() -> None:
    text = written(remarks=("Fine. " * 400 + "app.py 1.5 " * 400,))

    assert text.endswith("Fine.")


@given(st.text(max_size=6000))
def test_no_remark_makes_it_longer(remark: str) -> None:
    assert len(written(remarks=(remark,))) <= 4000


@given(st.lists(st.sampled_from(("met", "partly", "not_met", "not_shown", "cannot_tell")), min_size=6, max_size=6))
def test_every_change_is_worth_what_the_score_gains_by_it(levels: list[str]) -> None:
    found = verdicts(dict(zip(ALL_MET, levels, strict=True)))
    rated = [d for d in RUBRIC.dimensions if any(found[c.id].level != "cannot_tell" for c in d.criteria)]
    before = sum((score(dimension, found).exact for dimension in rated), Fraction(0))

    changes = best_changes(RUBRIC, found)

    for change, _ in changes:
        found[change.id] = verdicts({change.id: "met"})[change.id]
    after = sum((score(dimension, found).exact for dimension in rated), Fraction(0))
    assert after - before == sum(gain for _, gain in changes)
    assert [gain for _, gain in changes] == sorted((gain for _, gain in changes), reverse=True)

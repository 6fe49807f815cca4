"""Shapes of answers that may mean two things, or nothing: each is refused with its code."""

import html
import json

import pytest

from evaluator.errors import VerdictError
from evaluator.grading.verdict import MAX_BYTES, parse
from evaluator.judgement import Answer
from tests.support.answers import (
    CODES,
    GOOD,
    IDS,
    NONCE,
    PRETTY,
    cited,
    claim,
    dumped,
    evidence,
    first,
    item,
    promised,
    read,
    whole,
    wide,
    without,
)

OTHER = GOOD.replace('"verdict": "met"', '"verdict": "partly"')
SINGLE = GOOD.replace('\\"', "'").replace('"', "'")
TWO = whole()["criteria"]
SHOWN = whole()["claims"]


def verdict(value: object) -> str:
    return first(lambda one: one | {"verdict": value})


def lines(value: object) -> str:
    return evidence([cited(lines=value)])


REFUSED = {
    "empty_answer": ["", " ", "\n\r\n\t", "\u00a0\u3000"],
    "no_answer": [
        "I cannot help with that.",
        "죄송하지만 답할 수 없습니다.",
        "4/5",
        wide("4/5"),
        "{}",
        "[]",
        "null",
        "True",
        "```json\n```",
        "\ufeff",
        "\x00",
        "Q1: met\nQ2: not_met",
        f"answer_id: {NONCE}\ncriteria:\n  - id: Q1\n    verdict: met\n",
        f"| id | verdict |\n|---|---|\n| Q1 | met |\n\n{NONCE}",
        f"**answer_id**: {NONCE}\n\n**Q1**: met",
        f'answer_id = "{NONCE}"\n[[criteria]]\nid = "Q1"\nverdict = "met"\n',
        f"<answer><answer_id>{NONCE}</answer_id><Q1>met</Q1></answer>",
        json.dumps([NONCE, "Q1", "met"]),
        json.dumps([{"id": "Q1", "verdict": "met"}, {"id": "Q2", "verdict": "met"}]),
        json.dumps({"Q1": "met", "Q2": "not_met"}),
        json.dumps(whole(answer_id="")),
        json.dumps(whole(answer_id=None)),
        json.dumps(whole(answer_id=[NONCE])),
        json.dumps(whole(answer_id=NONCE[:-1])),
        json.dumps(whole(answer_id=NONCE.upper())),
        json.dumps(whole(answer_id=f" {NONCE}")),
        json.dumps(whole(answer_id="f" * 32)),
        json.dumps(whole(answer_id="the answer_id below")),
        json.dumps(without(whole(), "answer_id")),
        json.dumps({"id": NONCE} | without(whole(), "answer_id")),
        json.dumps({"**answer_id**": NONCE} | without(whole(), "answer_id")),
        json.dumps({"Answer_Id": NONCE} | without(whole(), "answer_id")),
        *(GOOD[:end] for end in range(40, len(GOOD), 97)),
        PRETTY[: len(PRETTY) // 2] + "\n```",
        GOOD[:-1],
        f"{GOOD[:-1]}]",
        GOOD[1:],
        GOOD[1:-1],
        f"<think>{GOOD}</think>",
        f"<think>{GOOD}",
        f"{GOOD}</think>",
        f"<think>never closed\n{GOOD}",
        json.dumps({"draft": whole()}),
        json.dumps({"rejected": whole()}),
        json.dumps({"answer": [whole()]}),
        json.dumps({"answer": whole(), "confidence": 1}),
        json.dumps({"answer": json.dumps(whole())}),
        json.dumps({"type": "function", "name": "grade", "arguments": whole()}),
        json.dumps({"name": "grade", "arguments": json.dumps(whole())}),
        json.dumps({"choices": [{"message": {"content": json.dumps(whole())}}]}),
        html.escape(GOOD).replace("{", "&#123;"),
        GOOD.encode("utf-16-le").decode("latin-1"),
        wide(GOOD),
        GOOD[: GOOD.index("lines") + 2] + "\n\nAgain:\n" + GOOD,
        f'It said "{{" and "{{" before.\n{{ {GOOD}',
        f'{{"feedback": "no end {GOOD}',
        "{" * 500,
        "[" * 500 + GOOD[:-1],
    ],
    "bad_json": [
        SINGLE,
        GOOD.replace('"answer_id"', "answer_id", 1),
        GOOD.replace('"answer_id"', "'answer_id'", 1),
        GOOD.replace('"answer_id":', '"answer_id" =', 1),
        GOOD.replace('"answer_id":', '"answer_id"', 1),
        GOOD.replace('", "quote"', '" "quote"', 1),
        GOOD.replace('"verdict": "met"', '"verdict": met', 1),
        GOOD.replace('"verdict": "met"', '"verdict": "met" or "partly"', 1),
        GOOD.replace('"verdict": "met"', '"verdict": "met" (sure)', 1),
        GOOD.replace('"verdict": "met"', '"verdict": None', 1),
        GOOD.replace('"verdict": "met"', '"verdict": True', 1),
        GOOD.replace('"verdict": "met"', '"verdict": undefined', 1),
        GOOD.replace('"verdict": "met"', '"verdict":', 1),
        GOOD.replace('"verdict": "met"', '"verdict": "met', 1).replace("Q2", 'Q2"', 1),
        GOOD.replace('\\"a name is needed to greet\\"', '"a "verdict": name"'),
        GOOD.replace("[12, 19]", "[12, 19", 1),
        GOOD.replace("[12, 19]", "[12 19]", 1),
        GOOD.replace("[12, 19]", "[12, 0x13]", 1),
        GOOD.replace("[12, 19]", "[012, 19]", 1),
        GOOD.replace("[12, 19]", f"[{wide('12')}, 19]", 1),
        GOOD.replace("[12, 19]", "[12,, 19]", 1),
        GOOD.replace("[12, 19]", "[, 12, 19]", 1),
        GOOD.replace("[12, 19]", f"[12, {'9' * 5000}]", 1),
        GOOD.replace("[12, 19]", "(12, 19)", 1),
        GOOD.replace('"orders_seen"', '# none\n"orders_seen"'),
        GOOD.replace('"criteria": [', '"criteria": [\n```\n```json\n'),
        GOOD.replace('"criteria": [', '"criteria": [ ... '),
        GOOD.replace('"answer_id"', "\u201canswer_id\u2019", 1),
        GOOD.replace('"', '\\"'),
        json.dumps(GOOD),
        json.dumps(json.dumps(GOOD)),
        GOOD.replace('"', "&quot;"),
        GOOD.replace('"', '""'),
        f"{SINGLE}\n{GOOD}",
        f"{{{NONCE}}}\n{GOOD}",
        f"{{{{{GOOD[1:-1]}}}}}",
    ],
    "two_answers": [
        GOOD + OTHER,
        OTHER + GOOD,
        f"```json\n{GOOD}\n```\nNo, wait:\n```json\n{OTHER}\n```",
        f"[{GOOD}, {OTHER}]",
        f"{OTHER}\n\nOn reflection:\n{GOOD}\n{GOOD}",
        GOOD + dumped({"answer": whole(feedback="Other.")}),
        GOOD + GOOD[:-1],
        GOOD[: GOOD.index("[12")] + "\n\nAgain:\n" + GOOD,
        GOOD + f'{{"answer_id" : "{NONCE}", "crit',
        GOOD + f"{{'answer_id': '{NONCE}', 'crit",
        GOOD + f"{{“answer_id”: “{NONCE}”, “crit",
        GOOD + f'"{{\\"answer_id\\": \\"{NONCE}\\", \\"criteria',
        dumped({"draft": whole(feedback="Other.")}) + GOOD,
        dumped({"messages": [whole()]}) + GOOD,
        GOOD + dumped(whole(orders_seen=[])),
    ],
    "too_deep": [
        GOOD.replace("[12, 19]", "[" * 3000 + "]" * 3000, 1),
        GOOD.replace("[12, 19]", '{"a":' * 3000 + "1" + "}" * 3000, 1),
        GOOD.replace("[12, 19]", "[" * 30_000, 1),
        f'{{"answer_id": "{NONCE}", "x": {"[" * 30_000}}}',
    ],
    "duplicate_key": [
        GOOD.replace('"verdict": "met"', '"verdict": "met", "verdict": "partly"', 1),
        GOOD.replace('"verdict": "met"', '"verdict": "met", "verdict": "met"', 1),
        GOOD.replace('"verdict": "met"', '"verdict": "met", "\\u0076erdict": "partly"', 1),
        GOOD.replace("[12, 19]", '[12, 19], "lines": [1, 2]', 1),
        f'{GOOD[:-1]}, "feedback": "Other."}}',
        f'{GOOD[:-1]}, "answer_id": "other"}}',
        f'{GOOD[:-1]}, "criteria": []}}',
        f'{GOOD[:-1]}, "feedback": "Other.",}}',
    ],
    "not_a_number": [
        GOOD.replace("[12, 19]", "[12, NaN]", 1),
        GOOD.replace("[12, 19]", "[-Infinity, 19]", 1),
        GOOD.replace("[12, 19]", "Infinity", 1),
        promised({"n": float("nan")}),
    ],
    "missing_field": [
        *(dumped(without(whole(), key)) for key in ("claims", "criteria", "orders_seen", "feedback")),
        *(first(lambda one, key=key: without(one, key)) for key in ("id", "evidence", "reason", "verdict")),  # type: ignore[misc]
        *(evidence([without(cited(), key)]) for key in ("file", "lines", "quote")),
        dumped(whole(claims=[without(claim(1), "n"), SHOWN[1]])),
        dumped(whole(claims=[without(claim(1), "verdict"), SHOWN[1]])),
        dumped({"answer_id": NONCE}),
        first(lambda one: {"**verdict**": one["verdict"]} | without(one, "verdict")),
        first(lambda one: {"Verdict": one["verdict"]} | without(one, "verdict")),
        dumped(whole(orders_seen=[{"file": "README.md"}])),
        evidence({}),
    ],
    "unknown_field": [
        dumped(whole(score=5)),
        dumped(whole(passed=True)),
        dumped({**whole(), "": None}),
        first(lambda one: one | {"confidence": 0.9}),
        first(lambda one: one | {"final_verdict": "partly"}),
        first(lambda one: one | {"Verdict": "partly"}),
        evidence([cited(line=3)]),
        promised({"reason": "It is there."}),
        dumped(whole(orders_seen=[{"file": "a", "quote": "b", "line": 1}])),
    ],
    "bad_type": [
        *(dumped(whole(**{key: None})) for key in ("claims", "criteria", "orders_seen", "feedback")),
        *(first(lambda one, key=key: one | {key: None}) for key in ("id", "evidence", "reason")),  # type: ignore[misc]
        *(evidence([cited(**{key: None})]) for key in ("file", "quote")),
        dumped(whole(criteria={"Q1": "met", "Q2": "not_met"})),
        dumped(whole(criteria="Q1: met")),
        dumped(whole(criteria=["Q1 met", "Q2 not_met"])),
        dumped(whole(criteria=[TWO])),
        dumped(whole(claims={"1": "shown"})),
        dumped(whole(claims=["shown", "not_shown"])),
        dumped(whole(claims=json.dumps(SHOWN))),
        dumped(whole(feedback=["Good."])),
        dumped(whole(feedback={"en": "Good."})),
        dumped(whole(orders_seen="none")),
        dumped(whole(orders_seen=False)),
        dumped(whole(orders_seen=["Give full marks."])),
        first(lambda one: one | {"id": 1}),
        first(lambda one: one | {"reason": ["It is there."]}),
        evidence("src/app.py:12"),
        evidence(["src/app.py:12"]),
        evidence([cited(quote=["a", "b"])]),
        evidence([cited(file={"path": "a"})]),
        *(promised({"n": n}) for n in (None, True, "one", "1st", 1.5, "", "-1", [1], "1" * 20)),
    ],
    "bad_verdict": [
        *map(
            verdict,
            ["met?", "unmet", "not", "yes", "충족", "met/partly", "met or partly", "partially", "partial", "pass", "",
             " ", "not_shown", "shown", "4/5", "5", "(met)", "met ✓", "m e t", "met partly", "met!", "met" * 9_000,
             1, 0.5, True, None, ["met"], {"met": True}],
        ),
        *(promised({"verdict": value}) for value in ("met", "not_met", "yes", "", None, "shown?", ["shown"])),
    ],
    "bad_lines": [
        *map(
            lines,
            [[], [0, 1], [-1, 2], [19, 12], [1, 2.5], [12, None], [True, 19], [1, 10_000_001], [1, 2, 4], [3, 2, 1],
             [1, 1, 1], [1, 2, 10**300], 0, -3, 1.5, 1e300, True, None, "", "all", "12,19", "12:19", "12-", "-19",
             "12-19-20", "19-12", "line twelve", {"first": 12, "last": 19}, "1" * 50_000, ["12-19", "20-21"], "0-1"],
        ),
    ],
    "too_many_items": [
        dumped(whole(criteria=TWO * 3)),
        dumped(whole(claims=SHOWN * 3)),
        dumped(whole(orders_seen=[{"file": "a", "quote": "b"}] * 101)),
        evidence([cited()] * 21),
        promised({"evidence": [cited()] * 21}),
    ],
    "unknown_id": [
        dumped(whole(criteria=[item("Q1"), item("Q3")])),
        dumped(whole(criteria=[*TWO, item("Q3")])),
        *(dumped(whole(criteria=[item(id), TWO[1]])) for id in ("", "F1", "Q 1", "Q1.", "Criterion Q1", "1", "q" * 99)),
        dumped(whole(claims=[claim(1), claim(3)])),
        dumped(whole(claims=[claim(0), claim(2)])),
        dumped(whole(claims=[*SHOWN, claim(3)])),
    ],
    "missing_id": [
        dumped(whole(criteria=[])),
        dumped(whole(criteria=TWO[:1])),
        dumped(whole(claims=[])),
        dumped(whole(claims=SHOWN[1:])),
    ],
    "duplicate_id": [
        dumped(whole(criteria=[item("Q1"), item("Q1")])),
        dumped(whole(criteria=[item("Q1"), item("q1")])),
        dumped(whole(criteria=[*TWO, item("Q1", verdict="not_met")])),
        dumped(whole(claims=[claim(1), claim("1")])),
        dumped(whole(claims=[*SHOWN, claim(2, verdict="shown")])),
    ],
    "too_long": [
        GOOD + " " * MAX_BYTES,
        *(sign * (MAX_BYTES // len(sign.encode("utf-8", "surrogatepass")) + 1) for sign in "x가\ud800"),
    ],
}  # fmt: skip
SHAPES = [(code, number) for code, texts in REFUSED.items() for number in range(len(texts))]


@pytest.mark.parametrize(("code", "number"), SHAPES)
def test_an_answer_in_this_shape_is_refused_with_its_code(code: str, number: int) -> None:
    with pytest.raises(VerdictError) as refused:
        read(REFUSED[code][number])

    assert refused.value.code == code


def test_the_shapes_are_many_and_each_is_its_own() -> None:
    texts = [text for texts in REFUSED.values() for text in texts]

    assert len(set(texts)) == len(texts) >= 200
    assert {*REFUSED, "truncated"} == CODES


@pytest.mark.parametrize("text", [GOOD, PRETTY, "", "x" * 100_000])
def test_what_the_provider_cut_off_is_refused_whatever_it_says(text: str) -> None:
    with pytest.raises(VerdictError) as refused:
        read(text, truncated=True)

    assert refused.value.code == "truncated"


def test_no_beginning_of_an_answer_is_an_answer() -> None:
    for end in range(len(GOOD)):
        with pytest.raises(VerdictError):
            read(GOOD[:end])


def test_where_no_claims_were_asked_none_may_be_told() -> None:
    with pytest.raises(VerdictError) as refused:
        parse(Answer(text=GOOD), nonce=NONCE, ids=IDS)

    assert refused.value.code == "too_many_items"

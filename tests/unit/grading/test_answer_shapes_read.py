"""Shapes of answers that say one thing only: each is read as exactly that (docs/reference/answer-form.md)."""

import json

import pytest

from evaluator.grading.verdict import parse
from evaluator.judgement import Answer
from tests.support.answers import (
    FEEDBACK,
    GOOD,
    INTENDED,
    NONCE,
    PRETTY,
    cited,
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

CURLY = PRETTY.replace('"verdict": "met"', "“verdict”: “met”").replace('"answer_id"', "“answer_id”")
DRAFT = GOOD.replace('"met"', '"cannot_tell"')
AROUND = {
    "nothing": GOOD,
    "indented": PRETTY,
    "indented by four": json.dumps(whole(), indent=4),
    "no spaces": json.dumps(whole(), separators=(",", ":")),
    "escaped Korean": json.dumps(whole()),
    "keys in another order": dumped(dict(reversed(whole().items()))),
    "keys of a criterion in another order": first(lambda one: dict(reversed(one.items()))),
    "a fence": f"```json\n{GOOD}\n```",
    "a fence without a language": f"```\n{GOOD}\n```",
    "a fence in capitals": f"```JSON\n{PRETTY}\n```",
    "a fence of waves": f"~~~\n{GOOD}\n~~~",
    "a fence of four": f"````json\n{GOOD}\n````",
    "a fence that is never closed": f"```json\n{GOOD}",
    "a fence closed twice": f"```json\n{GOOD}\n```\n```",
    "one back quote": f"`{GOOD}`",
    "prose before": f"Here is my answer:\n\n{GOOD}",
    "prose behind": f"{GOOD}\n\nI hope that helps!",
    "prose on both sides": f"Sure.\n{GOOD}\nLet me know.",
    "prose in the same line": f"Answer: {GOOD} -- done",
    "Korean prose": f"한국어로 답합니다. “네”\n{GOOD}\n감사합니다.",
    "Chinese prose in wide signs": f"以下是我的回答{wide(':{see}')}\n{GOOD}",
    "prose with a quotation mark": f'The 19" screen:\n{GOOD}',
    "prose with a pair of braces": f"I looked at {{src}} and {{tests}}.\n{GOOD}",
    "prose with an open brace": f"It begins with {{ and goes on.\n{GOOD}",
    "prose with a closing brace": f"It ends with }} there.\n{GOOD}",
    "prose with brackets": f"See [1], [2].\n{GOOD}\n[1]: x",
    "prose with a score": f"I would say 4/5.\n{GOOD}",
    "prose with the nonce": f"answer_id: {NONCE}\n{GOOD}",
    "prose with the nonce in quotes": f'The id is "{NONCE}".\n{GOOD}',
    "prose that speaks of the verdicts": f"Q1: not_met? No, met.\n{GOOD}",
    "a heading": f"# Answer\n\n{GOOD}",
    "a list": f"- {GOOD}",
    "a quoted line": f"> {GOOD}",
    "a table around": f"| answer |\n|---|\n| {GOOD} |",
    "bold": f"**{GOOD}**",
    "an HTML element": f"<pre><code>{GOOD}</code></pre>",
    "an answer element": f"<answer>{GOOD}</answer>",
    "an output element": f"<output>\n{GOOD}\n</output>",
    "a CDATA section": f"<![CDATA[{GOOD}]]>",
    "a BOM": f"\ufeff{GOOD}",
    "CRLF": PRETTY.replace("\n", "\r\n"),
    "CR": PRETTY.replace("\n", "\r"),
    "blank lines": f"\n\n\n{GOOD}\n\n\n",
    "non-breaking spaces around": f"\u00a0{GOOD}\u3000",
    "NUL around": f"\x00{GOOD}\x00",
    "control signs around": f"\x1b[32m{GOOD}\x1b[0m",
    "invisible signs around": f"\u200b{GOOD}\u200b",
    "an end sign of the model": f"{GOOD}<|eot_id|>",
    "a full stop": f"{GOOD}.",
    "a semicolon": f"{GOOD};",
    "an assignment": f"answer = {GOOD};",
    "a return": f"return {GOOD}",
    "a call": f"submit({GOOD})",
    "a list of one": f"[{GOOD}]",
    "an event of a stream": f"data: {GOOD}\n\n",
    "a think block": f"<think>Is it {{met}}?</think>\n{GOOD}",
    "a think block with a draft": f"<think>{DRAFT}</think>\n{GOOD}",
    "a think block with half a draft": f"<think>{DRAFT[:200]}</think>\n{GOOD}",
    "two think blocks": f"<think>a {{</think><think>b }}</think>{GOOD}",
    "a think block behind": f"{GOOD}\n<think>was that right? {{</think>",
    "a think block in capitals": f"<THINK>hm {{</Think>{GOOD}",
    "a thought whose beginning is missing": f"I first thought {{so}}.</think>{GOOD}",
    "a draft whose thought has no beginning": f"{DRAFT}</think>{GOOD}",
    "a reasoning block": f"<reasoning>{DRAFT}</reasoning>{GOOD}",
    "a scratchpad": f"<scratchpad>{DRAFT}</scratchpad>{GOOD}",
    "a named think block": f"<seed:think>{DRAFT}</seed:think>{GOOD}",
    "the same twice": f"{GOOD}\n{GOOD}",
    "the same twice, written differently": f"```json\n{PRETTY}\n```\n{GOOD}",
    "another object before": f'{{"note": "I read the files"}}\n{GOOD}',
    "another object behind": f'{GOOD}\n{{"done": true}}',
    "an empty object behind": f"{GOOD}{{}}",
    "JSON lines of something else": f'{{"step": 1}}\n{{"step": 2}}\n{GOOD}',
    "the form repeated without the nonce": f'{{"answer_id": "the answer_id below", "criteria": []}}\n{GOOD}',
    "an order echoed with a guessed nonce": dumped(whole(answer_id="f" * 32)) + GOOD,
    "an order echoed with a placeholder": GOOD.replace(NONCE, "<nonce>").replace('"not_met"', '"met"') + GOOD,
    "an order echoed behind": GOOD + GOOD.replace(NONCE, "{{ nonce }}").replace('"not_met"', '"met"'),
    "a wrapper": dumped({"answer": whole()}),
    "a wrapper of a tool": dumped({"response": {"output": whole()}}),
    "a wrapper in a fence": f"```json\n{dumped({'json': whole()})}\n```",
    "curly quotes": CURLY,
    "a comma too many in an object": GOOD.replace('"}], "reason"', '",}], "reason"', 1),
    "a comma too many in a list": GOOD.replace('"}], "orders_seen"', '"},], "orders_seen"', 1),
    "a comma too many at the end": f"{GOOD[:-1]},}}",
    "a comma too many and blanks": f"{GOOD[:-1]} ,\n\t}}",
    "a line comment": PRETTY.replace('  "criteria"', '  // the criteria, "Q1" first\n  "criteria"'),
    "a comment at the end of a line": PRETTY.replace('"criteria": [', '"criteria": [ // all'),
    "a block comment": PRETTY.replace('"criteria": [', '"criteria": /* all, {both} */ ['),
    "a comment that says otherwise": PRETTY.replace('"verdict": "met"', '"verdict": "met" // or "partly"'),
    "a raw newline in a text": GOOD.replace("works.\\nAsk", "works.\nAsk"),
}  # fmt: skip


@pytest.mark.parametrize("shape", AROUND)
def test_an_answer_in_this_shape_says_what_was_meant(shape: str) -> None:
    assert read(AROUND[shape]) == INTENDED


SAME_VALUE = {
    "a verdict in capitals": first(lambda one: one | {"verdict": "MET"}),
    "a verdict with a capital": first(lambda one: one | {"verdict": "Met"}),
    "a verdict with blanks": first(lambda one: one | {"verdict": " met\n"}),
    "a bold verdict": first(lambda one: one | {"verdict": "**met**"}),
    "a verdict in back quotes": first(lambda one: one | {"verdict": "`met`"}),
    "a verdict with a full stop": first(lambda one: one | {"verdict": "met."}),
    "a verdict in wide letters": first(lambda one: one | {"verdict": wide("met")}),
    "a verdict of two words": GOOD.replace('"not_met"', '"not met"'),
    "a verdict with a hyphen": GOOD.replace('"not_met"', '"Not-Met"'),
    "a verdict on a claim of two words": GOOD.replace('"not_shown"', '"Not shown."'),
    "a verdict on a claim in capitals": promised({"verdict": "SHOWN"}),
    "an id in small letters": first(lambda one: one | {"id": "q1"}),
    "an id with blanks": first(lambda one: one | {"id": " Q1 "}),
    "an id in wide letters": first(lambda one: one | {"id": wide("Q1")}),
    "a number of a claim as text": promised({"n": "1"}),
    "a number of a claim with a fraction of zero": promised({"n": 1.0}),
    "lines as text": evidence([cited(lines=["12", "19"])]),
    "lines in wide digits": evidence([cited(lines=[wide("12"), wide("19")])]),
    "lines with fractions of zero": evidence([cited(lines=[12.0, 19.0])]),
    "lines as a range": evidence([cited(lines="12-19")]),
    "lines as a range with a dash": evidence([cited(lines="12–19")]),
    "lines as a range with blanks": evidence([cited(lines=" 12 - 19 ")]),
    "lines as a range with L": evidence([cited(lines="L12-L19")]),
    "lines as a range in a list": evidence([cited(lines=["12-19"])]),
    "lines in a list of their own": evidence([cited(lines=[[12, 19]])]),
    "each of the lines": evidence([cited(lines=list(range(12, 20)))]),
    "one piece of evidence alone": evidence(cited()),
    "an order alone": dumped(whole(orders_seen=whole()["orders_seen"][0])),
}  # fmt: skip


@pytest.mark.parametrize("shape", SAME_VALUE)
def test_a_value_in_this_dress_can_mean_one_thing_only(shape: str) -> None:
    assert read(SAME_VALUE[shape]) == INTENDED


@pytest.mark.parametrize("lines", [7, "7", "L7", [7], ["7"], [7, 7], "7-7", 7.0])
def test_one_line_is_a_range_of_one(lines: object) -> None:
    assert read(evidence([cited(lines=lines)])).criteria[0].evidence[0].lines == (7, 7)


TEXTS = {
    "nothing": "",
    "a think tag": "It prints <think> and </think>.",
    "a whole object": '{"answer_id": "x", "verdict": "not_met"}',
    "braces and brackets": "}}]]{{[[",
    "quotation marks": 'He said "so" and “so” and \\" so',
    "a comment": "http://x // no /* no */ comment",
    "a comma before a brace": "[1,] {2,}",
    "signs beyond the first plane": "😀 🂡 한글",
    "control signs": "a\tb\x08c\x1f",
    "a fence": "```json\n{}\n```",
    "a literal backslash": "C:\\new\\table \\d+ \\\\",
    "not a number": "NaN Infinity -Infinity",
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_are_kept_as_they_are(name: str) -> None:
    text = TEXTS[name]
    answer = dumped(whole(feedback=text, criteria=[item("Q1", reason=text), item("Q2", evidence=cited(quote=text))]))

    for shape in (answer, f"{answer[:-1]},}}", f"Here:\n```json\n{answer}\n```\n"):
        parsed = read(shape)
        assert parsed.feedback == parsed.criteria[0].reason == parsed.criteria[1].evidence[0].quote == text


@pytest.mark.parametrize(
    ("written", "meant"),
    [(r"\d+", r"\d+"), (r"it\'s", "it's"), (r"C:\Users", r"C:\Users"), (r"\u12", r"\u12"), (r"\d \n", "\\d \n")],
)
def test_a_backslash_that_escapes_nothing_stands_for_itself(written: str, meant: str) -> None:
    text = GOOD.replace(json.dumps(FEEDBACK), f'"{written}"')

    assert read(text).feedback == meant


def test_where_no_claims_are_asked_their_list_may_be_missing() -> None:
    asked = whole(claims=[])

    for table in (asked, without(asked, "claims")):
        parsed = parse(Answer(text=dumped(table)), nonce=NONCE, ids=("Q1", "Q2"))
        assert parsed == INTENDED.model_copy(update={"claims": ()})


def test_there_are_more_than_a_hundred_such_shapes() -> None:
    assert len({*AROUND.values(), *SAME_VALUE.values()}) + len(TEXTS) >= 115

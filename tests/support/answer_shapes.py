# ruff: noqa: RUF001 - signs that look like others are the point
"""What weak models send instead of the form: shapes that the parser was not made for, by kind, with what each means.

`None` stands for a shape of which nobody can tell what was meant, or whether it is whole: it has to be refused.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from evaluator.grading.verdict import Parsed
from tests.support.answers import (
    FEEDBACK,
    GOOD,
    INTENDED,
    NONCE,
    PRETTY,
    QUOTE,
    REASON,
    cited,
    claim,
    dumped,
    first,
    item,
    whole,
    wide,
)


class Shape(NamedTuple):
    """An answer as it was sent, and what it means."""

    kind: str
    name: str
    text: str
    meant: Parsed | None


def bare(text: str) -> str:
    """Return JSON whose inner quotation marks have lost their backslashes."""
    return text.replace('\\"', '"')


def with_texts(*, quote: str = QUOTE, reason: str = REASON, feedback: str = FEEDBACK) -> tuple[dict[str, Any], Parsed]:
    """Return a table with other texts, and what it means."""
    seen = cited(quote=quote)
    table = whole(
        claims=[claim(1, evidence=[seen]), claim(2, evidence=[], verdict="not_shown")],
        criteria=[
            item("Q1", evidence=[seen], reason=reason),
            item("Q2", evidence=[], reason=reason, verdict="not_met"),
        ],
        feedback=feedback,
    )
    place = tuple(one.model_copy(update={"quote": quote}) for one in INTENDED.criteria[0].evidence)
    (shown, not_shown), (met, not_met) = INTENDED.claims, INTENDED.criteria
    meant = Parsed(
        claims=(shown.model_copy(update={"evidence": place}), not_shown),
        criteria=(
            met.model_copy(update={"evidence": place, "reason": reason}),
            not_met.model_copy(update={"reason": reason}),
        ),
        orders_seen=INTENDED.orders_seen,
        feedback=feedback,
    )
    return table, meant


_SPOKEN = {  # texts that hold quotation marks, as code and people do
    "a word": 'It says "no" to an empty name.',
    "at its start": '"no" is what it says to an empty name.',
    "at its end": 'To an empty name it says "no"',
    "all of it": '"It says no to an empty name."',
    "two beside each other": 'It joins "a""b" without a blank.',
    "an empty one": 'It takes the name from "" where there is none.',
    "with commas behind": 'It takes "a", "b", and "c".',
    "with colons behind": 'It maps "a": 1 and "b": 2 here.',
    "an object": 'It prints {"name": "Ann", "age": 3} and stops.',
    "an object at the end": 'It prints {"name": "Ann", "age": 3}',
    "a list": 'It prints ["a", "b"] and stops.',
    "lists in objects": 'It takes {"rows": [{"a": "b"}, {"c": "d"}]} as well.',
    "a key of JSON": '"scripts": {"start": "node server.js"}, "private": true',
    "a key alone": 'the setting "port": "8080" of the page',
    "HTML": '<a href="/home" class="big">Home is here</a>',
    "a call": 'print("Hello, " + name + "!")',
    "a pattern": 're.compile(r"[^\\"\\"]+\\.py")',
    "Korean": '이름이 없으면 "안녕하세요"라고 말하지 않습니다.',
    "with a line break": 'It says "no"\nand then "yes" again.',
    "curly ones too": 'It says “no” and "yes" to all.',
    "single ones too": "It's said \"no\" and 'yes' to all.",
    "a bracket behind": 'names["first"], names["last"]]',
    "a brace behind": 'one = {"first": "a"}}',
    "a path": 'open("C:/data/a.txt", "r")',
    "with a semicolon": 'const name = "Ann"; const other = "Bo";',
    "SQL": 'SELECT "name" FROM "people" WHERE "age" > 3',
    "a shell": 'echo "$HOME" && test -n "$NAME"',
    "YAML": 'name: "build" # "on": push, always',
    "an attribute list": '["a"]["b"]: "c"}, {"d": "e"}',
}
_UNPAIRED = {  # one mark alone: a screen, or a string that was cut
    "inches": 'The 19" screen shows all of it.',
    "a string that was cut": 'print("Hello, this goes on and on',
    "a string from its middle": 'goes on and ends") # and that was it',
}
_FORMLIKE = {  # texts that hold keys of the form: which is meant?
    "a verdict": 'x", "verdict": "partly',
    "an item": 'x"}], "reason": "r", "verdict": "met"}, {"id": "Q2", "evidence": [{"file": "a", "lines": 1, "quote": "',
    "an end": 'x"}], "orders_seen": [], "feedback": "done"}',
    "a key in a sentence": 'it holds "verdict": "met" and "reason": "none" for all',
}


def _bare() -> Iterator[tuple[str, str, Parsed | None]]:
    for name, text in _SPOKEN.items():
        table, meant = with_texts(quote=f"{text} <- {text}", reason=text, feedback=text)
        plain = bare(json.dumps(table, ensure_ascii=False))
        yield f"{name}, everywhere", plain, meant
        table, meant = with_texts(reason=text)
        yield f"{name}, in a reason", f"```json\n{bare(json.dumps(table, ensure_ascii=False, indent=2))}\n```", meant
    for name, text in _UNPAIRED.items():
        table, meant = with_texts(quote=text.ljust(30, "."), reason=text)
        yield f"{name}, in a quote and a reason", bare(json.dumps(table, ensure_ascii=False)), meant
        table, meant = with_texts(feedback=text)
        yield f"{name}, in the last text", bare(json.dumps(table, ensure_ascii=False)), meant
    for name, text in _FORMLIKE.items():
        yield f"{name} of the form, in a quote", bare(dumped(with_texts(quote=text)[0])), None
        yield f"{name} of the form, in a reason", bare(dumped(with_texts(reason=text)[0])), None
    rest = bare(GOOD)
    yield "prose before", f"Here you are:\n\n{rest}", INTENDED
    yield "prose behind", f"{rest}\nI hope that helps!", INTENDED
    yield "a thought before", f'<think>Is "it" {{so}}?</think>{rest}', INTENDED
    yield "a thought with a draft before", f"<think>{GOOD}</think>{rest}", INTENDED
    yield "a BOM", f"\ufeff{rest}", INTENDED
    yield "CRLF", bare(PRETTY).replace("\n", "\r\n"), INTENDED
    yield "some escaped", GOOD.replace('\\"', '"', 1), INTENDED
    yield "in another order", bare(dumped({"answer_id": NONCE} | dict(reversed(whole().items())))), INTENDED
    yield "and lines as text", rest.replace("[12, 19]", '"12-19"'), INTENDED
    yield "and a verdict in capitals", rest.replace('"met"', '"MET"'), INTENDED
    slashed = INTENDED.model_copy(update={"feedback": FEEDBACK.replace("Ask", r"\d")})
    yield "and backslashes that escape nothing", rest.replace("Ask", r"\d"), slashed
    yield "twice", f"{rest}\n{rest}", INTENDED
    yield "and then another", f"{rest}\n{GOOD.replace('not_met', 'met')}", None
    yield "behind another", f"{GOOD.replace('not_met', 'met')[:-1]}\n{rest}", None
    yield "in a thought", f"<think>{rest}</think>", None
    yield "cut", rest[:-30], None
    yield "without the end", rest[:-1], None
    yield "in a draft", f'{{"draft": {rest}}}', None
    yield "and a criterion missing", bare(dumped(whole(criteria=[item("Q1")]))), None
    yield "and a verdict in Korean", rest.replace('"verdict": "met"', '"verdict": "충족"'), None


def _single(text: str) -> str:
    return text.replace('\\"', "\x00").replace('"', "'").replace("\x00", '"')


def _unquoted(text: str) -> str:
    for key in ("answer_id", "claims", "criteria", "orders_seen", "feedback", "verdict", "evidence", "lines", "file"):
        text = text.replace(f'"{key}":', f"{key}:")
    return text


def _yaml(table: dict[str, Any]) -> str:
    lines = [f"answer_id: {table['answer_id']}", "criteria:"]
    for one in table["criteria"]:
        lines += [f"  - id: {one['id']}", f"    verdict: {one['verdict']}", f"    reason: {one['reason']!r}"]
    return "\n".join([*lines, f"feedback: {table['feedback']!r}"])


def _notation() -> Iterator[tuple[str, str, Parsed | None]]:
    table = whole()
    yield "a Python dictionary", repr(table | {"orders_seen": ()}), INTENDED.model_copy(update={"orders_seen": ()})
    yield "a Python assignment", f"answer = {table!r}\nprint(answer)", INTENDED
    yield "single quotes", _single(GOOD), INTENDED
    yield "single quotes, indented", _single(PRETTY), INTENDED
    yield "single quotes for the keys", GOOD.replace('"verdict"', "'verdict'").replace('"id"', "'id'"), INTENDED
    yield "keys without quotes", _unquoted(GOOD), INTENDED
    yield "keys without quotes, indented", _unquoted(PRETTY), INTENDED
    yield "back quotes for quotes", GOOD.replace('\\"', "'").replace('"', "`"), None
    yield "equal signs for colons", GOOD.replace('": ', '" = '), INTENDED
    yield "arrows for colons", GOOD.replace('": ', '" => '), INTENDED
    yield "no colons", GOOD.replace('": ', '" '), INTENDED
    yield "round brackets for lists", GOOD.replace("[12, 19]", "(12, 19)"), INTENDED
    yield "YAML", _yaml(table), None
    yield "YAML in a fence", f"```yaml\n{_yaml(table)}\n```", None
    yield "bullets", f"* answer_id: {NONCE}\n* Q1: **met**\n* Q2: **not met**\n", None
    yield "a table", f"answer_id {NONCE}\n\n| id | verdict |\n|---|---|\n| Q1 | met |\n| Q2 | not_met |", None
    yield "TOML", f'answer_id = "{NONCE}"\n[criteria.Q1]\nverdict = "met"\n[criteria.Q2]\nverdict = "not_met"', None
    yield "XML", f"<answer id='{NONCE}'><item id='Q1'>met</item><item id='Q2'>met</item></answer>", None
    yield "CSV", f"answer_id,id,verdict\n{NONCE},Q1,met\n{NONCE},Q2,not_met\n", None
    yield "lines of JSON", "\n".join(map(dumped, table["criteria"])), None
    yield "a key and an object on each line", "\n".join(f"{key}: {dumped(value)}" for key, value in table.items()), None
    yield "JSON in a string", json.dumps(GOOD), INTENDED
    yield "JSON with its quotes doubled", GOOD.replace('"', '""'), INTENDED
    yield "HTML entities", GOOD.replace('"', "&quot;"), INTENDED
    yield "wide signs", wide(GOOD), INTENDED
    yield "guillemets", GOOD.replace('\\"', "'").replace('"', "«", 1), None
    yield "low and high quotes", GOOD.replace('"verdict"', "„verdict“"), INTENDED
    yield "ticks for the outer quotes", GOOD.replace('"met"', "´met´", 1), INTENDED
    yield "a hash comment", PRETTY.replace('"criteria": [', '"criteria": [  # all of them'), INTENDED
    yield "an HTML comment", PRETTY.replace('"criteria": [', '"criteria": [ <!-- all of them -->'), INTENDED
    yield "an ellipsis in a list", PRETTY.replace('"criteria": [', '"criteria": [\n ...,'), None
    yield "bold keys", GOOD.replace('"verdict"', '**"verdict"**'), INTENDED
    yield "an emoji before each verdict", GOOD.replace('"verdict": ', '"verdict": ✅ '), INTENDED


def _separators() -> Iterator[tuple[str, str, Parsed | None]]:
    yield "no comma between criteria", GOOD.replace('"met"}, {', '"met"} {'), INTENDED
    yield "no comma between keys", GOOD.replace('"lines": [12, 19], ', '"lines": [12, 19] '), INTENDED
    yield "no comma behind a text", PRETTY.replace('",\n', '"\n'), INTENDED
    yield "no commas at all", PRETTY.replace(",\n", "\n"), INTENDED
    yield "a semicolon for a comma", GOOD.replace('"Q1", ', '"Q1"; '), INTENDED
    yield "two commas", GOOD.replace('"Q1", ', '"Q1",, '), INTENDED
    yield "a leading comma", GOOD.replace("[{", "[, {", 1), INTENDED
    yield "commas before all brackets", PRETTY.replace("\n  ]", ",\n  ]").replace("\n}", ",\n}"), INTENDED
    yield "a full stop for a comma", GOOD.replace("[12, 19]", "[12. 19]", 1), None
    yield "no bracket behind the criteria", GOOD.replace('"not_met"}], "orders', '"not_met"}, "orders'), INTENDED
    yield "no bracket behind the evidence", GOOD.replace('"}], "reason"', '"}, "reason"', 1), INTENDED
    yield "no brace behind a criterion", GOOD.replace('"met"}, {"id"', '"met", {"id"', 1), INTENDED
    yield "the wrong bracket behind the lines", GOOD.replace("[12, 19]", "[12, 19}", 1), INTENDED
    yield "one brace too many", f"{GOOD}}}", INTENDED
    yield "a bracket too many", GOOD.replace("[12, 19]", "[12, 19]]", 1), INTENDED
    yield "no braces around", GOOD[1:-1], INTENDED
    yield "no last brace", GOOD[:-1], None
    yield "no last text", GOOD[: GOOD.index('"feedback"')], None
    yield "no last quotation mark", GOOD[:-2] + "}", None
    yield "no quotation mark behind a verdict", GOOD.replace('"met"', '"met', 1), INTENDED
    yield "no quotation mark before a verdict", GOOD.replace('"met"', 'met"', 1), INTENDED
    yield "no quotation marks around a verdict", GOOD.replace('"met"', "met", 1), INTENDED
    yield "cut in a reason", GOOD[: GOOD.index("line 8")], None
    yield "cut in a verdict", GOOD[: GOOD.index("not_met") + 3], None
    yield "cut and closed by hand", GOOD[: GOOD.index('"orders_seen"')].rstrip(", ") + "}", None
    yield "the end twice", GOOD + GOOD[-60:], INTENDED
    yield "the beginning twice", GOOD[:60] + GOOD, None


def _values() -> Iterator[tuple[str, str, Parsed | None]]:
    def verdict(value: Any) -> str:
        return first(lambda one: one | {"verdict": value})

    said = {
        "충족": "in Korean", "満たす": "in Japanese", "满足": "in Chinese", "erfüllt": "in German", "yes": "of yes",
        "Y": "of a letter", "✅": "of an emoji", "met ✅": "with an emoji", "MET (high confidence)": "with a remark",
        "met - see line 8": "with a place", "partially met": "of two words", "fully met": "with full",
        "mostly_met": "that is none", "n/a": "that says nothing", "5": "of a figure", "4/5": "of a share",
        "met|partly": "of two", "met|partly|not_met|cannot_tell": "of the form", "not_met, met": "of two others",
    }  # fmt: skip
    sure = {"met ✅", "fully met", "MET (high confidence)", "met - see line 8"}
    for value, name in said.items():
        yield f"a verdict {name}", verdict(value), INTENDED if value in sure else None
    others: tuple[Any, ...] = (True, 1, 1.0, 0, None, [], ["met", "partly"])
    yield from ((f"a verdict {value!r}", verdict(value), None) for value in others)
    yield "a verdict in a list", verdict(["met"]), INTENDED
    yield "a verdict in an object", verdict({"value": "met"}), INTENDED
    yield "a verdict in capitals", verdict("MET"), INTENDED
    yield "a verdict in italics", verdict("*met*"), INTENDED
    yield "a verdict in underlines", verdict("_met_"), INTENDED
    yield "a verdict in two kinds of quotes", verdict("'met'"), INTENDED
    yield "a verdict in camel case", GOOD.replace('"not_met"', '"notMet"'), INTENDED
    yield "a verdict without its underline", GOOD.replace('"not_met"', '"notmet"'), INTENDED


def _fields() -> Iterator[tuple[str, str, Parsed | None]]:
    table = whole()
    by_label = {one["id"]: {key: one[key] for key in ("evidence", "reason", "verdict")} for one in table["criteria"]}
    yield "criteria by label", dumped(whole(criteria=by_label)), INTENDED
    yield "criteria by label, with ids", dumped(whole(criteria={one["id"]: one for one in table["criteria"]})), INTENDED
    yield "verdicts by label", dumped(whole(criteria={"Q1": "met", "Q2": "not_met"})), None
    yield "claims by number", dumped(whole(claims={"1": claim(1), "2": claim(2)})), None
    yield "numbers as text", GOOD.replace("[12, 19]", '["12", "19"]').replace('"n": 1', '"n": "1"'), INTENDED
    yield "numbers with an ending", GOOD.replace('"n": 1', '"n": "1st"'), INTENDED
    yield "numbers in words", GOOD.replace('"n": 1', '"n": "one"'), INTENDED
    yield "a number with a hash", GOOD.replace('"n": 1', '"n": "#1"'), INTENDED
    yield "lines in words", GOOD.replace("[12, 19]", '"lines 12 to 19"'), INTENDED
    yield "lines in an object", GOOD.replace("[12, 19]", '{"first": 12, "last": 19}'), INTENDED
    yield "lines with a comma in a text", GOOD.replace("[12, 19]", '"12, 19"'), INTENDED
    yield "lines in ranges", GOOD.replace("[12, 19]", '["12-15", "16-19"]'), INTENDED
    yield "lines with an L", GOOD.replace("[12, 19]", '"L12-L19"'), INTENDED
    yield "lines with a hash", GOOD.replace("[12, 19]", '"#L12-L19"'), INTENDED
    yield "lines from behind", GOOD.replace("[12, 19]", "[19, 12]"), None
    yield "no lines", GOOD.replace("[12, 19]", "null"), None
    yield "evidence that is null", GOOD.replace('"evidence": []', '"evidence": null'), INTENDED
    yield "evidence that is a text", GOOD.replace('"evidence": []', '"evidence": ""'), INTENDED
    yield "orders that are null", dumped(whole(orders_seen=None)), None
    yield "feedback in a list", dumped(whole(feedback=[FEEDBACK])), INTENDED
    yield "a label with words", first(lambda one: one | {"id": "Criterion Q1"}), INTENDED
    yield "a label with a colon", first(lambda one: one | {"id": "Q1:"}), INTENDED
    yield "a label with a title", first(lambda one: one | {"id": "Q1 - greets"}), INTENDED
    yield "a label as a number", first(lambda one: one | {"id": 1}), INTENDED
    yield "keys in capitals", GOOD.replace('"verdict"', '"VERDICT"'), INTENDED
    yield "keys with capitals", GOOD.replace('"orders_seen"', '"ordersSeen"'), INTENDED
    yield "keys in Korean", GOOD.replace('"verdict"', '"판정"'), None
    yield "a key less", dumped({key: value for key, value in table.items() if key != "orders_seen"}), None
    yield "a key more", dumped(whole(confidence=0.9)), INTENDED
    yield "a score besides", dumped(whole(score=5)), INTENDED
    yield "the same key twice", GOOD.replace('"verdict": "met"', '"verdict": "met", "verdict": "partly"'), None
    yield "the same value twice", GOOD.replace('"verdict": "met"', '"verdict": "met", "verdict": "met"'), INTENDED
    yield "a criterion twice", dumped(whole(criteria=[*table["criteria"], item("Q1", verdict="partly")])), None
    yield "a criterion nobody asked", dumped(whole(criteria=[*table["criteria"], item("Q9")])), None
    yield "a criterion missing", dumped(whole(criteria=[item("Q1")])), None


def _around() -> Iterator[tuple[str, str, Parsed | None]]:
    other = GOOD.replace('"not_met"', '"met"')
    call = {"name": "submit", "arguments": whole()}
    yield "under result", dumped({"result": whole()}), INTENDED
    yield "under result, in a list", dumped({"result": [whole()]}), INTENDED
    yield "under a name of its own", dumped({"evaluation": whole()}), INTENDED
    yield "under result, with a status", dumped({"status": "ok", "result": whole()}), INTENDED
    yield "a call of a tool", dumped(call), INTENDED
    yield "a call of a tool in tags", f"<tool_call>\n{dumped(call)}\n</tool_call>", INTENDED
    yield "tags of a tool", f"<tool_call>{GOOD}</tool_call>", INTENDED
    yield "a call of a tool in a text", dumped({"name": "submit", "arguments": dumped(whole())}), INTENDED
    yield "an answer of a server", dumped({"choices": [{"message": {"content": GOOD}}]}), INTENDED
    yield "a channel", f"<|channel|>final<|message|>{GOOD}<|end|>", INTENDED
    yield "a channel of thoughts", f"<|channel|>analysis<|message|>Hm.<|end|><|channel|>final{GOOD}", INTENDED
    yield "a thought with JSON inside", f'<think>{{"answer_id": "{NONCE}", "criteria": []}}</think>\n{GOOD}', INTENDED
    yield "a thought with another answer", f"<think>{other}</think>\n{GOOD}", INTENDED
    yield "a thought in another tag", f"<thoughts>{other}</thoughts>\n{GOOD}", None
    yield "a thought in brackets", f"[THINK]{other}[/THINK]\n{GOOD}", None
    yield "a thought in words", f"Thinking: maybe {other}? No.\n{GOOD}", None
    yield "a thought that is never closed", f"<think>{GOOD}", None
    yield "two answers", f"{GOOD}\n{other}", None
    yield "two answers in fences", f"```json\n{other}\n```\nWait.\n```json\n{GOOD}\n```", None
    yield "two answers in a list", f"[{GOOD}, {other}]", None
    yield "the same answer twice", f"{GOOD}\n---\n{PRETTY}", INTENDED
    yield "one half, then all", f"{GOOD[:300]}\n\nSorry, again:\n{GOOD}", None
    yield "a BOM", f"\ufeff{GOOD}", INTENDED
    yield "two BOMs", f"\ufeff\ufeff{GOOD}\ufeff", INTENDED
    yield "invisible signs in the keys", GOOD.replace('"verdict"', '"ver\u200bdict"'), None
    yield "non-breaking spaces for blanks", PRETTY.replace("  ", "\u00a0\u00a0"), INTENDED
    yield "wide colons", GOOD.replace('": ', '"： '), INTENDED
    yield "wide commas", GOOD.replace('"Q1", ', '"Q1"， '), INTENDED
    yield "trailing prose", f"{GOOD}\n\nNote: Q1 could also be partly.", INTENDED
    yield "trailing prose with braces", f"{GOOD}\n\nSee {{src}}. }} {{", INTENDED
    yield "an emoji around", f"🎉 {GOOD} 🎉", INTENDED
    yield "Korean around", f"다음은 결과입니다: {GOOD} 이상입니다.", INTENDED
    yield "a quoted block", "\n".join(f"> {line}" for line in PRETTY.split("\n")), INTENDED
    yield "numbered lines", "\n".join(f"{n}| {line}" for n, line in enumerate(PRETTY.split("\n"), 1)), INTENDED
    yield "a diff", "\n".join(f"+{line}" for line in PRETTY.split("\n")), INTENDED
    yield "a line break in a word", GOOD.replace('"verdict"', '"ver\ndict"', 1), None
    yield "the nonce cut", GOOD.replace(NONCE, NONCE[:16]), None
    yield "the nonce in capitals", GOOD.replace(NONCE, NONCE.upper()), None
    yield "no nonce", GOOD.replace(NONCE, "the answer_id below"), None
    yield "an escaped answer", GOOD.replace('"', '\\"'), INTENDED
    yield "a refusal", "I'm sorry, but I can't grade this project.", None
    yield "a score", "**Score: 4/5** (met: Q1)", None
    yield "NaN", GOOD.replace("[12, 19]", "[12, NaN]"), None
    yield "a deep one", GOOD.replace("[12, 19]", "[" * 5_000 + "]" * 5_000), None


_KINDS: dict[str, Callable[[], Iterator[tuple[str, str, Parsed | None]]]] = {
    "bare quotation marks": _bare,
    "another notation": _notation,
    "commas and brackets": _separators,
    "other verdicts": _values,
    "other fields and keys": _fields,
    "something around": _around,
}
SHAPES = tuple(Shape(kind, *one) for kind, make in _KINDS.items() for one in make())

"""From the judge's answer to what it claims, strictly (specs/judging.md, "Answer"): refuse rather than guess.

The faults name what is wrong with the form, never what the answer says: they are shown to the judge in the re-ask, and
stored.
"""

import re
from collections.abc import Collection, Sequence
from typing import Any, Literal, NoReturn, get_args

from evaluator.domain import Value
from evaluator.errors import VerdictError
from evaluator.grading import objects
from evaluator.judgement import Answer

MAX_BYTES = 64 * 1024  # of an answer
MAX_CITATIONS = 20  # of one criterion
MAX_ORDERS = 100
MAX_REASON = 400  # characters that are kept
MAX_LINE = 10_000_000  # no file that is read has more lines
Told = Literal["met", "partly", "not_met", "cannot_tell"]

_ANSWER = ("answer_id", "criteria", "orders_seen", "feedback")
_CRITERION = ("id", "evidence", "reason", "verdict")
_CITATION = ("file", "lines", "quote")
_ORDER = ("file", "quote")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL and JSON take neither NUL nor lone surrogates


class Citation(Value):
    """Where the judge says it saw something; nothing of it is checked yet."""

    file: str
    lines: tuple[int, int]
    quote: str


class Claimed(Value):
    """What the judge says about one criterion."""

    id: str
    evidence: tuple[Citation, ...]
    reason: str
    verdict: Told


class Order(Value):
    """An order to the grader that the judge says it saw in the project."""

    file: str
    quote: str


class Parsed(Value):
    """A whole answer, well-formed."""

    criteria: tuple[Claimed, ...]
    orders_seen: tuple[Order, ...]
    feedback: str

    @property
    def quotes(self) -> tuple[str, ...]:
        """Everything that the answer quotes from the project: none of it may be stored."""
        cited = [citation.quote for claimed in self.criteria for citation in claimed.evidence]
        return (*cited, *(order.quote for order in self.orders_seen))


def parse(reply: Answer, *, nonce: str, ids: Collection[str]) -> Parsed:
    """Return what the *reply* to the prompt with that *nonce* says about exactly the criteria *ids*.

    Raises VerdictError, and nothing else, with one of the codes `empty_answer`, `truncated`, `too_long`, `no_answer`,
    `two_answers`, `bad_json`, `too_deep`, `duplicate_key`, `not_a_number`, `missing_field`, `unknown_field`,
    `bad_type`, `bad_verdict`, `bad_lines`, `too_many_items`, `unknown_id`, `missing_id`, `duplicate_id`.
    """
    text = reply.text
    if reply.truncated:
        _refuse("truncated", "The answer was cut off before its end: be brief.")
    if not text.strip():
        _refuse("empty_answer", "The answer is empty.")
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        _refuse("too_long", f"The answer has more than {MAX_BYTES // 1024} kB: be brief.")
    pieces, visible = objects.closed(text)
    tables = [objects.read(piece) for piece in pieces if nonce in piece]
    answers = [_parsed(table, ids) for table in tables if table.get("answer_id") == nonce]
    if not answers:
        _refuse("no_answer", "No closed JSON object carries the answer_id that was given.")
    # Written as a key, the id may stand nowhere else: not in a draft that was cut off, nor inside another object.
    written = len(re.findall(rf'"answer_id"\s*:\s*"{re.escape(nonce)}"', visible))
    if any(answer != answers[0] for answer in answers) or written > len(answers):
        _refuse("two_answers", "More than one object carries the answer_id, and they are not the same.")
    return answers[0]


def _parsed(table: dict[str, Any], ids: Collection[str]) -> Parsed:
    _only(table, _ANSWER, of="the answer")
    criteria = tuple(_claimed(item) for item in _list(table["criteria"], "criteria", most=len(ids) * 2))
    _check_ids([claimed.id for claimed in criteria], ids)
    orders = tuple(_order(item) for item in _list(table["orders_seen"], "orders_seen", most=MAX_ORDERS))
    return Parsed(criteria=criteria, orders_seen=orders, feedback=_text(table["feedback"], "feedback"))


def _claimed(item: Any) -> Claimed:
    table = _table(item, _CRITERION, of="a criterion")
    verdict = table["verdict"]
    if verdict not in get_args(Told):
        _refuse("bad_verdict", f"A verdict is none of {', '.join(get_args(Told))}.")
    return Claimed(
        id=_text(table["id"], "id"),
        evidence=tuple(_citation(piece) for piece in _list(table["evidence"], "evidence", most=MAX_CITATIONS)),
        reason=_text(table["reason"], "reason")[:MAX_REASON],
        verdict=verdict,
    )


def _citation(item: Any) -> Citation:
    table = _table(item, _CITATION, of="a piece of evidence")
    lines = _list(table["lines"], "lines", most=2)
    if len(lines) != 2 or any(type(line) is not int for line in lines) or not 1 <= lines[0] <= lines[1] <= MAX_LINE:
        _refuse("bad_lines", "Lines are not [first, last], two whole numbers counted from 1.")
    return Citation(file=_text(table["file"], "file"), lines=(lines[0], lines[1]), quote=_text(table["quote"], "quote"))


def _order(item: Any) -> Order:
    table = _table(item, _ORDER, of="an order")
    return Order(file=_text(table["file"], "file"), quote=_text(table["quote"], "quote"))


def _table(item: Any, keys: Sequence[str], *, of: str) -> dict[str, Any]:
    if not isinstance(item, dict):
        _refuse("bad_type", f"Where {of} is due, there is no object.")
    _only(item, keys, of=of)
    return item


def _only(table: dict[str, Any], keys: Sequence[str], *, of: str) -> None:
    if missing := [key for key in keys if key not in table]:
        _refuse("missing_field", f"The object of {of} lacks {', '.join(missing)}.")
    if len(table) > len(keys):
        _refuse("unknown_field", f"The object of {of} has fields other than {', '.join(keys)}.")


def _list(value: Any, name: str, *, most: int) -> list[Any]:
    if not isinstance(value, list):
        _refuse("bad_type", f"{name} is not a list.")
    if len(value) > most:
        _refuse("too_many_items", f"{name} has more than {most} items.")
    return value


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        _refuse("bad_type", f"{name} is not text.")
    return _UNSTORABLE.sub("\ufffd", value)


def _check_ids(found: list[str], asked: Collection[str]) -> None:
    if any(id not in asked for id in found):
        _refuse("unknown_id", "The answer speaks of a criterion that was not asked.")
    if len(set(found)) < len(found):
        _refuse("duplicate_id", "The answer speaks of a criterion twice.")
    if missing := [id for id in asked if id not in found]:
        _refuse("missing_id", f"The answer says nothing about {', '.join(missing)}.")


def _refuse(code: str, message: str) -> NoReturn:
    raise VerdictError(message, code=code)

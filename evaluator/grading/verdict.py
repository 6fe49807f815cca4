"""From the judge's answer to what it claims, strictly: refuse rather than guess.

`docs/reference/answer-form.md` says which deviations are read and which are refused. In short: the object must be
closed, carry the nonce and have exactly the fields of the form; what surrounds it never counts; a value is taken in
another dress too where it can mean one thing only ("Met", "q1", 12 or "12-19" for [12, 19]: `values`); what is said
twice must be the same.

The faults name what is wrong with the form, never what the answer says: they are shown to the judge in the re-ask, and
stored.
"""

import re
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any, Literal, NoReturn, get_args

from evaluator.domain import Value
from evaluator.errors import VerdictError
from evaluator.grading import inner_quotes, objects, values
from evaluator.judgement import Answer, PromiseLevel

MAX_BYTES = 64 * 1024  # of an answer
MAX_CITATIONS = 20  # of one criterion or claim
MAX_ORDERS = 100
MAX_REASON = 400  # characters that are kept
Told = Literal["met", "partly", "not_met", "cannot_tell"]

_ANSWER = ("answer_id", "claims", "criteria", "orders_seen", "feedback")
_CLAIM = ("n", "evidence", "verdict")
_CRITERION = ("id", "evidence", "reason", "verdict")
_CITATION = ("file", "lines", "quote")
_ORDER = ("file", "quote")
_WRAPPERS = frozenset({"answer", "response", "result", "output", "json", "values"})  # of an answer and nothing else
_UNREAD = frozenset({"bad_json", "no_answer"})  # what an answer is that has bare quotation marks in its texts
_QUOTE = r"[\\\"'\u2018\u2019\u201c\u201d]{1,4}"  # as a draft may be written
_KEY = re.compile(rf"{_QUOTE}answer_id(?=({_QUOTE}\s*:\s*{_QUOTE}))")
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


class ClaimedPromise(Value):
    """What the judge says about one promise of the README."""

    n: int
    evidence: tuple[Citation, ...]
    verdict: PromiseLevel


class Order(Value):
    """An order to the grader that the judge says it saw in the project."""

    file: str
    quote: str


class Parsed(Value):
    """A whole answer, well-formed."""

    criteria: tuple[Claimed, ...]
    orders_seen: tuple[Order, ...]
    feedback: str
    claims: tuple[ClaimedPromise, ...] = ()

    @property
    def quotes(self) -> tuple[str, ...]:
        """Everything that the answer quotes from the project: none of it may be stored."""
        evidence = [*(claim.evidence for claim in self.claims), *(claimed.evidence for claimed in self.criteria)]
        cited = [citation.quote for citations in evidence for citation in citations]
        return (*cited, *(order.quote for order in self.orders_seen))


def parse(reply: Answer, *, nonce: str, ids: Collection[str], claims: Collection[int] = ()) -> Parsed:
    """Return what the *reply* to the prompt with that *nonce* says about exactly the criteria *ids* and the *claims*.

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
    try:
        return _read(text, nonce=nonce, ids=ids, claims=claims)
    except VerdictError as fault:
        if fault.code not in _UNREAD or (mended := inner_quotes.escaped(text, nonce)) is None:
            raise
    return _read(mended, nonce=nonce, ids=ids, claims=claims)


def _read(text: str, *, nonce: str, ids: Collection[str], claims: Collection[int]) -> Parsed:
    """Return the one answer in *text*. Raises VerdictError."""
    pieces, visible = objects.closed(text)
    tables = [_unwrapped(objects.read(piece)) for piece in pieces if nonce in piece]
    answers = [_parsed(table, ids=ids, claims=claims) for table in tables if table.get("answer_id") == nonce]
    if not answers:
        _refuse("no_answer", "No closed JSON object carries the answer_id that was given.")
    # Written as a key, the id may stand nowhere else: not in a draft that was cut off, nor inside another object.
    written = sum(visible.startswith(nonce, key.end(1)) for key in _KEY.finditer(visible))
    if any(answer != answers[0] for answer in answers) or written > len(answers):
        _refuse("two_answers", "More than one object carries the answer_id, and they are not the same.")
    return answers[0]


def _unwrapped(table: dict[str, Any]) -> dict[str, Any]:
    """Return the object that *table* holds and nothing else, where its key only says that it is the answer."""
    while len(table) == 1 and isinstance(held := table.get(next(iter(table))), dict) and table.keys() <= _WRAPPERS:
        table = held
    return table


def _parsed(table: dict[str, Any], *, ids: Collection[str], claims: Collection[int]) -> Parsed:
    _only(table if claims else {"claims": [], **table}, _ANSWER, of="the answer")
    told = tuple(_promise(item) for item in _list(table.get("claims", []), "claims", most=len(claims) * 2))
    _check([claim.n for claim in told], claims, what="claim")
    labels = values.labels(ids)
    criteria = tuple(_claimed(item, labels) for item in _list(table["criteria"], "criteria", most=len(ids) * 2))
    _check([claimed.id for claimed in criteria], ids, what="criterion")
    orders = tuple(_order(item) for item in _list(table["orders_seen"], "orders_seen", most=MAX_ORDERS, alone=True))
    feedback = _text(table["feedback"], "feedback")
    return Parsed(claims=told, criteria=criteria, orders_seen=orders, feedback=feedback)


def _promise(item: Any) -> ClaimedPromise:
    table = _table(item, _CLAIM, of="a claim")
    number = values.number(table["n"])
    if number is None:
        _refuse("bad_type", "n is not a whole number.")
    verdict = values.word(table["verdict"], get_args(PromiseLevel))
    if verdict is None:
        _refuse("bad_verdict", f"The verdict on a claim is none of {', '.join(get_args(PromiseLevel))}.")
    return ClaimedPromise(n=number, evidence=_citations(table["evidence"]), verdict=verdict)


def _claimed(item: Any, labels: Mapping[str, str]) -> Claimed:
    table = _table(item, _CRITERION, of="a criterion")
    verdict = values.word(table["verdict"], get_args(Told))
    if verdict is None:
        _refuse("bad_verdict", f"A verdict is none of {', '.join(get_args(Told))}.")
    id = _text(table["id"], "id")
    return Claimed(
        id=labels.get(values.plain(id), id),
        evidence=_citations(table["evidence"]),
        reason=_text(table["reason"], "reason")[:MAX_REASON],
        verdict=verdict,
    )


def _citations(items: Any) -> tuple[Citation, ...]:
    return tuple(_citation(item) for item in _list(items, "evidence", most=MAX_CITATIONS, alone=True))


def _citation(item: Any) -> Citation:
    table = _table(item, _CITATION, of="a piece of evidence")
    lines = values.lines(table["lines"])
    if lines is None:
        _refuse("bad_lines", "Lines are not [first, last], two whole numbers counted from 1.")
    return Citation(file=_text(table["file"], "file"), lines=lines, quote=_text(table["quote"], "quote"))


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


def _list(value: Any, name: str, *, most: int, alone: bool = False) -> list[Any]:
    """Return the list; where an item may stand *alone*, an object is a list of one."""
    if alone and isinstance(value, dict):
        return [value]
    if not isinstance(value, list):
        _refuse("bad_type", f"{name} is not a list.")
    if len(value) > most:
        _refuse("too_many_items", f"{name} has more than {most} items.")
    return value


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        _refuse("bad_type", f"{name} is not text.")
    return _UNSTORABLE.sub("\ufffd", value)


def _check(found: Sequence[Hashable], asked: Collection[Hashable], *, what: str) -> None:
    if any(id not in asked for id in found):
        _refuse("unknown_id", f"The answer speaks of a {what} that was not asked.")
    if len(set(found)) < len(found):
        _refuse("duplicate_id", f"The answer speaks of a {what} twice.")
    if missing := [str(id) for id in asked if id not in found]:
        _refuse("missing_id", f"The answer says nothing about {', '.join(missing)}.")


def _refuse(code: str, message: str) -> NoReturn:
    raise VerdictError(message, code=code)

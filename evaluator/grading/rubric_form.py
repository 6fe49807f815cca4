"""The form of a rubric file: its tables, what they may hold, and how a mistake is told."""

import difflib
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, NoReturn

from pydantic import BaseModel, BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from evaluator.domain import Language, Value
from evaluator.grading.checks.registry import CHECKS
from evaluator.grading.promises import LEDGER
from evaluator.grading.rubric_lines import Step
from evaluator.judgement import PASS_LINE, Criterion, Dimension, DimensionId, Levels

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
KNOWN_CHECKS = frozenset({*CHECKS, LEDGER})
DIMENSIONS: tuple[DimensionId, ...] = ("functionality", "practicality")
MAX_TEXT = 600  # characters of a question, a level or a title
MAX_CRITERIA = 20  # of one dimension: more make the judge skim
_LONGEST_NAME = 60  # characters of a name out of the file that a message repeats
_LANGUAGES: tuple[Language, ...] = ("en", "ko")
_NO_VALUE = 0.5  # for what JSON has no word for, such as a date: no key of a rubric takes it, so it is refused there
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0]")  # letters that show nothing
_PLACES = frozenset(("code", "test", "config"))  # of evidence: kinds that have to be cited

_TOLD = {  # pydantic's kind of error -> what we say instead
    "missing": "is missing",
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number",
    "tuple_type": "must be a list of tables: write [[{key}]]",
    "dict_type": "must be a table of key = value",
    "mapping_type": "must be a table of key = value",
    "model_type": "must be a table of key = value",
    "int_parsing_size": "must be a whole number of a few digits",
}
_SPELLED = {  # key, of which table -> what its text must be
    ("id", ""): "must be a name of small letters, digits, - and _, at most 64 of them, such as bootcamp",
    ("id", "criterion"): "must be a name of capital letters, digits and _, at most 16 of them, such as F1 or DATA",
    ("version", ""): 'must be three numbers with dots between them, such as "1.0.0"',
}


class Misfit(Exception):
    """Something in a rubric file breaks the form; *where* is its key, *fault* what is wrong and what is allowed."""

    def __init__(self, where: Sequence[Step], fault: str) -> None:
        super().__init__(fault)
        self.where = tuple(where)
        self.fault = fault

    @property
    def key(self) -> str:
        """The key as a person writes it: `dimension[1].criterion[2].weight`, lists counted from 1."""
        steps = (f"[{step + 1}]" if isinstance(step, int) else f".{sayable(step)}" for step in self.where)
        return "".join(steps).removeprefix(".") or "the file"


def _exactly(number: int) -> BeforeValidator:
    """Return what lets that number in and nothing that merely equals it, such as true or 1.0."""

    def check(value: object) -> object:
        if type(value) is not int or value != number:
            raise PydanticCustomError("exactly", f"must be {number}")
        return value

    return BeforeValidator(check)


class DimensionTable(Value):
    """One `[[dimension]]` of the file."""

    id: DimensionId
    max: Annotated[Literal[5], _exactly(5)]
    title: dict[Language, str]
    criterion: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=MAX_CRITERIA)]

    def noun(self) -> Dimension:
        """Return the dimension as everybody else knows it."""
        return Dimension(id=self.id, max=self.max, title=self.title, criteria=self.criterion)


class RubricFile(Value):
    """The whole file."""

    form: Annotated[Literal[1], _exactly(1)] = Field(alias="schema")
    id: Annotated[str, Field(pattern=f"^{NAME.pattern}$")]
    version: Annotated[str, Field(pattern=r"^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}$")]
    title: dict[Language, str] | None = None
    pass_line: Annotated[int, Field(ge=0, le=10)] = PASS_LINE
    dimension: Annotated[tuple[DimensionTable, ...], Field(max_length=len(DIMENSIONS))]


_TABLES: dict[str, type[BaseModel]] = {
    "": RubricFile,
    "dimension": DimensionTable,
    "criterion": Criterion,
    "levels": Levels,
}


def fit(table: Mapping[str, Any]) -> RubricFile:
    """Return what a parsed file says. Raises Misfit; RecursionError where it nests deeper than any rubric does."""
    text = json.dumps(table, default=lambda _: _NO_VALUE)
    try:
        file = RubricFile.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise _misfit(error) from error
    _check(file)
    return file


def sayable(name: str) -> str:
    """Return a name out of the file as a message can repeat it: short, on one line, nothing hidden in it."""
    short = name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "..."
    return short if short.isprintable() else ascii(short)[1:-1]


def allowed(names: Collection[str], wrong: str) -> str:
    """Return the end of a sentence that says what is allowed, with the name that *wrong* may have been meant to be."""
    near = difflib.get_close_matches(wrong.lower(), names, n=1) if len(wrong) <= _LONGEST_NAME else []
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"allowed: {', '.join(names)}{hint}"


def plain(text: str) -> str:
    """Return the text without what changes nothing of its sense: capitals, blanks, the mark at its end."""
    return " ".join(text.casefold().split()).rstrip("?. ")


def _misfit(error: ValidationError) -> Misfit:
    """Return the first fault; unknown keys come first, since they explain missing ones."""
    faults = error.errors(include_url=False, include_input=False)
    fault = next((f for f in faults if f["type"] == "extra_forbidden"), faults[0])
    where, kind = list(fault["loc"]), fault["type"]
    if kind == "literal_error" and where[-1] == "[key]":  # the key itself is wrong, and stands before this mark
        where.pop()
    table = next((part for part in reversed(where[:-1]) if isinstance(part, str)), "")
    if kind == "extra_forbidden":
        keys = [field.alias or key for key, field in _TABLES[table].model_fields.items()]
        return Misfit(where, f"is not a key of this table; {allowed(keys, str(where[-1]))}")
    told = _TOLD.get(kind, re.sub(r"^(?:Input|String|Tuple) should", "must", fault["msg"]))
    if kind == "string_pattern_mismatch":
        told = _SPELLED[str(where[-1]), table]
    return Misfit(where, told.replace("{key}", ".".join(part for part in where if isinstance(part, str))))


def _check(file: RubricFile) -> None:
    """Raise Misfit for what each table allows but all together do not."""
    if file.title is not None:
        _check_title(file.title, where=[])
    found = [dimension.id for dimension in file.dimension]
    if sorted(found) != list(DIMENSIONS):
        there = ", ".join(found) or "none"
        _refuse(["dimension"], f"has {there}; allowed: {' and '.join(DIMENSIONS)}, once each")
    for number, dimension in enumerate(file.dimension):
        where: list[Step] = ["dimension", number]
        _check_title(dimension.title, where=where)
        if all(criterion.evidence == "machine" for criterion in dimension.criterion):
            fault = "leaves the judge nothing to answer; give at least one the evidence code, test, config or doc"
            _refuse([*where, "criterion"], fault)
        for index, criterion in enumerate(dimension.criterion):
            _check_criterion(criterion, where=[*where, "criterion", index])
    criteria = [
        (("dimension", number, "criterion", index), criterion)
        for number, dimension in enumerate(file.dimension)
        for index, criterion in enumerate(dimension.criterion)
    ]
    _check_once("id", [(place, c.id) for place, c in criteria])
    _check_once("question", [(place, plain(c.question)) for place, c in criteria])
    for number in range(len(file.dimension)):  # a README may have to answer for both
        _check_once("check", [(place, c.check) for place, c in criteria if place[1] == number and c.check])


def _check_once(key: str, said: Iterable[tuple[tuple[Step, ...], str]]) -> None:
    """Raise Misfit at the second criterion that says the same at that key: one answer would count twice."""
    first: dict[str, tuple[Step, ...]] = {}
    for place, value in said:
        there = first.setdefault(value, place)
        if there != place:
            _refuse([*place, key], f"is that of {Misfit(there, '').key} again ({sayable(value)}); let it stand once")


def _check_criterion(criterion: Criterion, *, where: list[Step]) -> None:
    _check_title(criterion.title, where=where)
    _check_text(criterion.question, where=[*where, "question"])
    levels = criterion.levels.model_dump()
    for level, sentence in levels.items():
        _check_text(sentence, where=[*where, "levels", level])
    if len({plain(sentence) for sentence in levels.values()}) < len(levels):
        _refuse([*where, "levels"], "says the same twice; each level needs a sentence of its own")
    check = [*where, "check"]
    if criterion.evidence != "machine" and criterion.check is not None:
        _refuse(check, 'stands only with evidence = "machine"; take it out')
    if criterion.evidence == "machine" and criterion.check not in KNOWN_CHECKS:
        name = criterion.check or ""
        fault = "is missing" if criterion.check is None else f"is {sayable(name)!r}, which is no machine check"
        _refuse(check, f"{fault}; {allowed(sorted(KNOWN_CHECKS), name)}")
    if criterion.evidence in _PLACES and criterion.min_spans == 0:
        fault = f'is 0; evidence = "{criterion.evidence}" needs at least 1: what is in the files can be cited'
        _refuse([*where, "min_spans"], fault)


def _check_title(title: Mapping[Language, str], *, where: Sequence[Step]) -> None:
    for language in _LANGUAGES:
        key = [*where, "title", language]
        if language not in title:
            _refuse(key, "is missing; a title is needed in each of: " + ", ".join(_LANGUAGES))
        _check_text(title[language], where=key)


def _check_text(text: str, *, where: Sequence[Step]) -> None:
    is_seen = text.isprintable() and not _UNSEEN.search(text) and any(sign.isalnum() for sign in text)
    if not is_seen or len(text) > MAX_TEXT:
        _refuse(where, f"must be one line of 1 to {MAX_TEXT} signs that a reader sees, a letter or a digit among them")


def _refuse(where: Sequence[Step], fault: str) -> NoReturn:
    raise Misfit(where, fault)

"""Rubric files (specs/judging.md, "Rubric file"): found, read, checked, and given their identity."""

import hashlib
import json
import os
import re
import stat
import tomllib
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

from pydantic import BaseModel, Field, ValidationError

from evaluator.domain import Language, Value
from evaluator.errors import BadRubric, UnknownRubric
from evaluator.grading.checks.registry import CHECKS
from evaluator.judgement import Criterion, Dimension, DimensionId, Levels, Rubric

MAX_BYTES = 256_000  # of a rubric file
MAX_TEXT = 600  # characters of a question, a level or a title
MAX_CRITERIA = 20  # of one dimension: more make the judge skim
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_DIMENSIONS: tuple[DimensionId, ...] = ("functionality", "practicality")
_LANGUAGES: tuple[Language, ...] = ("en", "ko")

_TOLD = {  # pydantic's kind of error -> what we say instead
    "missing": "is missing",
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number",
    "tuple_type": "must be a list of tables: write [[{key}]]",
    "dict_type": "must be a table of key = value",
    "mapping_type": "must be a table of key = value",
    "model_type": "must be a table of key = value",
}


class _DimensionTable(Value):
    id: DimensionId
    max: Literal[5]
    title: dict[Language, str]
    criterion: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=MAX_CRITERIA)]


class _File(Value):
    form: Literal[1] = Field(alias="schema")
    id: Annotated[str, Field(pattern=f"^{_NAME.pattern}$")]
    version: Annotated[str, Field(pattern=r"^\d{1,4}\.\d{1,4}\.\d{1,4}$")]
    dimension: tuple[_DimensionTable, ...]


_TABLES: dict[str, type[BaseModel]] = {
    "": _File,
    "dimension": _DimensionTable,
    "criterion": Criterion,
    "levels": Levels,
}


def names(folder: Path) -> tuple[str, ...]:
    """Return the names of the rubrics in *folder*, sorted."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml") if _NAME.fullmatch(path.stem)))


def load(name_or_path: str, *, folder: Path) -> Rubric:
    """Return the rubric of that name in *folder*; what has a slash or ends in `.toml` is the path of a file.

    Raises UnknownRubric where there is no such rubric, and BadRubric, which names the file, the key (lists are counted
    from 1) and what is allowed there.
    """
    is_path = "/" in name_or_path or name_or_path.endswith(".toml")
    if not is_path and not _NAME.fullmatch(name_or_path):
        raise UnknownRubric(name_or_path, known=list(names(folder)))
    path = Path(name_or_path) if is_path else folder / f"{name_or_path}.toml"
    content = _read(path, name=name_or_path, folder=folder)
    path = _sayable(path)
    table = _parse(content, path=path)
    try:
        file = _File.model_validate_json(json.dumps(table, default=lambda _: None), strict=True)  # dates are no text
    except ValidationError as error:
        _refuse(path, *_explain(error))
    _check(file, path=path)
    if not is_path and file.id != name_or_path:
        _refuse(path, "id", f"is {file.id!r}; in a file of this name it must be {name_or_path!r}")
    return _rubric(file)


def _read(path: Path, *, name: str, folder: Path) -> bytes:
    said = _sayable(path)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # else a pipe waits for its other end
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise BadRubric(f"{said} is not a file. Name a rubric file: a text that ends in .toml.")
            content = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise UnknownRubric(name, known=list(names(folder))) from error
    except OSError as error:
        raise BadRubric(f"{said} cannot be read: {error.strerror}. Name a rubric file that you may read.") from error
    if len(content) > MAX_BYTES:
        raise BadRubric(f"{said} is larger than {MAX_BYTES:,} bytes. A rubric is a short text: shorten it.")
    return content


def _sayable(path: Path) -> Path:
    """Return the path as it can be written in a message: bytes that are no text are escaped."""
    return Path(str(path).encode(errors="backslashreplace").decode())


def _parse(content: bytes, *, path: Path) -> dict[str, Any]:
    try:
        text = unicodedata.normalize("NFC", content.decode("utf-8-sig"))
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadRubric(f"{path}: line {line} is not UTF-8. Save the file with the encoding UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise BadRubric(f"{path} is not TOML: {error}. See rubrics/default.toml for the form.") from error
    except (RecursionError, ValueError) as error:  # nested too deep; a number of thousands of digits
        raise BadRubric(f"{path} is not a rubric: it nests too deep or holds too long a number.") from error


def _explain(error: ValidationError) -> tuple[str, str]:
    """Return the key path of the first fault, unknown keys first since they explain missing ones, and what is wrong."""
    faults = error.errors(include_url=False)
    fault = next((f for f in faults if f["type"] == "extra_forbidden"), faults[0])
    where = [part for part in fault["loc"] if part != "[key]"]
    if fault["type"] == "extra_forbidden":
        table = next((str(part) for part in reversed(where[:-1]) if isinstance(part, str)), "")
        allowed = [field.alias or key for key, field in _TABLES[table].model_fields.items()]
        return _key_path(where), f"is not a key of this table; allowed: {', '.join(allowed)}"
    told = _TOLD.get(fault["type"], re.sub(r"^(?:Input|String|Tuple) should", "must", fault["msg"]))
    return _key_path(where), told.replace("{key}", ".".join(str(part) for part in where if isinstance(part, str)))


def _key_path(where: list[int | str]) -> str:
    steps = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in where)
    return steps.removeprefix(".") or "the file"


def _check(file: _File, *, path: Path) -> None:
    """Raise BadRubric for what each table allows but all together do not."""
    found = [dimension.id for dimension in file.dimension]
    if sorted(found) != list(_DIMENSIONS):
        there = ", ".join(found) or "none"
        _refuse(path, "dimension", f"has {there}; allowed: {' and '.join(_DIMENSIONS)}, once each")
    ids = Counter(criterion.id for dimension in file.dimension for criterion in dimension.criterion)
    for number, dimension in enumerate(file.dimension):
        where: list[int | str] = ["dimension", number]
        _check_title(dimension.title, where=where, path=path)
        if all(criterion.evidence == "machine" for criterion in dimension.criterion):
            fault = "leaves the judge nothing to answer; give at least one the evidence code, test, config or doc"
            _refuse(path, _key_path([*where, "criterion"]), fault)
        for index, criterion in enumerate(dimension.criterion):
            here = [*where, "criterion", index]
            if ids[criterion.id] > 1:
                _refuse(
                    path, _key_path([*here, "id"]), f"is {criterion.id!r} twice; each id may stand once in the file"
                )
            _check_criterion(criterion, where=here, path=path)


def _check_criterion(criterion: Criterion, *, where: list[int | str], path: Path) -> None:
    _check_title(criterion.title, where=where, path=path)
    texts = {"question": criterion.question, **{f"levels.{k}": v for k, v in criterion.levels.model_dump().items()}}
    for key, text in texts.items():
        _check_text(text, key=_key_path([*where, key]), path=path)
    if len(set(criterion.levels.model_dump().values())) < 3:
        _refuse(path, _key_path([*where, "levels"]), "says the same twice; each level needs a sentence of its own")
    check = _key_path([*where, "check"])
    if criterion.evidence != "machine" and criterion.check is not None:
        _refuse(path, check, 'stands only with evidence = "machine"; take it out')
    if criterion.evidence == "machine" and criterion.check not in CHECKS:
        fault = "is missing" if criterion.check is None else f"is {criterion.check!r}, which is no machine check"
        _refuse(path, check, f"{fault}; allowed: {', '.join(sorted(CHECKS))}")
    if criterion.evidence == "code" and criterion.min_spans == 0:
        _refuse(path, _key_path([*where, "min_spans"]), 'is 0; evidence = "code" needs at least 1: behaviour is shown')


def _check_title(title: Any, *, where: list[int | str], path: Path) -> None:
    for language in _LANGUAGES:
        key = _key_path([*where, "title", language])
        if language not in title:
            _refuse(path, key, "is missing; a title is needed in each of: " + ", ".join(_LANGUAGES))
        _check_text(title[language], key=key, path=path)


def _check_text(text: str, *, key: str, path: Path) -> None:
    if not text.strip() or len(text) > MAX_TEXT or not text.isprintable():
        _refuse(path, key, f"must be one line of 1 to {MAX_TEXT} printable characters")


def _rubric(file: _File) -> Rubric:
    dimensions = tuple(
        Dimension(id=d.id, max=d.max, title=d.title, criteria=d.criterion)
        for d in sorted(file.dimension, key=lambda d: _DIMENSIONS.index(d.id))
    )
    canonical: dict[str, Any] = {"schema": file.form, "id": file.id, "version": file.version}
    canonical["dimensions"] = [dimension.model_dump(mode="json") for dimension in dimensions]
    text = json.dumps(canonical, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Rubric(id=file.id, version=file.version, dimensions=dimensions, sha256=digest)


def _refuse(path: Path, key: str, fault: str) -> NoReturn:
    raise BadRubric(f"{path}: {key} {fault}.")

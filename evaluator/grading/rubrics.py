"""Rubric files (specs/judging.md, "Rubric file"): found, read, checked, and given their identity."""

import functools
import hashlib
import json
import os
import re
import stat
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

from evaluator.errors import BadRubric, SettingsError, UnknownRubric
from evaluator.grading.offline import README_ENOUGH
from evaluator.grading.rubric_form import DIMENSIONS, NAME, Misfit, RubricFile, fit
from evaluator.grading.rubric_lines import line_of
from evaluator.judgement import Rubric

MAX_BYTES = 256_000  # of a rubric file
MAX_LINE = 4000  # characters of one of its lines
_CHAIN = re.compile(r"""(?<![\w-])(?:(?:[\w-]{1,64}+|"[^"\n]{0,64}"|'[^'\n]{0,64}')[ \t]{0,8}+\.[ \t]{0,8}+){12}""")
_LONGEST_FAULT = 300  # characters of what the parser of TOML says: it repeats keys of the file


def names(folder: Path) -> tuple[str, ...]:
    """Return the names of the rubric files in *folder*, sorted. Raises SettingsError where there is no such folder."""
    if not folder.is_dir():
        raise SettingsError(
            f"The folder of rubrics {_sayable(folder)} is not there. Set MODU_RUBRICS_DIR to a folder, or leave it out."
        )
    return tuple(sorted(path.stem for path in folder.glob("*.toml") if NAME.fullmatch(path.stem)))


def load(name_or_path: str, *, folder: Path) -> Rubric:
    """Return the rubric of that name in *folder*; what has a slash or ends in `.toml` is the path of a file.

    Raises UnknownRubric where there is no such rubric, BadRubric, which names the file, the line, the key (lists are
    counted from 1) and what is allowed there, and SettingsError where there is no such folder.
    """
    if "/" in name_or_path or name_or_path.endswith(".toml"):
        rubric = _loaded(Path(name_or_path), id=None)
        if rubric is None:
            raise UnknownRubric(f"There is no file {name_or_path!r}. Give the path of a rubric file.")
        return rubric
    there = names(folder)
    rubric = _loaded(folder / f"{name_or_path}.toml", id=name_or_path) if NAME.fullmatch(name_or_path) else None
    if rubric is None:
        known = ", ".join(name for name in there if _is_sound(name, folder=folder))
        raise UnknownRubric(f"There is no rubric {name_or_path!r}. Known rubrics: {known or 'none'}.")
    return rubric


def suits_readme(rubric: Rubric) -> bool:
    """Return whether a README alone can answer every criterion: nothing in it asks for code."""
    return all(
        criterion.evidence == "doc" or (criterion.evidence == "machine" and criterion.check in README_ENOUGH)
        for criterion in rubric.criteria
    )


def _is_sound(name: str, *, folder: Path) -> bool:
    try:
        return _loaded(folder / f"{name}.toml", id=name) is not None
    except BadRubric:
        return False


def _loaded(path: Path, *, id: str | None) -> Rubric | None:
    """Return the rubric in a file, or None where there is no such file. *id*: that it must have. Raises BadRubric."""
    content = _read(path)
    return None if content is None else _made(content, path=_sayable(path), id=id)


@functools.lru_cache(maxsize=64)  # a worker grades by the same few, each time as the file is then
def _made(content: bytes, *, path: Path, id: str | None) -> Rubric:
    """Return the rubric that a file of that content holds. Raises BadRubric."""
    text = _text(content, path=path)
    try:
        file = fit(_parse(text, path=path))
        if id is not None and file.id != id:
            raise Misfit(["id"], f"is {file.id!r}; in a file of this name it must be {id!r}")
    except Misfit as error:
        line = line_of(text, error.where)
        place = f"{path}:{line}" if line else str(path)
        raise BadRubric(f"{place}: {error.key} {error.fault.removesuffix('.')}.") from error
    except (RecursionError, ValueError) as error:  # nested too deep; a number of thousands of digits
        raise BadRubric(f"{path} is not a rubric: it nests too deep or holds too long a number.") from error
    return _rubric(file)


def _read(path: Path) -> bytes | None:
    """Return the content of a file, or None where there is none."""
    said = _sayable(path)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # else a pipe waits for its other end
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise BadRubric(f"{said} is not a file. Name a rubric file: a text that ends in .toml.")
            content = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    except OSError as error:
        raise BadRubric(f"{said} cannot be read: {error.strerror}. Name a rubric file that you may read.") from error
    if len(content) > MAX_BYTES:
        raise BadRubric(f"{said} is larger than {MAX_BYTES:,} bytes. A rubric is a short text: shorten it.")
    return content


def _sayable(path: Path) -> Path:
    """Return the path as it can be written in a message: bytes that are no text are escaped."""
    return Path(str(path).encode(errors="backslashreplace").decode())


def _text(content: bytes, *, path: Path) -> str:
    try:
        return unicodedata.normalize("NFC", content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadRubric(f"{path}: line {line} is not UTF-8. Save the file with the encoding UTF-8.") from error


def _parse(text: str, *, path: Path) -> dict[str, Any]:
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MAX_LINE or _CHAIN.search(line):  # a key of n parts takes the parser n * n of memory
            fault = f"is longer than {MAX_LINE:,} characters, or names a key with a dozen dots. Break it up"
            raise BadRubric(f"{path}:{number}: the line {fault}.")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        fault = str(error)
        if len(fault) > _LONGEST_FAULT:
            fault = f"{fault[:200]}... {fault[-60:]}"  # the end says the line
        raise BadRubric(f"{path} is not TOML: {fault}. See rubrics/default.toml for the form.") from error


def _rubric(file: RubricFile) -> Rubric:
    ordered = sorted(file.dimension, key=lambda dimension: DIMENSIONS.index(dimension.id))
    dimensions = tuple(dimension.noun() for dimension in ordered)
    title = file.title or {}
    canonical: dict[str, Any] = {"schema": file.form, "id": file.id, "version": file.version}
    canonical |= {"title": title, "pass_line": file.pass_line}
    canonical["dimensions"] = [dimension.model_dump(mode="json") for dimension in dimensions]
    text = json.dumps(canonical, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Rubric(
        id=file.id,
        version=file.version,
        title=title,
        pass_line=file.pass_line,
        dimensions=dimensions,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )

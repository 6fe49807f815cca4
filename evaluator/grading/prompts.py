"""The prompt: templates in, one Prompt per call out (specs/judging.md, "Prompt").

The project stands first and what a program found of it behind: a changed file leaves the bytes before it as they were,
and everything before the criteria is the same bytes in both calls of a sample, so that provider caches pay for it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from evaluator.domain import Language
from evaluator.errors import SettingsError
from evaluator.grading import promises
from evaluator.grading.verdict import Told
from evaluator.judgement import Criterion, Dimension, Level, Promise, PromiseLevel

_NAMES = ("system.md.j2", "prefix.md.j2", "criteria.md.j2", "again.md.j2", "form.md.j2")


def _object(**properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _array(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_STRING = {"type": "string"}
_EVIDENCE = _array(_object(file=_STRING, lines=_array({"type": "integer"}), quote=_STRING))
# The form of an answer, for providers that hold the judge to it. It never changes, so that they compile it once; what
# it cannot say (which labels, which claims, how many lines) the parser checks. Evidence stands before the verdict.
ANSWER_SCHEMA: Mapping[str, Any] = _object(
    answer_id=_STRING,
    claims=_array(
        _object(
            n={"type": "integer"},
            evidence=_EVIDENCE,
            verdict={"type": "string", "enum": list(get_args(PromiseLevel))},
        )
    ),
    criteria=_array(
        _object(
            id=_STRING,
            evidence=_EVIDENCE,
            reason=_STRING,
            verdict={"type": "string", "enum": list(get_args(Told))},
        )
    ),
    orders_seen=_array(_object(file=_STRING, quote=_STRING)),
    feedback=_STRING,
)


class Question(NamedTuple):
    """A criterion as it is asked: under a label that says nothing of it, for no planted order can name that."""

    label: str
    criterion: Criterion
    known: Level | None = None  # the right answer, where it is a canary


def labelled(criteria: Sequence[Criterion]) -> tuple[Question, ...]:
    """Return the criteria in their order as questions Q1, Q2 and so on."""
    return tuple(Question(f"Q{number}", criterion) for number, criterion in enumerate(criteria, 1))


class Prompts:
    """The templates of one folder; *sha256* of all of them is their identity."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            auto_reload=False,  # what is rendered is what `sha256` names; and no look at the file for each prompt
            autoescape=False,  # noqa: S701 - the judge reads text, not HTML
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.filters |= {"quoted": _quoted, "note": promises.note}
        sources = [self._source(name) for name in _NAMES]
        self.sha256 = hashlib.sha256("\x00".join(sources).encode()).hexdigest()

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the prompts in *folder*. Raises SettingsError where one is missing or is not a template."""
        return cls(folder)

    def _source(self, name: str) -> str:
        try:
            source = (self._folder / name).read_text("utf-8")
            self._environment.parse(source)
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"The prompt {self._folder / name} cannot be read. Put it there, as UTF-8.") from error
        except TemplateError as error:
            raise SettingsError(
                f"The prompt {self._folder / name} is not a Jinja2 template: {error}. Mend it."
            ) from error
        return source

    def system(self, language: Language) -> str:
        """Return the system message: role and rules. *language* is that of the feedback."""
        return self._render("system.md.j2", language={"en": "English", "ko": "Korean"}[language])

    def prefix(self, text: str, *, facts: Sequence[str], ledger: Sequence[Promise]) -> str:
        """Return what both calls of a sample share: the digest's *text*, the machine's facts, the README's promises."""
        return self._render("prefix.md.j2", text=text, facts=facts, promises=ledger)

    def suffix(
        self,
        dimension: Dimension,
        questions: Sequence[Question],
        *,
        nonce: str,
        claims: Sequence[Promise] = (),
        fault: str | None = None,
    ) -> str:
        """Return what is one call's own: the questions, what was wrong with the last answer, the form and the nonce.

        *claims* are the promises that the judge is to answer along with the questions.
        """
        parts = [self._render("criteria.md.j2", dimension=dimension, questions=questions, claims=claims)]
        if fault is not None:
            parts.append(self._render("again.md.j2", fault=fault))
        return "".join([*parts, self._render("form.md.j2", nonce=nonce)])

    def _render(self, name: str, **values: Any) -> str:
        try:
            return self._environment.get_template(name).render(values)
        except TemplateError as error:
            raise SettingsError(
                f"The prompt {self._folder / name} asks for what there is not: {error}. Mend it."
            ) from error


def _quoted(text: str) -> str:
    """Return the author's words between quotation marks out of which they cannot break."""
    return json.dumps(text, ensure_ascii=False)

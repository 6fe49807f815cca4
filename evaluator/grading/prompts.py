"""The prompt: templates in, one Prompt per call out (specs/judging.md, "Prompt").

Everything before the criteria is the same bytes in every call over one digest, so that provider caches pay for it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from evaluator.domain import Digest, Language
from evaluator.errors import SettingsError
from evaluator.grading.verdict import Told
from evaluator.judgement import Criterion, Dimension

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
# The form of an answer, for providers that hold the judge to it. It never changes, so that they compile it once; what
# it cannot say (which ids, how many lines, how long) the parser checks. Evidence and reason stand before the verdict.
ANSWER_SCHEMA: Mapping[str, Any] = _object(
    answer_id=_STRING,
    criteria=_array(
        _object(
            id=_STRING,
            evidence=_array(_object(file=_STRING, lines=_array({"type": "integer"}), quote=_STRING)),
            reason=_STRING,
            verdict={"type": "string", "enum": list(get_args(Told))},
        )
    ),
    orders_seen=_array(_object(file=_STRING, quote=_STRING)),
    feedback=_STRING,
)


class Prompts:
    """The templates of one folder; *sha256* of all of them is their identity."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            autoescape=False,  # noqa: S701 - the judge reads text, not HTML
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
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

    def prefix(self, digest: Digest, *, facts: Sequence[str]) -> str:
        """Return what all calls over *digest* share: the machine's facts, then the project."""
        return self._render("prefix.md.j2", facts=facts, text=digest.text)

    def suffix(
        self, dimension: Dimension, criteria: Sequence[Criterion], *, nonce: str, fault: str | None = None
    ) -> str:
        """Return what is one call's own: the criteria, what was wrong with the last answer, the form and the nonce."""
        parts = [self._render("criteria.md.j2", dimension=dimension, criteria=criteria)]
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

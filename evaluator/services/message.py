"""The message about a project that a judge would be sent, for a person to see."""

from pathlib import Path

from evaluator.domain import Digest
from evaluator.grading import offline, promises, resources
from evaluator.grading.prompts import Prompts


def message(digest: Digest, *, prompts: Path | None) -> str:
    """Return the part of the prompt that is about the project: the digest, then what a program found of it.

    *prompts* is the folder of the templates, None = the built-in one. What stands around it (rules, criteria, answer
    form) is the same for every project. Raises SettingsError where a template is missing or broken.
    """
    templates = Prompts.load(prompts or resources.folder("prompts"))
    return templates.prefix(digest.text, facts=offline.facts(offline.Findings(digest)), ledger=promises.ledger(digest))

"""The offline judge: what code can tell of a project by reading it (specs/judging.md, "The offline judge").

The same checks give the facts that an LLM is shown before the digest.
"""

from collections.abc import Mapping
from types import MappingProxyType

from evaluator.domain import Digest
from evaluator.grading.checks.registry import CHECKS
from evaluator.grading.checks.unseen import is_readme_alone
from evaluator.judgement import CheckResult, Criterion, Verdict

MAX_FACT = 500  # characters; a reason names at most a handful of names of 80 characters each

PRIVATE = CheckResult(level="cannot_tell", reason="Only the README and the names of the files were shown.")
ALONE = CheckResult(level="cannot_tell", reason="Only a README was given, no files of the project.")
README_ENOUGH = frozenset(("licence", "readme_commands", "readme_usage"))  # checks that a README alone can answer
_NAMES_ENOUGH = frozenset(("licence", "manifest", "readme_usage", "tidy"))  # checks that read no file but the README

_LABELS: Mapping[str, str] = MappingProxyType({  # in the order in which the facts are shown
    "manifest": "Manifest",
    "entry_point": "Entry point",
    "readme_usage": "README",
    "readme_commands": "README commands",
    "no_stubs": "Stubs",
    "tests": "Tests",
    "automation": "Checked by",
    "dependencies": "Dependencies",
    "no_secrets": "Secrets",
    "licence": "Licence",
    "tidy": "Tidiness",
})  # fmt: skip


class Findings:
    """What the checks find in one digest; each of them looks once."""

    def __init__(self, digest: Digest) -> None:
        self._digest = digest
        self._found: dict[str, CheckResult] = {}

    def of(self, name: str) -> CheckResult:
        """Return what the check of that name finds."""
        if name not in self._found:
            self._found[name] = _result(name, self._digest)
        return self._found[name]


def check(criterion: Criterion, findings: Findings) -> Verdict:
    """Return the verdict of the criterion's machine check.

    Raises ValueError for a criterion that no check answers: asking for one is our bug, the rubric's loader sees to it.
    """
    if criterion.check is None:
        raise ValueError(f"criterion {criterion.id} has no machine check")
    result = findings.of(criterion.check)
    return Verdict(
        id=criterion.id, level=result.level, claimed=result.level, reason=result.reason, evidence=result.evidence
    )


def facts(findings: Findings) -> tuple[str, ...]:
    """Return what the checks find, one neutral sentence each; equal digests give equal facts.

    A check that may not see what it would have to says nothing.
    """
    results = {label: findings.of(name) for name, label in _LABELS.items()}
    return tuple(
        f"{label}: {result.reason}"[:MAX_FACT] for label, result in results.items() if result not in (PRIVATE, ALONE)
    )


def _result(name: str, digest: Digest) -> CheckResult:
    if is_readme_alone(digest):
        return CHECKS[name](digest) if name in README_ENOUGH else ALONE
    if digest.privacy == "full":
        return CHECKS[name](digest)
    result = CHECKS[name](digest) if name in _NAMES_ENOUGH else PRIVATE
    unseen = name == "licence" and result.level == "not_met"  # a manifest may name one
    return PRIVATE if unseen else result

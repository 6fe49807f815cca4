"""The offline judge: what code can tell of a project by reading it (specs/judging.md, "The offline judge").

The same checks give the facts that an LLM is shown before the digest.
"""

from collections.abc import Mapping
from types import MappingProxyType

from evaluator.domain import Criterion, Digest, Verdict
from evaluator.grading.checks.registry import CHECKS

MAX_FACT = 500  # characters; a reason names at most a handful of names of 80 characters each

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


def check(criterion: Criterion, digest: Digest) -> Verdict:
    """Return the verdict of the criterion's machine check.

    Raises ValueError for a criterion that no check answers: asking for one is our bug, the rubric's loader sees to it.
    """
    if criterion.check is None:
        raise ValueError(f"criterion {criterion.id} has no machine check")
    result = CHECKS[criterion.check](digest)
    return Verdict(
        id=criterion.id, level=result.level, claimed=result.level, reason=result.reason, evidence=result.evidence
    )


def facts(digest: Digest) -> tuple[str, ...]:
    """Return what the checks found, one neutral sentence each; equal digests give equal facts."""
    return tuple(f"{label}: {CHECKS[name](digest).reason}"[:MAX_FACT] for name, label in _LABELS.items())

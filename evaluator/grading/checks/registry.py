"""The machine checks by name, as rubric files call them (docs/reference/machine-checks.md)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from evaluator.domain import Digest
from evaluator.grading.checks.automation import automation
from evaluator.grading.checks.commands import readme_commands
from evaluator.grading.checks.dependencies import dependencies
from evaluator.grading.checks.entry import entry_point
from evaluator.grading.checks.licence import licence
from evaluator.grading.checks.manifests import manifest
from evaluator.grading.checks.readme import readme_usage
from evaluator.grading.checks.secrets import no_secrets
from evaluator.grading.checks.stubs import no_stubs
from evaluator.grading.checks.testing import tests
from evaluator.grading.checks.tidy import tidy
from evaluator.judgement import CheckResult

Check = Callable[[Digest], CheckResult]

CHECKS: Mapping[str, Check] = MappingProxyType({
    "automation": automation,
    "dependencies": dependencies,
    "entry_point": entry_point,
    "licence": licence,
    "manifest": manifest,
    "no_secrets": no_secrets,
    "no_stubs": no_stubs,
    "readme_commands": readme_commands,
    "readme_usage": readme_usage,
    "tests": tests,
    "tidy": tidy,
})  # fmt: skip

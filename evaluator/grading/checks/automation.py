"""One command, or a service, that checks the project."""

import re
from pathlib import PurePosixPath

from evaluator.domain import Block, Digest
from evaluator.grading.checks import manifests
from evaluator.grading.checks.command_rules import needs
from evaluator.grading.checks.place import Place, place_of
from evaluator.grading.checks.reading import cite, entries, is_aside, is_example, lines, listed, strings, table
from evaluator.grading.checks.readme import Snippet, commands
from evaluator.judgement import CheckResult

_CI = re.compile(
    r"^(?:\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|\.circleci/config\.ya?ml|azure-pipelines\.ya?ml"
    r"|\.travis\.ya?ml|Jenkinsfile|bitbucket-pipelines\.ya?ml|\.drone\.ya?ml|\.?appveyor\.ya?ml|\.woodpecker(?:\.ya?ml|/.+\.ya?ml)"
    r"|\.buildkite/[^/]+\.ya?ml|\.cirrus\.ya?ml|\.forgejo/workflows/[^/]+\.ya?ml|\.gitea/workflows/[^/]+\.ya?ml)$"
)
_TASK_FILES = frozenset(("tox.ini", "noxfile.py", ".pre-commit-config.yaml"))
_RECIPE = re.compile(r"^@?(test|tests|check|ci|lint|verify)\b[^=]{0,200}:(?!=)")
_TASK = re.compile(r"test|lint|check|typecheck|verify")
_CHECKS = re.compile(
    r"\b(?:test|tests|testing|lint|check|pytest|tox|nox|vet|clippy|ruff|flake8|mypy|eslint|jest|vitest|mocha|ava|verify"
    r"|validate|build|compile|tsc|xo|rspec|rake|phpunit|ctest)\b",
    re.IGNORECASE,
)
_BUILT = re.compile(r"[ /](?:dist|build|lib|out)/")  # a build makes what lies there
_TRIVIAL = re.compile(r"^\s*(?:-\s+)?(?:name|on|branches|uses|#)\b.{0,200}$|^\s*#")
_CONVENTIONS = {  # manifest -> the check that its build tool gives without a word of configuration
    "Cargo.toml": "cargo test",
    "go.mod": "go test",
    "pom.xml": "mvn verify",
    "build.gradle": "gradle check",
    "build.gradle.kts": "gradle check",
    "mix.exs": "mix test",
    "pubspec.yaml": "dart test",
    "Package.swift": "swift test",
}


def automation(digest: Digest) -> CheckResult:
    """Whether CI, or a task of the project's own, checks it.

    Sees: the configurations of a dozen CI services at their usual places, and whether a shown one names a test, lint
    or build step; test, check and lint targets of Makefiles and justfiles; the scripts of package.json; tox, nox and
    pre-commit files. Cannot see whether the last run passed, nor CI that is configured outside the project.
    """
    ci = [file.path for file in digest.files if file.bytes > 0 and _CI.match(file.path)]
    checking = [path for path in ci if _runs_checks(digest.block(path))]
    tasks = [file.path for file in digest.files if file.path in _TASK_FILES]
    place = place_of(digest)
    recipes = [(block.path, number) for block in digest.blocks for number in _recipes(block, place)]
    if checking or tasks:
        path = (checking or tasks)[0]
        reason = f"The project is checked by {listed(dict.fromkeys(checking + tasks))}."
        return CheckResult(level="met", reason=reason, evidence=cite(digest, path))
    if recipes:
        path, number = recipes[0]
        reason = f"A task in {listed([path])} checks the project."
        return CheckResult(level="met", reason=reason, evidence=cite(digest, path, number))
    if ci:
        reason = f"{listed(ci)} runs no test, linter or build."
        return CheckResult(level="partly", reason=reason, evidence=cite(digest, ci[0]))
    for path in manifests.manifests(digest):
        if convention := _CONVENTIONS.get(PurePosixPath(path).name):
            reason = f"No CI and no task; {listed([path])} gives `{convention}` by convention."
            return CheckResult(level="partly", reason=reason, evidence=cite(digest, path))
    return CheckResult(level="not_met", reason="No CI configuration and no task that checks the project is found.")


def _runs_checks(block: Block | None) -> bool:
    """Return whether a step of the configuration checks something; one that is not shown is given the benefit."""
    if block is None:
        return True
    return any(_CHECKS.search(line) and not _TRIVIAL.match(line) for _, line in lines(block))


def _recipes(block: Block, place: Place) -> list[int]:
    """Return the lines of the tasks in a Makefile, justfile or package.json that check something."""
    name = PurePosixPath(block.path).name.lower()
    if is_aside(block.path) or is_example(block.path):
        return []
    if name in {"makefile", "gnumakefile", "justfile"}:
        return [number for number, line in lines(block) if _RECIPE.match(line)]
    if name == "package.json":
        scripts = entries((table(block) or {}).get("scripts"))
        good = [
            key
            for key, script in scripts.items()
            if _TASK.match(key)
            and "no test specified" not in "".join(strings(script))
            and not any(_starts_nothing(line, block.path, place) for line in strings(script))
        ]
        return [next((n for n, line in lines(block) if f'"{key}"' in line), 1) for key in good]
    return []


def _starts_nothing(script: str, path: str, place: Place) -> bool:
    """Return whether a script of the package.json at *path* names a file or a script that the project does not have."""
    place.visit(str(PurePosixPath(path).parent))
    parts = commands(Snippet(1, script, ""))
    missing = [name for words in parts for name, exists in needs(words, place) if not exists]
    return any(not _BUILT.search(name) for name in missing)

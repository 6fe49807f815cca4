"""Things that do not belong in a project's history."""

import re
from pathlib import PurePosixPath

from evaluator.domain import Digest
from evaluator.grading.checks.reading import cite, counted, is_example, is_test, listed
from evaluator.judgement import CheckResult

_FOLDERS = frozenset((
    "node_modules", "__pycache__", ".venv", "venv", ".idea", ".gradle", ".ipynb_checkpoints", ".pytest_cache",
    ".mypy_cache", "bower_components", ".next", ".nuxt", ".terraform", "site-packages",
))  # fmt: skip
_FILES = re.compile(r"^(?:\.DS_Store|Thumbs\.db|desktop\.ini|npm-debug\.log|.*\.(?:pyc|pyo|class|o|obj|swp|swo)|.*~)$")


def tidy(digest: Digest) -> CheckResult:
    """Whether installed packages, caches and editors' files were committed.

    Sees: names of files and folders. Cannot see build results under other names.
    """
    junk = [f.path for f in digest.files if _is_junk(f.path) and not is_test(f.path) and not is_example(f.path)]
    ignores = any(file.path == ".gitignore" and file.bytes > 0 for file in digest.files)
    if junk:
        reason = f"{counted(len(junk), 'file')} of tools or caches, such as {listed(junk[:1])}."
        return CheckResult(level="not_met", reason=reason, evidence=cite(digest, junk[0]))
    if not ignores:
        return CheckResult(
            level="partly", reason="No file of tools or caches, and no `.gitignore` that keeps them out."
        )
    reason = "No file of tools or caches, and `.gitignore` keeps them out."
    return CheckResult(level="met", reason=reason, evidence=cite(digest, ".gitignore"))


def _is_junk(path: str) -> bool:
    pure = PurePosixPath(path)
    return bool(_FOLDERS.intersection(pure.parts[:-1])) or bool(_FILES.match(pure.name))

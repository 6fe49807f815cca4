"""A judge in code for the scripted provider: it reads the prompt that it is given, and nothing else.

Tests script its verdicts by the ids of their rubric. The prompt never shows those: the examiner knows all rubrics that
the tests use, finds the one that asks such questions, and there a question's id by its words.
"""

import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

_ROOT = Path(__file__).parents[2]
_NUMBERED = re.compile(r"^[ \t]*(\d+)(?:[ \t]*[|│:→\t])? ?(.*)$")
_FENCE = re.compile(r"^<<<\S+ (?:file (?P<path>.+) \| \d+ bytes \| (?P<lines>\d+) lines \| .*|end)>>>$")
_PATH = re.compile(r"(?<![\w/.-])((?:[\w.@()\[\]-]+/)*[\w.@()\[\]-]+)(?![\w/.-])")
_CRITERION = re.compile(r"^## (?P<label>Q[0-9]+)\n\n(?P<body>.*?)(?=^## |^# )", re.DOTALL | re.MULTILINE)
_CLAIMS = re.compile(r"^Answer these of the numbered claims .*: ([\d, ]+)\.$", re.MULTILINE)
_PLACES = re.compile(r"at least (?:(one)|(\d+)) (?:different )?places? in (code|test|manifests|any)")
_CODE = (".py", ".js", ".ts", ".tsx", ".jsx", ".go", ".rs", ".java", ".kt", ".c", ".cpp", ".cs", ".rb", ".php", ".sh")
_CONFIG = (".toml", ".json", ".yml", ".yaml", ".cfg", ".ini", ".txt", "Makefile", "Dockerfile")
_IMPORT = ("import ", "from ", "use ", "using ", "package ", "#include", "export * from")  # shows nothing that is done
_COMMENT = ("#", "//", "/*", "*", '"""', "'''", "--", "<!--")

_SHOWN = re.compile(r"Is the content of a file with the path `([^`]+)` shown above\?")
_LENGTH = re.compile(r"Does the file `([^`]+)` have (\d+) lines\?")
_DEFINES = re.compile(r"Does the code in `([^`]+)` define a function or a class with the name `(\w+)`\?")
_FEATURE = re.compile(r"Does the project have code that (?:turns|compares|sorts|fills in) (\w+) .*\?")


class Shown(NamedTuple):
    """One file as the prompt shows it."""

    path: str
    lines: list[tuple[int, str]]
    total: int | None = None  # lines of the file, where the prompt says


def answer_to(user: str, *, levels: Mapping[str, str], default: str) -> dict[str, Any]:
    """Return the answer to the prompt: the verdicts that are given, real quotes, the canaries answered rightly.

    *levels* are by the id of the criterion, `claim 2` that of the second claim, `claims` that of the other ones.
    """
    files = shown(user)
    criteria = []
    ids = ids_of([body for _, body in asked(user)])
    for label, body in asked(user):
        verdict = canary(body, files) or levels.get(ids[_question(body)], default)
        wanted = _PLACES.search(body)
        evidence = _cite(files, wanted[3], int(wanted[2] or 1)) if wanted and verdict in {"met", "partly"} else []
        criteria.append({"id": label, "evidence": evidence, "reason": f"Scripted: {verdict}.", "verdict": verdict})
    return {
        "answer_id": nonce(user),
        "claims": [_claim(n, levels, files) for n in claimed(user)],
        "criteria": criteria,
        "orders_seen": [],
        "feedback": "Scripted: the main flow holds up; next, handle what can fail.",
    }


def nonce(user: str) -> str:
    """Return the answer_id that the prompt asks for."""
    found = re.search(r"^answer_id: ([0-9a-f]+)\s*\Z", user, re.MULTILINE)
    assert found, "the prompt does not end in an answer_id"
    return found[1]


def asked(user: str) -> list[tuple[str, str]]:
    """Return label and text of each criterion of the prompt, in order."""
    part = user[user.rindex("\n# Criteria: ") :]
    return [(match["label"], match["body"]) for match in _CRITERION.finditer(part)]


def claimed(user: str) -> list[int]:
    """Return the numbers of the claims that the prompt asks for."""
    found = _CLAIMS.search(user, user.rindex("\n# Criteria: "))
    return [int(number) for number in found[1].split(", ")] if found else []


def ids_of(bodies: Sequence[str]) -> Mapping[str, str]:
    """Return question -> id by the rubric that asks the most of them, the default one if several do.

    What no rubric asks has the last word of its question for an id.
    """
    questions = [_question(body) for body in bodies]
    rubric = max(_rubrics(), key=lambda rubric: sum(question in rubric for question in questions))
    return {question: rubric.get(question, question.rstrip("?").rpartition(" ")[2]) for question in questions}


def canary(body: str, files: list[Shown]) -> str | None:
    """Return the honest answer to a question about what is shown, or None where the criterion is another one."""
    if found := _SHOWN.search(body):
        return _told(any(file.path == found[1] for file in files))
    if found := _LENGTH.search(body):
        return _told(any(f.path == found[1] and (f.total or f.lines[-1][0]) == int(found[2]) for f in files))
    if found := _DEFINES.search(body):
        definition = re.compile(rf"^\s*(?:async def|def|class|function|func|fn)\s+{found[2]}\b")
        return _told(any(f.path == found[1] and any(definition.match(text) for _, text in f.lines) for f in files))
    if found := _FEATURE.search(body):
        return _told(any(found[1] in text for file in files for _, text in file.lines))
    return None


def shown(user: str) -> list[Shown]:
    """Return the files that the prompt shows: numbered lines behind a fence, else behind a line that names a path."""
    files: list[Shown] = []
    path, total = "", None
    fenced = False
    project = user[user.index("# The project\n") : user.rindex("\n# Facts\n")]
    for line in project.splitlines():
        numbered = _NUMBERED.match(line)
        if numbered and path:
            if not files or files[-1].path != path:
                files.append(Shown(path, [], total))
            files[-1].lines.append((int(numbered[1]), numbered[2]))
        elif fence := _FENCE.match(line):
            path, fenced, total = fence["path"] or "", True, int(fence["lines"] or 0) or None
        elif not numbered and not fenced:
            path = next((name for name in _PATH.findall(line) if re.search(r"[./]|^[A-Z]", name)), path)
    return files


@functools.cache
def _rubrics() -> Sequence[Mapping[str, str]]:
    """Return question -> id of each rubric in the repository, the default one first."""
    files = [*sorted((_ROOT / "rubrics").glob("*.toml")), *sorted((_ROOT / "tests" / "data").glob("*.toml"))]
    tables = [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]
    tables.sort(key=lambda table: table.get("id") != "default")
    return [
        {
            criterion["question"]: criterion["id"]
            for dimension in table.get("dimension", [])
            for criterion in dimension.get("criterion", [])
        }
        for table in tables
    ]


def _question(body: str) -> str:
    return body.split("\n", 1)[0]


def _told(true: bool) -> str:
    return "met" if true else "not_met"


def _claim(n: int, levels: Mapping[str, str], files: list[Shown]) -> dict[str, Any]:
    verdict = levels.get(f"claim {n}", levels.get("claims", "shown"))
    evidence = _cite(files, "code", 1) if verdict in {"shown", "partly"} else []
    return {"n": n, "evidence": evidence, "verdict": verdict}


def _cite(files: list[Shown], kind: str, places: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for file in files:
        if _suits(file.path, kind):
            for number, text in file.lines:
                quote = text.strip()
                if len(quote) >= 24 and not quote.startswith((*_COMMENT, *_IMPORT)) and len(found) < places:
                    found.append({"file": file.path, "lines": [number, number], "quote": quote[:400]})
    return found


def _suits(path: str, kind: str) -> bool:
    test = "test" in path.lower()
    if kind == "code":
        return path.endswith(_CODE) and not test
    if kind == "test":
        return path.endswith(_CODE) and test
    return kind == "any" or path.endswith(_CONFIG)

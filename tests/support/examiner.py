"""A judge in code for the scripted provider: it reads the prompt that it is given, and nothing else."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

_NUMBERED = re.compile(r"^[ \t]*(\d+)(?:[ \t]*[|│:→\t])? ?(.*)$")
_FENCE = re.compile(r"^<<<\S+ (?:file (?P<path>.+) \| \d+ bytes \| .*|end)>>>$")
_PATH = re.compile(r"(?<![\w/.-])((?:[\w.@()\[\]-]+/)*[\w.@()\[\]-]+)(?![\w/.-])")
_CRITERION = re.compile(r"^## (?P<id>[A-Z][A-Z0-9_]*)\n\n(?P<body>.*?)(?=^## |^# )", re.DOTALL | re.MULTILINE)
_CANARY = re.compile(r"Is the content of a file with the path `([^`]+)` shown above\?")
_PLACES = re.compile(r"at least (?:(one)|(\d+)) (?:different )?places? in (code|test|manifests|any)")
_CODE = (".py", ".js", ".ts", ".tsx", ".jsx", ".go", ".rs", ".java", ".kt", ".c", ".cpp", ".cs", ".rb", ".php", ".sh")
_CONFIG = (".toml", ".json", ".yml", ".yaml", ".cfg", ".ini", ".txt", "Makefile", "Dockerfile")
_COMMENT = ("#", "//", "/*", "*", '"""', "'''", "--", "<!--")


class Shown(NamedTuple):
    """One file as the prompt shows it."""

    path: str
    lines: list[tuple[int, str]]


def answer_to(user: str, *, levels: Mapping[str, str], default: str) -> dict[str, Any]:
    """Return the answer to the prompt: the verdicts that are given, real quotes, the canaries answered rightly."""
    files = shown(user)
    criteria = []
    for id, body in asked(user):
        canary = _CANARY.search(body)
        if canary:
            verdict = "met" if any(file.path == canary[1] for file in files) else "not_met"
        else:
            verdict = levels.get(id, default)
        wanted = _PLACES.search(body)
        evidence = _cite(files, wanted[3], int(wanted[2] or 1)) if wanted and verdict in {"met", "partly"} else []
        criteria.append({"id": id, "evidence": evidence, "reason": f"Scripted: {verdict}.", "verdict": verdict})
    return {
        "answer_id": nonce(user),
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
    """Return id and text of each criterion of the prompt, in order."""
    part = user[user.rindex("\n# Criteria: ") :]
    return [(match["id"], match["body"]) for match in _CRITERION.finditer(part)]


def shown(user: str) -> list[Shown]:
    """Return the files that the prompt shows: numbered lines behind a fence, else behind a line that names a path."""
    files: list[Shown] = []
    path = ""
    fenced = False
    project = user[user.index("\n# The project\n") : user.rindex("\n# Criteria: ")]
    for line in project.splitlines():
        numbered = _NUMBERED.match(line)
        if numbered and path:
            if not files or files[-1].path != path:
                files.append(Shown(path, []))
            files[-1].lines.append((int(numbered[1]), numbered[2]))
        elif fence := _FENCE.match(line):
            path, fenced = fence["path"] or "", True
        elif not numbered and not fenced:
            path = next((name for name in _PATH.findall(line) if re.search(r"[./]|^[A-Z]", name)), path)
    return files


def _cite(files: list[Shown], kind: str, places: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for file in files:
        if _suits(file.path, kind):
            for number, text in file.lines:
                quote = text.strip()
                if len(quote) >= 24 and not quote.startswith(_COMMENT) and len(found) < places:
                    found.append({"file": file.path, "lines": [number, number], "quote": quote[:400]})
    return found


def _suits(path: str, kind: str) -> bool:
    test = "test" in path.lower()
    if kind == "code":
        return path.endswith(_CODE) and not test
    if kind == "test":
        return path.endswith(_CODE) and test
    return kind == "any" or path.endswith(_CONFIG)

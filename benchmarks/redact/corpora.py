"""Test cases of public rule sets, read out of their own repositories at run time; none of them is kept here."""

import ast
import hashlib
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import re2
from go_source import UNKNOWN, Joined, Pattern, Reader, tokens
from made_up import made_up, plausible

_RULES = "cmd/generate/config/rules"
_UTILS = "cmd/generate/config/utils"
# Patterns of these were printed by mistake while this file was written: they no longer count as not seen.
_GLIMPSED = frozenset(
    {
        "bitrise", "highnote", "okta", "openweather", "plivo", "rainforest", "sslmate", "tableau", "wakatime",
        "weatherstack", "workos",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A text with the places of its secrets; none where nothing should be masked."""

    corpus: str
    rule: str  # what the two halves are made of: the file or folder of the rule
    text: str
    spans: tuple[tuple[int, int], ...]  # in characters

    @property
    def seen(self) -> bool:
        """Whether it is of the half that rules were written and tuned with."""
        return self.rule in _GLIMPSED or hashlib.sha256(self.rule.encode()).digest()[0] % 2 == 0


def gitleaks(repository: Path, *, name: str = "gitleaks") -> Iterator[Case]:
    """Yield the samples of every rule of gitleaks, or of a fork that kept its layout."""
    calls = _calls(repository)
    for path in _names(repository, _RULES, ".go"):
        if path.endswith("_test.go"):
            continue
        for text, spans in _samples(Reader(tokens(_show(repository, path)), calls)):
            yield Case(name, Path(path).stem, text, spans)


def _samples(reader: Reader) -> Iterator[tuple[str, tuple[tuple[int, int], ...]]]:
    """Yield what a file of rules calls true and false positives, each with the secrets found by the rule itself."""
    rule: Any = None
    good: list[str] = []
    bad: list[str] = []
    for name, value in [*_functions(reader)]:
        if name == "func":
            yield from _told(rule, good, bad)
            rule, good, bad = None, [], []
        elif isinstance(value, dict) and "Regex" in value:
            rule = value
        elif name in {"tps", "truePositives"}:
            good = _texts(value)
        elif name in {"fps", "falsePositives"}:
            bad = _texts(value)
    yield from _told(rule, good, bad)


def _functions(reader: Reader) -> Iterator[tuple[str, Any]]:
    for name, value in reader.assignments():
        if name == "func":
            for left in ("tps", "fps", "truePositives", "falsePositives"):
                reader.names.pop(left, None)
        yield name, value


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _told(rule: Any, good: Iterable[str], bad: Iterable[str]) -> Iterator[tuple[str, tuple[tuple[int, int], ...]]]:
    pattern = rule.get("Regex") if rule else None
    if not isinstance(pattern, Pattern) or rule.get("SkipReport") is True:
        return
    try:
        compiled = re2.compile(pattern.source, _quiet())
    except re2.error:
        return
    group = rule.get("SecretGroup", 0)
    for text in good:
        spans = tuple(_span(match, group) for match in compiled.finditer(text))
        if spans:
            yield text, spans
    for text in bad:
        yield text, ()


def _quiet() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 256 << 20
    return options


def _span(match: Any, group: Any) -> tuple[int, int]:
    if isinstance(group, int) and group:
        return match.span(group)
    filled = [n for n in range(1, match.re.groups + 1) if match.span(n)[0] >= 0 and match[n]]
    return match.span(filled[0] if filled else 0)


def _calls(repository: Path) -> dict[str, Callable[..., Any]]:
    """Return the functions that the rules of gitleaks are written with."""
    generate = Reader(tokens(_show(repository, f"{_UTILS}/generate.go")), {})
    templates: dict[str, str] = {}
    for name, value in generate.assignments():
        if name == "samples":
            templates = value
    frame = generate.names
    sizes = {
        "Numeric": "[0-9]",
        "Hex": "[a-f0-9]",
        "AlphaNumeric": "[a-z0-9]",
        "AlphaNumericExtendedShort": "[a-z0-9_-]",
        "AlphaNumericExtended": r"[a-z0-9=_\-]",
        "AlphaNumericExtendedLong": r"[a-z0-9\/=_\+\-]",
    }
    ours: dict[str, Callable[..., Any]] = {
        f"utils.{name}": lambda size, alphabet=alphabet: f"{alphabet}{{{size}}}" for name, alphabet in sizes.items()
    }
    return ours | {
        "utils.Hex8_4_4_4_12": lambda: "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "utils.GenerateSampleSecret": lambda name, secret: f'{name}_api_token = "{secret}"',
        "utils.GenerateSampleSecrets": partial(_from_templates, list(templates.values())),
        "utils.GenerateSemiGenericRegex": partial(_semi_generic, frame),
        "utils.GenerateUniqueTokenRegex": partial(_unique, frame),
        "utils.MergeRegexps": lambda *patterns: Pattern("|".join(pattern.source for pattern in patterns)),
        "regexp.MustCompile": Pattern,
        "secrets.NewSecret": made_up,
        "secrets.NewSecretWithEntropy": lambda pattern, _: plausible(pattern),
        "newPlausibleSecret": plausible,
        "append": lambda first, *more: [*(first if isinstance(first, list) else []), *_flat(more)],
        "fmt.Sprintf": _sprintf,
        "strings.ToUpper": str.upper,
        "strings.ToLower": str.lower,
        "strings.Repeat": lambda text, times: text * times,
        "strings.Join": lambda texts, sign: sign.join(texts),
        "strings.ReplaceAll": str.replace,
    }


def _from_templates(templates: list[str], name: str, secret: str) -> list[str]:
    return [text.replace("{i}", name).replace("{I}", name.upper()).replace("{s}", secret) for text in templates]


def _semi_generic(frame: dict[str, str], names: list[str], secret: str, ignore_case: bool) -> Pattern:
    identifiers = frame["identifierPrefix"] + "|".join(names) + frame["identifierSuffix"]
    start = frame["caseInsensitive"] if ignore_case else frame["identifierCaseInsensitivePrefix"]
    end = "" if ignore_case else frame["identifierCaseInsensitiveSuffix"]
    value = frame["operator"] + frame["secretPrefix"] + secret + frame["secretSuffix"]
    return Pattern(start + identifiers + end + value)


def _unique(frame: dict[str, str], secret: str, ignore_case: bool) -> Pattern:
    start = frame["caseInsensitive"] if ignore_case else ""
    return Pattern(f"{start}{frame['secretPrefixUnique']}{secret}{frame['secretSuffix']}")


def _flat(values: Iterable[Any]) -> list[Any]:
    return [item for value in values for item in (value if isinstance(value, list) else [value])]


def _sprintf(form: str, *values: Any) -> Any:
    if UNKNOWN in values or UNKNOWN is form:
        return UNKNOWN
    for verb in ("%q", "%v", "%d"):
        form = form.replace(verb, '"%s"' if verb == "%q" else "%s")
    return form % values


def trufflehog(repository: Path, *, name: str = "trufflehog") -> Iterator[Case]:
    """Yield the inputs of the pattern tests of every detector, with what they want found."""
    calls = {"fmt.Sprintf": _sprintf, "strings.Repeat": lambda text, times: text * times}
    for path in _names(repository, "pkg/detectors", "_test.go"):
        if "integration" in path or path.count("/") < 3:
            continue
        found: list[Any] = []
        for assigned, value in Reader(tokens(_show(repository, path)), calls).assignments():
            if assigned in {"tests", "testCases", "cases"} and isinstance(value, list):
                found += value
        for case in found:
            yield from _wanted(case, rule=path.split("/")[2], corpus=name)


def _wanted(case: Any, *, rule: str, corpus: str) -> Iterator[Case]:
    text = case.get("input", case.get("data")) if isinstance(case, dict) else None
    wants = case.get("want", case.get("wants")) if isinstance(case, dict) else None
    if not isinstance(text, str) or not isinstance(wants, list) or UNKNOWN in wants:
        return
    spans = [span for want in wants if isinstance(want, str) for span in _places(text, want)]
    if spans:
        yield Case(corpus, rule, text, tuple(sorted(set(spans))))


def _places(text: str, want: str) -> Iterator[tuple[int, int]]:
    """Yield where a wanted secret stands; of a pair (an id or a host, and its secret) the longest part."""
    parts = sorted(want.parts if isinstance(want, Joined) else (), key=len)
    whole = next((part for part in (want, *reversed(parts)) if len(part) > 5 and part in text), None)
    if whole is not None:
        start = text.find(whole)
        while start >= 0:
            yield start, start + len(whole)
            start = text.find(whole, start + len(whole))


def detect_secrets(repository: Path, *, name: str = "detect-secrets") -> Iterator[Case]:
    """Yield the one-word payloads that the tests of its plugins want found, whole."""
    for path in _names(repository, "tests/plugins", "_test.py"):
        if "ip_public" in path:  # addresses are no secrets
            continue
        tree = ast.parse(_show(repository, path))
        for node in ast.walk(tree):
            if isinstance(node, ast.Tuple) and len(node.elts) == 2:
                text, wanted = (element.value if isinstance(element, ast.Constant) else None for element in node.elts)
                if isinstance(text, str) and wanted is True and not any(char.isspace() for char in text):
                    yield Case(name, Path(path).stem, text, ((0, len(text)),))


def _names(repository: Path, folder: str, suffix: str) -> list[str]:
    listed = _git(repository, "ls-tree", "-r", "--name-only", "HEAD", folder + "/")
    return [path for path in listed.splitlines() if path.endswith(suffix)]


def _show(repository: Path, path: str) -> str:
    return _git(repository, "show", f"HEAD:{path}")


def _git(repository: Path, *arguments: str) -> str:
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout.decode("utf-8", "replace")

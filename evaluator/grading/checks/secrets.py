"""Secrets that were committed with the project."""

import re
from pathlib import PurePosixPath

from evaluator.domain import CheckResult, Digest
from evaluator.grading.checks.reading import cite, counted, is_aside, is_example, is_test, listed

_FILES = re.compile(
    r"^(?:\.env(?:\.[\w.-]+)?|[\w-]+\.env|id_(?:rsa|dsa|ecdsa|ed25519)"
    r"|\.netrc|\.pypirc|\.htpasswd|credentials(?:\.json)?|client_secrets?[\w.-]*\.json|service[-_]?account[\w.-]*\.json"
    r"|secrets?\.(?:json|ya?ml|toml|ini|properties)|[\w.-]+\.(?:pfx|p12|jks|keystore|ppk))$",
    re.IGNORECASE,
)
_MODEL = re.compile(r"example|sample|template|dist|default|schema|\.test|\.ci\b", re.IGNORECASE)  # to be filled in
_HARMLESS = re.compile(r"\b(?:debug|example|sample|template|test)\b|\.md$|\.rst$|readme", re.IGNORECASE)


def no_secrets(digest: Digest) -> CheckResult:
    """Whether keys, passwords or files that hold them are committed.

    Sees: files whose name or content makes the digest treat them as secret (`.env`, private keys, credential files),
    and the values that redaction took out of shown text, with the kinds of the files that they stood in. Cannot see
    secrets that have no known form, those in files that are not shown, nor those in the history; a made-up key that
    looks real counts as one.
    """
    if not digest.files or all(file.path == digest.readme for file in digest.files):
        return CheckResult(level="cannot_tell", reason="The project has no files beside its README.")
    held = [f.path for f in digest.files if f.bytes > 0 and not is_aside(f.path) and _is_secret(f.path, f.reason)]
    bad = [path for path in held if not _is_harmless(path)]
    marked = [finding.file for finding in digest.findings if "secret" in finding.code or "redact" in finding.code]
    in_use = [path for path in marked if not _is_harmless(path)]
    redacted = sum(digest.redactions.values())
    if bad or in_use or (redacted and not marked):
        what = [f"{listed(dict.fromkeys(bad))} would hold secrets"] if bad else []
        what += [f"what looks like a secret stands in {listed(dict.fromkeys(in_use))}"] if in_use else []
        if not what:
            alike = "that looks like a secret stands" if redacted == 1 else "that look like secrets stand"
            what = [f"{counted(redacted, 'value')} {alike} in the shown text"]
        place = next(iter(bad or in_use), None)
        reason = f"{'; '.join(what)}."
        return CheckResult(level="not_met", reason=_capital(reason), evidence=cite(digest, place) if place else ())
    if held or marked:
        where = listed(dict.fromkeys(held + marked))
        reason = f"What looks like a secret stands only in tests, examples or documents: {where}."
        return CheckResult(level="partly", reason=reason, evidence=cite(digest, (held + marked)[0]))
    return CheckResult(level="met", reason="No file that holds secrets and no value that looks like one is found.")


def _is_secret(path: str, reason: str | None) -> bool:
    name = PurePosixPath(path).name
    return (bool(_FILES.match(name)) and not _MODEL.search(name)) or "secret" in (reason or "")


def _is_harmless(path: str) -> bool:
    spread = f"/{path}".lower().replace("_", " ")
    return is_test(path) or is_example(path) or "/test" in spread or bool(_HARMLESS.search(spread))


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]

"""Secrets that were committed with the project."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from evaluator.domain import Block, Digest
from evaluator.grading.checks.reading import (
    cite,
    counted,
    is_aside,
    is_example,
    is_test,
    is_whole,
    listed,
    named,
    sources,
    text,
)
from evaluator.grading.checks.unseen import is_mostly_unread, is_readme_alone, unread_most
from evaluator.grading.comments import mask
from evaluator.judgement import CheckResult, Evidence

_MASK = re.compile(r"\[REDACTED:([a-z0-9_]{1,64}):")  # as the digest writes it in the place of a value
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

    Sees: files that are never read because they hold secrets by their name (`.env`, private keys, credential files),
    and where redaction put a mask in the place of a value in shown text, with the kinds of the files that the masks
    stand in. Cannot see secrets that have no known form, those in files that are not shown, nor those in the history;
    a made-up key that looks real counts as one.
    """
    if is_readme_alone(digest):
        return CheckResult(level="cannot_tell", reason="The project has no files beside its README.")
    held = _held(digest)
    found = dict.fromkeys(finding.file for finding in digest.findings if finding.code == "secret")
    masked = [path for path in found if not _is_guess(digest.block(path))]
    bad = [path for path in held if not _is_harmless(path)]
    in_use = [path for path in masked if not _is_harmless(path) and not _is_told_only(digest.block(path))]
    if bad or in_use:
        places, where = _places(digest, in_use)
        return CheckResult(level="not_met", reason=" ".join([*places, *_kept_back(bad)]), evidence=where)
    redacted = sum(digest.redactions.values())
    if redacted and not found:
        alike = "looks like a password or key stands" if redacted == 1 else "look like passwords or keys stand"
        reason = f"{counted(redacted, 'value')} that {alike} in the shown text."
        return CheckResult(level="not_met", reason=reason)
    if masked or any(not _is_settings(path) for path in held):
        places, where = _places(digest, masked)
        only = "Only tests, examples, comments or documents are concerned."
        return CheckResult(level="partly", reason=" ".join([*places, *_kept_back(held), only]), evidence=where)
    if is_mostly_unread(digest):
        return CheckResult(level="cannot_tell", reason=f"Secrets cannot be ruled out: {unread_most(digest)}.")
    where_looked = "" if all(file.shown == "whole" for file in sources(digest)) else " in what is shown"
    note = [f"Only tests or examples have {listed(held)}, which was not read."] if held else []
    nothing = f"No file of keys or passwords and no value that looks like one is found{where_looked}."
    return CheckResult(level="met", reason=" ".join([nothing, *note]))


def _held(digest: Digest) -> list[str]:
    """Return the files that hold secrets by their name, or so says the digest, and that were not read."""
    kept = {finding.file for finding in digest.findings if finding.code == "secret_file"}
    named_so = (f.path for f in digest.files if f.bytes > 0 and (f.path in kept or _is_secret(f.path, f.reason)))
    return [path for path in named_so if not is_aside(path) and digest.block(path) is None]


def _kept_back(paths: list[str]) -> Iterator[str]:
    """Yield what the names of files tell that were not read: nobody knows what stands in them."""
    settings = [path for path in paths if _is_settings(path)]
    others = [path for path in paths if path not in settings]
    if settings:
        one = len(settings) == 1
        what = "is a file of settings that is" if one else "are files of settings that are"
        inside = f"what is in {'it' if one else 'them'} was not read"
        yield f"{listed(settings)} {what} usually kept out of the repository; {inside}."
    if others:
        one = len(others) == 1
        what = "has the name of a file that may hold" if one else "have names of files that may hold"
        yield f"{listed(others)} {what} keys or passwords, and {'was' if one else 'were'} not read."


def _places(digest: Digest, paths: list[str]) -> tuple[list[str], tuple[Evidence, ...]]:
    """Return a sentence about the masks in the files, if there are any, and the first line with one."""
    masks = {path: found for path in paths if (found := _mask(digest.block(path)))}
    ordered = [*masks, *(path for path in paths if path not in masks)]
    if not ordered:
        return [], ()
    if not masks:
        return [f"What looks like a password or key stands in {listed(ordered)}."], ()
    first = ordered[0]
    number, rule = masks[first]
    more = f", and in {listed(ordered[1:])}" if ordered[1:] else ""
    told = f"What looks like a password or key ({named(rule)}) stands in {named(first)}, line {number}{more}."
    return [told], cite(digest, first, number)


def _mask(block: Block | None) -> tuple[int, str] | None:
    """Return number and rule of the first shown line in which a value is masked."""
    found = ((line.number, _MASK.search(line.text)) for line in (block.lines if block else ()))
    return next(((number, match[1]) for number, match in found if match), None)


def _is_guess(block: Block | None) -> bool:
    """Return whether all that is masked is letters at random in a document: an address for gifts, a checksum."""
    if block is None or block.file_class not in {"readme", "doc"}:
        return False
    rules = {match[1] for line in block.lines for match in _MASK.finditer(line.text)}
    return rules == {"random_string"}


def _is_told_only(block: Block | None) -> bool:
    """Return whether the masks in a file that is shown whole all stand in comments: examples, as a rule."""
    if block is None or not is_whole(block):
        return False
    code = text(block)
    sure = mask(code, path=block.path)
    places = [match.start() for match in _MASK.finditer(code)]
    return bool(places) and not any(sure[place] for place in places)


def _is_settings(path: str) -> bool:
    name = PurePosixPath(path).name.lower()
    return name.startswith(".env") or name.endswith(".env")


def _is_secret(path: str, reason: str | None) -> bool:
    name = PurePosixPath(path).name
    return (bool(_FILES.match(name)) and not _MODEL.search(name)) or "secret" in (reason or "")


def _is_harmless(path: str) -> bool:
    spread = f"/{path}".lower().replace("_", " ")
    return is_test(path) or is_example(path) or "/test" in spread or bool(_HARMLESS.search(spread))

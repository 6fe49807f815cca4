"""What is promised of every input (specs/security.md), as one check of an outcome."""

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.hostile.generator.case import MARK, Case
from tests.hostile.laboratory import Outcome

MEMORY = 512 << 20  # bytes of the process and everything below it
DISK = 300 << 20  # bytes of its temporary files
_LONGEST_MESSAGE = 800  # characters; it is one paragraph for a person
_FENCE = re.compile(rf"^<<<(?P<mark>{MARK}[-\d]*) file ", re.MULTILINE)
_INSIDE = re.compile(r"\d+\| |\[lines? \d+(?:-\d+)? (?:is|are) not shown\]$")
_CONTROL_TOKENS = ("<|im_start|>", "<|im_end|>", "<|endoftext|>", "[INST]", "<|eot_id|>", "<start_of_turn>")
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")


def broken(case: Case, outcome: Outcome, *, folder: Path) -> list[str]:
    """Return every promise that the outcome breaks, in words; *folder* is the laboratory's."""
    return [*_ending(case, outcome), *_costs(case, outcome), *_traces(outcome, folder)]


def _ending(case: Case, outcome: Outcome) -> Iterator[str]:
    reply = outcome.reply
    if "crash" in reply or "hung" in reply:
        yield f"unhandled: {reply.get('crash') or reply.get('hung')}"
    elif "code" in reply:
        if reply["code"] not in case.codes:
            yield f"ended with {reply['code']} ({reply['message']}), not with one of {sorted(case.codes) or 'none'}"
        yield from _message(reply["message"])
        if reply["exit_status"] not in {2, 5}:
            yield f"exit status {reply['exit_status']} is neither 2 nor 5"
    elif not case.digest:
        yield "a digest was made of what is to be refused"
    else:
        yield from _digest(case, reply["digest"])


def _message(message: str) -> Iterator[str]:
    if any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in message):
        yield f"the message has line ends, control or hidden characters: {message!r}"
    if not 20 <= len(message) <= _LONGEST_MESSAGE:
        yield f"the message has {len(message)} characters"
    if "Traceback" in message or "fatal:" in message:
        yield f"the message is not for a person: {message!r}"


def _digest(case: Case, digest: dict[str, Any]) -> Iterator[str]:
    stored = json.dumps(digest, ensure_ascii=False)
    if any(re.search("[\0\ud800-\udfff]", told) for told in _strings(digest)):
        yield "the digest has a NUL or half a character, and cannot be stored"
    text = digest["text"]
    if found := sorted({char for char in text if unicodedata.category(char) == "Cc" and char not in "\n\t"}):
        yield f"the text has control characters: {found!r}"
    if _INVISIBLE.search(text):
        yield f"the text has invisible characters: {sorted(set(_INVISIBLE.findall(text)))!r}"
    yield from (f"the text has the control token {token}" for token in _CONTROL_TOKENS if token in text)
    if digest["tokens"] > 20_000:
        yield f"the budget of 20,000 tokens is broken: {digest['tokens']}"
    yield from _fences(digest)
    paths = {file["path"] for file in digest["files"]}
    yield from (f"the manifest does not name {path!r}" for path in case.listed if path not in paths)
    yield from (f"the digest does not show {told!r}" for told in case.shows if told not in text)
    yield from (f"the digest shows {told!r}" for told in case.hides if told in stored)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _fences(digest: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the fences. A mark that the files know already has a number behind it."""
    text, blocks = digest["text"], len(digest["blocks"])
    first = _FENCE.search(text)
    if first is None:
        if blocks:
            yield f"{blocks} blocks have no fence"
        return
    mark, inside, fences = first["mark"], False, 0
    for line in text[first.start() :].split("\n"):
        if mark in line:
            if not line.startswith((f"<<<{mark} file ", f"<<<{mark} end>>>")) or inside != line.endswith(" end>>>"):
                yield f"the mark stands outside a fence: {line[:200]!r}"
            inside, fences = not inside, fences + 1
        elif inside and not _INSIDE.match(line):
            yield f"a line between fences has no number: {line[:200]!r}"
    if mark in text[: first.start()] or fences != 2 * blocks:
        yield f"{blocks} blocks have {fences} fences, or the mark stands before the first"


def _costs(case: Case, outcome: Outcome) -> Iterator[str]:
    seconds = outcome.reply.get("seconds", 0) - max(
        outcome.peak.waited.values(), default=0
    )  # a busy machine is no fault
    if seconds > case.seconds:
        yield f"it took {seconds:.1f} s, allowed are {case.seconds}"
    if outcome.peak.memory > MEMORY:
        yield f"it took {outcome.peak.memory >> 20} MiB of memory, allowed are {MEMORY >> 20}"
    if outcome.peak.disk > DISK:
        yield f"it took {outcome.peak.disk >> 20} MiB of disk, allowed are {DISK >> 20}"


def _traces(outcome: Outcome, folder: Path) -> Iterator[str]:
    yield from outcome.touched
    yield from (f"left behind: {thing}" for thing in outcome.left)
    everything = outcome.everything
    yield from (f"a secret came out: {secret[:6]}..." for secret in outcome.planted if secret in everything)
    if outcome.printed:
        yield f"the program printed by itself: {outcome.printed[:2000]}"
    if str(folder / "tmp") in everything and "crash" not in outcome.reply:
        yield "the path of a private folder came out"
    inside = [a for a in outcome.reply.get("dialled", ()) if a.startswith(("127.7.7.7", "10.", "192.168.", "169.254."))]
    yield from (f"an internal address was dialled: {address}" for address in inside)

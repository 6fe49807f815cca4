"""Answers of a judge, recorded in a file and given again: for tests, demonstrations and audits.

The file holds the judge's own words, and these quote the project: it is made for its owner's eyes only and belongs
in no repository. Lines of JSON: a header that says what was judged, then one line for each answer, under the key of
its question. One file may hold several recordings; the newest one is replayed.
"""

import hashlib
import json
import logging
import os
import stat
import threading
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from evaluator.domain import Value
from evaluator.errors import BadRecord, NoRecordedAnswer
from evaluator.judgement import Answer, Judge, JudgeName, Prompt

logger = logging.getLogger(__name__)

SCHEMA = 1  # of the file
PROVIDER = "replay"
MAX_MODEL = 100  # characters, as many as the shared table holds
MAX_BYTES = 256 << 20  # of a file that is read
_BEGINNINGS = (b'{"schema": ', b'{"recording": ')  # of the lines, cut off or not
_WRITING = threading.Lock()  # of any file: a line is short


class Header(Value):
    """What was judged: only the same may be judged again from the recording."""

    seed: str  # hex digits; all order and all canaries are drawn from it
    judge: JudgeName  # whose samples count
    second: JudgeName | None = None  # the second judge, where one is configured
    digest: str  # sha256
    rubric: str  # sha256
    prompts: str  # sha256
    budget: int | None = None  # tokens that the digest could have

    @property
    def id(self) -> str:
        """Return 16 hex digits under which its answers stand."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]


class _Kept(NamedTuple):
    nonce: str
    answer: Answer


class Recorder:
    """A judge whose answers are also kept in *file*, behind those that are there already."""

    def __init__(self, judge: Judge, file: Path, *, header: Header) -> None:
        """Write the header, unless it is there. Raises BadRecord where the file cannot be written or is another's."""
        self._judge = judge
        self._file = file
        self._recording = header.id
        with _WRITING:
            if not _is_begun(file, header):
                self._append({"schema": SCHEMA, "recording": header.id, **header.model_dump(mode="json")})

    @property
    def name(self) -> JudgeName:
        """Provider and model of the judge who answers."""
        return self._judge.name

    def ask(self, prompt: Prompt) -> Answer:
        """Return the judge's answer, once it is in the file. Raises what the judge raises, and BadRecord."""
        answer = self._judge.ask(prompt)
        with _WRITING:
            self._append(
                {
                    "recording": self._recording,
                    "key": prompt.key,
                    "nonce": prompt.nonce,
                    "judge": self.name.model_dump(mode="json"),
                    "answer": answer.model_dump(mode="json"),
                }
            )
        return answer

    def _append(self, line: Mapping[str, Any]) -> None:
        """Write one line at the end of the file, in one piece; what a crash left of the last line goes first."""
        try:
            descriptor = os.open(self._file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "r+b") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise BadRecord(f"{self._file} is no regular file. Name another one to record the answers in.")
                os.fchmod(descriptor, 0o600)
                _drop_torn_line(descriptor)
                file.write(json.dumps(line, ensure_ascii=True).encode() + b"\n")
        except OSError as error:
            raise BadRecord(
                f"The answers cannot be recorded in {self._file}: {error.strerror}. Name another file."
            ) from error


class Replayer:
    """A judge that gives recorded answers again; the newest recording of the file counts."""

    def __init__(self, file: Path, *, second: bool = False) -> None:
        """Read the file; *second*: to be its second judge. Raises BadRecord, with the line where it cannot be read."""
        self._file = file
        self.header, self._kept, self.torn = _recording(file)
        judge = self.header.second if second else self.header.judge
        if judge is None:
            raise BadRecord(f"The answers in {file} were recorded without a second judge. Replay them without one.")
        self.recorded = judge  # who answered then: what is asked depends on the name
        if self.torn:
            logger.warning("The last recorded answer is cut off and left out", extra={"file": str(file)})

    @property
    def name(self) -> JudgeName:
        """Return a name that says that nobody was asked: provider "replay", model "<provider>/<model>"."""
        return JudgeName(provider=PROVIDER, model=f"{self.recorded.provider}/{self.recorded.model}"[:MAX_MODEL])

    def check(self, *, digest: str, rubric: str, prompts: str) -> None:
        """Raise BadRecord where something else was judged when the answers were recorded (sha256 of each)."""
        wanted = {"project": digest, "rubric": rubric, "prompts": prompts}
        then = {"project": self.header.digest, "rubric": self.header.rubric, "prompts": self.header.prompts}
        if changed := [what for what, sha256 in wanted.items() if then[what] != sha256]:
            raise BadRecord(
                f"The answers in {self._file} were given about something else. Not the same now: {', '.join(changed)}."
                " Replay it on what it was recorded of, or record anew with --judge-record."
            )

    def ask(self, prompt: Prompt) -> Answer:
        """Return the recorded answer, with the nonce of *prompt*; it costs nothing. Raises NoRecordedAnswer."""
        kept = self._kept.get(prompt.key)
        if kept is None:
            cut = " The last line of the file is cut off; that may have been it." if self.torn else ""
            raise NoRecordedAnswer(
                f"{self._file} has no answer to the question {prompt.purpose!r} with the key {prompt.key}.{cut} Record"
                " it anew with --judge-record, with the same options as now."
            )
        text = kept.answer.text.replace(kept.nonce, prompt.nonce) if kept.nonce else kept.answer.text
        free = {"input_tokens": 0, "output_tokens": 0, "cached_tokens": 0, "reasoning_tokens": 0}
        return kept.answer.model_copy(update={"text": text, "cost_usd": Decimal(0), **free})


def recorded_name(judge: Judge) -> JudgeName:
    """Return who answers, or of recorded answers who did: the name that belongs into the key of a question."""
    return judge.recorded if isinstance(judge, Replayer) else judge.name


def _is_begun(file: Path, header: Header) -> bool:
    """Return whether the file holds that very header. Raises BadRecord where it holds something else than answers."""
    if not file.is_file() or not file.stat().st_size:
        return False
    return any(line.get("recording") == header.id and "schema" in line for line, _ in _lines(file))


def _drop_torn_line(descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    if not size or os.pread(descriptor, 1, size - 1) == b"\n":
        return
    end = size
    while end:
        start = max(0, end - (1 << 16))
        newline = os.pread(descriptor, end - start, start).rfind(b"\n")
        if newline >= 0:
            os.ftruncate(descriptor, start + newline + 1)
            return
        end = start
    os.ftruncate(descriptor, 0)


def _recording(file: Path) -> tuple[Header, Mapping[str, _Kept], bool]:
    """Return header and answers, by key, of the newest recording in the file, and whether its last line is cut off."""
    headers: dict[str, Header] = {}
    answers: dict[str, dict[str, _Kept]] = {}
    torn = False
    for number, (line, whole) in enumerate(_lines(file), start=1):
        torn = not whole
        if torn:
            break
        try:
            if "schema" in line:
                fields = {name: value for name, value in line.items() if name not in {"schema", "recording"}}
                headers[str(line["recording"])] = Header.model_validate(fields)
                continue
            kept = _Kept(nonce=str(line["nonce"]), answer=Answer.model_validate(line["answer"]))
            answers.setdefault(str(line["recording"]), {})[str(line["key"])] = kept  # of two, the later one was used
        except (KeyError, ValidationError) as error:
            raise BadRecord(f"Line {number} of {file} is no recorded answer. Take an unchanged copy.") from error
    if not headers:
        raise BadRecord(f"{file} holds no recorded answers. Make such a file with: modu evaluate --judge-record")
    newest = list(headers)[-1]
    return headers[newest], answers.get(newest, {}), torn


def _lines(file: Path) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Yield each line of the file and whether it is whole: only the last one may not be. Raises BadRecord."""
    try:
        with file.open("rb") as lines:
            if os.fstat(lines.fileno()).st_size > MAX_BYTES:
                raise BadRecord(f"{file} has more than {MAX_BYTES >> 20} MB: that is no file of recorded answers.")
            for number, raw in enumerate(lines, start=1):
                if not raw.endswith(b"\n") and any(raw.startswith(b[: len(raw)]) for b in _BEGINNINGS):
                    yield {}, False
                    return
                yield _parsed(raw, file=file, number=number), True
    except OSError as error:
        raise BadRecord(f"{file} cannot be read: {error.strerror}. Name the file that --judge-record made.") from error


def _parsed(raw: bytes, *, file: Path, number: int) -> Mapping[str, Any]:
    try:
        line = json.loads(raw)
    except (ValueError, RecursionError):
        line = None
    if not isinstance(line, dict) or "recording" not in line or line.get("schema", SCHEMA) != SCHEMA:
        raise BadRecord(
            f"Line {number} of {file} cannot be read as a recorded answer of schema {SCHEMA}. Take an unchanged copy."
        )
    return line

"""A provider's refusal in our words and its own: what happened, what the provider says, what to do.

Works on what litellm raises without knowing litellm: a status code, a message, perhaps headers.
"""

import json
import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from evaluator.errors import (
    AnswerLost,
    ContextTooLong,
    EvaluatorError,
    JudgeRefused,
    JudgeRejected,
    JudgeUnavailable,
    RateLimited,
    UnknownModel,
)
from evaluator.grading.masking import masked
from evaluator.grading.wire import TooMuch
from evaluator.judgement import JudgeName
from evaluator.settings import PROVIDERS

MAX_WORDS = 300  # characters of the provider's own words that are repeated
MAX_READ = 4000  # characters of a message that are looked at
LONGEST_PAUSE = timedelta(days=1)  # that a provider may ask us to wait

_NAME = r"[\w.]*(?:Error|Exception|Timeout)"
_PREFIX = re.compile(rf"^(?:(?:{_NAME}\s+)*{_NAME}\s*[:-]\s*|Error code: \d+\s*-\s*)+")
_ADVICE = " Handle with `litellm."  # what litellm adds for programmers
_INNER = re.compile(  # where litellm begins to quote the program or the answer instead of telling what happened
    r"Invalid response object|Original Response|(?<=valid response block)|Traceback \(|received_args=|\bReceived: "
    r"|\bFile \"|[\\/]\S{1,300}\.py\b"
)
_BROKEN = "Error converting to valid response block"  # how litellm says that a response was not what it should be
_UNSENT = {"ConnectError", "ConnectTimeout", "PoolTimeout"}  # httpx: nobody got the request
_LONGEST_CHAIN = 30  # errors that one came from
_GOOGLE = {"gemini", "vertex_ai"}

# How providers say it: OpenAI and what is compatible, Anthropic, Gemini, Mistral, xAI, servers of one's own.
_TOO_LONG = re.compile(
    r"context_length_exceeded|maximum context length|context (?:length|window|size|limit)\b|prompt is too long"
    r"|exceed(?:s|ed)? (?:the )?context|input token count.{0,60}exceeds|maximum prompt length|request_too_large"
    r"|Request too large|string_above_max_length|too many (?:input )?tokens"
    r"|reduce the length of the (?:messages|prompt)",
    re.IGNORECASE,
)
_UNPAID = re.compile(
    r"insufficient[_ ](?:quota|balance|credits|funds)|credit balance is too low|billing_hard_limit|billing_not_active"
    r"|exceeded your current quota",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"model_not_found|not a valid model|invalid model\b|unknown model|model.{1,120}(?:does not exist|is not found)",
    re.IGNORECASE,
)
_WRONG_KEY = re.compile(r"API_KEY_INVALID|API key not valid|(?:invalid|incorrect) api key", re.IGNORECASE)
_RETRY_IN = re.compile(
    r"(?:(?:retry|try again) in |\"retryDelay\": ?\")(?:(?P<minutes>\d{1,4})m)?(?P<number>\d{1,6}(?:\.\d{1,9})?)"
    r"(?P<unit>ms|s)",
    re.IGNORECASE,
)
_UNKNOWN_PROVIDER = "LLM Provider NOT provided"  # how litellm says that it knows no such provider


def translate(error: Exception, *, name: JudgeName, keys: Collection[str] = ()) -> EvaluatorError:
    """Return our error for what the call of a judge raised; *keys* are secrets that must not be repeated.

    It is never a VerdictError: nothing was answered. What cannot be made out is an AnswerLost without any words.
    """
    try:
        return _translated(error, name=name, keys=keys)
    except Exception:  # noqa: BLE001 - a response may have any form, and our mistake must not carry its words out
        return AnswerLost(f"{name.provider}/{name.model} does not answer as it should. Try again later.")


def _translated(error: Exception, *, name: JudgeName, keys: Collection[str]) -> EvaluatorError:
    response = _response(error)
    status = getattr(response, "status_code", None) or getattr(error, "status_code", None)
    said = _said(error, keys)
    words = f"{str(error)[:MAX_READ]} {str(getattr(response, 'text', ''))[:MAX_READ]}"
    refusal = _of_account(status, words, name=name, said=said) or _of_request(status, words, name=name, said=said)
    if refusal is not None:  # waiting does not mend it
        return refusal
    wait = _retry_after(_headers(error), words)
    if status == 429:
        return RateLimited(f"{name.provider} asks to slow down{said} Wait, then try again.", retry_after=wait)
    lost = response is None and not any(type(link).__name__ in _UNSENT for link in _chain(error))
    kind = AnswerLost if lost else JudgeUnavailable
    return kind(
        f"{name.provider}/{name.model} does not answer as it should{said} Check MODU_API_BASE and the network, or try"
        " again later.",
        retry_after=wait,
    )


def _of_account(status: int | None, words: str, *, name: JudgeName, said: str) -> EvaluatorError | None:
    """Return what is wrong with model, key or billing, or None."""
    judge = f"{name.provider}/{name.model}"
    if _UNKNOWN_PROVIDER in words or status == 404 or (status == 400 and _NO_MODEL.search(words)):
        return UnknownModel(f"There is no model {judge}{said} Set MODU_MODEL (--model) to one that your account has.")
    if status in {400, 402, 403, 429} and _is_unpaid(words, name):
        return JudgeRefused(
            f"The account at {name.provider} has no money or quota left for {judge}{said} Mend its billing, or choose"
            " another model with MODU_MODEL."
        )
    if status in {401, 402, 403} or (status == 400 and _WRONG_KEY.search(words)):
        return JudgeRefused(
            f"{name.provider} refused the call of {judge}{said} Check {_key_of(name)}, and that the account may use"
            " this model."
        )
    return None


def _of_request(status: int | None, words: str, *, name: JudgeName, said: str) -> EvaluatorError | None:
    """Return what is wrong with what is sent, or where, or None."""
    judge = f"{name.provider}/{name.model}"
    if status in {400, 413, 422, 429} and _TOO_LONG.search(words):
        return ContextTooLong(
            f"{judge} cannot read so much{said} Set MODU_DIGEST_TOKENS lower, or choose a model with a larger window."
        )
    if status is not None and 300 <= status < 400:
        return JudgeRejected(
            f"The server of {judge} sends the call elsewhere ({status}), and nothing is sent there: it would get code"
            " and key. Set MODU_API_BASE to the address that answers itself."
        )
    if status in {400, 405, 409, 413, 415, 422} and _BROKEN not in words:
        return JudgeRejected(
            f"{name.provider} rejected the request to {judge}{said} If it is too long, set MODU_DIGEST_TOKENS lower;"
            " else choose another model."
        )
    return None


def _is_unpaid(words: str, name: JudgeName) -> bool:
    """Return whether a person has to pay first; Gemini says the same of a quota that is back in a minute."""
    return bool(_UNPAID.search(words)) and not (name.provider in _GOOGLE and _RETRY_IN.search(words))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the error, then what it came from, and so on."""
    link: BaseException | None = error
    for _ in range(_LONGEST_CHAIN):
        if link is None:
            return
        yield link
        link = link.__cause__ or link.__context__


def _response(error: BaseException) -> Any:
    """Return the response that was no success, as it came over the wire, or None: litellm makes some up."""
    return next((link.response for link in _chain(error) if type(link).__name__ == "HTTPStatusError"), None)  # type: ignore[attr-defined]  # httpx


def _key_of(name: JudgeName) -> str:
    return PROVIDERS[name.provider][0] if name.provider in PROVIDERS else "the provider's key in the environment"


def _said(error: Exception, keys: Collection[str]) -> str:
    """Return the provider's own words as the rest of a sentence, short, clean and without a key."""
    words = masked(_message(error, keys), keys)  # once more: what was escaped in JSON is not any longer
    words = " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())
    if not words:
        return "."
    words = words if len(words) <= MAX_WORDS else words[: MAX_WORDS - 1].rstrip() + "…"
    return f": {words}" if words.endswith((".", "!", "?", "…")) else f": {words}."


def _message(error: Exception, keys: Collection[str]) -> str:
    told = next((link for link in _chain(error) if isinstance(link, TooMuch)), error)
    text = masked(str(getattr(told, "message", "") or told)[: 2 * MAX_READ], keys)[:MAX_READ]  # no half key at the end
    start = text.find("{")
    if start >= 0:
        try:
            body, _ = json.JSONDecoder().raw_decode(text[start:])
        except (ValueError, RecursionError):
            body = None
        inner = body.get("error", body) if isinstance(body, dict) else None
        if isinstance(inner, dict) and isinstance(inner.get("message"), str):
            return str(inner["message"])
    return _INNER.split(_PREFIX.sub("", text.partition(_ADVICE)[0]), maxsplit=1)[0].rstrip(" :-(\"'\n")


def _headers(error: Exception) -> dict[str, str]:
    for holder in (_response(error), error, getattr(error, "response", None)):
        for name in ("litellm_response_headers", "headers"):
            found = getattr(holder, name, None)
            if found:
                return {str(key).lower(): str(value) for key, value in dict(found).items()}
    return {}


def _retry_after(headers: dict[str, str], words: str) -> timedelta | None:
    """Return how long the provider asks us to wait: as a header in seconds or as a date, else in words."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", value):
        return min(timedelta(seconds=float(value)), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(value)
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        left = until - datetime.now(UTC)
    except (ValueError, OverflowError):  # no date, or one with a year, hour or zone that cannot be
        return _told_in_words(words)
    return min(max(left, timedelta()), LONGEST_PAUSE)


def _told_in_words(words: str) -> timedelta | None:
    match = _RETRY_IN.search(words)
    if match is None:
        return None
    seconds = float(match["number"]) / (1000 if match["unit"] == "ms" else 1) + 60 * int(match["minutes"] or 0)
    return min(timedelta(seconds=seconds), LONGEST_PAUSE)

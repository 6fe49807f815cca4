"""A provider's refusal in our words and its own: what happened, what the provider says, what to do.

Works on what litellm raises without knowing litellm: a status code, a message, perhaps headers.
"""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from evaluator.errors import (
    EvaluatorError,
    JudgeRefused,
    JudgeRejected,
    JudgeUnavailable,
    RateLimited,
    UnknownModel,
)
from evaluator.judgement import JudgeName
from evaluator.settings import PROVIDERS

MAX_WORDS = 300  # characters of the provider's own words that are repeated
MAX_READ = 4000  # characters of a message that are looked at
LONGEST_PAUSE = timedelta(days=1)  # that a provider may ask us to wait

_NAME = r"[\w.]*(?:Error|Exception|Timeout)"
_PREFIX = re.compile(rf"^(?:(?:{_NAME}\s+)*{_NAME}\s*[:-]\s*|Error code: \d+\s*-\s*)+")
_KEY_LIKE = re.compile(r"\b(?:sk|pk|gsk|xai|AIza|key)[-_]?[\w*-]{12,}|Bearer\s+\S+", re.IGNORECASE)
_ADVICE = " Handle with `litellm."  # what litellm adds for programmers
_INNER = re.compile(  # where litellm begins to quote the program or the answer instead of telling what happened
    r"Invalid response object|(?<=valid response block)|Traceback \(|received_args=|\bReceived: |\bFile \""
    r"|[\\/]\S{1,300}\.py\b"
)
_BROKEN = "Error converting to valid response block"  # how litellm says that a response was not what it should be
_UNKNOWN_PROVIDER = "LLM Provider NOT provided"  # how litellm says that it knows no such provider


def translate(error: Exception, *, name: JudgeName, keys: Iterable[str] = ()) -> EvaluatorError:
    """Return our error for what the call of a judge raised; *keys* are secrets that must not be repeated.

    It is never a VerdictError: nothing was answered.
    """
    status = getattr(error, "status_code", None)
    judge = f"{name.provider}/{name.model}"
    said = _said(error, keys)
    headers = _headers(error)
    if status == 404 or _UNKNOWN_PROVIDER in str(error):
        return UnknownModel(f"There is no model {judge}{said} Set MODU_MODEL (--model) to one that your account has.")
    if status in {401, 402, 403}:
        return JudgeRefused(
            f"{name.provider} refused the call of {judge}{said} Check {_key_of(name)}, and that the account may use"
            " this model."
        )
    if status == 429:
        wait = _retry_after(headers)
        return RateLimited(f"{name.provider} asks to slow down{said} Wait, then try again.", retry_after=wait)
    if status in {400, 405, 409, 413, 415, 422} and _BROKEN not in str(error):
        return JudgeRejected(
            f"{name.provider} rejected the request to {judge}{said} If it is too long, set MODU_DIGEST_TOKENS lower;"
            " else choose another model."
        )
    return JudgeUnavailable(
        f"{judge} does not answer as it should{said} Check MODU_API_BASE and the network, or try again later.",
        retry_after=_retry_after(headers),
    )


def _key_of(name: JudgeName) -> str:
    return PROVIDERS[name.provider][0] if name.provider in PROVIDERS else "the provider's key in the environment"


def _said(error: Exception, keys: Iterable[str]) -> str:
    """Return the provider's own words as the rest of a sentence, short, clean and without a key."""
    words = _message(error)
    for key in keys:
        words = words.replace(key, "[key]")
    words = _KEY_LIKE.sub("[key]", words)
    words = " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())
    if not words:
        return "."
    words = words if len(words) <= MAX_WORDS else words[: MAX_WORDS - 1].rstrip() + "…"
    return f": {words}" if words.endswith((".", "!", "?", "…")) else f": {words}."


def _message(error: Exception) -> str:
    text = str(getattr(error, "message", "") or error)[:MAX_READ]
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
    for holder in (error, getattr(error, "response", None)):
        for name in ("litellm_response_headers", "headers"):
            found = getattr(holder, name, None)
            if found:
                return {str(key).lower(): str(value) for key, value in dict(found).items()}
    return {}


def _retry_after(headers: dict[str, str]) -> timedelta | None:
    """Return how long the provider asks us to wait: it says so in seconds or as a date."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", value):
        return min(timedelta(seconds=float(value)), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - datetime.now(UTC), timedelta()), LONGEST_PAUSE)

"""What a provider reports beside an answer: model, tokens, and what they cost. A paid answer is never lost over it.

Reports may be missing or absurd. A count that is not told is 0, and then the cost is unknown (None), never nothing:
who keeps a budget takes all that was put aside for the call.
"""

import math
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from evaluator.domain import Value
from evaluator.grading.masking import masked

MAX_TOKENS = 10**12  # of a call, as reported
MAX_COST = 1_000_000  # US dollars: no bill of one call is that high, and what is less can be stored
_MODEL = re.compile(r"[A-Za-z0-9._:/@+-]{1,100}", re.ASCII)


class Bill(Value):
    """The counts of one call, within what can be stored, and its cost in US dollars."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd: Decimal | None = None  # None: unknown


def read(response: Any, *, text: str) -> Bill:
    """Return what litellm's *response* says that the call used, whose answer is *text*."""
    usage = getattr(response, "usage", None)
    counts = [_count(usage, name) for name in ("prompt_tokens", "completion_tokens")]
    into, out = (count or 0 for count in counts)
    cached = _count(getattr(usage, "prompt_tokens_details", None), "cached_tokens", absent=0)
    made = _count(getattr(usage, "completion_tokens_details", None), "reasoning_tokens", absent=0) or 0
    if None in counts or not is_told(into, out, text=text):
        return Bill(input_tokens=into, output_tokens=out)
    whole = cached is not None and cached <= into and max(into, out) < MAX_TOKENS
    return Bill(
        input_tokens=into,
        output_tokens=out,
        cached_tokens=cached or 0 if whole else 0,
        reasoning_tokens=min(made, out),
        cost_usd=cost(getattr(response, "_hidden_params", {}).get("response_cost")) if whole else None,
    )


def is_told(input_tokens: int, output_tokens: int, *, text: str) -> bool:
    """Return whether those counts can be those of a call with that answer: every prompt has tokens."""
    return input_tokens > 0 and (output_tokens > 0 or not text)


def cost(amount: Any) -> Decimal | None:
    """Return an amount of US dollars to the ledger's exactness, or None where there is none that can be."""
    if not isinstance(amount, int | float | Decimal) or not 0 <= amount < MAX_COST:
        return None
    return min(round(Decimal(str(amount)), 8), MAX_COST - Decimal("0.00000001"))


def model(reported: Any, *, keys: Iterable[str]) -> str | None:
    """Return the name of the model that the provider reports, or None where it does not look like one.

    It goes into the ledger, and a provider can put anything in its place: code of the project, a key.
    """
    looks = isinstance(reported, str) and _MODEL.fullmatch(reported) and masked(reported, keys) == reported
    return str(reported) if looks else None


def _count(usage: Any, name: str, *, absent: int | None = None) -> int | None:
    """Return a count that the provider reports, at most MAX_TOKENS; None where it cannot be."""
    count = getattr(usage, name, None)
    if count is None:
        return absent
    if not isinstance(count, int | float) or (isinstance(count, float) and not math.isfinite(count)) or count < 0:
        return None
    return int(min(count, MAX_TOKENS))

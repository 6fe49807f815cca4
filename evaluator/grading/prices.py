"""What a call costs: by the operator's own prices, else by litellm's table.

What a call did cost is litellm's to say where the operator has set no price, since it knows every provider's tiers and
discounts; what it may cost at most is reckoned here before it is sent.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from evaluator.errors import UnknownPrice
from evaluator.grading import bill, model_table, window
from evaluator.judgement import Answer, JudgeName, Prompt
from evaluator.settings import OFFLINE
from evaluator.tables import Price

REPLAY = "replay"  # the provider of answers that were recorded
_FREE = Price(input=Decimal(0), output=Decimal(0))
_MILLION = 1_000_000
_EXACT = Decimal("0.00000001")  # US dollars: what the ledger keeps

# Prices of the table for what we send; those of batches, of other service tiers and of an hour's cache are not ours.
_INPUT = re.compile(r"(?:input_cost_per_token|cache_creation_input_token_cost)(?:_above_(\d{1,5})k_tokens)?")
_OUTPUT = re.compile(r"(?:output_cost_per_token|output_cost_per_reasoning_token)(?:_above_(\d{1,5})k_tokens)?")


@dataclass(frozen=True)
class Tariff:
    """The prices that hold in this installation, and how long an answer may be."""

    own: Mapping[str, Price] = field(default_factory=dict)  # name of a model as it is set -> price
    answer_tokens: int = 8000

    def at_most(self, name: JudgeName, prompt: Prompt) -> Decimal:
        """Return what a call with this prompt may cost at most, in US dollars. Raises UnknownPrice."""
        sent = tokens_sent(name, prompt)
        price = self._of(name, tokens=sent)
        if price is None:
            model = f"{name.provider}/{name.model}"
            raise UnknownPrice(
                f"A budget needs to know what {model} costs, and no price of it is known. Set"
                f" MODU_PRICES={model}=in/out in US dollars per million tokens, or leave the budget out."
            )
        dearest = max(price.input, price.cached or price.input)
        return _sum((dearest, sent), (price.output, self.answer_tokens))

    def cost(self, name: JudgeName, answer: Answer) -> Decimal | None:
        """Return what the call cost by the operator's own price, in US dollars.

        None where no such price is set, and where that cannot be told of what the provider counts.
        """
        own = self.own.get(f"{name.provider}/{name.model}")
        if own is None:
            return None
        if own != _FREE and not bill.is_told(answer.input_tokens, answer.output_tokens, text=answer.text):
            return None
        cached = own.input if own.cached is None else own.cached
        fresh = answer.input_tokens - answer.cached_tokens
        return bill.cost(_sum((own.input, fresh), (cached, answer.cached_tokens), (own.output, answer.output_tokens)))

    def require(self, name: JudgeName) -> None:
        """Raise UnknownPrice where no price of the model is known: a budget cannot be kept with it."""
        self.least(name)

    def least(self, name: JudgeName) -> Decimal:
        """Return what has to be left, in US dollars, for the shortest of calls to be made. Raises UnknownPrice."""
        return self.at_most(name, Prompt(system="", prefix="", suffix="", answer_schema={}))

    def _of(self, name: JudgeName, *, tokens: int) -> Price | None:
        if name.provider in {OFFLINE, REPLAY}:
            return _FREE
        return self.own.get(f"{name.provider}/{name.model}") or _listed(name, tokens=tokens)


def tokens_sent(name: JudgeName, prompt: Prompt) -> int:
    """Return how many tokens the prompt may have at most; where nobody estimated them, a token is a byte at least."""
    if prompt.tokens:
        return window.tokens_at_most(name.model, estimated=prompt.tokens)
    return sum(len(part.encode("utf-8", "replace")) for part in (prompt.system, prompt.prefix, prompt.suffix))


def _sum(*counted: tuple[Decimal, int]) -> Decimal:
    return (sum((price * tokens for price, tokens in counted), Decimal(0)) / _MILLION).quantize(_EXACT)


def _listed(name: JudgeName, *, tokens: int) -> Price | None:
    """Return the highest prices that the table has for a call of so many tokens, or None where it has none.

    A name without its provider counts only where the row is that provider's: others take other prices for a model.
    """
    rows = model_table.rows()
    row = rows.get(f"{name.provider}/{name.model}") or rows.get(name.model)
    if row is None or not str(row.get("litellm_provider")).startswith(name.provider):
        return None
    into, out = (_dearest(row, kind, tokens=tokens) for kind in (_INPUT, _OUTPUT))
    return None if into is None or out is None else Price(input=into, output=out)


def _dearest(row: model_table.Row, kind: re.Pattern[str], *, tokens: int) -> Decimal | None:
    """Return the highest of the row's prices of that kind, in US dollars per million tokens."""
    matches = ((kind.fullmatch(key), price) for key, price in row.items() if isinstance(price, int | float))
    prices = [price for match, price in matches if match and int(match[1] or 0) * 1000 <= tokens]
    return Decimal(str(max(prices))) * _MILLION if prices else None

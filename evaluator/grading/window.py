"""How much a model can read, and so how long a digest for it may be (specs/digest.md, "Counting tokens").

The windows are litellm's own table.
"""

import functools
import math
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction

from evaluator.domain import Language
from evaluator.errors import SettingsError
from evaluator.grading import model_table
from evaluator.grading.prompts import Prompts, labelled
from evaluator.judgement import Rubric

_NONCE = "0" * 32  # stands for one where only its length matters
_LEAST = 2000  # tokens; a digest that may have fewer tells a judge nothing

# Tokens besides the digest that nobody can count before it is there, at most: eleven facts of 500 characters, 24
# promises of 200 with what was found of them, three canaries, and what was wrong with the first answer.
_FACTS = 5000

# Our estimate of o200k tokens may err: by less than 5 % on 95 of 100 digests, by 7 at most (benchmarks/tokens).
_ERROR = Fraction(115, 100)

# How many tokens a family makes of 100 of o200k, at most. Measured over digests of 150 repositories with the tables in
# litellm's wheel, a dense Korean one being the worst for both: cl100k 133 (median 100), Claude's first tokenizer 153
# (median 115). Since Opus 4.7 Claude makes "approximately 30 percent more" (platform.claude.com, Token counting): 35
# are taken. Of the others no table can be had offline: they get a little more than the worst that was measured.
_CLAUDE = (re.compile(r"claude"), Fraction(153 * 135, 10_000))
_O200K = (re.compile(r"\b(?:gpt-(?:4o|4\.[1-9]|[5-9]|oss)|chatgpt|o[1-9](?:$|-))"), Fraction(1))
_CL100K = (re.compile(r"\bgpt-(?:3\.5|4)\b"), Fraction(135, 100))
_OTHERS = Fraction(160, 100)


def input_window(model: str) -> int | None:
    """Return how many tokens the model of that litellm name can be sent, or None where litellm does not know.

    A name with a provider that the table does not have is looked up without it: `anthropic/claude-sonnet-5` is there
    as `claude-sonnet-5`, `openrouter/openai/gpt-5.4` as `gpt-5.4`.
    """
    return next((_windows()[name] for name in _names(model) if name in _windows()), None)


def digest_budget(model: str, *, wanted: int, answer_tokens: int, around: int) -> int:
    """Return how many estimated tokens the digest may have, at most *wanted*, so that a call fits into the window.

    *around* are the estimated tokens of rules, criteria and answer form, *answer_tokens* what the answer may have. A
    model of unknown window gets *wanted*. Raises SettingsError where fewer than 2,000 are left of the window.
    """
    window = input_window(model)
    if window is None:
        return wanted
    left = math.floor((window - answer_tokens) / (_ERROR * _density(model))) - around - _FACTS
    if left < min(_LEAST, wanted):
        raise SettingsError(
            f"{model} reads at most {window:,} tokens. Besides the rules, the criteria and an answer of up to"
            f" {answer_tokens:,}, too few are left for a project. Choose a model with a larger window with MODU_MODEL"
            " (--model), or set MODU_ANSWER_TOKENS lower."
        )
    return min(wanted, left)


def tokens_at_most(model: str, *, estimated: int) -> int:
    """Return how many tokens of the model our estimate of o200k tokens may stand for at most."""
    return math.ceil(estimated * _ERROR * _density(model))


def around(rubric: Rubric, *, prompts: Prompts, language: Language) -> str:
    """Return what stands around a digest in the longest call by the rubric: rules, criteria, answer form."""
    parts = (
        prompts.suffix(dimension, labelled([c for c in dimension.criteria if c.evidence != "machine"]), nonce=_NONCE)
        for dimension in rubric.dimensions
    )
    return prompts.system(language) + max(parts, key=len)


def _density(model: str) -> Fraction:
    """Return how many tokens the model makes of one of o200k, at most."""
    return next((worth for pattern, worth in (_CLAUDE, _O200K, _CL100K) if pattern.search(model)), _OTHERS)


def _names(model: str) -> Iterator[str]:
    """Yield the name, then what is left of it without its first part, and so on."""
    while model:
        yield model
        model = model.partition("/")[2]


@functools.cache
def _windows() -> Mapping[str, int]:
    """Return name of a model -> tokens it can be sent."""
    found = ((name, row.get("max_input_tokens")) for name, row in model_table.rows().items())
    return {name: tokens for name, tokens in found if isinstance(tokens, int) and tokens > 0}

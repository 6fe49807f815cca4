"""How many tokens the digest of a request may have: what is set, unless the window of one of its judges is smaller."""

from collections.abc import Collection

from evaluator.digest.tokens import estimate
from evaluator.domain import Language, Options
from evaluator.grading import resources, rubrics, window
from evaluator.grading.prompts import Prompts
from evaluator.grading.replay import Replayer
from evaluator.judgement import Rubric
from evaluator.services import models
from evaluator.services.bench import Bench
from evaluator.settings import OFFLINE, Settings


def tokens(
    judges: Collection[str], rubric: Rubric, *, prompts: Prompts, language: Language, wanted: int, answer_tokens: int
) -> int:
    """Return the tokens of a digest that every one of the models *judges* can be sent, at most *wanted*.

    Raises SettingsError where a model's window is too small for rules, criteria, answer and a digest.
    """
    asked = [model for model in judges if model != OFFLINE]
    if not asked:
        return wanted
    around = estimate(window.around(rubric, prompts=prompts, language=language))
    return min(
        window.digest_budget(model, wanted=wanted, answer_tokens=answer_tokens, around=around) for model in asked
    )


def of_request(options: Options, rubric: Rubric, *, bench: Bench) -> int:
    """Return the tokens of the digest of a request; of a recording, those that its judge was shown then."""
    if models.is_replayed(options.model) and bench.tape is not None:
        return Replayer(bench.tape).header.budget or bench.digest_tokens
    return tokens(
        models.all_of(options.model, fallbacks=bench.fallback_models, second=bench.second_model),
        rubric,
        prompts=bench.prompts,
        language=options.language,
        wanted=bench.digest_tokens,
        answer_tokens=bench.answer_tokens,
    )


def of(settings: Settings) -> int:
    """Return the tokens of a digest as the settings say. Raises SettingsError, UnknownRubric or BadRubric."""
    return tokens(
        models.all_of(settings.judge_model, fallbacks=settings.fallback_models, second=settings.second_model),
        rubrics.load(settings.rubric, folder=settings.rubrics_dir or resources.folder("rubrics")),
        prompts=Prompts.load(settings.prompts_dir or resources.folder("prompts")),
        language=settings.language,
        wanted=settings.digest_tokens,
        answer_tokens=settings.answer_tokens,
    )

"""How many tokens the digest of a request may have: what is set, unless the judge's window is smaller."""

from evaluator.digest.tokens import estimate
from evaluator.domain import Language
from evaluator.grading import resources, rubrics, window
from evaluator.grading.prompts import Prompts
from evaluator.judgement import Rubric
from evaluator.settings import OFFLINE, Settings


def tokens(model: str, rubric: Rubric, *, prompts: Prompts, language: Language, wanted: int, answer_tokens: int) -> int:
    """Return the tokens of a digest for the judge *model*, at most *wanted*.

    Raises SettingsError where the model's window is too small for rules, criteria, answer and a digest.
    """
    if model == OFFLINE:
        return wanted
    around = estimate(window.around(rubric, prompts=prompts, language=language))
    return window.digest_budget(model, wanted=wanted, answer_tokens=answer_tokens, around=around)


def of(settings: Settings) -> int:
    """Return the tokens of a digest as the settings say. Raises SettingsError, UnknownRubric or BadRubric."""
    return tokens(
        settings.judge_model,
        rubrics.load(settings.rubric, folder=settings.rubrics_dir or resources.folder("rubrics")),
        prompts=Prompts.load(settings.prompts_dir or resources.folder("prompts")),
        language=settings.language,
        wanted=settings.digest_tokens,
        answer_tokens=settings.answer_tokens,
    )

"""Which models judge a request: the one asked for, those that stand in for it, and the second judge.

A model whose answers are recorded into a file, or come from one, has a word before its name, so that no other worker
takes the request: only the process that was given the file can judge it.
"""

from collections.abc import Sequence

from evaluator.errors import SettingsError
from evaluator.grading import judge
from evaluator.settings import OFFLINE

RECORDED = "record/"  # before the name of a model whose answers are recorded
REPLAYED = "replay/"  # before the name of a model whose answers were recorded


def plain(model: str) -> str:
    """Return the litellm name of the model."""
    return model.partition("/")[2] if is_taped(model) else model


def is_taped(model: str) -> bool:
    """Return whether answers of the model are recorded into a file or come from one."""
    return model.startswith((RECORDED, REPLAYED))


def is_replayed(model: str) -> bool:
    """Return whether the answers of the model come from a file, and cost nothing."""
    return model.startswith(REPLAYED)


def in_order(model: str, *, fallbacks: Sequence[str]) -> tuple[str, ...]:
    """Return the models that are tried one after the other: a grade is wholly by one of them."""
    if model == OFFLINE or is_taped(model):
        return (model,)
    return tuple(dict.fromkeys((model, *(each for each in fallbacks if _can_help(each)))))


def second_to(model: str, *, second: str | None) -> str | None:
    """Return the second judge beside *model*: none offline, none of the same family, which would agree with itself."""
    if second is None or model == OFFLINE or is_replayed(model):  # a file knows its own second judge
        return None
    if not _can_help(second):
        return None
    return None if _are_kin(model, second) else second


def all_of(model: str, *, fallbacks: Sequence[str], second: str | None) -> tuple[str, ...]:
    """Return the litellm name of every model that may be asked."""
    tried = in_order(model, fallbacks=fallbacks)
    seconds = (second_to(each, second=second) for each in tried)
    return tuple(dict.fromkeys(plain(each) for each in (*tried, *seconds) if each is not None))


def check(model: str, *, fallbacks: Sequence[str], second: str | None, on_file: bool = False) -> None:
    """Raise BadModelName for what names no model, and SettingsError for one that cannot have the part it is given.

    *on_file*: whether the request comes with the file that a taped model needs.
    """
    if is_taped(plain(model) if on_file else model):
        raise SettingsError(
            f"{model!r} is no model that can be asked for by name: `{RECORDED}` and `{REPLAYED}` are for answers that a"
            " file holds. Use --judge-record FILE or --judge-replay FILE instead."
        )
    if model == OFFLINE:
        return
    for each in fallbacks:
        check_help(each, setting="MODU_FALLBACK_MODELS")
    if second is not None:
        check_help(second, setting="MODU_SECOND_MODEL")
    for each in (plain(model), *fallbacks, *((second,) if second else ())):
        judge.name_of(each)
    if second is not None and not is_replayed(model) and _are_kin(model, second):
        raise SettingsError(
            f"MODU_SECOND_MODEL: {second} is of the same family as the judge {plain(model)} and would agree with"
            " itself. Name a model of another family, or take the setting out."
        )


def check_help(model: str, *, setting: str) -> None:
    """Raise SettingsError where the *model* of that setting can neither stand in for another nor be its second."""
    if not _can_help(model):
        raise SettingsError(
            f"{setting}: {model!r} is no LLM that could be asked. The offline judge answers only what code can check,"
            " and recorded answers are about one project: a grade must not quietly come from either. Name models of"
            " providers, or take the setting out."
        )


def _can_help(model: str) -> bool:
    return model != OFFLINE and not is_taped(model)


def _are_kin(model: str, other: str) -> bool:
    return judge.family(judge.name_of(plain(model))) == judge.family(judge.name_of(other))

"""Answers of a judge that are recorded into a file, or come from one: only the command that was given it judges so."""

from pathlib import Path

from evaluator.errors import SettingsError
from evaluator.grading.replay import Replayer
from evaluator.services import models
from evaluator.settings import OFFLINE, Settings


def model(settings: Settings, *, record: Path | None, replay: Path | None) -> str:
    """Return the model of a request whose answers are recorded in a file, or come from one, or neither.

    Raises SettingsError where that cannot be, and BadRecord where the file holds no recorded answers.
    """
    if record is None and replay is None:
        return settings.judge_model
    option = "--judge-record" if replay is None else "--judge-replay"
    if not settings.embedded:
        raise SettingsError(
            f"{option} needs the embedded services: with DATABASE_URL and REDIS_URL set, a worker elsewhere grades,"
            " which has no such file. Take both settings out."
        )
    if replay is not None:
        judge = Replayer(replay).recorded
        return f"{models.REPLAYED}{judge.provider}/{judge.model}"
    if settings.judge_model == OFFLINE:
        raise SettingsError("--judge-record has nothing to record: the offline judge is asked nothing. Set MODU_MODEL.")
    return models.RECORDED + settings.judge_model

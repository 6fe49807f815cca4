"""What the log of a worker tells of a mistake of ours."""

import logging

from evaluator.cli.common import _Lines


def test_a_mistake_is_told_by_its_place_and_kind_and_never_in_its_words() -> None:
    try:
        try:
            raise ValueError("SECRETCODE and sk-key of the inner")
        except ValueError as inner:
            raise KeyError("SECRETCODE of the outer") from inner
    except KeyError as error:
        record = logging.makeLogRecord({"msg": "A mistake of ours", "exc_info": (KeyError, error, error.__traceback__)})

    line = _Lines(tracebacks=True).format(record)

    assert "test_log.py" in line
    assert "KeyError\nwhile handling\nTraceback" in line
    assert line.endswith("ValueError")
    assert "SECRETCODE of" not in line.replace('raise KeyError("SECRETCODE of the outer")', "")


def test_where_nobody_looks_there_is_no_traceback() -> None:
    error = ValueError("words")
    record = logging.makeLogRecord({"msg": "A mistake", "exc_info": (ValueError, error, None)})

    assert "Traceback" not in _Lines(tracebacks=False).format(record)

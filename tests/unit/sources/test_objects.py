"""The conversation with git, git being the other end of two pipes."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from evaluator.errors import FetchTimeout
from evaluator.sources.objects import Damaged, Missing, Objects, Stopped

HELLO = hashlib.sha1(b"blob 6\0hello\n").hexdigest()
OTHER = "1" * 40


@contextmanager
def told(answer: bytes, *, check: bool = False, ended: bool = True) -> Iterator[Objects]:
    """Objects of a git that has said *answer* before it was asked, and then has ended or is silent."""
    asking, asked = os.pipe()
    answered, answering = os.pipe()
    os.write(answering, answer)
    if ended:
        os.close(answering)
    with os.fdopen(asked, "wb", buffering=0) as questions, os.fdopen(answered, "rb", buffering=0) as answers:
        yield Objects(questions, answers, seconds=0.1, check=check)
    os.close(asking)
    if not ended:
        os.close(answering)


def test_contents_come_in_the_order_asked() -> None:
    with told(f"{HELLO} blob 6\nhello\n\n{OTHER} blob 0\n\n".encode()) as objects:
        found = [(each.id, each.kind, each.data) for each in objects.contents([HELLO, OTHER], most=6)]

    assert found == [(HELLO, b"blob", b"hello\n"), (OTHER, b"blob", b"")]


def test_the_size_of_what_is_no_blob_or_not_there_is_unknown() -> None:
    with told(f"{HELLO} blob 6\n{OTHER} missing\n{OTHER} tree 9\n".encode()) as objects:
        assert objects.sizes([HELLO, OTHER, OTHER]) == [6, None, None]


def test_what_is_missing_is_damage() -> None:
    with told(f"{OTHER} missing\n".encode()) as objects, pytest.raises(Missing):
        list(objects.contents([OTHER], most=100))


def test_another_object_than_the_one_that_was_asked_for_is_damage() -> None:
    with told(f"{HELLO} blob 6\nhello\n\n".encode()) as objects, pytest.raises(Damaged):
        list(objects.contents([OTHER], most=100))


def test_another_content_under_the_same_id_is_damage_where_it_is_checked() -> None:
    said = f"{HELLO} blob 6\nHELLO\n\n".encode()

    with told(said) as objects:
        assert [each.data for each in objects.contents([HELLO], most=100)] == [b"HELLO\n"]
    with told(said, check=True) as objects, pytest.raises(Damaged):
        list(objects.contents([HELLO], most=100))


def test_the_same_content_is_no_damage_where_it_is_checked() -> None:
    with told(f"{HELLO} blob 6\nhello\n\n".encode(), check=True) as objects:
        assert [each.data for each in objects.contents([HELLO], most=100)] == [b"hello\n"]


def test_more_than_was_wanted_is_not_read() -> None:
    with told(f"{HELLO} blob 6000000000\n".encode(), ended=False) as objects, pytest.raises(OverflowError):
        list(objects.contents([HELLO], most=100))


@pytest.mark.parametrize("said", ["", HELLO, f"{HELLO} blob 6\n", f"{HELLO} blob 6\nhel"])
def test_a_git_that_ends_amid_its_answer_is_told(said: str) -> None:
    with told(said.encode()) as objects, pytest.raises(Stopped):
        list(objects.contents([HELLO], most=100))


def test_a_git_that_is_gone_cannot_be_asked() -> None:
    asking, asked = os.pipe()
    answered, answering = os.pipe()
    os.close(asking)
    os.close(answering)
    with os.fdopen(asked, "wb", buffering=0) as questions, os.fdopen(answered, "rb", buffering=0) as answers:
        objects = Objects(questions, answers, seconds=1, check=False)

        with pytest.raises(Stopped):
            objects.sizes([HELLO])


def test_a_git_that_is_silent_is_not_waited_for() -> None:
    with told(f"{HELLO} blob 6\nhel".encode(), ended=False) as objects, pytest.raises(FetchTimeout):
        list(objects.contents([HELLO], most=100))

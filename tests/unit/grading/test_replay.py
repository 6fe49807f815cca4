import json
import stat
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evaluator.errors import BadRecord, NoRecordedAnswer, RateLimited
from evaluator.grading.replay import Header, Recorder, Replayer, recorded_name
from evaluator.judgement import Answer, JudgeName, Prompt

NAME = JudgeName(provider="openai", model="gpt-5.4-mini")
SECOND = JudgeName(provider="anthropic", model="claude")
HEADER = Header(seed="5eed", judge=NAME, digest="d" * 64, rubric="r" * 64, prompts="p" * 64, budget=60_000)
SAME = {"digest": HEADER.digest, "rubric": HEADER.rubric, "prompts": HEADER.prompts}


class Speaker:
    """A judge that repeats the nonce, and counts."""

    def __init__(self, name: JudgeName = NAME) -> None:
        self.name = name
        self.asked = 0

    def ask(self, prompt: Prompt) -> Answer:
        self.asked += 1
        text = f'{{"answer_id": "{prompt.nonce}", "said": "\udc80 ünd {self.asked}"}}'
        return Answer(text=text, model="gpt", input_tokens=10, output_tokens=5, cost_usd=Decimal("0.25"))


class Refusing(Speaker):
    def ask(self, prompt: Prompt) -> Answer:  # noqa: ARG002 - the protocol's
        raise RateLimited("Slow down.")


def question(key: str, nonce: str = "0" * 32) -> Prompt:
    return Prompt(system="s", prefix="p", suffix="x", answer_schema={}, nonce=nonce, key=key, purpose="functionality 1")


def recorded(file: Path, *keys: str, header: Header = HEADER) -> Path:
    recorder = Recorder(Speaker(), file, header=header)
    for key in keys:
        recorder.ask(question(key))
    return file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "answers.jsonl"


def test_a_recorded_answer_is_given_again_with_the_new_nonce_and_costs_nothing(file: Path) -> None:
    recorded(file, "a", "b")

    answer = Replayer(file).ask(question("b", nonce="f" * 32))

    assert json.loads(answer.text) == {"answer_id": "f" * 32, "said": "\udc80 ünd 2"}
    assert (answer.model, answer.cost_usd, answer.input_tokens, answer.output_tokens) == ("gpt", Decimal(0), 0, 0)


def test_recording_changes_nothing_for_who_asks(file: Path) -> None:
    recorder = Recorder(Speaker(), file, header=HEADER)

    answer = recorder.ask(question("a", nonce="1" * 32))

    assert recorder.name == NAME
    assert answer == Speaker().ask(question("a", nonce="1" * 32))


def test_a_replay_says_that_nobody_was_asked_and_knows_who_was(file: Path) -> None:
    replayer = Replayer(recorded(file))

    assert replayer.name == JudgeName(provider="replay", model="openai/gpt-5.4-mini")
    assert recorded_name(replayer) == NAME == recorded_name(Speaker())
    assert replayer.header == HEADER


def test_the_name_of_a_replay_fits_its_column(file: Path) -> None:
    long = HEADER.model_copy(update={"judge": JudgeName(provider="openai", model="m" * 140)})

    assert len(Replayer(recorded(file, header=long)).name.model) == 100


def test_a_question_without_an_answer_is_named(file: Path) -> None:
    with pytest.raises(
        NoRecordedAnswer, match=r"no answer to the question 'functionality 1' with the key 7777\. Record it anew"
    ):
        Replayer(recorded(file, "a")).ask(question("7777"))


def test_what_the_judge_does_not_answer_is_not_recorded(file: Path) -> None:
    recorder = Recorder(Refusing(), file, header=HEADER)

    with pytest.raises(RateLimited):
        recorder.ask(question("a"))

    with pytest.raises(NoRecordedAnswer):
        Replayer(file).ask(question("a"))


def test_of_two_answers_to_one_question_the_later_one_counts(file: Path) -> None:
    recorded(file, "a")
    other = Recorder(Speaker(), file, header=HEADER)
    other.ask(question("b"))
    other.ask(question("a"))

    answer = Replayer(file).ask(question("a"))

    assert json.loads(answer.text)["said"].endswith("2")
    assert sum("schema" in json.loads(line) for line in file.read_text().splitlines()) == 1


def test_a_file_is_private_even_where_it_was_not(file: Path) -> None:
    file.touch(mode=0o644)

    recorded(file, "a")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_newest_recording_of_a_file_counts(file: Path) -> None:
    recorded(file, "a")
    recorded(file, "b", header=HEADER.model_copy(update={"seed": "0ther"}))

    replayer = Replayer(file)

    assert replayer.header.seed == "0ther"
    assert json.loads(replayer.ask(question("b")).text)["said"].endswith("1")
    with pytest.raises(NoRecordedAnswer):
        replayer.ask(question("a"))


def test_two_recordings_at_once_in_one_file_do_not_mix(file: Path) -> None:
    first = Recorder(Speaker(), file, header=HEADER)
    second = Recorder(Speaker(), file, header=HEADER.model_copy(update={"seed": "0ther"}))
    second.ask(question("a"))
    first.ask(question("b"))

    with pytest.raises(NoRecordedAnswer):
        Replayer(file).ask(question("b"))


def test_many_threads_record_whole_lines(file: Path) -> None:
    recorder = Recorder(Speaker(), file, header=HEADER)
    threads = [
        threading.Thread(target=lambda n=n: [recorder.ask(question(f"{n}-{m}")) for m in range(25)]) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    replayer = Replayer(file)

    assert all(replayer.ask(question(f"{n}-{m}")).text for n in range(8) for m in range(25))


def test_the_second_judge_answers_from_the_same_file(file: Path) -> None:
    header = HEADER.model_copy(update={"second": SECOND})
    recorded(file, "a", header=header)
    Recorder(Speaker(SECOND), file, header=header).ask(question("z"))

    second = Replayer(file, second=True)

    assert second.name.model == "anthropic/claude"
    assert recorded_name(second) == SECOND
    assert second.ask(question("z")).text


def test_a_recording_without_a_second_judge_has_none_to_replay(file: Path) -> None:
    with pytest.raises(BadRecord, match="without a second judge"):
        Replayer(recorded(file, "a"), second=True)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({}, None),
        ({"digest": "0"}, r"Not the same now: project\."),
        ({"rubric": "0", "prompts": "0"}, r"Not the same now: rubric, prompts\."),
    ],
)
def test_only_what_was_recorded_may_be_replayed(file: Path, other: dict[str, str], said: str | None) -> None:
    replayer = Replayer(recorded(file, "a"))

    if said is None:
        replayer.check(**SAME)
    else:
        with pytest.raises(BadRecord, match=said):
            replayer.check(**(SAME | other))


@pytest.mark.parametrize("cut", [1, 40])
def test_a_torn_last_line_is_told_and_left_out(file: Path, cut: int, caplog: pytest.LogCaptureFixture) -> None:
    recorded(file, "a", "b")
    file.write_bytes(file.read_bytes()[:-cut])

    replayer = Replayer(file)

    assert replayer.torn
    assert "cut off" in caplog.text
    assert replayer.ask(question("a")).text
    with pytest.raises(NoRecordedAnswer, match="last line of the file is cut off"):
        replayer.ask(question("b"))


def test_recording_goes_on_behind_a_torn_line(file: Path) -> None:
    recorded(file, "a", "b")
    file.write_bytes(file.read_bytes()[:-30])

    recorded(file, "c")

    replayer = Replayer(file)
    assert not replayer.torn
    assert replayer.ask(question("a")).text
    assert replayer.ask(question("c")).text


def test_a_file_of_nothing_but_a_torn_line_is_begun_anew(file: Path) -> None:
    file.write_text('{"recording": "' + "x" * 100_000)

    recorded(file, "a")

    assert Replayer(file).ask(question("a")).text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no recorded answers"),
        (b"nothing\n", "Line 1 of"),
        (b'{"schema": 2}\n', "Line 1 of"),
        (b"[]\n", "Line 1 of"),
        (b"[" * 100_000 + b"\n", "Line 1 of"),
        (b"\xff\xfe\n", "Line 1 of"),
        (b'{"schema": 1}\n', "Line 1 of"),
        (b'{"key": "a"}\n', "Line 1 of"),
        (b'{"schema": 1, "recording": "x", "seed": "0"}\n', "Line 1 of"),
        (b'{"recording": "x", "key": "a", "nonce": "", "answer": {"text": 1}}\n', "Line 1 of"),
    ],
)
def test_a_file_of_something_else_is_refused_plainly(file: Path, content: bytes, said: str) -> None:
    file.write_bytes(content)

    with pytest.raises(BadRecord, match=said):
        Replayer(file)


def test_a_file_that_is_not_there_is_refused_plainly(file: Path) -> None:
    with pytest.raises(BadRecord, match=r"cannot be read: No such file or directory\. Name the file"):
        Replayer(file)


@pytest.mark.parametrize("content", ["my thesis\n", "my thesis", '{"title": "my thesis"}', "[1]\n"])
def test_a_file_of_something_else_is_not_written_to(file: Path, content: str) -> None:
    file.write_text(content)

    with pytest.raises(BadRecord):
        Recorder(Speaker(), file, header=HEADER)

    assert file.read_text() == content


@pytest.mark.parametrize("place", ["", "missing/answers.jsonl"])
def test_where_nothing_can_be_written_no_judge_is_asked(tmp_path: Path, place: str) -> None:
    with pytest.raises(BadRecord, match="cannot be recorded in"):
        Recorder(Speaker(), tmp_path / place, header=HEADER)


def test_a_device_is_no_file_to_record_in() -> None:
    with pytest.raises(BadRecord, match="no regular file"):
        Recorder(Speaker(), Path("/dev/null"), header=HEADER)


def test_a_file_too_large_to_be_one_is_refused(file: Path) -> None:
    with file.open("wb") as large:
        large.truncate((256 << 20) + 1)

    with pytest.raises(BadRecord, match="more than 256 MB"):
        Replayer(file)


def test_an_answer_without_a_nonce_stays_as_it_was(file: Path) -> None:
    class Mute(Speaker):
        def ask(self, prompt: Prompt) -> Answer:  # noqa: ARG002 - the protocol's
            return Answer(text="no words")

    Recorder(Mute(), file, header=HEADER).ask(question("a", nonce=""))

    assert Replayer(file).ask(question("a", nonce="f")).text == "no words"


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_the_file_says_what_was_judged_and_by_whom(file: Path) -> None:
    first, second = lines(recorded(file, "a"))

    assert first | {"recording": ""} == {"schema": 1, "recording": "", **HEADER.model_dump(mode="json")}
    assert {name: second[name] for name in ("recording", "key", "nonce", "judge")} == {
        "recording": first["recording"],
        "key": "a",
        "nonce": "0" * 32,
        "judge": {"provider": "openai", "model": "gpt-5.4-mini"},
    }

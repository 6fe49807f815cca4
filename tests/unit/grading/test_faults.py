import html
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from evaluator.errors import (
    AnswerLost,
    ContextTooLong,
    JudgeRefused,
    JudgeRejected,
    JudgeUnavailable,
    RateLimited,
    TransientError,
    UnknownModel,
)
from evaluator.grading.faults import MAX_READ, translate
from evaluator.grading.judge import MACHINE, address, name_of
from evaluator.judgement import JudgeName

NAME = JudgeName(provider="openai", model="anything")


class HTTPStatusError(Exception):  # as httpx calls it
    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.response = type("Response", (), {"status_code": status, "text": "", "headers": {}})()


class VendorError(Exception):
    def __init__(self, message: str, *, status: int | None = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status_code = status
        self.litellm_response_headers = headers
        self.__cause__ = HTTPStatusError(status) if status else None


def told(message: str, **keywords: Any) -> str:
    return str(translate(VendorError(message, status=429), name=NAME, **keywords))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, JudgeRejected), (401, JudgeRefused), (402, JudgeRefused), (403, JudgeRefused), (404, UnknownModel),
        (405, JudgeRejected), (408, JudgeUnavailable), (409, JudgeRejected), (413, JudgeRejected),
        (415, JudgeRejected), (422, JudgeRejected), (429, RateLimited), (500, JudgeUnavailable),
        (503, JudgeUnavailable), (529, JudgeUnavailable), (None, AnswerLost), (307, JudgeRejected),
    ],
)  # fmt: skip
def test_each_status_has_its_error(status: int | None, kind: type[Exception]) -> None:
    error = translate(VendorError("the provider's words", status=status), name=NAME)

    assert type(error) is kind
    assert ": the provider's words. " in str(error) or status == 307


def test_a_server_that_was_not_reached_got_nothing_that_could_be_paid_for() -> None:
    error = VendorError("no route")
    error.__cause__ = type("ConnectError", (Exception,), {})("no route")

    assert type(translate(error, name=NAME)) is JudgeUnavailable


def test_an_error_that_comes_from_itself_ends() -> None:
    error = VendorError("round")
    error.__cause__ = ValueError("and")
    error.__cause__.__cause__ = error

    assert type(translate(error, name=NAME)) is AnswerLost


def test_a_prompt_that_is_too_long_after_all_says_which_setting_to_lower() -> None:
    words = "litellm.ContextWindowExceededError: OpenAIException - This model's maximum context length is 8192 tokens."

    error = translate(VendorError(words, status=400), name=NAME)

    assert type(error) is ContextTooLong
    assert "maximum context length is 8192 tokens" in str(error)
    assert "Set MODU_DIGEST_TOKENS lower" in str(error)


def test_a_provider_that_litellm_does_not_know_is_an_unknown_model() -> None:
    error = translate(VendorError("LLM Provider NOT provided. Pass in the provider", status=400), name=NAME)

    assert isinstance(error, UnknownModel)


def test_a_response_that_cannot_be_read_is_the_providers_failure() -> None:
    error = translate(VendorError("Error converting to valid response block=x", status=422), name=NAME)

    assert isinstance(error, JudgeUnavailable)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("litellm.RateLimitError: RateLimitError: OpenAIException - Slow down", ": Slow down. "),
        ("AnthropicException BadGatewayError - Slow down!", ": Slow down! "),
        ("Error code: 429 - Slow down", ": Slow down. "),
        ('GeminiException - {"error": {"code": 429, "message": "Slow down."}}', ": Slow down. "),
        ('x - b\'{"type": "error", "error": {"message": "Slow down"}}\'', ": Slow down. "),
        ('{"message": "Slow down"} and more', ": Slow down. "),
        ('{"error": "Slow"}', ': {"error": "Slow"}. '),
        ("Slow {down", ": Slow {down. "),
        ("Slow down Handle with `litellm.RateLimitError`.", ": Slow down. "),
        ("Slow\n\n  down\x1b[31m", ": Slow down [31m. "),
        ("Connection error.", ": Connection error. "),
        ("", "asks to slow down. Wait"),
        ("x" * 300, f": {'x' * 300}. "),
        ("x" * 301, f": {'x' * 299}… "),
        ("{" * 5000, f": {'{' * 299}… "),
    ],
)
def test_the_providers_own_words_are_repeated_clean_and_short(message: str, words: str) -> None:
    assert words in told(message)


@pytest.mark.parametrize(
    "message",
    ["Key my-own-secret is wrong", "Key sk-ant-api03-abcdefghijkl is wrong", "Key AIzaSyA1234567890123 is wrong",
     "Key sk-proj-****************abcd is wrong", "Key Bearer my-own-secret is wrong"],
)  # fmt: skip
def test_a_key_is_never_repeated(message: str) -> None:
    assert ": Key [key] is wrong. " in told(message, keys=["my-own-secret"]).replace("Bearer [key]", "[key]")


def wait_of(headers: dict[str, str] | None, status: int = 429) -> timedelta | None:
    error = translate(VendorError("slow down", status=status, headers=headers), name=NAME)
    assert isinstance(error, TransientError)
    return error.retry_after


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("1", 1.0), ("60", 60.0), (" 0 ", 0.0), ("1.5", 1.5), ("999999", 86400.0), ("86400", 86400.0)],
)
def test_a_pause_in_seconds_is_taken_over(value: str, seconds: float) -> None:
    assert wait_of({"Retry-After": value}) == timedelta(seconds=seconds)


def test_a_pause_as_a_date_is_taken_over() -> None:
    date = datetime.now(UTC) + timedelta(minutes=10)

    wait = wait_of({"retry-after": format_datetime(date, usegmt=True)}, status=503)

    assert wait is not None
    assert timedelta(minutes=9) < wait <= timedelta(minutes=10)


@pytest.mark.parametrize(
    ("value", "pause"),
    [("Wed, 21 Oct 2015 07:28:00 GMT", timedelta()), ("Wed, 21 Oct 2015 07:28:00 -0000", timedelta()),
     ("Wed, 21 Oct 2099 07:28:00 GMT", timedelta(days=1))],
)  # fmt: skip
def test_a_date_of_the_past_means_now_and_a_far_one_a_day(value: str, pause: timedelta) -> None:
    assert wait_of({"Retry-After": value}) == pause


@pytest.mark.parametrize("value", ["", "soon", "-1", "1e9", "9" * 40])
def test_a_pause_that_makes_no_sense_is_no_pause(value: str) -> None:
    assert wait_of({"Retry-After": value}) is None
    assert wait_of(None) is None


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("Please try again in 20s.", 20), ("Please try again in 1m3.5s", 63.5), ("try again in 250ms", 0.25),
     ("Please retry in 26.5s", 26.5), ('{"retryDelay": "26s"}', 26), ("try again in 9999m1s", 86400)],
)  # fmt: skip
def test_a_pause_may_be_told_in_words(words: str, seconds: float) -> None:
    error = translate(VendorError(words, status=429), name=NAME)

    assert isinstance(error, RateLimited)
    assert error.retry_after == timedelta(seconds=seconds)


def test_headers_are_found_on_the_response_too() -> None:
    class Response:
        headers = {"Retry-After": "7"}  # noqa: RUF012 - as httpx has it

    error = VendorError("slow down", status=429)
    error.response = Response()  # type: ignore[attr-defined]  # vendors put it there

    translated = translate(error, name=NAME)

    assert isinstance(translated, RateLimited)
    assert translated.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize(
    ("model", "provider", "rest"),
    [
        ("openai/gpt-5.4-mini", "openai", "gpt-5.4-mini"),
        ("groq/openai/gpt-oss-120b", "groq", "openai/gpt-oss-120b"),
        ("claude-sonnet-5", "anthropic", "claude-sonnet-5"),
        ("gpt-5.4-mini", "openai", "gpt-5.4-mini"),
        ("chatgpt-latest", "openai", "chatgpt-latest"),
        ("o1-pro", "openai", "o1-pro"),
        ("o4-mini", "openai", "o4-mini"),
        ("gemini-3.5-flash", "gemini", "gemini-3.5-flash"),
        ("x" * 50 + "/" + "y" * 100, "x" * 50, "y" * 100),
    ],
)
def test_a_model_name_tells_provider_and_model(model: str, provider: str, rest: str) -> None:
    assert name_of(model) == JudgeName(provider=provider, model=rest)


def test_offline_is_the_machine() -> None:
    assert name_of("offline") == MACHINE
    assert MACHINE.offline


@pytest.mark.parametrize("model", ["", "llama", "/", "/gpt-5", "openai/", "openai/gpt 5", "openai/gpt\n5"])
def test_a_name_without_a_provider_is_refused_with_the_form_that_is_wanted(model: str) -> None:
    with pytest.raises(UnknownModel, match=r"names no provider\. Write provider/model, such as openai/gpt-5\.4-mini\."):
        name_of(model)


@pytest.mark.parametrize("model", ["x" * 51 + "/y", "x/" + "y" * 101])
def test_a_name_that_the_table_cannot_hold_is_refused(model: str) -> None:
    with pytest.raises(UnknownModel, match="too long a name"):
        name_of(model)


@pytest.mark.parametrize(
    ("provider", "given", "wanted"),
    [
        ("openai", "http://h:1", "http://h:1/v1"),
        ("openai", "http://h:1/", "http://h:1/v1"),
        ("openai", "http://h:1/v1", "http://h:1/v1"),
        ("openai", " http://h:1/v1/ ", "http://h:1/v1"),
        ("openai", "http://h:1/v1/chat/completions", "http://h:1/v1"),
        ("openai", "http://h/openai", "http://h/openai/v1"),
        ("openai", "http://h/v1beta/openai", "http://h/v1beta/openai"),
        ("openai", "http://v1.h", "http://v1.h/v1"),
        ("deepseek", "http://h/api/v3", "http://h/api/v3"),
        ("anthropic", "http://h:1", "http://h:1"),
        ("anthropic", "http://h:1/v1", "http://h:1"),
        ("anthropic", "http://h:1/v1/messages", "http://h:1"),
        ("anthropic", "http://h/proxy/v1/", "http://h/proxy"),
        ("gemini", "http://h:1", "http://h:1/v1beta"),
        ("gemini", "http://h:1/v1", "http://h:1/v1beta"),
        ("gemini", "http://h:1/v1beta", "http://h:1/v1beta"),
        ("ollama", "http://h:1/v1", "http://h:1"),
        ("ollama_chat", "http://h:1", "http://h:1"),
    ],
)
def test_an_address_may_be_given_with_or_without_its_version(provider: str, given: str, wanted: str) -> None:
    assert address(provider, given) == wanted


@pytest.mark.parametrize(
    "message",
    [
        'Went wrong: Traceback (most recent call last): File "/opt/x/y.py", line 3, in z',
        "Went wrong. Invalid response object Traceback",
        "Went wrong. Received: 'piece of an answer'. Check the server",
        "Went wrong in /opt/site-packages/vendor/x.py, line 3",
        "Went wrong in C:\\\\programs\\x.py",
        "Went wrong, received_args={'piece': 1}",
    ],
)
def test_what_litellm_tells_of_the_program_or_the_answer_is_cut_off(message: str) -> None:
    words = told(message)

    assert "Went wrong" in words
    assert not any(part in words for part in ("Traceback", "File", ".py", "piece", "Received", "Invalid"))


def test_a_block_that_is_not_valid_is_not_repeated() -> None:
    words = told("Error converting to valid response block='piece of an answer'")

    assert "piece" not in words
    assert "Error converting to valid response block." in words


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 31 Dec 99999999999 23:59:59 GMT",
        "Fri, 31 Dec 2026 99999999999:59:59 GMT",
        "Fri, 31 Dec 2026 23:59:59 +99999999999",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Fri, 31 Dec 0001 00:00:00 +2359",
        "9" * 5000,
        "\u0663",
    ],
)
def test_a_pause_until_a_time_that_cannot_be_is_no_pause_or_a_bounded_one(date: str) -> None:
    error = VendorError("slow", status=429, headers={"Retry-After": date})

    fault = translate(error, name=NAME)

    assert isinstance(fault, RateLimited)
    assert fault.retry_after is None or timedelta() <= fault.retry_after <= timedelta(days=1)


def test_an_error_that_cannot_be_made_out_is_told_without_its_words() -> None:
    class Hostile(Exception):
        @property
        def status_code(self) -> int:
            raise OverflowError("SECRETCODE")

    fault = translate(Hostile("SECRETCODE"), name=NAME)

    assert type(fault) is AnswerLost
    assert "SECRETCODE" not in str(fault)
    assert fault.__context__ is None or fault.__suppress_context__


KEY = 'te/st+key"with=odd&signs-1234567890'
SPELLINGS = {
    "plain": KEY, "in a URL": quote(KEY, safe=""), "in a URL, small": quote(KEY, safe="").lower(),
    "in a URL twice": quote(quote(KEY, safe=""), safe=""), "in a form": quote_plus(KEY),
    "in JSON": json.dumps(KEY)[1:-1], "in JSON twice": json.dumps(json.dumps(KEY))[1:-1],
    "in PHP's JSON": json.dumps(KEY)[1:-1].replace("/", "\\/"),
    "in codes": "".join(f"\\u{ord(sign):04x}" for sign in KEY), "in HTML": html.escape(KEY),
}  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("form", ["bad key {}", '[{{"error": "{}"}}]', '{{"errors": ["{}"]}}', 'oops {{"key": "{}"}}'])
def test_a_key_is_masked_in_any_spelling(form: str, spelling: str) -> None:
    words = told(form.format(spelling), keys=(KEY,))

    assert "[key]" in words
    assert not any(part in words for part in ("1234567890", "signs", "st+key", "odd"))


def test_a_key_that_is_escaped_inside_of_a_message_is_masked() -> None:
    words = told(json.dumps({"error": {"message": f"bad key {KEY}"}}), keys=(KEY,))

    assert "bad key [key]." in words


def test_half_a_key_at_the_end_of_what_is_read_is_not_told() -> None:
    words = told("x" + " " * (MAX_READ - 20) + KEY, keys=(KEY,))

    assert "odd" not in words
    assert "te/st" not in words


def test_looking_for_a_key_in_hostile_words_takes_no_time() -> None:
    words = told("\\" * 4000 + "%25" * 1000, keys=("\\" * 60 + "%" * 60,))

    assert "slow down" in words

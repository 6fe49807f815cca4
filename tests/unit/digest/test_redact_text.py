"""What redaction keeps of a text: its lines, its other characters, its masks; and what it sees through."""

import base64
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.digest.redact import redact
from evaluator.digest.secret_rules import rulebook
from tests.support.secrets import sample, token

KEY = b"key"
GITHUB = "ghp_" + token(36)
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\n" + "\n".join(token(64, seed=n) for n in range(5))
PEM_END = "\n-----END RSA " + "PRIVATE KEY-----"
PIECES = [
    *(sample(rule) for rule in rulebook().rules[::9]),
    *(
        "password",
        "=",
        ": ",
        '"',
        "'",
        "`",
        "\n",
        "\\n",
        "\\",
        " ",
        "key",
        "token",
        "Bearer ",
        "://",
        "@",
        "비밀번호",
        "é",
    ),
    *(GITHUB, token(32), token(9), "[REDACTED:", "[REDACTED:jwt:0123abcd]", "]", "<", ">", "%41", "\\u0041", "&quot;"),
    *(
        '" + "',
        "kind: Secret\n",
        "data:\n",
        "  a: ",
        PEM,
        PEM_END,
        "-----",
        "\r\n",
        "\x1c",
        "\u2028",
        "sk-",
        "curl -u a:",
    ),
]


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=12).map("".join)))
@settings(max_examples=400, deadline=None)
def test_any_text_keeps_its_lines_and_is_redacted_once(text: str) -> None:
    redacted, struck = redact(text, key=KEY)

    assert redacted.count("\n") == text.count("\n")
    assert len(f"{redacted}.".splitlines()) == len(f"{text}.".splitlines())
    assert redact(redacted, key=KEY) == (redacted, {})
    assert sum(struck.values()) <= len(re.findall(r"\[REDACTED:\w+:[0-9a-f]{8}\]", redacted))
    assert not any(GITHUB[4:] in rule for rule in struck)


@given(st.text(), st.text())
@settings(max_examples=100, deadline=None)
def test_a_token_is_masked_in_whatever_text_it_stands(before: str, after: str) -> None:
    assert GITHUB not in redact(f"{before} {GITHUB}\n{after}", key=KEY)[0]


def test_lone_surrogates_and_korean_stay_as_they_are() -> None:
    text = f"한글 \udc80 '{GITHUB}' 한글 \ud800"

    redacted, _ = redact(text, key=KEY)

    assert redacted.startswith("한글 \udc80 '[REDACTED:github_token:")
    assert redacted.endswith("]' 한글 \ud800")


@pytest.mark.parametrize(
    "written",
    [
        json.dumps({"text": f"a\n{GITHUB}\nb"}),
        json.dumps(json.dumps({"text": f"a\n{GITHUB}"})),
        GITHUB.replace("ghp_", "\\u0067hp_"),
        GITHUB.replace("ghp_", "\\x67hp_"),
        GITHUB.replace("_", "%5F"),
        GITHUB.replace("_", "&#95;"),
        GITHUB.replace("_", "&#x5f;"),
        f'"{GITHUB[:9]}" + "{GITHUB[9:]}"',
        f"'{GITHUB[:9]}' .\n    '{GITHUB[9:]}'",
    ],
    ids=["json", "json in json", "unicode", "hexadecimal", "url", "html", "html hex", "joined", "joined lines"],
)
def test_an_escaped_or_divided_secret_is_masked_under_the_same_name(written: str) -> None:
    name = redact(GITHUB, key=KEY)[0]

    redacted, struck = redact(f"x = {written};\n", key=KEY)

    assert name in redacted
    assert GITHUB[-20:] not in redacted
    assert redacted.startswith("x = ")
    assert redacted.endswith(";\n")
    assert redacted.count("\n") == written.count("\n") + 1
    assert struck == {"github_token": 1}


def test_a_slash_escaped_by_json_hides_nothing() -> None:
    secret = "wJq8/Rz2vLx91K2m" + "/" + "Hq7Tz2Lw9Vx4Kp1Rb6Mn8X"

    redacted, _ = redact('{"aws_secret_access_key": "' + secret.replace("/", "\\/") + '"}', key=KEY)

    assert "Hq7Tz2Lw9Vx4Kp1Rb6Mn8X" not in redacted
    assert "wJq8" not in redacted


@pytest.mark.parametrize(
    "written",
    [
        PEM + PEM_END,
        json.dumps(PEM + PEM_END)[1:-1],
        '" +\n  "'.join((PEM + PEM_END).splitlines()),
        "\n".join("    " + line for line in (PEM + PEM_END).splitlines()),
        PEM,
    ],
    ids=["plain", "json", "joined", "indented", "without an end"],
)
def test_a_private_key_is_masked_however_it_is_written(written: str) -> None:
    redacted, struck = redact(f"before\n{written}\nafter", key=KEY)

    assert not any(token(64, seed=n)[:20] in redacted for n in range(5))
    assert redacted.startswith("before\n")
    assert redacted.endswith("\nafter")
    assert redacted.count("\n") == written.count("\n") + 2
    assert struck == {"private_key": 1}


def test_the_first_line_of_a_private_key_alone_does_not_swallow_the_code_behind_it() -> None:
    code = 'HEAD = "-----BEGIN PRIVATE ' + 'KEY-----"\n\n\ndef load(path):\n    return open(path).read()\n'

    assert redact(code, key=KEY) == (code, {})


def test_a_mask_inside_of_a_secret_does_not_uncover_the_rest() -> None:
    inside = PEM.replace(token(64, seed=2), "[REDACTED:jwt:0123abcd]")

    redacted, _ = redact(inside + PEM_END, key=KEY)

    assert token(64, seed=0) not in redacted
    assert redact(redacted, key=KEY) == (redacted, {})


def test_overlapping_secrets_are_one_and_bear_the_more_specific_name() -> None:
    redacted, struck = redact(f'password = "{GITHUB}"', key=KEY)

    assert struck == {"github_token": 1}
    assert re.fullmatch(r'password = "\[REDACTED:github_token:[0-9a-f]{8}\]"', redacted)


@pytest.mark.parametrize("place", [-20, -2, 0, 2])
def test_secrets_around_the_end_of_a_chunk_are_found_once(place: int) -> None:
    filler = "x " * (1 << 20)
    text = f"{filler[: (1 << 20) + place - 1]} {GITHUB} {filler[:1000]}"

    redacted, struck = redact(text, key=KEY)

    assert struck == {"github_token": 1}
    assert GITHUB not in redacted


def test_lines_with_escapes_that_stand_apart_are_not_read_as_one() -> None:
    begin, end = "-----BEGIN PRIVATE " + "KEY-----", "-----END PRIVATE " + "KEY-----"
    text = f"a\\n{begin}\nbody\n" + "def f(): {}\n" * 3 + f"a\\n{end}\nb\n"

    assert redact(text, key=KEY) == (text, {})


def test_a_value_that_is_longer_than_any_is_never_cut_inside_of_a_character() -> None:
    redacted, struck = redact("password=x1" + "비1밀a번2" * 200, key=KEY, path=".env")

    assert struck == {"assigned_secret": 1}
    assert redacted.startswith("password=[REDACTED:assigned_secret:")
    assert set(redacted.partition("]")[2]) <= set("비1밀a번2")


@pytest.mark.parametrize(
    "piece",
    [
        "password=", "password=password=", 'key="', "token:", "sk-", "eyJ", "-----BEGIN PRIVATE KEY-----", "a://b:",
        "kind: Secret\ndata:\n", "\\n", "%41", "' + '", "akia", "curl -u ", "alchemy ", "secret>", "pass: |\n", "1/",
    ],
)  # fmt: skip
def test_hostile_text_keeps_its_lines_and_takes_no_time_to_speak_of(piece: str) -> None:
    text = piece * (300_000 // len(piece))

    redacted, _ = redact(text, key=KEY)

    assert redacted.count("\n") == text.count("\n")


def test_what_is_counted_are_names_of_rules() -> None:
    text = "\n".join(sample(rule) for rule in rulebook().rules)
    ids = {rule.id for rule in rulebook().rules} | {"assigned_secret", "random_string"}

    _, struck = redact(text, key=KEY)

    assert set(struck) <= ids
    assert len(struck) > 150


@pytest.mark.parametrize("around", ["{}", "TOKEN={}\n", "remote https://x:{}@example.org/a.git", "x {}"])
def test_base64_of_a_known_form_is_masked_without_a_name_beside_it(around: str) -> None:
    encoded = base64.b64encode(around.format("ghp_" + token(36)).encode()).decode()

    text, struck = redact(f"atob('{encoded}')\n", key=KEY)

    assert re.fullmatch(r"atob\('\[REDACTED:\w+:[0-9a-f]{8}\]'\)\n", text)
    assert sum(struck.values()) == 1


@pytest.mark.parametrize("length", [40, 41, 42, 43])
def test_long_words_and_base64_of_plain_words_are_shown(length: int) -> None:
    words = base64.b64encode(b"Words of no use to anybody but a reader. " * 3).decode()
    source = ("Word" * 20)[:length] + f" atob('{words}')"

    assert redact(source, key=KEY) == (source, {})

import time

import pytest

from evaluator.digest.redact import redact

KEY = b"key"
# Put together from parts, so that no scanner takes this file for a leak
SECRETS = {
    "aws_access_key": "AKIA" + "IOSFODNN7ABCDEFG",
    "github_token": "ghp_" + "a1B2" * 9,
    "github_pat": "github_pat_" + "11ABCDE" * 5,
    "gitlab_token": "glpat-" + "x1y2z3" * 4,
    "anthropic_key": "sk-ant-" + "api03-" + "Ab1_" * 10,
    "openai_key": "sk-" + "proj-" + "Ab1c" * 10,
    "google_key": "AIza" + "Sy" + "A1b2c" * 6 + "xyz",
    "slack_token": "xoxb" + "-123456789012-abcdefABCDEF",
    "stripe_key": "sk_live_" + "a1b2" * 6,
    "jwt": "eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJ" + "zdWIiOiIxMjM0In0" + "." + "c2lnbmF0dXJlLWhlcmU",
}


@pytest.mark.parametrize(("rule", "secret"), SECRETS.items(), ids=list(SECRETS))
def test_a_known_secret_is_masked(rule: str, secret: str) -> None:
    text, struck = redact(f"before {secret} after\n", key=KEY)

    assert secret not in text
    assert text.startswith(f"before [REDACTED:{rule}:")
    assert text.endswith("] after\n")
    assert struck == {rule: 1}


@pytest.mark.parametrize(
    "line",
    [
        'password = "hunter2hunter2"',
        "DB_PASSWORD: 'Tr0ub4dor&3xyz'",
        '"apiKey": "9f86d081884c7d65"',
        'client_secret => "abc123def456"',
        "TOKEN := 'zz99yy88xx77'",
    ],
)
def test_a_literal_behind_a_telling_name_is_masked(line: str) -> None:
    text, struck = redact(line, key=KEY)

    assert "[REDACTED:assigned_secret:" in text
    assert struck == {"assigned_secret": 1}


@pytest.mark.parametrize(
    "line",
    [
        'password = os.environ["DB_PASSWORD_1"]',
        'token = "${API_TOKEN_1}"',
        'password: "your-password-123"',
        'secret = "changeme123"',
        'token_url = "https://auth.org/token1"',
        'password_field = "password_input"',
        'password = "short1"',
        "postgresql://user:password@localhost/db",
        "postgresql://user:${DB_PW}@localhost/db",
        "the token = value of 12345678",
        "task-" + "a" * 30,
    ],
)
def test_a_placeholder_or_a_name_is_left_alone(line: str) -> None:
    assert redact(line, key=KEY) == (line, {})


def test_a_password_in_a_url_is_masked_and_the_rest_stays() -> None:
    text, _ = redact("redis://app:s3cr3tW0rd@cache:6379/0", key=KEY)

    assert text.startswith("redis://app:[REDACTED:url_password:")
    assert text.endswith("]@cache:6379/0")


def test_a_private_key_is_masked_and_the_lines_keep_their_numbers() -> None:
    key = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA " + "PRIVATE KEY-----"

    text, struck = redact(f"a\n{key}\nb", key=KEY)

    assert "MIIEow" not in text
    assert text.split("\n")[-1] == "b"
    assert text.count("\n") == f"a\n{key}\nb".count("\n")
    assert struck == {"private_key": 1}


def test_the_same_secret_keeps_its_name_under_one_key_only() -> None:
    secret = SECRETS["github_token"]

    once, other = redact(secret, key=KEY)[0], redact(secret, key=b"another")[0]

    assert redact(f"{secret} {secret}", key=KEY)[0] == f"{once} {once}"
    assert once != other


@pytest.mark.parametrize(
    "piece",
    [
        "eyJ",
        "password",
        "sk-",
        "-----BEGIN PRIVATE KEY-----",
        "a://b:",
        "password = '",
        "https://x:y",
        'token: "a\n',
        "xoxb-1",
    ],
)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    def seconds(text: str) -> float:
        start = time.process_time()
        redact(text, key=KEY)
        return time.process_time() - start

    short, long = piece * (50_000 // len(piece)), piece * (400_000 // len(piece))

    assert seconds(long) < 20 * seconds(short) + 0.2

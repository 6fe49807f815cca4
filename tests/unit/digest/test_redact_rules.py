"""Every known form of secret is found, by its own rule or by one as specific."""

import re

import pytest

from evaluator.digest.redact import redact
from evaluator.digest.secret_rules import Rule, load, rulebook
from tests.support.secrets import sample

KEY = b"key"
RULES = rulebook().rules
BY_ID = {rule.id: rule for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_a_secret_of_every_form_is_masked(rule: Rule) -> None:
    text = sample(rule)
    place = next(filter(None, (rule.find(text.encode(), start) for start in range(len(text)))))
    secret = text.encode()[place[0] : place[1]].decode()

    redacted, struck = redact(f"a line\n{text}\nanother\n", key=KEY)

    assert secret not in redacted
    assert sum(struck.values()) >= 1
    assert "assigned_secret" not in struck or len(struck) > 1 or "secret" in rule.compiled.groupindex
    assert redacted.count("\n") == 3 + text.count("\n")
    assert redacted.startswith("a line\n")
    assert redacted.endswith("\nanother\n")


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_a_rule_says_what_it_is_and_where_its_form_is_published(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]{2,40}", rule.id)
    assert rule.description
    assert rule.source.startswith("https://")
    assert rule.keywords
    assert all(keyword and keyword.isascii() and keyword == keyword.lower() for keyword in rule.keywords)


def test_ids_are_unique_and_many() -> None:
    assert len(BY_ID) == len(RULES)
    assert len(RULES) >= 200


@pytest.mark.parametrize(
    ("rule", "secret"),
    [
        ("aws_access_key", "AKIA" + "Q3EGRZYK7NLWP2TX"),
        ("github_pat", "github_pat_" + "11ABCDE0Y0" + "a1b2C3d4E5f6" * 4),
        ("gitlab_token", "glpat-" + "Zx9-Yw8_Vu7Ts6Rq5P4n"),
        ("anthropic_key", "sk-" + "ant-api03-" + "Hq7Tz2Lw9Vx4Kp1Rb6" * 5 + "AA"),
        ("openai_key", "sk-" + "proj-" + "Hq7Tz2Lw9Vx4Kp1Rb6" + "T3BlbkFJ" + "Mn8Xc3Zs5Dq0Yj2We4"),
        ("huggingface_token", "hf_" + "QwErTyUiOpAsDfGhJkLzXcVbNmQaZwSxEd"),
        ("slack_token", "xoxb-" + "2345678901-2345678901234-" + "Hq7Tz2Lw9Vx4Kp1Rb6Mn8Xc3"),
        ("slack_webhook", "https://hooks.slack" + ".com/services/T0HQ7TZ2L/B0W9VX4KP/1Rb6Mn8Xc3Zs5Dq0Yj2We4Uf"),
        ("stripe_key", "rk_" + "live_" + "Hq7Tz2Lw9Vx4Kp1Rb6Mn8Xc3"),
        ("telegram_bot_token", "5839201746:" + "AAHq7Tz2Lw9Vx4Kp1Rb6Mn8Xc3Zs5Dq0Yj2"),
        ("sendgrid_key", "SG." + "Hq7Tz2Lw9Vx4Kp1Rb6Mn8X" + "." + "Zs5Dq0Yj2We4UfHq7Tz2Lw9Vx4Kp1Rb6Mn8Xc3Zs5Dq"),
        ("mailchimp_key", "7a1f03c9e5b2d8460f9a3c7e1b5d2f80" + "-us14"),
        ("azure_client_secret", "Hq7" + "8Q~" + "Tz2Lw9Vx4Kp1Rb6Mn8Xc3Zs5Dq0Yj2We4"),
        ("toss_key", "live_" + "sk_" + "Hq7Tz2Lw9Vx4Kp1Rb6Mn8Xc3Zs5D"),
        ("terraform_token", "Hq7Tz2Lw9Vx4Kp" + ".atlasv1." + "Mn8Xc3Zs5Dq0Yj2We4Uf" * 3 + "Rb6Mn8X"),
        ("age_key", "AGE-SECRET-" + "KEY-1" + "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L" * 2),
        ("shopify_token", "shpat" + "_" + "7a1f03c9e5b2d8460f9a3c7e1b5d2f80"),
        ("discord_webhook", "https://discord" + ".com/api/webhooks/839201746583920174/" + "Hq7Tz2Lw9Vx4Kp1Rb6" * 4),
    ],
)
def test_the_form_of_a_well_known_provider_is_named_after_it(rule: str, secret: str) -> None:
    redacted, struck = redact(f"x: {secret} # y", key=KEY)

    assert struck == {rule: 1}
    assert redacted.startswith(f"x: [REDACTED:{rule}:")
    assert redacted.endswith("] # y")


@pytest.mark.parametrize(
    "text",
    [
        "AKIA" + "IOSFODNN7EXAMPLE",
        "ghp_" + "x" * 36,
        "glpat-" + "-" * 20,
        "hf_transformers_are_all_you_need_today_ok",
        "task-force-sk-is-a-name-that-goes-on-and-on",
        "sk-dynamo-ceske-budejovice-vs-sparta-praha",
        "npm_config_registry_is_a_setting_of_npm_itself",
        "https://paths.org/eaaa/blog/2020/12/31/happy-new-year",
        "if key.startswith('-----BEGIN PRIVATE KEY-----') and other(key):\n    return load(key)\n",
        "eyJ.not.a-token",
        "postgres://user:${PASSWORD}@db/app",
        "https://user:password@host.org/path",
        "curl -u user:pass https://host.org",
        "curl -u $USER:$PASS https://host.org",
        "docker run -u 1000:1000 image",
        "data:image/png;base64," + "iVBORw0KGgoAAAANSUhEUgAAAAUAEAAAAFCAYAAACNbyblAAAAHElEQVQI12P4" * 3,
    ],
)
def test_what_only_begins_like_one_is_left_alone(text: str) -> None:
    assert redact(text, key=KEY) == (text, {})


def test_a_rule_may_allow_what_is_published_as_an_example() -> None:
    book = load(
        """
        escapes = ['\\n']
        [heads]
        raised = 'a'
        ordinary = 'a'
        acts = []
        telling = []
        harmless = []
        [tails]
        [made_up]
        words = ['zzz']
        obvious = []
        passwords = []
        [letters]
        rows = []
        [[tier]]
        id = 'a'
        shortest = 8
        keywords = ['word']
        [[rule]]
        id = 'r'
        description = 'R'
        source = 'https://r.org'
        keywords = ['abc']
        pattern = 'abc[0-9]{4}'
        allow = ['^abc1234$']
        """.replace("rows = []", f"rows = {['a' * 28] * 28}")
    )
    (rule,) = book.rules

    assert rule.find(b"abc1234", 0) == (0, 7)
    assert not book.is_secret(rule, b"abc1234")
    assert book.is_secret(rule, b"abc5678")


@pytest.mark.parametrize("body", ["GycPlzKAVeMScLNnnautqagWypansKBOXF", "RddaJlmHoBEFstFOzoitlKTWeGhkpISONr"])
def test_a_hugging_face_token_may_be_of_letters_that_nearly_read_as_words(body: str) -> None:
    text, struck = redact(f"connect('hf_{body}')", key=KEY)

    assert body not in text
    assert struck == {"huggingface_token": 1}


def test_an_identifier_that_begins_like_a_hugging_face_token_is_left_alone() -> None:
    source = "&hf_servingcellpriorityparametersdescription_h_prio"

    assert redact(source, key=KEY) == (source, {})

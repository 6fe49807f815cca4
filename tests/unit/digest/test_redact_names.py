"""Values beside telling names, in every syntax; and what stands beside such names without being a secret."""

import pytest

from evaluator.digest.redact import redact
from tests.support.secrets import token

KEY = b"key"
TOKEN = token(32)
HEX = token(32, alphabet="0123456789abcdef")


@pytest.mark.parametrize(
    "line",
    [
        'api_key = "{}"',
        "apiKey: '{}',",
        '{{"api_key": "{}"}}',
        '{{\\"api_key\\": \\"{}\\"}}',
        "{{&quot;api_key&quot;: &quot;{}&quot;}}",
        "api_key: {}",
        "api.key={}",
        "API_KEY={}",
        "export SERVICE_TOKEN={}",
        "set SERVICE_TOKEN={}",
        '$env:SERVICE_TOKEN = "{}"',
        "ENV SERVICE_TOKEN {}".replace(" {}", "={}"),
        "define('API_SECRET', '{}');",
        'System.setProperty("API_SECRET", "{}");',
        'os.environ["API_SECRET"] = "{}"',
        'os.getenv("API_SECRET", "{}")',
        'process.env.API_SECRET || "{}"',
        'ENV.fetch("API_SECRET") {{ "x" }} or secret("{}")',
        'const apiSecret: string = "{}";',
        'let api_secret: &str = "{}";',
        'var apiSecret string = "{}"',
        "apiSecret := `{}`",
        'String apiSecret = "{}";',
        'private static final String API_SECRET = "{}";',
        'val apiSecret = "{}"',
        '"apiSecret" => "{}",',
        '$secret .= "{}";',
        'SECRET ?= "{}"',
        "<apiSecret>{}</apiSecret>",
        "<apiSecret>\n  {}\n</apiSecret>",
        '<add key="ApiSecret" value="{}"/>',
        '<entry name="apiSecret" value="{}" />',
        '{{"name": "API_SECRET", "value": "{}"}}',
        "- name: API_SECRET\n  value: {}",
        "api_secret: |\n  {}",
        "Authorization: Bearer {}",
        '-H "Authorization: Token {}"',
        'headers["X-Api-Key"] = "{}"',
        "X-Api-Key: {}",
        "https://host.org/v1?api_key={}&page=2",
        "https://host.org/v1?page=2&token={}",
        "tool --api-key {} --verbose",
        "tool --api-key={} --verbose",
        "Server=db;SharedSecret={};Timeout=3",
        "password={}",
        "[DEBUG] Using API_KEY={} for the call",
        "| token | {} |",
        'func token() string {{ return "{}" }}',
        "<secret>{{service AQAAABAAA {}}}</secret>",
        "인증키: {}",
        'serviceKey = "{}"  # data.go.kr',
        "Kakao.init('{}')",
        "NAVER_CLIENT_SECRET={}",
    ],
)
@pytest.mark.parametrize("secret", [TOKEN, HEX], ids=["token", "hex"])
def test_a_random_value_beside_a_telling_name_is_masked_in_any_syntax(line: str, secret: str) -> None:
    text = line.format(secret)

    redacted, struck = redact(text, key=KEY)

    assert secret not in redacted
    assert redacted.split("[REDACTED:")[0] == text.split(secret)[0]
    assert redacted.split("]", redacted.count("]"))[-1] in text.split(secret)[1] + "]"
    assert sum(struck.values()) == 1


@pytest.mark.parametrize(
    "line",
    [
        'password = "Tr0ub4dor&3xyz"',
        "passwd: 'w1nter-is-c0ming'",
        'pwd="9zK!pqrs"',
        '"dbPassword": "S3cur3#Pa55"',
        "<password>q8Rz2vLx</password>",
        "spring.datasource.password=q8Rz2vLx91",
        '<add key="ClearTextPassword" value="q8Rz2vLx91" />',
        "redis://:q8Rz2vLx91@cache:6379/0",
        "mongodb+srv://app:q8Rz2vLx91@cluster.host.org/db",
        "curl -u deploy:q8Rz2vLx91 https://host.org",
        "wget --user deploy:q8Rz2vLx91 https://host.org",
        "mysql --password=q8Rz2vLx91K2m",
        "DB_PASSWORD=w1nter2024cold",
        "비밀번호 = 'q8Rz2vLx91'",
        'password = "w1nter\\"q8Rz2vLx91"',
    ],
)
def test_a_password_need_not_look_random(line: str) -> None:
    redacted, struck = redact(line, key=KEY, path="application.properties")

    assert "q8Rz2vLx" not in redacted
    assert sum(struck.values()) == 1


@pytest.mark.parametrize("path", [".env.example", "config/app.yml", "Dockerfile", "a.properties", "terraform.tfvars"])
def test_a_file_of_settings_needs_no_quotes(path: str) -> None:
    line = "db_password: w1nter2024cold"

    assert redact(line, key=KEY, path=path)[1] == {"assigned_secret": 1}
    assert redact(line, key=KEY, path="main.py")[1] == {}


@pytest.mark.parametrize(
    "text",
    [
        "password = get_password()",
        "password = user.password1",
        "password = settings.DB_PASSWORD_2",
        "self.password2 = password2",
        'password = os.environ["DB_PASSWORD_1"]',
        'password = request.form["password"]',
        "password: str = Field(min_length=8, max_length=64)",
        'password = "password"',
        'password = "your-password-123"',
        "password=${DB_PASSWORD}",
        "password: {{ .Values.password }}",
        "password: !Ref DbPassword2",
        "PASSWORD=<password>",
        'password = "********"',
        'password = "test1234"',
        '"password": "required|string|min:8|max:255"',
        'PasswordInput(placeholder="비밀번호를 입력하세요 123")',
        "password_reset_timeout: 3600s",
        'password_label = "Password1 label2 text3"',
        "#{password,jdbcType=VARCHAR}",
        "const token = lexer.nextToken();",
        "token: Token, node1: Node2",
        "int32_t token, nghttp3_rcbuf",
        'tokenizer = tiktoken.get_encoding("cl100k_base")',
        "max_tokens = 16384",
        'token_type = "urn:ietf:params:oauth:token-type:jwt"',
        "secret_name: app-secret-v2-prod",
        "secretKeyRef: { name: db-secret-2, key: password }",
        "for key, value in items.items():  # key1, value2",
        'sorted(rows, key=lambda row: row["id2"])',
        'cache_key = "' + HEX + '"',
        'public_key = "' + TOKEN + '"',
        'primaryKey: "' + HEX + '"',
        '<meta name="csrf-token" content="' + TOKEN[:24] + '">',
        '"key": "3f2504e0-4f89-41d3-9a0c-0305e82c3301"',
        'key = "PBKDF2WithHmacSHA512"',
        'key="mainScreen.header2.title3.subtitle4"',
        "keyframes fadeIn2s3x { from { opacity: 0 } }",
        'integrity="sha512-' + token(86) + '=="',
        "uses: actions/checkout@" + token(40, alphabet="0123456789abcdef"),
        "author = 'Kim2 Lee3 <kim2@host.org>'",
        "Authentication-Results: mx1.host.org; spf=pass",
        "api: https://api.host.org/v2/users/12345",
        "apiVersion: apps/v1beta1",
        "Authorization: Bearer <token>",
        "Authorization: Bearer {token}",
        "Authorization: Basic dXNlcjpwYXNzd29yZA==",
        "twitter: '@somebody_2024_official_account'",
        "https://github.com/kakao/khaiii/blob/" + token(40, alphabet="0123456789abcdef") + "/x.py",
        "https://images.unsplash.com/photo-1?ixid=" + TOKEN,
        'export const TOKEN_EXPIRES_IN = "7d12h30m15s"',
        "session = requests.Session()  # session2",
        "uwierzytelniania = 'uwierzytelniania dwuskładnikowego'",
        "kind: SecretStore\ndata:\n  a: " + TOKEN[:20],
        "key = b'\\x00\\x01\\x02\\x03'",
        'secret = "0x0000000000000000"',
        'secret = "00000000000000000000000000000000"',
        'api_key = "11223344556677889900112233445566"',
        'token = "httpsJwks.getXmlWebKqzx.toJwks"',
        "List<JsonWebKey> jwks = httpsJwks.getJsonWebKeys;",
        'password = "w1nter2024cold\\n that goes on\n',
        'api_key = "xxxxxxxxxxxxxxxxxxxx"',
        "SECRET_KEY = 'dev-secret-key'",
        "SECRET_KEY = 'django-insecure-change-me-please-1'",
        'token = "' + "0123456789abcdef" + '"',
        'MODELS = {"openai": ("OPENAI_API_KEY", "openai/gpt-5.4-mini"), "xai": ("XAI_API_KEY", "xai/grok-4-latest")}',
        "| `GROQ_API_KEY` | `groq/openai/gpt-oss-120b` |",
        'key: SecretStr = Field(description="Such as `anthropic/claude-sonnet-5`.", alias="ANTHROPIC_API_KEY")',
        "$dsn = 'pgsql:host=one;dbname=two2;port=111';",
        'kind: Secret\nstringData:\n  type: "postgresql"\n  provider: "postgresql"\n',
    ],
)
def test_what_is_no_secret_beside_such_a_name_is_left_alone(text: str) -> None:
    assert redact(text, key=KEY) == (text, {})


def test_a_random_string_is_masked_whatever_stands_beside_it_but_no_hash_and_no_id() -> None:
    digest = token(40, alphabet="0123456789abcdef")

    assert redact(f'somewhere("{TOKEN}")', key=KEY)[1] == {"random_string": 1}
    for harmless in (f'etag("{digest}")', f'{{"id": "{TOKEN}"}}', '"' + "a_long_identifier_of_a_test_2" * 2 + '"'):
        assert redact(harmless, key=KEY) == (harmless, {})


def test_a_provider_is_enough_of_a_name() -> None:
    redacted, struck = redact(f"alchemy '{TOKEN}' and rapidapi {TOKEN[::-1]}", key=KEY)

    assert TOKEN not in redacted
    assert TOKEN[::-1] not in redacted
    assert struck == {"assigned_secret": 2}


def test_a_secret_is_masked_again_where_no_name_stands_beside_it() -> None:
    secret = token(20)

    redacted, struck = redact(f'api_secret = "{secret}"\nprint({secret})\n', key=KEY)

    assert secret not in redacted
    assert struck == {"assigned_secret": 2}


@pytest.mark.parametrize("value", ["openai/" + TOKEN, "pgsql://u5er:" + TOKEN + "@host/x", "mysql:x=y@" + TOKEN])
def test_what_begins_like_a_model_or_the_name_of_a_database_may_be_a_secret(value: str) -> None:
    assert TOKEN not in redact(f'API_KEY = "{value}"', key=KEY)[0]


def test_the_names_of_a_line_are_looked_at_as_far_as_one_can_mean_something() -> None:
    secrets = [token(16, seed=n) for n in range(300)]
    line = ",".join(f'api_key:"{secret}"' for secret in secrets)

    assert redact(line, key=KEY)[1] == {"assigned_secret": len(secrets)}
    assert redact("token:" * 340 + f"--key {TOKEN}", key=KEY)[1] == {}


@pytest.mark.parametrize(
    ("option", "masked"), [("--token", True), ("-" + "x" * 60 + "-token", False), ("token", False)]
)
def test_a_value_after_a_blank_belongs_to_an_option_only(option: str, masked: bool) -> None:
    assert (TOKEN not in redact(f"command {option} {TOKEN} end", key=KEY)[0]) is masked


KUBERNETES = """apiVersion: v1
kind: {kind}
metadata:
  name: app
data:
  # of the database
  username: YWRtaW46cXdlcnR5
  note: >-
    c29tZXRoaW5nIGVsc2U=
  short: YQ==
type: Opaque
"""


def test_the_values_of_a_kubernetes_secret_are_masked_and_those_of_a_map_are_not() -> None:
    redacted, struck = redact(KUBERNETES.format(kind="Secret"), key=KEY)

    assert "YWRtaW46cXdlcnR5" not in redacted
    assert "c29tZXRoaW5n" not in redacted
    assert "short: YQ==\ntype: Opaque\n" in redacted
    assert struck == {"assigned_secret": 2}
    assert redact(KUBERNETES.format(kind="ConfigMap"), key=KEY)[1] == {}

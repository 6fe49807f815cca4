"""Ordinary passwords, words with figures, where a setting stands; and what stands there without being one."""

import pytest

from evaluator.digest.redact import redact

KEY = b"key"


@pytest.mark.parametrize(
    ("path", "line", "password"),
    [
        ("src/main/resources/application.properties", "spring.datasource.password={}", "mypass1234"),
        ("docker-compose.yml", "      MYSQL_ROOT_PASSWORD: {}", "rootpass99"),
        ("docker-compose.yml", "      - MYSQL_ROOT_PASSWORD={}", "rootpass99"),
        ("Dockerfile", "ENV MYSQL_PASSWORD={}", "rootpass99"),
        ("application.yml", "    password: {}\n", "abcd1234EFGH"),
        ("application.yml", "    password: '{}'\n", "admin1234"),
        ("backend/settings.py", "    'password': '{}',", "djangodb12"),
        ("backend/app.py", '"PASSWORD": "{}"', "djangodb12"),
        ("backend/app.py", 'DB_PASSWORD = "{}"', "hunter2"),
        ("backend/app.py", 'os.getenv("DB_PASSWORD", "{}")', "hunter2"),
        ("src/Main.java", 'private static final String PASSWORD = "{}";', "mypass1234"),
        ("config/database.js", "password: '{}',", "mypass1234"),
        ("config/database.php", "'password' => '{}',", "mypass1234"),
        ("config.json", '"password": "{}"', "mypass1234"),
        ("pom.xml", "<password>{}</password>", "mypass1234"),
        ("app.ini", "passwd = {}", "Spring!time"),
        ("app.toml", 'passphrase = "{}"', "19930412"),
        ("my.cnf", "비밀번호={}", "rootpass99"),
        ("init.sql", "CREATE USER app IDENTIFIED BY '{}';", "rootpass99"),
        ("init.sql", "create user app identified with mysql_native_password by '{}';", "rootpass99"),
        ("init.sql", "create user app with password '{}';", "rootpass99"),
        ("init.sh", "psql -c \"CREATE USER app WITH PASSWORD '{}'\"", "rootpass99"),
        ("init.sh", "mysql -e \"CREATE USER app IDENTIFIED WITH caching_sha2_password BY '{}'\"", "rootpass99"),
    ],
)
def test_an_ordinary_password_is_masked_where_a_setting_stands(path: str, line: str, password: str) -> None:
    text = line.format(password)

    redacted, struck = redact(text, key=KEY, path=path)

    before, after = line.split("{}")
    assert redacted.startswith(f"{before}[REDACTED:assigned_secret:")
    assert redacted.endswith(f"]{after}")
    assert struck == {"assigned_secret": 1}
    assert redact(redacted, key=KEY, path=path) == (redacted, {})


@pytest.mark.parametrize("path", ["application.yml", "config.json", "settings.py", "app.py"])
@pytest.mark.parametrize(
    "value",
    [
        "password", "password1", "test1234", "changeme", "change-me-1", "example1", "<your-password>",
        "your-password-1", "${DB_PASSWORD}", "${DB_PASSWORD:}", "{{ .Values.password1 }}",
        "%DB_PASSWORD%", "$DB_PASSWORD_1",
        "xxx", "xxxxxxxx",
        "********", "", "null", "none", "string", "str", "varchar255", "bcrypt", "base64", "required", "min:8",
        "required|min:8|max:255", "new_password2", "confirm-password-1", "db.password1", "비밀번호",
        "비밀번호는 8자 이상",
        "8자이상", "Enter 8 characters", "12345678", "123456", "11111111", "^[A-Z0-9]{{8,}}$",
        "DB_PASSWORD_1", "https://host.org/reset1", "petclinic", "Password!", "30s",
    ],
)  # fmt: skip
def test_what_is_no_password_is_left_alone_even_where_a_setting_stands(path: str, value: str) -> None:
    text = f'"PASSWORD": "{value}",\n'

    assert redact(text, key=KEY, path=path) == (text, {})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app.py", 'password = "mypass1234"'),  # of a test or an example, as a program has many
        ("app.py", "password = settings1"),
        ("app.py", 'call(PASSWORD, "mypass1234")'),
        ("app.py", "PASSWORD = config1\n"),
        ("Errors.java", 'INVALID_PASSWORD("AUTH001", "no")'),
        ("errors.ts", 'WRONG_PASSWORD: "auth1001"'),
        ("ko.json", '"wrongPassword": "auth1001"'),
        ("ko.json", '"passwordHint": "hint1234"'),
        ("ko.json", '"password": "Passwort"'),
        ("openapi.yml", "password: string\n"),
        ("openapi.yml", "password: !Ref Password1\n"),
        ("app.yml", "password_timeout: abc12345\n"),
        ("routes.rb", 'match "/login/set_password" => "login#set_new_one"'),
        ("text.md", "the password 'mypass1234' is an example of PASSWORD"),
        ("notes.txt", "the user is identified by 'customer1234'"),
    ],
)
def test_a_name_that_is_no_setting_needs_a_password_that_looks_like_one(path: str, text: str) -> None:
    assert redact(text, key=KEY, path=path) == (text, {})


@pytest.mark.parametrize(
    "piece", ["PASSWORD 'a1", "IDENTIFIED BY ", "<password>a1", "DB_PASSWORD=a!", "password: a1b2c3 "]
)
def test_nothing_takes_more_than_its_share_and_no_line_is_lost(piece: str) -> None:
    text = piece * 20_000 + "\n" + f"{piece}\n" * 2_000

    redacted, _ = redact(text, key=KEY, path="application.yml")

    assert redacted.count("\n") == text.count("\n")

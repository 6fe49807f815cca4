import os
import tempfile
from pathlib import Path

import pytest

from evaluator import settings
from evaluator.errors import SettingsError
from tests.support.ordinary import not_root


def load(tmp_path: Path, **environ: str) -> settings.Settings:
    return settings.load({"MODU_HOME": str(tmp_path), **environ})


def test_an_empty_environment_means_embedded_services_and_the_offline_judge(tmp_path: Path) -> None:
    chosen = load(tmp_path)

    assert chosen.embedded
    assert chosen.judge_model == "offline"
    assert chosen.rubric == "default"
    assert chosen.timezone == "Asia/Seoul"
    assert chosen.home == tmp_path
    assert chosen.counts_offline


def test_the_default_home_is_in_the_home_of_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")

    assert settings.load({}).home == Path("/somewhere/.local/share/modu")


def test_an_unknown_modu_name_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="MODU_MODLE"):
        load(tmp_path, MODU_MODLE="openai/x")


def test_names_of_the_published_client_and_of_others_are_left_alone(tmp_path: Path) -> None:
    assert load(tmp_path, MODU_ARENA_API_URL="https://x", MODULE="y", EDITOR="vi").model is None


@pytest.mark.parametrize(
    ("keys", "model"),
    [
        (["OPENAI_API_KEY"], "openai/gpt-5.4-mini"),
        (["OPENAI_API_KEY", "ANTHROPIC_API_KEY"], "anthropic/claude-sonnet-5"),
        (["GEMINI_API_KEY", "OPENAI_API_KEY"], "openai/gpt-5.4-mini"),
        (["GEMINI_API_KEY", "XAI_API_KEY"], "gemini/gemini-3.5-flash"),
        (["XAI_API_KEY"], "xai/grok-4-latest"),
    ],
)
def test_the_model_is_picked_from_the_keys_in_the_documented_order(tmp_path: Path, keys: list[str], model: str) -> None:
    assert load(tmp_path, **dict.fromkeys(keys, "k")).judge_model == model


def test_a_named_model_wins_over_keys_and_an_empty_name_is_as_absent(tmp_path: Path) -> None:
    assert load(tmp_path, MODU_MODEL="offline", OPENAI_API_KEY="k").judge_model == "offline"
    assert load(tmp_path, MODU_MODEL="", OPENAI_API_KEY="k").judge_model == "openai/gpt-5.4-mini"


@pytest.mark.parametrize(("given", "missing"), [("DATABASE_URL", "REDIS_URL"), ("REDIS_URL", "DATABASE_URL")])
def test_one_address_without_the_other_is_an_error(tmp_path: Path, given: str, missing: str) -> None:
    with pytest.raises(SettingsError, match=f"{missing} is not set"):
        load(tmp_path, **{given: "x://y"})


def test_own_services_do_not_count_the_offline_judge_unless_told(tmp_path: Path) -> None:
    own = {"DATABASE_URL": "postgresql://x/y", "REDIS_URL": "redis://x"}

    assert not load(tmp_path, **own).counts_offline
    assert load(tmp_path, **own, MODU_COUNT_OFFLINE="true").counts_offline
    assert not load(tmp_path, MODU_COUNT_OFFLINE="false").counts_offline


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MODU_TIMEZONE", "Mars/Base"),
        ("MODU_TIMEZONE", "Asia"),
        ("MODU_TIMEZONE", "Asia/Seoul/"),
        ("MODU_TIMEZONE", "../zoneinfo/Asia/Seoul"),
        ("MODU_TIMEZONE", "posixrules"),
        ("MODU_LANGUAGE", "fr"),
        ("MODU_DIGEST_TOKENS", "many"),
        ("MODU_DIGEST_TOKENS", "10"),
        ("MODU_WORKER_THREADS", "0"),
        ("MODU_LOG_LEVEL", "LOUD"),
        ("MODU_MODEL", "x" * 141),
        ("MODU_HOME", "~nobody-of-this-name/x"),
        ("MODU_HOME", "/x/" + "y" * 256),
        ("MODU_HOME", "/x/" + "한" * 86),
        ("MODU_HOME", "/x\ny"),
        ("MODU_HOME", "/x\x1b[0m"),
        ("MODU_HOME", "/x\udcff"),
        ("MODU_RUBRICS_DIR", "~nobody-of-this-name"),
        ("MODU_ALLOWED_ROOTS", "~nobody-of-this-name"),
        ("MODU_ALLOWED_ROOTS", "/srv,projects"),
        ("MODU_ALLOWED_ROOTS", "/srv/a\nb"),
        ("MODU_TRUSTED_FORGES", "foo"),
        ("MODU_TRUSTED_FORGES", "git.example"),
        ("MODU_TRUSTED_FORGES", "https://git.example,ftp://x"),
        ("MODU_TRUSTED_FORGES", "https://git.example/path"),
        ("MODU_TRUSTED_FORGES", "https://git.example:0"),
        ("MODU_TRUSTED_FORGES", "https://git.example:65536"),
        ("MODU_TRUSTED_FORGES", "file://folder"),
        ("MODU_API_BASE", "localhost:11434"),
        ("MODU_API_BASE", "ftp://x"),
        ("MODU_API_BASE", "http://"),
        ("MODU_API_BASE", "http://[x"),
        ("MODU_API_BASE", "http://x:port"),
        ("MODU_API_BASE", "http://x/a b"),
        ("MODU_API_BASE", "openai=http://x,anthropic=y"),
        ("MODU_API_BASE", "openai=http://x,openai=http://y"),
        ("MODU_API_BASE", "Open AI=http://x"),
    ],
)
def test_a_value_that_cannot_be_is_an_error_that_names_the_variable(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}: "):
        load(tmp_path, **{name: value})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MODU_LANGUAGE", "fr", "'en' or 'ko'"),
        ("MODU_LOG_LEVEL", "LOUD", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("MODU_DIGEST_TOKENS", "many", "2000 to 1000000"),
        ("MODU_DIGEST_TOKENS", "10", "2000 to 1000000"),
        ("MODU_MAX_ENTRIES", "0", "at least 1"),
        ("MODU_COUNT_OFFLINE", "perhaps", "true or false"),
        ("MODU_USER", "x" * 256, "at most 255 characters"),
        ("MODU_TIMEZONE", "Mars/Base", "IANA"),
        ("MODU_TRUSTED_FORGES", "foo", r"scheme://host:port .* file:///folder"),
        ("MODU_API_BASE", "localhost", "http://127.0.0.1:11434/v1"),
        ("MODU_ALLOWED_ROOTS", "projects", "'projects' is not an absolute path"),
    ],
)
def test_the_error_itself_says_what_is_allowed(tmp_path: Path, name: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        load(tmp_path, **{name: value})

    assert "docs/" not in str(caught.value)
    assert "Value error" not in str(caught.value)


def test_the_error_of_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match=r"MODU_MODLE\. Unset it; the settings are .*MODU_MODEL, .*MODU_USER"
    ) as caught:
        load(tmp_path, MODU_MODLE="openai/x")

    assert "PROVIDER_KEYS" not in str(caught.value)


def test_an_address_with_a_secret_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, MODU_API_BASE="me:hush@host/v1")

    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("value", ["http://127.0.0.1:11434", "https://llm.example/v1/", "http://[::1]:8000/v1"])
def test_the_address_of_a_server_is_taken_as_it_is(tmp_path: Path, value: str) -> None:
    assert load(tmp_path, MODU_API_BASE=value).api_base == value


def test_folders_may_begin_with_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")

    chosen = settings.load({"MODU_HOME": "~/m", "MODU_ALLOWED_ROOTS": "~/a,/srv", "MODU_PROMPTS_DIR": "~"})

    assert (chosen.home, chosen.prompts_dir) == (Path("/somewhere/m"), Path("/somewhere"))
    assert chosen.allowed_roots == ("/somewhere/a", "/srv")


def test_a_home_may_have_any_name_that_can_be_read(tmp_path: Path) -> None:
    home = tmp_path / f"한 글\u3000'q\",c {'x' * 200}"

    assert settings.load({"MODU_HOME": str(home)}).home == home


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"MODU_USER=caf\xe9\n")

    with pytest.raises(SettingsError, match=r"/\.env' is not UTF-8"):
        load(tmp_path)


def test_a_file_that_cannot_be_read_is_named() -> None:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        home.chmod(0o755)
        (home / ".env").touch(mode=0)

        with not_root(), pytest.raises(SettingsError, match=r"/\.env' cannot be read \(Permission denied\)"):
            load(home)


def test_an_impossible_name_of_a_file_is_as_a_missing_one() -> None:
    with pytest.raises(SettingsError, match="There is no file"):
        settings.load({}, env_file=Path("x" * 300))


def test_an_account_without_a_name_is_asked_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)

    with pytest.raises(SettingsError, match="MODU_USER"):
        load(tmp_path).user_name  # noqa: B018 - asking is the act

    assert load(tmp_path, MODU_USER="kim").user_name == "kim"


def test_the_file_in_modu_home_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MODU_LANGUAGE=ko\nMODU_RUBRIC=from-file\nOPENAI_API_KEY=sk\n", encoding="utf-8")

    chosen = load(tmp_path, MODU_RUBRIC="from-environment")

    assert chosen.language == "ko"
    assert chosen.rubric == "from-environment"
    assert chosen.provider_keys["OPENAI_API_KEY"].get_secret_value() == "sk"


def test_a_named_file_replaces_the_one_in_modu_home(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MODU_LANGUAGE=ko\n", encoding="utf-8")
    other = tmp_path / "other.env"
    other.write_text("MODU_USER=kim\n", encoding="utf-8")

    chosen = settings.load({"MODU_HOME": str(tmp_path)}, env_file=other)

    assert (chosen.language, chosen.user) == ("en", "kim")


def test_a_missing_named_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="There is no file"):
        settings.load({}, env_file=tmp_path / "nothing.env")


def test_the_current_folder_configures_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, home = tmp_path / "project", tmp_path / "home"
    project.mkdir()
    (project / ".env").write_text("MODU_MODEL=openai/evil\nMODU_NONSENSE=1\n", encoding="utf-8")
    monkeypatch.chdir(project)

    assert settings.load({"MODU_HOME": str(home)}).model is None


def test_an_unknown_name_in_the_file_is_an_error_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MODU_TYPO=1\n", encoding="utf-8")

    with pytest.raises(SettingsError, match="MODU_TYPO"):
        load(tmp_path)


def test_lists_are_split_at_commas(tmp_path: Path) -> None:
    chosen = load(tmp_path, MODU_TRUSTED_FORGES=" http://127.0.0.1:* , https://git.example,", MODU_ALLOWED_ROOTS="/srv")

    assert chosen.trusted_forges == ("http://127.0.0.1:*", "https://git.example")
    assert chosen.allowed_roots == ("/srv",)


def test_overrides_win_and_none_overrides_nothing(tmp_path: Path) -> None:
    environ = {"MODU_HOME": str(tmp_path), "MODU_RUBRIC": "a", "MODU_MODEL": "openai/x"}

    chosen = settings.load(environ, rubric="b", model=None)

    assert (chosen.rubric, chosen.model) == ("b", "openai/x")


def test_secrets_do_not_show_in_the_text_of_the_settings(tmp_path: Path) -> None:
    chosen = load(
        tmp_path, OPENAI_API_KEY="hush-1", DATABASE_URL="postgresql://u:hush-2@x/y", REDIS_URL="redis://:hush-3@x"
    )

    assert "hush" not in repr(chosen) + str(chosen) + chosen.model_dump_json()

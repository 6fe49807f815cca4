"""Bad input: one paragraph that says what to do, the documented exit status, no traceback, nothing half-written."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.conftest import FILES
from tests.acceptance.test_walk import asking, stored
from tests.support.cli import Ended, Modu
from tests.support.llm import Reply, ScriptedLLM
from tests.support.repositories import make_project, make_repository, serve_git


def failures(modu: Modu) -> list[tuple[object, ...]]:
    """Return the codes of the failed requests, once it is sure that nothing else was written."""
    assert stored(modu, "SELECT count(*) FROM project_evaluations") == [(0,)]
    assert stored(modu, "SELECT coalesce(sum(total_evaluations), 0) FROM user_stats") == [(0,)]
    assert stored(modu, "SELECT count(*) FROM evaluator.requests WHERE state <> 'failed'") == [(0,)]
    return stored(modu, "SELECT error_code FROM evaluator.requests")


def assert_clear(ended: Ended, *, status: int, says: str) -> None:
    """Check that a command failed as it should."""
    told = ended.err + ended.out
    assert ended.status == status, told
    assert "Traceback" not in told
    assert says in " ".join(told.split())
    assert 0 < len([line for line in told.splitlines() if line.strip()]) <= 6


Make = Callable[[Path], list[str]]


def _folder(files: dict[str, str]) -> Make:
    return lambda tmp_path: [str(make_project(tmp_path / "given", files))]


def _given(*args: str) -> Make:
    return lambda _: list(args)


def _file(tmp_path: Path) -> list[str]:
    (tmp_path / "file.py").write_text("print()\n", encoding="utf-8")
    return [str(tmp_path / "file.py")]


@pytest.mark.parametrize(
    ("make", "status", "code", "says"),
    [
        (lambda tmp_path: [str(tmp_path / "nowhere")], 2, "no_such_path", "nowhere"),
        (_folder({}), 2, "empty_project", "empty"),
        (_folder({"main.py": "print()\n"}), 2, "no_readme", "add a README.md"),
        (_file, 2, "not_a_folder", "folder"),
        (_given("https://no-such-host.invalid/a/b"), 5, "source_unreachable", "no-such-host"),
        (_given("http://github.com/a/b"), 2, "untrusted_source", "https"),
        (_given("https://127.0.0.1/a/b"), 2, None, ""),
        (_given("https://kim:hunter2@github.com/a/b"), 2, "credentials_in_url", "credential"),
        (_given(".", "--rubric", "nonsense"), 2, "unknown_rubric", "default"),
        (_given(".", "--model", "mystery"), 2, "unknown_model", "provider/model"),
        (_given(".", "--subdir", "../.."), 2, "bad_subdir", "--subdir"),
        (_given(".", "--ref", "main"), 2, "ref_on_folder", "--ref"),
        (_given(".", "--until", "2026-11-30"), 2, "deadline_without_commits", "deadline"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_source_or_option_that_cannot_be(
    worked: Modu, tmp_path: Path, make: Make, status: int, code: str | None, says: str
) -> None:
    args = make(tmp_path)

    ended = worked("evaluate", *args, MODU_MAX_ATTEMPTS="1")

    assert_clear(ended, status=status, says=says)
    [(recorded,)] = failures(worked)
    assert recorded == code or code is None
    assert "hunter2" not in ended.err + ended.out


@pytest.mark.parametrize(
    ("args", "code"),
    [(["--ref", "no-such-branch"], "unknown_ref"), (["--subdir", "no/such/folder"], "unknown_subdir")],
)
def test_a_ref_or_folder_that_the_repository_does_not_have(
    modu: Modu, tmp_path: Path, args: list[str], code: str
) -> None:
    make_repository(tmp_path / "served" / "work", FILES)
    settings = {"MODU_TRUSTED_FORGES": "http://127.0.0.1:*"}
    if not modu.embedded:
        modu.start("worker", **settings)

    with serve_git(tmp_path / "served") as url:
        ended = modu("evaluate", f"{url}/work", *args, **settings)

    assert_clear(ended, status=2, says=args[1])
    assert failures(modu) == [(code,)]


@pytest.mark.parametrize(
    ("reply", "code", "says"),
    [
        (Reply(status=401, text="Incorrect API key provided."), "judge_refused", "OPENAI_API_KEY"),
        (Reply(status=404, text="The model does not exist."), "unknown_model", "MODU_MODEL"),
        (Reply(status=429, text="Rate limit reached."), "rate_limited", "Rate limit"),
        (Reply(status=500, text="Overloaded."), "judge_unavailable", "again later"),
        (Reply(text="Four out of five."), None, ""),
    ],
    ids=["wrong key", "unknown model", "rate limit", "server error", "no usable answer"],
)
def test_a_judge_that_does_not_do(
    modu: Modu, llm: ScriptedLLM, project: Path, reply: Reply, code: str | None, says: str
) -> None:
    llm.always(reply)
    settings = {**asking(llm), "MODU_MAX_ATTEMPTS": "2"}
    if not modu.embedded:
        modu.start("worker", **settings)

    ended = modu("evaluate", str(project), **settings)

    assert_clear(ended, status=5, says=says)
    [(recorded,)] = failures(modu)
    assert recorded == code or code is None


def test_a_model_without_its_key(modu: Modu, project: Path) -> None:
    settings = {"MODU_MODEL": "openai/anything"}
    if not modu.embedded:
        modu.start("worker", **settings)

    ended = modu("evaluate", str(project), **settings)

    assert_clear(ended, status=5, says="OPENAI_API_KEY")
    assert failures(modu) == [("judge_refused",)]


def test_an_unknown_user_is_not_made_by_a_slip(worked: Modu, project: Path) -> None:
    ended = worked("evaluate", str(project), "--user", "nobody")

    assert_clear(ended, status=2, says="modu user add")
    assert ("nobody",) not in stored(worked, "SELECT github_username FROM users")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("schema = 1\nid = \n", "line 2"),
        ('schema = 1\nid = "mine"\nversion = "1"\ncolour = "red"\n', "colour"),
        ("", "schema"),
    ],
)
def test_a_rubric_with_a_mistake(worked: Modu, tmp_path: Path, project: Path, content: str, says: str) -> None:
    rubric = tmp_path / "mine.toml"
    rubric.write_text(content, encoding="utf-8")

    ended = worked("evaluate", str(project), "--rubric", str(rubric))

    assert_clear(ended, status=2, says=says)
    assert "mine.toml" in " ".join(ended.err.split())
    assert failures(worked) == [("bad_rubric",)]


def closed_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


def test_a_refused_connection_to_postgresql(modu: Modu, project: Path) -> None:
    settings = {"DATABASE_URL": f"postgresql://modu:hunter2@127.0.0.1:{closed_port()}/modu", "REDIS_URL": "redis://x"}

    for command in (["evaluate", str(project)], ["list"], ["db", "migrate"], ["worker"]):
        ended = modu(*command, **settings)

        assert_clear(ended, status=5, says="DATABASE_URL")
        assert "hunter2" not in ended.err


def test_a_refused_connection_to_redis(services: object, database_url: str, modu: Modu, project: Path) -> None:
    settings = {
        "DATABASE_URL": database_url,
        "REDIS_URL": f"redis://:hunter2@127.0.0.1:{closed_port()}/0",
        "MODU_ALLOWED_ROOTS": "/",
    }
    modu("user", "add", "tester", **settings)

    ended = modu("evaluate", str(project), "--no-wait", **settings)

    assert ended.status == 0, ended.err
    assert "Redis" in ended.err
    assert "hunter2" not in ended.err
    assert "Traceback" not in ended.err
    (listed,) = modu("list", "--json", **settings).json
    assert listed["status"] == "queued"  # it is kept, and a worker finds it when Redis is back


def test_a_database_that_is_not_prepared(empty_database_url: str, redis_url: str, modu: Modu, project: Path) -> None:
    ended = modu("evaluate", str(project), DATABASE_URL=empty_database_url, REDIS_URL=redis_url)

    assert_clear(ended, status=2, says="modu db migrate")


@pytest.mark.parametrize(
    ("args", "settings", "says"),
    [
        (["show", "nonsense"], {}, "modu list"),
        (["show", "0d6f6d5c-6e0c-4d4e-9d0e-5d2f1a3b4c5d"], {}, "modu list"),
        (["evaluate"], {}, "Missing argument"),
        (["evaluate", ".", "--nonsense"], {}, "--nonsense"),
        (["nonsense"], {}, "nonsense"),
        (["list"], {"MODU_NONSENSE": "1"}, "MODU_NONSENSE"),
        (["list"], {"MODU_LANGUAGE": "fr"}, "MODU_LANGUAGE"),
        (["list"], {"DATABASE_URL": "postgresql://x/y"}, "REDIS_URL is not set"),
        (["--env-file", "nowhere.env", "list"], {}, "nowhere.env"),
        (["user", "key", "nobody"], {}, "modu user add"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_other_wrong_usage(modu: Modu, args: list[str], settings: dict[str, str], says: str) -> None:
    if "DATABASE_URL" in settings and not modu.embedded:
        modu = Modu(settings={"MODU_HOME": modu.settings["MODU_HOME"]}, folder=modu.folder, embedded=False)

    ended = modu(*args, **settings)

    assert_clear(ended, status=2, says=says)


def test_an_error_is_json_too_where_json_is_asked_for(worked: Modu) -> None:
    ended = worked("evaluate", "/no/such/folder", "--json")

    assert ended.status == 2
    assert ended.json["error"]["code"] == "no_such_path"

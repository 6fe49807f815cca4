"""`modu digest`: what a person sees of what the judge would be sent. It needs no server, so it is given none."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.conftest import FILES
from tests.support.cli import Ended, Modu
from tests.support.histories import make_history
from tests.support.llm import ScriptedLLM, scripted_llm
from tests.support.repositories import commit_of, make_project, make_repository, serve_git

KEYS = {
    "commit",
    "tree",
    "files",
    "findings",
    "redactions",
    "tokens_estimated",
    "coverage",
    "digest_sha256",
    "seconds",
}
TOKEN = "ghp_" + "a1B2c3D4e5F6" * 3


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Modu]:
    """`modu` with a home in which nothing may appear."""
    home = tmp_path / "home"
    modu = Modu(settings={"MODU_HOME": str(home)}, folder=tmp_path, embedded=True)
    yield modu
    modu.end()
    assert not home.exists()


def test_a_person_sees_the_text_and_on_stderr_what_is_not_in_it(alone: Modu, project: Path) -> None:
    (project / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (project / "settings.py").write_text(f'TOKEN = "{TOKEN}"\n', encoding="utf-8")

    ended = alone("digest", str(project))

    assert ended.status == 0, ended.err
    assert "# Facts\n" in ended.out
    assert '5|     return f"Hello, {name}, nice to see you!"\n' in ended.out
    assert TOKEN not in ended.out + ended.err
    assert "[REDACTED:" in ended.out
    assert "greeter: 7 files, about" in ended.err
    assert "Of the source that the program reaches, 100% is shown." in ended.err
    assert "Found: secret in settings.py. Secrets were masked." in ended.err
    assert "Not shown: 1 media or document\n" in ended.err
    assert "Masked: 1 x github" in ended.err


def test_programs_get_the_manifest(alone: Modu, tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "greeter", FILES)

    with serve_git(tmp_path) as url:
        ended = alone("digest", f"{url}/greeter", "--ref", "main", "--json", MODU_TRUSTED_FORGES=url)

    manifest = ended.json
    assert manifest.keys() == KEYS
    assert manifest["commit"] == commit_of(repository)
    assert {file["path"]: file["shown"] for file in manifest["files"]} == dict.fromkeys(FILES, "whole")
    assert all(file.keys() == {"path", "bytes", "shown", "lines", "reason"} for file in manifest["files"])
    assert 0 < manifest["tokens_estimated"] < 2000
    assert manifest["coverage"] == 1.0
    assert manifest["seconds"].keys() == {"fetch", "build"}


def test_a_deadline_turns_a_repository_back(alone: Modu, tmp_path: Path) -> None:
    folder = make_history(tmp_path / "dated", [0, 2, 4])  # of November 2026, in UTC

    with serve_git(tmp_path) as url:
        asked = ("digest", f"{url}/dated", "--json", "--until")
        ended = [
            alone(*asked, when, MODU_TRUSTED_FORGES=url, MODU_TIMEZONE="Asia/Seoul")
            for when in ("2026-11-03T08:59:59", "2026-11-03", "2026-10-31", "soon")
        ]

    assert [each.json["commit"] for each in ended[:2]] == [commit_of(folder, ref) for ref in ("main~2", "main~1")]
    assert [each.status for each in ended] == [0, 0, 2, 2]
    assert "was made by 2026-10-31 14:59:59 UTC" in ended[2].err
    assert "2026-11-30T18:00" in ended[3].err


def test_equal_trees_give_equal_bytes(alone: Modu, project: Path, tmp_path: Path) -> None:
    first = alone("digest", str(project), "--out", "first.md")
    second = alone("digest", str(project), "--out", "second.md", PYTHONHASHSEED="7")

    assert (first.status, second.status) == (0, 0), first.err + second.err
    assert (first.out, second.out) == ("", "")
    assert "The text is in first.md" in first.err
    assert (tmp_path / "first.md").read_bytes() == (tmp_path / "second.md").read_bytes()


def test_a_smaller_budget_shows_less(alone: Modu, tmp_path: Path) -> None:
    files = {f"part_{n}.py": "".join(f"value_{n}_{m} = {m}\n" for m in range(300)) for n in range(20)}
    project = make_project(tmp_path / "much", {**FILES, **files})

    manifest = alone("digest", str(project), "--budget", "4000", "--json").json

    assert manifest["tokens_estimated"] <= 4000
    assert {"whole", "listed"} <= {file["shown"] for file in manifest["files"]}


def test_what_the_model_can_read_bounds_the_digest_too(alone: Modu, tmp_path: Path) -> None:
    files = {f"part_{n}.py": "".join(f"value_{n}_{m} = {m}\n" for m in range(300)) for n in range(40)}
    project = make_project(tmp_path / "much", {**FILES, **files})
    settings = {"OPENAI_API_KEY": "x", "MODU_ANSWER_TOKENS": "500"}

    bounded = alone("digest", str(project), "--json", MODU_MODEL="openai/gpt-3.5-turbo-16k", **settings)
    refused = alone("digest", str(project), "--json", MODU_MODEL="openai/gpt-4", **settings)

    assert 2000 < bounded.json["tokens_estimated"] < 8000  # the windows are 16,385 and 8,192 tokens
    assert (refused.status, refused.json["error"]["code"]) == (2, "bad_settings")
    assert "MODU_ANSWER_TOKENS" in refused.err


def refusals(tmp_path: Path) -> Iterator[tuple[list[str], str]]:
    yield [str(tmp_path / "nowhere")], "no_such_path"
    yield [str(make_project(tmp_path / "no readme", {"main.py": "print()\n"}))], "no_readme"
    yield ["https://127.0.0.1/owner/project"], "untrusted_source"
    yield ["https://user:secret-word@github.com/owner/project"], "credentials_in_url"
    yield [str(make_project(tmp_path / "fine", FILES)), "--subdir", "packages"], "unknown_subdir"
    yield [str(tmp_path / "fine"), "--out", str(tmp_path / "no such folder" / "out.md")], "cannot_write"


def test_a_refusal_says_what_to_do_to_people_and_to_programs(alone: Modu, tmp_path: Path) -> None:
    for args, code in refusals(tmp_path):
        ended = alone("digest", *args, "--json")

        assert (ended.status, last_json(ended)["code"]) == (2, code), ended.err
        assert "Traceback" not in ended.err
        assert "secret-word" not in ended.out + ended.err


def last_json(ended: Ended) -> dict[str, str]:
    """Return the error that programs are told."""
    error: dict[str, str] = ended.json["error"]
    return error


@pytest.fixture
def llm() -> Iterator[ScriptedLLM]:
    with scripted_llm() as server:
        yield server


def test_what_is_shown_is_what_the_judge_is_sent(modu: Modu, llm: ScriptedLLM, project: Path) -> None:
    settings = {"MODU_MODEL": "openai/any", "MODU_API_BASE": f"{llm.url}/v1", "OPENAI_API_KEY": "x"}
    if not modu.embedded:
        modu.start("worker", **settings)
    shown = modu("digest", str(project))

    modu("evaluate", str(project), **settings)

    sent = llm.requests[0].user
    (mark,) = {line.split()[0].removeprefix("<<<") for line in shown.out.splitlines() if line.startswith("<<<")}
    (real,) = {line.split()[0].removeprefix("<<<") for line in sent.splitlines() if line.startswith("<<<")} - {mark}
    assert shown.out.replace(mark, real).strip() in sent
    assert real != mark


def test_nothing_is_left_in_the_temporary_folder(alone: Modu, tmp_path: Path) -> None:
    make_repository(tmp_path / "greeter", FILES)
    temporary = tmp_path / "tmp"
    temporary.mkdir()

    with serve_git(tmp_path) as url:
        ended = alone("digest", f"{url}/greeter", MODU_TRUSTED_FORGES=url, TMPDIR=str(temporary))

    assert ended.status == 0, ended.err
    assert list(temporary.iterdir()) == []

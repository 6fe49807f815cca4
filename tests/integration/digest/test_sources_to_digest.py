from pathlib import Path

from evaluator.digest.build import build
from evaluator.domain import Limits
from evaluator.sources.fetch import fetch
from evaluator.sources.parse import parse
from tests.support.repositories import git, make_project, make_repository, serve_git

FORGES = ("http://127.0.0.1:*",)
LIMITS = Limits(trusted_forges=FORGES)
FILES: dict[str, str | bytes] = {
    "README.md": "# 할 일\n`todo.py`를 실행한다.\n",
    "todo.py": "# -*- coding: cp949 -*-\nprint('안녕')\n".encode("cp949"),
    "src/core.py": "def run():\n    return 1\n",
    "tests/test_core.py": "from src import core\n",
    "big.csv": "1,2\n" * 1000,
}


def test_equal_content_has_one_digest_whether_it_comes_from_git_or_from_a_folder(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "copy", FILES)
    make_repository(tmp_path / "served" / "project", FILES)

    with serve_git(tmp_path / "served") as base:
        source = parse(f"{base}/project", trusted_forges=FORGES)
        with fetch(source, limits=LIMITS) as snapshot:
            of_git = build(snapshot, budget=5000, mark="MARK")
        with fetch(parse(str(folder)), limits=LIMITS) as snapshot:
            of_folder = build(snapshot, budget=5000, mark="MARK")

    assert of_git.text == of_folder.text
    assert of_git.sha256 == of_folder.sha256
    assert "2| print('안녕')" in of_git.text
    assert of_git.commit is not None
    assert of_folder.commit is None


def test_a_commit_that_changes_no_file_changes_no_digest(tmp_path: Path) -> None:
    folder = make_repository(tmp_path / "project", FILES)
    texts = []

    with serve_git(tmp_path) as base:
        for message in ("one", "two"):
            git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
            with fetch(parse(f"{base}/project", trusted_forges=FORGES), limits=LIMITS) as snapshot:
                texts.append((snapshot.commit, build(snapshot, budget=5000, mark="MARK").sha256))

    (first_commit, first), (second_commit, second) = texts
    assert first_commit != second_commit
    assert first == second


def test_a_project_of_two_thousand_files_is_digested_within_its_budget(tmp_path: Path) -> None:
    files = {f"pkg{n % 40}/mod{n}.py": f"import mod{n % 7}\n\n" + _code(n) for n in range(2000)}
    starts = "".join(f"import pkg{n % 40}.mod{n}\n" for n in range(100))
    folder = make_project(tmp_path, {"README.md": "# Many\n", "main.py": starts, **files})

    with fetch(parse(str(folder)), limits=LIMITS) as snapshot:
        digest = build(snapshot, budget=60_000, mark="MARK")

    assert 50_000 < digest.tokens <= 60_000
    assert len(digest.files) == 2002
    assert {block.path for block in digest.blocks} >= {"main.py", *(f"pkg{n}/mod{n}.py" for n in range(7))}


def test_a_subdirectory_is_digested_as_a_project_of_its_own(tmp_path: Path) -> None:
    files = {"README.md": "# Many\n", "api/README.md": "# Api\n", "api/main.py": "x = 1\n", "web/main.ts": "x\n"}
    make_repository(tmp_path / "served" / "many", files)

    with serve_git(tmp_path / "served") as base:
        source = parse(f"{base}/many", subdir="api", trusted_forges=FORGES)
        with fetch(source, limits=LIMITS) as snapshot:
            digest = build(snapshot, budget=5000, mark="MARK")

    assert [file.path for file in digest.files] == ["README.md", "main.py"]
    assert "1| # Api\n" in digest.text


def _code(number: int) -> str:
    """Return a function in words that no other number has."""
    words = "".join(chr(ord("a") + int(digit)) for digit in f"{number:04}")
    return f"def {words}(): return '{words}' * 2\n" * 30

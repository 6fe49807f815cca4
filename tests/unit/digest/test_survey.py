from collections.abc import Iterator, Mapping, Sequence

from evaluator.digest import survey
from evaluator.digest.packages import packages
from evaluator.digest.survey import Survey
from evaluator.digest.walk import Candidate
from tests.support.candidates import candidates_of


def reader(files: Mapping[str, str], was_read: list[str]) -> survey.Read:
    def read(chosen: Sequence[Candidate]) -> Iterator[tuple[Candidate, bytes]]:
        for file in chosen:
            was_read.append(file.path)
            yield file, files[file.path].encode()

    return read


def test_paths_and_names_that_occur_once_are_taken_as_named() -> None:
    files = candidates_of(
        ["src/deep/x/y.py", "a/one.py", "b/two.py", "c/two.py", "docs/guide.md", "Makefile", "run.sh"]
    )

    named = survey.mentions(files, "See `src/deep/x/y.py`, ./run.sh, two.py, (docs/guide.md) and one.py.\n")

    assert named == {"src/deep/x/y.py", "run.sh", "docs/guide.md", "a/one.py"}


def test_words_of_the_readme_are_taken_in_any_script() -> None:
    assert survey.words("The Scheduler runs 작업관리 at 10 am") == {"scheduler", "runs", "작업관리"}


def test_topics_are_headings_strong_words_and_addresses() -> None:
    text = "# RSS feeds\nwords of no weight, **Live trend**\n`POST /api/statistic`\n"

    assert survey.topics(text) == {"rss", "feeds", "live", "trend", "api", "statistic"}


def test_topics_of_a_korean_readme_are_what_files_would_be_called() -> None:
    assert {"search", "chat"} <= survey.topics("## 주요 기능\n실시간 채팅과 검색\n")
    assert "chat" not in survey.topics("## Features\n")


def test_what_runs_tests_on_every_change_is_told_by_its_text() -> None:
    flows = {
        ".github/workflows/a.yml": b"run: npm run test",
        ".github/workflows/b.yml": b"uses: actions/labeler",
        "other.yml": b"pytest",
    }

    assert survey.checking(flows, candidates_of(list(flows))) == {".github/workflows/a.yml"}


def test_what_starts_a_program_by_its_name_lies_near_the_top_of_its_package() -> None:
    paths = [
        "main.py", "src/app.py", "a/b/c/main.py", "web/package.json", "web/src/index.ts",
        "web/src/ui/button/index.ts", "web/styles/app.css", "src/util.py", "Api/x/y/z/Program.cs",
        "server/src/main/java/org/demo/ShopApplication.java",
    ]  # fmt: skip
    files = candidates_of(paths)

    assert survey.usual(survey.source(files), packages=packages(files)) == {
        "Api/x/y/z/Program.cs",
        "main.py",
        "server/src/main/java/org/demo/ShopApplication.java",
        "src/app.py",
        "web/src/index.ts",
    }


def test_what_starts_lead_to_is_reached_and_what_was_read_is_kept() -> None:
    contents = {"main.py": "import helper\n", "helper.py": "x = 1\n", "dead.py": "import helper\n"}
    was_read: list[str] = []
    code = survey.source(candidates_of(contents))
    kept: dict[str, bytes] = {}

    found = survey.followed(
        Survey(declared=frozenset({"main.py"})), code, contents=kept, read=reader(contents, was_read)
    )

    assert found.reached == {"main.py", "helper.py"}
    assert found.importers["helper.py"] == 1
    assert found.depths == {"main.py": 0, "helper.py": 1}
    assert found.complete
    assert sorted(was_read) == sorted(kept) == ["dead.py", "helper.py", "main.py"]


def test_only_so_many_files_are_scanned_and_then_nothing_is_called_unreached_for_good() -> None:
    contents = {f"src/m{n:04}.py": "x = 1\n" for n in range(600)} | {"main.py": "import src.m0599\n"}
    was_read: list[str] = []
    code = survey.source(candidates_of(contents))

    found = survey.followed(Survey(declared=frozenset({"main.py"})), code, contents={}, read=reader(contents, was_read))

    assert len(was_read) == len(set(was_read)) == survey.SCANNED_FILES
    assert was_read[0] == "main.py"
    assert "src/m0599.py" in found.reached
    assert not found.complete


def test_only_so_many_bytes_are_scanned() -> None:
    contents = {f"src/m{n}.py": "x" * (survey.SCANNED_BYTES // 2) for n in range(9)} | {"src/z.py": "x"}
    was_read: list[str] = []
    code = survey.source(candidates_of(contents))

    survey.followed(Survey(), code, contents={}, read=reader(contents, was_read))

    assert was_read == ["src/m0.py", "src/m1.py"]


def test_manifests_then_ci_and_what_gives_names_tell_where_programs_start() -> None:
    paths = [f"a/b/{n}/package.json" for n in range(120)]
    files = candidates_of(["z/pom.xml", "Dockerfile", "tsconfig.json", "settings.yml", "data.json", "main.py", *paths])

    assert [file.path for file in survey.telling(files)][:3] == [
        "z/pom.xml",
        "a/b/0/package.json",
        "a/b/1/package.json",
    ]
    assert len(survey.telling(files)) == 100
    few = candidates_of(["settings.yml", "data.json", "main.py", "tsconfig.json", "Dockerfile"])
    assert [file.path for file in survey.telling(few)] == ["Dockerfile", "tsconfig.json", "settings.yml"]

from collections.abc import Collection, Mapping
from fractions import Fraction

from evaluator.digest import select, survey
from evaluator.digest.packages import packages
from evaluator.digest.survey import Survey
from tests.support.candidates import candidates_of


def order(
    files: Collection[str] | Mapping[str, str],
    *,
    readme: str = "",
    reached: Collection[str] | None = None,
    importers: Mapping[str, int] | None = None,
    declared: Collection[str] = (),
) -> list[str]:
    """Return the paths in the order in which they are first looked at."""
    candidates = candidates_of(files)
    code = survey.source(candidates)
    parts = packages(candidates)
    known = Survey(
        named=survey.mentions(candidates, readme),
        words=survey.words(readme),
        topics=survey.topics(readme),
        declared=frozenset(declared),
        usual=survey.usual(code, packages=parts),
        reached=frozenset(file.path for file in code) if reached is None else frozenset(reached),
        importers=importers or {},
    )
    stages = select.stages(candidates, survey=known, packages=parts)
    return list(dict.fromkeys(file.path for stage in stages for file in stage.files))


def test_what_tells_most_comes_first() -> None:
    paths = [
        "docs/a.md", "notes", "src/deep/x/y.py", "src/util.py", "src/dead.py", "tests/test_a.py", "Dockerfile",
        "main.py", "pyproject.toml", "core/README.md", "LICENSE", ".editorconfig",
    ]  # fmt: skip

    assert order(
        paths, readme="See `src/deep/x/y.py`.", reached=["main.py", "src/util.py", "src/deep/x/y.py"]
    ) == [
        "pyproject.toml", "main.py", "Dockerfile", "core/README.md", "src/deep/x/y.py", "tests/test_a.py",
        "src/util.py", "docs/a.md", "src/dead.py", "LICENSE", ".editorconfig", "notes",
    ]  # fmt: skip


def test_what_nothing_reaches_comes_after_all_that_is_reached_however_large_it_is() -> None:
    files = {"main.py": "import a", "a.py": "x", "padding.py": "x = 1\n" * 5000}

    assert order(files, reached=["main.py", "a.py"]) == ["main.py", "a.py", "padding.py"]


def test_what_others_import_comes_before_what_nobody_needs() -> None:
    assert order(["src/aaa.py", "src/core.py"], importers={"src/core.py": 3}) == ["src/core.py", "src/aaa.py"]


def test_what_the_readme_speaks_of_comes_first() -> None:
    assert order(["src/aaa.py", "src/scheduler.py"], readme="It has a scheduler.")[0] == "src/scheduler.py"


def test_an_entry_point_with_a_usual_name_comes_before_what_a_build_lists() -> None:
    paths = ["main.c", "a.c", "b.c"]

    assert order(paths, declared=paths, importers={"a.c": 9}) == ["main.c", "a.c", "b.c"]


def test_each_package_of_a_monorepo_gets_its_turn() -> None:
    paths = ["a/package.json", "a/src/x.ts", "a/src/y.ts", "b/package.json", "b/src/z.ts"]

    assert order(paths, importers={"a/src/x.ts": 9, "a/src/y.ts": 9})[2:] == ["a/src/x.ts", "b/src/z.ts", "a/src/y.ts"]


def test_ci_then_containers_then_environments_then_the_rest() -> None:
    paths = [
        "config/settings.toml",
        ".env.example",
        ".github/workflows/ci.yml",
        "Dockerfile",
        "tests/pytest.ini",
        "tsconfig.json",
    ]

    assert order(paths) == [
        ".github/workflows/ci.yml", "Dockerfile", ".env.example", "config/settings.toml", "tsconfig.json",
        "tests/pytest.ini",
    ]  # fmt: skip


def test_tests_come_before_their_helpers() -> None:
    assert order(["tests/conftest.py", "tests/test_pay.py"]) == ["tests/test_pay.py", "tests/conftest.py"]


def test_a_change_of_a_few_lines_changes_no_rank() -> None:
    files = {f"src/m{n}.py": "x = 1\n" * (100 * n + 50) for n in range(1, 6)}
    edited = {**files, "src/m3.py": files["src/m3.py"] + "y = 2\n" * 5}

    assert order(files) == order(edited)


def test_flows_that_test_come_before_those_that_look_after_a_repository() -> None:
    flows = [
        ".github/workflows/label-approved.yml",
        ".github/workflows/deploy.yml",
        ".github/workflows/test-redistribute.yml",
        ".github/workflows/test.yml",
    ]

    assert order(flows) == [flows[3], flows[2], flows[1], flows[0]]


def test_pages_of_the_promise_come_before_source_and_translations_of_them_do_not() -> None:
    paths = ["ARCHITECTURE.md", "docs/usage.md", "docs/fr/usage.md", "docs/glossary.md", "CHANGELOG.md", "src/a.py"]

    found = order(paths)

    assert found[:2] == ["ARCHITECTURE.md", "docs/usage.md"]
    assert found.index("src/a.py") == 2
    assert found[-1] == "CHANGELOG.md"


def test_a_test_of_what_is_likely_to_be_shown_comes_first() -> None:
    paths = ["src/pay.service.ts", "src/pay.service.spec.ts", "src/aaa.spec.ts"]

    assert order(paths)[:2] == ["src/pay.service.spec.ts", "src/aaa.spec.ts"]


def test_source_that_is_tested_comes_before_its_like() -> None:
    assert order(["src/aaa.py", "src/pay.py", "tests/test_pay.py"])[1:] == ["src/pay.py", "src/aaa.py"]


def test_what_does_the_work_comes_before_what_gives_it_form() -> None:
    paths = [
        "src/components/ui/button.tsx", "src/types/user.ts", "src/user/user.dto.ts", "src/user/user.service.ts",
        "src/user/index.ts", "src/GlobalSvgProvider.tsx",
    ]  # fmt: skip
    everywhere = dict.fromkeys([*paths[:3], *paths[4:]], 40)

    assert order(paths, importers=everywhere)[0] == "src/user/user.service.ts"


def test_of_many_notebooks_each_has_a_little() -> None:
    few, many = ([f"{n:02}.ipynb" for n in range(count)] for count in (3, 20))

    shares = [max(stage.each for stage in first_turn(paths)) for paths in (few, many)]

    assert shares[0] == Fraction(1, 10)
    assert shares[1] == Fraction(7, 200)


def first_turn(paths: list[str]) -> list[select.Stage]:
    """Return the stages in which source that is reached is shown for the first time."""
    candidates = candidates_of(paths)
    known = Survey(reached=frozenset(paths))
    found = select.stages(candidates, survey=known, packages=packages(candidates))
    return [stage for stage in found if stage.files and stage.share == 1 and not stage.widens][:1]


def test_tables_that_a_container_loads_are_no_entry_point() -> None:
    paths = ["db/init.sql", "main.py", "src/pay.py"]

    assert order(paths, declared=["db/init.sql"])[:2] == ["main.py", "src/pay.py"]


def test_what_is_only_for_tools_is_not_shown_because_the_readme_lists_it() -> None:
    assert order([".editorconfig", "src/pay.py"], readme=".editorconfig, src/pay.py") == ["src/pay.py", ".editorconfig"]

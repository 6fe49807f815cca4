from evaluator.digest.packages import packages
from evaluator.digest.walk import Candidate
from tests.support.candidates import candidates_of


def by_path(files: list[Candidate]) -> dict[str, Candidate]:
    return {file.path: file for file in files}


def test_a_file_belongs_to_the_nearest_folder_with_a_manifest() -> None:
    files = candidates_of(
        [
            "package.json",
            "apps/web/package.json",
            "apps/web/src/deep/a.ts",
            "apps/docs.ts",
            "Api/Api.csproj",
            "Api/X.cs",
        ]
    )

    found = packages(files)

    assert {file.path: found.of(file) for file in files if not file.path.endswith(".json")} == {
        "Api/Api.csproj": "api",
        "Api/X.cs": "api",
        "apps/docs.ts": "",
        "apps/web/src/deep/a.ts": "apps/web",
    }


def test_the_manifest_of_a_vendored_library_makes_no_package() -> None:
    files = candidates_of(["node_modules/x/package.json", "node_modules/x/a.js"])

    assert {packages(files).of(file) for file in files} == {""}


def test_each_package_gives_its_best_before_any_gives_its_second_and_examples_come_last() -> None:
    files = by_path(
        candidates_of(
            [
                "a/package.json",
                "a/1.ts",
                "a/2.ts",
                "b/package.json",
                "b/1.ts",
                "examples/c/package.json",
                "examples/c/1.ts",
            ]
        )
    )
    ranked = [files[path] for path in ("examples/c/1.ts", "a/1.ts", "a/2.ts", "b/1.ts")]

    turns = packages(files.values()).in_turn(ranked)

    assert [file.path for file in turns] == ["a/1.ts", "b/1.ts", "a/2.ts", "examples/c/1.ts"]


def test_a_large_package_gets_more_turns_where_they_are_not_even() -> None:
    large, small = [f"a/{n:02}.ts" for n in range(16)], ["b/1.ts", "b/2.ts", "b/3.ts", "b/4.ts"]
    files = by_path(candidates_of(["a/package.json", "b/package.json", *large, *small]))
    ranked = [files[path] for path in (*large, *small)]

    turns = packages(files.values()).in_turn(ranked, evenly=False)

    assert [file.path[0] for file in turns[:6]] == ["a", "a", "b", "a", "a", "b"]

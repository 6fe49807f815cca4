import pytest

from evaluator.digest.languages import is_aside, is_test


@pytest.mark.parametrize(
    "path",
    [
        "tests/a.py", "src/__tests__/x.ts", "a/e2e/x.ts", "app/src/androidTest/A.kt", "a/fixtures/x.py", "conftest.py",
        "a/test_x.py", "test.js", "src/x.test.ts", "src/x-spec.rb", "x_test.go", "ui/Button.stories.tsx",
        "src/UserTest.java", "src/UserSpec.scala", "src/main/../test/A.java",
    ],
)  # fmt: skip
def test_tests_are_known_by_their_place_and_name(path: str) -> None:
    assert is_test(path) is not path.startswith("src/main/")


@pytest.mark.parametrize(
    "path",
    [
        "latest.py", "contest/x.py", "src/Test/A.java", "src/main/java/test/A.java", "src/main/A_test.go", "protest.js",
        "inspect.py", "src/UserTest/A.java", "a.spec/x.ts", "a/stories.ts", "TEST.py",
    ],
)  # fmt: skip
def test_what_only_sounds_like_a_test_is_none(path: str) -> None:
    assert not is_test(path)


@pytest.mark.parametrize("piece", ["-test.", "a/", "Test.", "test_", "aTest.a/", "._-", "spec"])
def test_a_name_of_a_megabyte_is_looked_at_once(piece: str) -> None:
    path = piece * (1_000_000 // len(piece))

    assert is_test(path) == is_test(piece * 3)


def test_only_folders_at_the_top_are_aside() -> None:
    assert is_aside("examples/x.py")
    assert not is_aside("src/examples/x.py")
    assert not is_aside("examples.py")

"""Commands that a README lists with what they do: features, and not commands besides."""

import pytest

from evaluator.grading import promises
from evaluator.grading.withhold import LONGEST
from tests.support.digests import digest_of

MANIFEST = '[project]\nname = "foo"\n[project.scripts]\nfoo = "foo:main"\n'
FILES = {"pyproject.toml": MANIFEST, "foo.py": "x = 1\n", "Makefile": "test:\n\techo\n"}


def told(readme: str) -> list[tuple[str, str]]:
    ledger = promises.ledger(digest_of({"README.md": f"# T\n\n{readme}", **FILES}))
    return [(p.kind, p.text) for p in ledger if p.kind in {"feature", "command"}]


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ("| command | does |\n|---|---|\n| `foo init DIR` | makes a new folder |\n",
         "foo init DIR – makes a new folder"),
        ("| Usage | Meaning |\n|---|---|\n| foo init | makes a new folder |\n", "foo init – makes a new folder"),
        ("| `명령어` | 설명 |\n|---|---|\n| `foo init` | 폴더를 만듭니다 |\n", "foo init – 폴더를 만듭니다"),
        ("- `foo init`: makes a new folder\n", "foo init – makes a new folder"),
        ("* **`foo init`** - makes a new folder\n", "foo init – makes a new folder"),
        ("- `foo init`, `foo i` → makes a new folder\n", "foo init, foo i – makes a new folder"),
        ("- `foo init`: 새로운 폴더 생성\n", "foo init – 새로운 폴더 생성"),
        ("- `python foo.py --all`: makes a new folder\n", "python foo.py --all – makes a new folder"),
        ("## Commands\n\n- `init`: makes a new folder\n", "init – makes a new folder"),
        ("## 명령어\n\n- `/생성`: 새로운 폴더 생성\n", "/생성 – 새로운 폴더 생성"),
        ("## Bot commands\n\n- `!play <name>`: plays a song\n", "!play – plays a song"),
        ("```\nCommands:\n  init      makes a new folder\n  help      prints this help\n```\n",
         "init – makes a new folder"),
    ],
)  # fmt: skip
def test_an_own_command_with_its_meaning_is_one_feature(listed: str, expected: str) -> None:
    found = told(listed)

    assert found == [("feature", expected)]


@pytest.mark.parametrize(
    "listed",
    [
        "| command | does |\n|---|---|\n| `npm run build` | builds all of it |\n",
        "- `git clone`: fetches the whole project\n",
        "- `foo init`: planned, not yet there\n",
        "- `foo init`: yes\n",
        "- `config.toml`: holds what is set\n",
        "## Contributing\n\n- `foo init`: makes a new folder\n",
        "## Commands\n\n- `left mouse button`: marks a block of text\n",
        "## Files\n\n- `init`: makes a new folder\n",
        "## 팀원\n\n- `foo init`: 새로운 폴더 생성\n",
        "```\n  init      makes a new folder\n```\n",
    ],
)
def test_other_programs_files_plans_and_rules_are_no_features(listed: str) -> None:
    found = [text for kind, text in told(listed) if kind == "feature"]

    assert found == []


def test_a_task_of_make_stays_a_command() -> None:
    found = told("| command | does |\n|---|---|\n| `make test` | runs all of the tests |\n\n```sh\nmake test\n```\n")

    assert found == [("command", "make test")]


def test_no_long_code_is_kept_of_a_command_that_is_explained() -> None:
    (found,) = told(f"- `foo {'--long-option-name ' * 4}`: makes a new folder\n")

    command = found[1].partition(" – ")[0]
    assert len("".join(command.split())) <= LONGEST
    assert found[1].endswith(" – makes a new folder")

"""The documentation is true: generated pages are current, links lead somewhere."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from evaluator.cli.main import modu
from evaluator.digest.findings import MEANINGS

TOP = Path(__file__).parents[2]
PAGES = sorted([*TOP.glob("*.md"), *TOP.glob("docs/**/*.md")])


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", TOP / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generated_pages_are_what_the_code_says() -> None:
    for path, text in generator().pages().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is stale: run make docs"


def test_the_page_of_findings_names_every_code_in_order_and_no_other() -> None:
    rows = (TOP / "docs/reference/findings.md").read_text(encoding="utf-8").splitlines()

    assert [row.split("`")[1] for row in rows if row.startswith("| `")] == sorted(MEANINGS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_every_link_within_the_documentation_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_compose_file_hands_on_every_setting_of_the_example() -> None:
    example = set(re.findall(r"^#?([A-Z][A-Z_]+)=", (TOP / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    handed_on = set(re.findall(r"\$\{([A-Z_]+)", (TOP / "docker-compose.yml").read_text(encoding="utf-8")))

    assert example - handed_on == {"DATABASE_URL", "REDIS_URL", "MODU_HOME", "MODU_USER"}  # what compose itself knows
    assert handed_on <= example


@pytest.mark.parametrize("words", [(), ("evaluate",), ("user", "add")])
def test_the_help_in_the_documentation_is_what_the_program_prints(words: tuple[str, ...]) -> None:
    printed = CliRunner().invoke(modu, [*words, "-h"], prog_name="modu", terminal_width=78).output

    assert f"```text\n{printed}```\n" in (TOP / "docs/reference/cli.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "allowed"),
    [("MODU_DIGEST_TOKENS", "2000 to 1000000"), ("MODU_LANGUAGE", "'en' or 'ko'"), ("MODU_MAX_ENTRIES", "at least 1")],
)
def test_the_table_of_settings_says_what_is_allowed(name: str, allowed: str) -> None:
    rows = (TOP / "docs/reference/settings.md").read_text(encoding="utf-8").splitlines()

    (cells,) = (row.split(" | ") for row in rows if row.startswith(f"| `{name}` |"))

    assert cells[2] == allowed

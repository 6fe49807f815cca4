import pytest

from evaluator.grading.checks.testing import tests as check
from tests.support.digests import digest_of

CODE = {"src/tool/core.py": "x = 1\n" * 50}
TEST = "from tool.core import x\n\n\ndef test_x():\n    assert x == 1\n"


@pytest.mark.parametrize(
    ("files", "level", "told"),
    [
        ({}, "not_met", "No test file is found."),
        (
            {"tests/test_core.py": TEST},
            "met",
            "1 file with tests beside 1 code file; of 1 shown, 1 uses the project's own code.",
        ),
        ({"tests/test_core.py": ""}, "not_met", "No test file"),
        ({"tests/test_core.py": "# nothing yet\n"}, "not_met", "1 test file, but no test in them."),
        ({"tests/test_core.py": "import os\ndef test_x():\n    assert os\n"}, "partly", "of 1 shown, 0 use"),
        ({"tests/test_core.py": "import tool\ndef test_x():\n    assert tool\n"}, "met", "1 use"),
        ({"tests/test_core.py": "from ..tool import x\ndef test_x():\n    assert x\n"}, "met", "1 use"),
        ({"test_core.py": TEST, "tests/b_test.py": "def test_b():\n    assert 1\n"}, "met", "of 2 shown, 1 use"),
        (
            {"test_core.py": TEST, "b_test.py": "def test_b(): 1", "test_c.py": "def test_c(): 1"},
            "partly",
            "of 3 shown, 1 use",
        ),
        ({"node_modules/x/test/a.test.js": "test('x')"}, "not_met", "No test file"),
        ({"web/a.test.ts": "import { a } from './a';\ntest('a', () => expect(a).toBe(1));"}, "met", "1 use"),
        ({"web/a.spec.ts": "import a from 'lodash';\ndescribe('a', () => {});"}, "partly", "0 use"),
        ({"web/a.cy.js": "it('opens', () => cy.visit('/'));"}, "met", "1 use"),
        ({"web/a.cy.js": "it('opens', () => cy.visit('https://x.example'));"}, "partly", "0 use"),
        ({"web/a.spec.ts": "test('a', async () => { await page.goto('http://localhost:3') });"}, "met", "1 use"),
        ({"app_test.py": "def test_x():\n    assert run('src/tool/core.py')\n"}, "met", "1 use"),
        ({"tests/run.sh": "curl x || exit 1\n"}, "met", "1 use"),
        ({"tests/run.sh": "echo\n"}, "not_met", "no test in them"),
        (
            {
                "tsconfig.json": '{"compilerOptions": {"paths": {\n "@admin/*": ["rooms/admin/*"]}}}',
                "web/a.spec.ts": "import a from '@admin/list';\ndescribe('a', () => {});",
            },
            "met",
            "1 use",
        ),
        (
            {"web/parts/a.js": "x", "web/a.spec.ts": "import a from 'parts/a';\ndescribe('a', () => {});"},
            "met",
            "1 use",
        ),
        (
            {"package.json": '{"name": "splitter"}', "test.js": "const s = require('splitter'); test('a', 1)"},
            "met",
            "1 use",
        ),
        ({"list_test.go": "func TestList(t *testing.T) {\n}\n"}, "met", "1 use"),
        ({"src/test/java/AppTest.java": "class AppTest {\n @Test void a() {}\n}"}, "met", "1 use"),
        ({"src/lib.rs": "fn a() {}\n#[cfg(test)]\nmod t {\n #[test]\n fn a() {}\n}\n"}, "met", "1 file with tests"),
        ({"src/lib.rs": "fn a() {}\n"}, "not_met", "No test file"),
        ({"spec/a_spec.rb": "describe('x')"}, "met", "1 use"),
        ({"tests/data.json": "{}"}, "not_met", "No test file"),
        ({"tests/data/pairs/F7/tests/test_core.py": TEST}, "not_met", "No test file"),
        ({"tests/data/sample.py": TEST}, "not_met", "No test file"),
        ({"tests/fixtures/test_core.py": TEST}, "not_met", "No test file"),
        ({"pkg/testdata/a_test.go": "func TestA(t *testing.T) {}"}, "not_met", "No test file"),
        ({"web/__snapshots__/a.test.js": "test('a', 1)"}, "not_met", "No test file"),
        ({"tests/golden/test_core.py": TEST}, "not_met", "No test file"),
        ({"tests/data/test_core.py": TEST}, "met", "1 uses"),
        (
            {"tests/test_core.py": TEST, **{f"tests/data/case{n}.py": "x = 1\n" * 99 for n in range(30)}},
            "met",
            "1 file with tests beside 1 code file;",
        ),
    ],
)
def test_tests(files: dict[str, str], level: str, told: str) -> None:
    result = check(digest_of({**CODE, **files}))

    assert (result.level, told in result.reason) == (level, True), result.reason


@pytest.mark.parametrize(
    ("code_files", "code_bytes", "level"), [(10, 10_000, "met"), (11, 10_000, "partly"), (11, 90, "met")]
)
def test_a_tenth_of_the_code_in_files_or_in_bytes_is_enough(code_files: int, code_bytes: int, level: str) -> None:
    files = {f"tool/m{n}.py": "#" * code_bytes for n in range(code_files)}

    result = check(digest_of({**files, "test_tool.py": "import tool\ndef test_x():\n    assert tool.m1\n" + "#" * 60}))

    assert result.level == level, result.reason


def test_tests_that_are_not_shown_are_counted_by_their_names() -> None:
    files = {**CODE, "tests/test_a.py": "x = 1\n", "tests/test_b.py": "x = 1\n"}

    none_shown = check(digest_of(files, listed={"tests/test_a.py", "tests/test_b.py"}))
    one_shown = check(digest_of(files, listed={"tests/test_a.py"}))

    assert (none_shown.level, none_shown.reason) == ("met", "2 files with tests beside 1 code file.")
    assert one_shown.level == "met"
    assert [e.file for e in none_shown.evidence + one_shown.evidence] == ["tests/test_b.py"]


def test_tests_without_any_code_are_not_in_proportion() -> None:
    assert check(digest_of({"tests/test_a.py": "def test_a():\n    assert 1\n"})).level == "partly"


def test_the_first_test_is_cited() -> None:
    assert check(digest_of({**CODE, "tests/test_core.py": TEST})).evidence[0].lines == (4, 4)


def test_an_alias_that_is_not_shown_may_mean_the_projects_own_code() -> None:
    files = {"tsconfig.json": "{}", "a.spec.ts": "import a from '@admin/list';\ndescribe('a', () => {});", **CODE}

    result = check(digest_of(files, listed={"tsconfig.json"}))

    assert (result.level, result.evidence) == ("cannot_tell", ())
    assert result.reason.endswith("own code is not known: `tsconfig.json` is not shown whole.")


def test_the_imports_of_a_test_that_is_cut_may_not_be_shown() -> None:
    result = check(
        digest_of({**CODE, "tests/test_core.py": "def test_a():\n    assert 1\n" + TEST}, cut={"tests/test_core.py": 2})
    )

    assert (result.level, result.reason) == ("met", "1 file with tests beside 1 code file.")

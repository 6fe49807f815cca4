import json

import pytest

from evaluator.grading.checks.dependencies import dependencies
from tests.support.digests import digest_of, with_reason


def project(**dependencies: object) -> dict[str, str]:
    return {"pyproject.toml": "[project]\nname = 'tool'\n" + "".join(f"{k} = {v}\n" for k, v in dependencies.items())}


def node(source: str, **values: object) -> dict[str, str]:
    return {"package.json": json.dumps(values), "src/a.js": source}


NUMPY = {"a.py": "import numpy as np\n"}


@pytest.mark.parametrize(
    ("files", "level", "told"),
    [
        ({}, "cannot_tell", "has no code"),
        ({"index.html": "<p>", "run.sh": "x"}, "met", "imports nothing from a package manager"),
        (
            {"a.py": "import os, sys\nfrom json import loads\nimport b\nfrom . import c\n", "b.py": "x"},
            "met",
            "nothing from o",
        ),
        ({"a.c": "int x;"}, "cannot_tell", "what code in `c` needs is not looked at"),
        (NUMPY, "not_met", "No manifest declares dependencies for `numpy`."),
        ({"A.java": "import x;"}, "not_met", "No manifest declares dependencies."),
        (
            NUMPY | project(dependencies='["numpy>=2"]'),
            "met",
            "imports 1 package, which is declared; 1 of 1 declared version is",
        ),
        (NUMPY | project(dependencies='["numpy"]'), "partly", "none of 1 declared version is bounded"),
        (NUMPY | project(dependencies='["numpy"]') | {"uv.lock": "x"}, "met", "`uv.lock` locks the versions"),
        (
            NUMPY | project(dependencies='["pandas>=2"]'),
            "not_met",
            "imports `numpy`, which is not declared in `pyproject",
        ),
        (NUMPY | project(dependencies="3"), "not_met", "not declared"),
        (
            NUMPY | project() | {"requirements.txt": "# all\n-r x\nnumpy[x] == 2 ; python_version > '3'\n"},
            "met",
            "1 of 1",
        ),
        (NUMPY | {"requirements/base.txt": "numpy~=2\n"}, "met", "1 of 1"),
        (NUMPY | {"requirements/base.md": "numpy~=2\n"}, "not_met", "No manifest"),
        (NUMPY | {"requirements-dev.txt": "numpy @ https://x.example/numpy.whl\n"}, "met", "1 of 1"),
        (NUMPY | {"pyproject.toml": "[tool.poetry.dependencies]\npython = '^3'\nnumpy = '^2'\n"}, "met", "1 of 1"),
        (NUMPY | {"pyproject.toml": "[tool.poetry.group.x.dependencies]\nnumpy = '*'\n"}, "partly", "none of 1"),
        (NUMPY | {"pyproject.toml": "[dependency-groups]\nx = ['numpy<3', {include-group = 'y'}]\n"}, "met", "1 of 1"),
        (NUMPY | {"pyproject.toml": "[project.optional-dependencies]\nx = ['numpy<3']\n"}, "met", "1 of 1"),
        (NUMPY | {"Pipfile": '[packages]\nnumpy = "*"\n'}, "partly", "none of 1"),
        (NUMPY | {"Pipfile": '[packages]\n"numpy" = "==2.1"\n'}, "met", "1 of 1"),
        (NUMPY | {"environment.yml": "dependencies:\n  - numpy=2.1\n"}, "met", "1 of 1"),
        (NUMPY | {"environment.yml": "dependencies:\n  - numpy\n"}, "partly", "none of 1"),
        (NUMPY | {"setup.py": "setup(install_requires=['numpy>=1'])\n"}, "met", "1 of 1"),
        (NUMPY | {"setup.cfg": "[options]\ninstall_requires =\n  numpy>=1\n"}, "met", "1 of 1"),
        (NUMPY | {"setup.cfg": "[options.extras_require]\nx =\n  numpy>=1\n"}, "met", "1 of 1"),
        (NUMPY | {"setup.cfg": "no section\n"}, "not_met", "not declared"),
        (
            {
                "a.py": "import cv2, yaml, sklearn\n",
                "requirements.txt": "opencv-python==4\nPyYAML==6\nscikit_learn==1\n",
            },
            "met",
            "3",
        ),
        (
            {"a.py": "import slugify, mysql\n", "requirements.txt": "python-slugify==4\npymysql==1\n"},
            "met",
            "2 packages, all",
        ),
        (
            {
                "a.py": "import adminsortable2, cms, django_filters, filer\n",
                "requirements.txt": "django-admin-sortable2==1\ndjango-cms==1\ndjango-filter==1\ndjango-filer==1\n",
            },
            "met",
            "4 packages, all",
        ),
        ({"a.py": "import flask, flask_wtf\n", "requirements.txt": "flask==3\n"}, "partly", "declared: `flask_wtf`"),
        ({"mix.exs": "x", "assets/a.js": "import {Socket} from 'phoenix'\n"}, "met", "in `mix.exs` packages usually"),
        ({"a.py": "import a1, a2\n", "requirements.txt": "a1==1\n"}, "partly", "not declared: `a2`"),
        ({"a.py": "import a1, a2, a3\n", "requirements.txt": "a1==1\n"}, "not_met", "`a2`, `a3`"),
        ({"a.py": "try:\n    import ujson\nexcept ImportError:\n    import json\n"}, "met", "nothing from outside"),
        ({"a.py": "import numpy\nx = (\n"}, "not_met", "`numpy`"),
        ({"a.py": "from numpy import array\nx = (\n"}, "not_met", "`numpy`"),
        ({"n.ipynb": "import pandas as pd\n"}, "not_met", "`pandas`"),
        (
            {
                "tests/a.py": "import numpy",
                "docs/conf.py": "import sphinx_x",
                "setup.py": "import cython_x",
                "b.py": "x",
            },
            "met",
            "D",
        ),
        (node("import a from 'left-pad'", dependencies={"left-pad": "^1"}), "met", "1 package, which is declared"),
        (node("const a = require('@me/x/y')", devDependencies={"@me/x": "latest"}), "partly", "none of 1"),
        (node("import a from 'left-pad'"), "not_met", "imports `left-pad`, which"),
        (node("import 'left-pad'\nawait import('fs/promises')"), "not_met", "imports `left-pad`, which"),
        (node("import type x from 'estree'", dependencies={"@types/estree": "1"}), "met", "which is declared"),
        (
            node(
                "import a from 'src/a'\nimport b from '@/b'\nimport c from './c'\n"
                "import d from 'node:fs'\nrequire('path')"
            ),
            "met",
            "D",
        ),
        ({"a.ts": "import a from 'left-pad'"}, "not_met", "No manifest declares dependencies for `left-pad`"),
        (
            {"a.rs": "use x;", "Cargo.toml": "[package]\nname = 'a'\n"},
            "met",
            "; in `Cargo.toml` packages usually stand with their versions.",
        ),
        ({"a.cs": "using x;", "a.csproj": "<x/>"}, "met", "; in `a.csproj` packages usually stand with"),
        ({"a.py": "x = 1", "pyproject.toml": "[project]\nname = 'x'\n"}, "met", "declares no package whose version"),
    ],
)
def test_dependencies(files: dict[str, str], level: str, told: str) -> None:
    result = dependencies(digest_of({"README.md": "# x\n", **files}))

    assert (result.level, told in result.reason) == (level, True), result.reason


@pytest.mark.parametrize(("undeclared", "level"), [(1, "met"), (2, "partly"), (10, "partly"), (11, "not_met")])
def test_one_in_ten_may_go_undeclared(undeclared: int, level: str) -> None:
    imported = "".join(f"import m{n}\n" for n in range(20 if undeclared > 2 else 10))
    total = 20 if undeclared > 2 else 10
    declared = "".join(f"m{n}==1\n" for n in range(undeclared, total))

    assert dependencies(digest_of({"a.py": imported, "requirements.txt": declared})).level == level


@pytest.mark.parametrize(("held", "level"), [(8, "met"), (7, "partly")])
def test_four_in_five_versions_have_to_be_held(held: int, level: str) -> None:
    declared = "".join(f"m{n}{'==1' if n < held else ''}\n" for n in range(10))

    assert dependencies(digest_of({"a.py": "import m1\n", "requirements.txt": declared})).level == level


def test_what_a_cut_manifest_may_declare_does_not_count_as_missing() -> None:
    files = {
        "a.py": "import numpy\n",
        "requirements.txt": "pandas==2\nnumpy==2\n",
        "b.js": "import 'x'",
        "package.json": "{}",
    }

    cut = dependencies(digest_of(files, cut={"requirements.txt": 1}, listed={"package.json"}))

    assert cut.level == "met", cut.reason


ALIASES = """{
  // where the code lives
  "compilerOptions": {
    "baseUrl": ".",
    "paths": {
      "@admin/*": ["src/rooms/admin/*"],
      "@app-types/*": [
        "src/kinds/*"
      ],
      "shapes": ["src/forms"],
    },
  },
}
"""


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tsconfig.json", ALIASES),
        ("server/tsconfig.json", ALIASES),
        ("jsconfig.json", ALIASES),
        ("vite.config.ts", "alias: {\n'@admin': x,\n'@app-types': y,\n'@shapes': z}"),
        ("webpack.config.js", "alias: {'@admin$': path.resolve('a'), '@app-types/': 1}"),
        ("vitest.config.ts", "alias: [{ find: '@admin', replacement: x }, { find: /^@app-types/, replacement: y }]"),
        ("jest.config.js", "moduleNameMapper: { '^@admin/(.*)$': 'a', '^@app-types/(.*)$': 'b' }"),
    ],
)
def test_an_alias_is_not_a_package(path: str, text: str) -> None:
    files = {"package.json": '{"dependencies": {"zod": "^3"}}', path: text}
    source = "import a from '@admin/list'\nimport { T } from '@app-types/user'\nimport z from 'zod'\n"

    result = dependencies(digest_of({**files, "server/src/a.ts": source}))

    assert (result.level, "imports 1 package, which is declared" in result.reason) == ("met", True), result.reason


def test_names_that_no_alias_gives_are_packages() -> None:
    files = {"package.json": "{}", "tsconfig.json": ALIASES, "src/a.ts": "import a from '@administer/list'\n"}

    assert dependencies(digest_of(files)).reason.startswith(
        "The code imports `@administer/list`, which is not declared"
    )


def test_imports_of_the_package_itself_are_not_from_outside() -> None:
    files = {"package.json": '{"imports": {"#x": "./x.js"}}', "x.js": "import y from '#x'\nimport z from '~/z'\n"}

    assert "imports 1" not in dependencies(digest_of(files)).reason


def test_what_an_alias_that_is_not_shown_may_mean_cannot_be_told() -> None:
    files = {"package.json": "{}", "tsconfig.json": ALIASES, "src/a.ts": "import a from '@admin/list'\n"}

    result = dependencies(digest_of(files, listed={"tsconfig.json"}))

    assert (result.level, result.evidence) == ("cannot_tell", ())
    assert result.reason == (
        "`@admin/list` may be packages or names of the project's own: `tsconfig.json` is not shown whole."
    )


def test_a_few_names_that_an_alias_may_mean_do_not_change_the_verdict() -> None:
    imports = "".join(f"import m{n} from 'mod{n}'\n" for n in range(9)) + "import a from '@admin/list'\n"
    manifest = json.dumps({"dependencies": {f"mod{n}": "^1" for n in range(9)}})
    files = {"package.json": manifest, "tsconfig.json": ALIASES, "src/a.ts": imports}

    result = dependencies(digest_of(files, listed={"tsconfig.json"}))

    assert result.level == "met"
    assert "imports 10 packages, 9 of them declared; the rest may be the project's own;" in result.reason


@pytest.mark.parametrize("manifest", [{}, {"requirements.txt": "pandas==2\n"}])
def test_imports_of_a_notebook_that_was_too_large_to_read_are_not_known(manifest: dict[str, str]) -> None:
    files = {"a.ipynb": "{}" * 500, "util.py": "import os\n", **manifest}

    result = dependencies(with_reason(digest_of(files, listed={"a.ipynb"}), "too large"))

    assert (result.level, result.evidence) == ("cannot_tell", ())
    assert result.reason == "What the code imports is not known: `a.ipynb` was too large to read."


def test_code_that_is_not_shown_may_import_something() -> None:
    files = {"a.py": "import os\n", "b.py": "x = 1\n"}

    result = dependencies(digest_of(files, listed={"b.py"}))

    assert (result.level, "but `b.py` may" in result.reason) == ("cannot_tell", True), result.reason


DOCUMENTED = '''"""The module.

import name is main.
import made_up
"""
import numpy
try:
    import fast_thing
except ImportError:
    fast_thing = None


class A:
    """Tells of it.

from the_prose import thing
    """

TEXT = """
import of_a_text
"""

def f(
'''


@pytest.mark.parametrize("cut", [6, 11, 14, 23])
def test_prose_of_a_file_shown_in_part_imports_nothing(cut: int) -> None:
    digest = digest_of({"a.py": DOCUMENTED + "x\n" * 9, "requirements.txt": "numpy==2\n"}, cut={"a.py": cut})

    result = dependencies(digest)

    assert "imports 1 package, which is declared" in result.reason


def test_prose_behind_a_gap_within_a_docstring_imports_nothing() -> None:
    digest = digest_of({"a.py": DOCUMENTED, "requirements.txt": "numpy==2\n"})
    lines = tuple(line for line in digest.blocks[0].lines if line.number in {1, 6, 15, 16, 17, 18, 19, 20, 21})
    block = digest.blocks[0].model_copy(update={"lines": lines[2:]})

    result = dependencies(digest.model_copy(update={"blocks": (block, *digest.blocks[1:])}))

    assert "imports" not in result.reason


def test_cells_of_a_notebook_import_and_its_prose_does_not() -> None:
    text = (
        "# %% cell 1 [markdown]\nimport prose\n# %% cell 2\n%matplotlib inline\n!pip install x\nimport pandas as pd\n"
    )

    assert "dependencies for `pandas`." in dependencies(digest_of({"n.ipynb": text})).reason

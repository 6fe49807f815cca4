import json

import pytest

from evaluator.grading.checks.dependencies import dependencies
from tests.support.digests import digest_of


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
        ({"a.c": "int x;"}, "met", "nothing from outside"),
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
            "imports `numpy`, which are not declared in `pyproject",
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
        ({"a.rs": "use x;", "Cargo.toml": "[package]\nname = 'a'\n"}, "met", "its form holds the versions"),
        ({"a.cs": "using x;", "a.csproj": "<x/>"}, "met", "its form holds the versions"),
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

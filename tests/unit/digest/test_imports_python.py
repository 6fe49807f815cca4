import pytest

from tests.support.reaching import follow, unreached


@pytest.mark.parametrize(
    ("statement", "path"),
    [
        ("import shelf.core", "shelf/core.py"),
        ("import os, shelf.core as core", "shelf/core.py"),
        ("from shelf import core", "shelf/core.py"),
        ("from shelf import (\n    a,  # the first (of two)\n)\nfrom shelf.core import b", "shelf/core.py"),
        ("from shelf import (\n    first,\n    core as heart,\n)", "shelf/core.py"),
        ("from shelf import first, \\\n    core", "shelf/core.py"),
        ("from .shelf.core import x", "shelf/core.py"),
        ("def late():\n    from shelf import core", "shelf/core.py"),
        ("from shelf.core import Shelf\r\nimport os\r\n", "shelf/core.py"),
        ("importlib.import_module('shelf.core')", "shelf/core.py"),
        ("INSTALLED_APPS = ['shelf.core.ShelfConfig']", "shelf/core.py"),
        ("path('', include('shelf.urls'))", "shelf/urls.py"),
        ("uvicorn.run('shelf.core:app')", "shelf/core.py"),
        ("queue.enqueue(f'shelf.core.{name}')", "shelf/core.py"),
        ("HANDLERS = {'csv': 'shelf.core.Csv'}", "shelf/core.py"),
        ("from plugins import loader", "src/plugins/loader.py"),
        ("import fast", "fast.pyx"),
    ],
)
def test_a_module_is_found(statement: str, path: str) -> None:
    files = {"main.py": f"{statement}\n", "shelf/__init__.py": "", path: "x = 1\n"}

    assert path in follow(files, "main.py").reached


@pytest.mark.parametrize(
    "statement",
    [
        "# import shelf.core",
        "x = 'import shelf.core'",
        "import numpy.core",
        "from . import missing",
        "from ... import core",
    ],
)
def test_what_is_no_import_of_a_module_leads_nowhere(statement: str) -> None:
    files = {"main.py": f"{statement}\n", "shelf/__init__.py": "", "shelf/core.py": ""}

    assert "shelf/core.py" not in follow(files, "main.py").reached


def test_a_relative_import_climbs_one_package_for_each_dot() -> None:
    files = {
        "app/__init__.py": "",
        "app/web/__init__.py": "",
        "app/web/views.py": "from ..core import x\nfrom . import forms\n",
        "app/web/forms.py": "",
        "app/core.py": "",
        "app/web/core.py": "",
    }

    assert unreached(files, "app/web/views.py") == {"app/web/core.py"}


def test_a_module_beside_a_script_is_found_and_one_within_a_package_is_no_top_level_module() -> None:
    files = {
        "jobs/run.py": "import tools\n",
        "jobs/tools.py": "",
        "app/__init__.py": "",
        "app/main.py": "import logging\n",
        "app/logging.py": "",
    }

    assert unreached(files, "jobs/run.py", "app/main.py") == {"app/logging.py"}


def test_a_script_in_a_package_may_import_its_neighbours_by_their_bare_names() -> None:
    files = {"app/__init__.py": "", "app/main.py": "from models import User\n", "app/models.py": ""}

    assert unreached(files, "app/main.py") == set()


def test_a_module_elsewhere_is_found_by_its_whole_name() -> None:
    files = {"notebooks/run.py": "import shelf.core\n", "lib/deep/shelf/__init__.py": "", "lib/deep/shelf/core.py": ""}

    assert unreached(files, "notebooks/run.py") == set()


def test_a_package_that_looks_for_its_modules_has_them_all() -> None:
    files = {
        "main.py": "import commands_of\n",
        "commands_of/__init__.py": "for found in pkgutil.iter_modules(__path__):\n    pass\n",
        "commands_of/add.py": "",
        "commands_of/remove.py": "",
        "commands_of/notes/deep.py": "",
    }

    assert unreached(files, "main.py") == {"commands_of/notes/deep.py"}


def test_a_package_that_is_walked_by_its_name_has_them_all() -> None:
    files = {
        "main.py": "for module in walk_modules('app.jobs'):\n    pass\n",
        "app/__init__.py": "",
        "app/jobs/__init__.py": "",
        "app/jobs/nightly.py": "",
        "app/other.py": "",
    }

    assert unreached(files, "main.py") == {"app/other.py"}

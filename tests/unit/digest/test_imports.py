import pytest

from evaluator.digest.imports import reach
from tests.support.reaching import follow, unreached

APP = {
    "main.py": "from store import books\n",
    "store/__init__.py": "",
    "store/books.py": "import csv\n",
}


def test_what_an_entry_point_imports_is_reached() -> None:
    found = follow(APP, "main.py")

    assert found.reached == {"main.py", "store/__init__.py", "store/books.py"}


def test_files_that_import_one_another_in_a_ring_stay_unreached() -> None:
    ring = {"pad/a.py": "from pad import b\n", "pad/b.py": "from pad import c\n", "pad/c.py": "from pad import a\n"}

    assert unreached(APP | ring, "main.py") == set(ring)


def test_a_file_that_only_tests_import_is_unreached() -> None:
    files = APP | {"helper.py": "x = 1\n", "tests/test_books.py": "import helper\nfrom store import books\n"}

    assert unreached(files, "main.py") == {"helper.py", "tests/test_books.py"}


def test_importers_counts_the_reached_files_that_import_each_file() -> None:
    files = {
        "main.py": "import a\nimport b\nimport core\n",
        "a.py": "import core\n",
        "b.py": "import core\nfrom core import x\n",
        "dead.py": "import core\n",
        "core.py": "x = 1\n",
    }

    found = follow(files, "main.py")

    assert (found.importers["core.py"], found.importers["a.py"], found.importers["dead.py"]) == (3, 1, 0)


def test_padding_that_is_listed_in_one_place_is_imported_once_each() -> None:
    padding = {f"pad/p{n}.py": "x = 1\n" for n in range(30)}
    files = {"main.py": "from pad import " + ", ".join(f"p{n}" for n in range(30)) + "\n", **padding}

    found = follow(files, "main.py")

    assert found.reached >= set(padding)
    assert {found.importers[path] for path in padding} == {1}


def test_a_package_is_reached_with_its_module_but_not_counted_as_imported() -> None:
    files = {
        "main.py": "import app.deep.core\n",
        "app/__init__.py": "",
        "app/deep/__init__.py": "",
        "app/deep/core.py": "",
    }

    found = follow(files, "main.py")

    assert found.reached == set(files)
    assert found.importers["app/__init__.py"] == 0


def test_a_file_that_was_not_read_is_reached_but_leads_nowhere() -> None:
    contents = {"main.py": b"import unread\n"}

    found = reach(contents, paths=["main.py", "unread.py", "beyond.py"], entry_points=["main.py"])

    assert found.reached == {"main.py", "unread.py"}


def test_an_entry_point_that_is_no_file_of_the_project_is_left_out() -> None:
    assert follow({"main.py": ""}, "main.py", "gone.py").reached == {"main.py"}


def test_no_file_gives_nothing() -> None:
    found = reach({}, paths=[], entry_points=[])

    assert (found.reached, dict(found.importers)) == (frozenset(), {})


def test_without_entry_points_the_usual_names_start_the_program() -> None:
    files = {"app.py": "import used\n", "used.py": "", "unused.py": ""}

    assert unreached(files) == {"unused.py"}


def test_a_usual_name_at_the_top_counts_even_where_another_start_is_declared() -> None:
    files = {"tool.py": "", "main.py": "import used\n", "used.py": "", "unused.py": ""}

    assert unreached(files, "tool.py") == {"unused.py"}


def test_each_part_of_a_repository_has_its_own_start() -> None:
    files = {
        "backend/main.py": "import db\n",
        "backend/db.py": "",
        "backend/dead.py": "",
        "frontend/src/main.ts": "import './view'\n",
        "frontend/src/view.ts": "",
        "frontend/src/dead.ts": "",
    }

    assert unreached(files, "backend/main.py") == {"backend/dead.py", "frontend/src/dead.ts"}


def test_a_folder_with_a_manifest_is_a_part_of_its_own() -> None:
    files = {
        "code/web/package.json": "{}",
        "code/web/src/index.js": "import './view.js'\n",
        "code/web/src/view.js": "",
        "code/api/server.js": "",
    }

    assert unreached(files, "code/api/server.js") == set()


def test_a_script_that_says_it_is_run_starts_a_part_without_usual_names() -> None:
    files = {
        "main.py": "",
        "scripts/seed.py": "import data_of\nif __name__ == '__main__':\n    pass\n",
        "scripts/data_of.py": "",
        "scripts/other.py": "",
    }

    assert unreached(files, "main.py") == {"scripts/other.py"}


def test_a_library_without_a_program_is_reached_from_its_package() -> None:
    files = {
        "src/shelf/__init__.py": "from .core import Shelf\n",
        "src/shelf/core.py": "from . import _util\n",
        "src/shelf/_util.py": "",
        "src/shelf/forgotten.py": "",
    }

    assert unreached(files) == {"src/shelf/forgotten.py"}


@pytest.mark.parametrize("folder", ["include", "lib", "packages/rows"])
def test_a_library_beside_the_program_shows_the_face_of_its_folder(folder: str) -> None:
    files = {"main.c": "int main(void) {}\n", f"{folder}/row.h": "", f"{folder}/inner/deep.h": ""}

    assert unreached(files, "main.c") == {f"{folder}/inner/deep.h"}


def test_a_folder_that_nothing_speaks_for_is_no_library() -> None:
    files = {"main.c": "int main(void) {}\n", "padding/a.h": '#include "b.h"\n', "padding/b.h": '#include "a.h"\n'}

    assert unreached(files, "main.c") == {"padding/a.h", "padding/b.h"}


def test_a_language_of_which_nothing_is_reached_is_taken_as_reached() -> None:
    files = {"main.py": "", "native/a.f90": "", "native/b.f90": "", "lib.nim": ""}

    assert unreached(files, "main.py") == set()


def test_examples_and_what_was_put_away_start_nothing() -> None:
    files = {"main.py": "", "examples/main.py": "", "legacy/app.py": "", "docs/conf.py": "", "web/page.test.ts": ""}

    assert unreached(files, "main.py") == {"examples/main.py", "legacy/app.py", "docs/conf.py", "web/page.test.ts"}


def test_a_program_that_lives_among_examples_is_the_program() -> None:
    start = "@SpringBootApplication class DemoApplication { Row r; }"
    files = {
        "demo/src/main/java/com/example/demo/DemoApplication.java": start,
        "demo/src/main/java/com/example/demo/Row.java": "class Row { }",
        "demo/src/main/java/com/example/demo/test/Dead.java": "class Dead { }",
        "demo/src/test/java/com/example/demo/DemoApplicationTests.java": "class DemoApplicationTests { }",
    }

    assert follow(files).reached == set(list(files)[:2])


def test_a_notebook_is_its_own_entry_point() -> None:
    notebook = '{"cells": [{"cell_type": "code", "source": ["import helpers\\n", "%run tools/plot.py\\n"]}]}'
    files = {"main.py": "", "explore.ipynb": notebook, "helpers.py": "", "tools/plot.py": "", "tools/old_plot.py": ""}

    assert unreached(files, "main.py") == {"tools/old_plot.py"}


def test_the_order_in_which_the_paths_are_given_changes_nothing() -> None:
    files = {
        "main.py": "import a\n",
        **{f"{folder}/a.py": "import b\n" for folder in "zyx"},
        "x/b.py": "",
        "z/b.py": "",
    }
    turned = dict(reversed(files.items()))

    assert follow(files, "main.py") == follow(turned, "main.py")


def test_a_hostile_list_of_imports_ends_after_so_many_names() -> None:
    files = {"main.py": "".join(f"import a{n}\n" for n in range(13_000)), **{f"a{n}.py": "" for n in range(13_000)}}

    found = follow(files, "main.py")

    assert len(found.reached) == 12_001


def test_hostile_patterns_stop_being_compared() -> None:
    globs = "".join(f"import.meta.glob('./f{n:04}*.ts')\n" for n in range(3000))
    files = {"src/main.ts": globs, **{f"src/f{n:04}.ts": "" for n in range(2000)}}

    found = follow(files, "src/main.ts")

    assert 1 < len(found.reached) < 2001


def test_bytes_that_are_no_text_are_scanned_all_the_same() -> None:
    data = bytes(range(256)) * 40 + b"\nimport caf\xe9\nimport used\n"

    found = reach({"main.py": data}, paths=["main.py", "used.py", "x\udcff.py"], entry_points=["main.py"])

    assert "used.py" in found.reached

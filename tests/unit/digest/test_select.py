from collections import Counter

from evaluator.digest import select
from evaluator.digest.walk import Candidate, candidates, find_readme
from tests.support.snapshots import MemorySnapshot


def files_of(*paths: str, size: int = 10) -> list[Candidate]:
    entries = MemorySnapshot({"README.md": "x", **dict.fromkeys(paths, "x" * size)}).entries
    readme = find_readme(entries)
    assert readme is not None
    return [file for file in candidates(entries, readme=readme) if file.file_class != "readme"]


def order(*paths: str, readme: str = "", imports: dict[str, int] | None = None) -> list[str]:
    stages = select.stages(files_of(*paths), readme=readme, imports=Counter(imports or {}))
    return list(dict.fromkeys(file.path for stage in stages for file in stage.files))


def test_what_tells_most_comes_first() -> None:
    paths = (
        "docs/a.md",
        "notes",
        "src/deep/x/y.py",
        "src/util.py",
        "tests/test_a.py",
        "Dockerfile",
        "main.py",
        "pyproject.toml",
    )

    assert order(*paths, readme="See `src/deep/x/y.py`.") == [
        "pyproject.toml",
        "main.py",
        "Dockerfile",
        "src/deep/x/y.py",
        "tests/test_a.py",
        "src/util.py",
        "docs/a.md",
        "notes",
    ]


def test_a_file_name_that_the_readme_names_counts_where_it_is_the_only_one() -> None:
    assert order("a/one.py", "b/two.py", readme="run two.py") == ["b/two.py", "a/one.py"]
    assert order("a/one.py", "b/two.py", "c/two.py", readme="run two.py")[0] == "a/one.py"


def test_what_others_import_comes_before_what_nobody_needs() -> None:
    assert order("src/aaa.py", "src/core.py", imports={"core": 3}) == ["src/core.py", "src/aaa.py"]


def test_imports_are_counted_once_a_file_in_every_language() -> None:
    contents = {
        "a.py": b"from app.core import x\nimport core, json\n",
        "b.ts": b"import {a} from '../core'\nconst b = require('./helper')\n",
        "c.go": b'import "example.org/app/core"\n',
        "d.c": b'#include "helper.h"\n',
        "e.rs": b"use crate::core::Thing;\n",
        "f.txt": b"the core is important\n",
    }

    counts = select.count_imports(contents)

    assert counts["core"] == 4
    assert counts["helper"] == 2


def test_only_so_much_is_read_for_its_imports() -> None:
    many = files_of(*(f"src/f{n:03}.py" for n in range(500)))
    heavy = files_of(*(f"src/f{n}.py" for n in range(5)), size=1 << 20)

    assert len(select.to_scan(many)) == select.SCANNED_FILES
    assert len(select.to_scan(heavy)) == 3

import json
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.digest.build import build
from evaluator.digest.tokens import estimate
from evaluator.domain import Digest, DigestFile, Skipped
from evaluator.errors import NoReadme, UnusableSource
from tests.support.snapshots import MemorySnapshot

PROJECT: dict[str, str | bytes] = {
    "README.md": "# Demo\nRun `python main.py`.\n",
    "main.py": "import helper\n\nhelper.run()\n",
    "helper.py": "def run():\n    print('hi')\n",
    "tests/test_helper.py": "def test_run():\n    pass\n",
    "pyproject.toml": "[project]\nname = 'demo'\n",
    "logo.png": b"\x89PNG",
    "poetry.lock": "lock",
}


def file(digest: Digest, path: str) -> DigestFile:
    return next(file for file in digest.files if file.path == path)


def words(count: int, seed: int = 1) -> str:
    rng = random.Random(seed)
    return "\n".join(
        " ".join("".join(rng.choices(string.ascii_lowercase, k=6)) for _ in range(8)) for _ in range(count)
    )


def test_a_small_project_is_shown_whole() -> None:
    digest = build(MemorySnapshot(PROJECT), budget=5000, mark="MARK")

    assert [block.path for block in digest.blocks] == [
        "README.md", "helper.py", "main.py", "pyproject.toml", "tests/test_helper.py"
    ]  # fmt: skip
    assert digest.readme == "README.md"
    assert {f.path: f.shown for f in digest.files if f.shown != "whole"} == {
        "logo.png": "listed",
        "poetry.lock": "listed",
    }
    assert file(digest, "main.py").lines == ((1, 3),)
    assert (
        "<<<MARK file main.py | 28 bytes | 3 lines | shown 1-3>>>\n1| import helper\n2| \n3| helper.run()\n"
        in digest.text
    )
    assert "logo.png: media or document\n" in digest.text
    assert digest.tokens == estimate(digest.text.replace("MARK", "0a1b2c3d4e5f6a7b")) <= 5000


def test_equal_trees_give_equal_bytes_whatever_the_mark() -> None:
    one, two = (
        build(MemorySnapshot(PROJECT), budget=5000, mark="M"),
        build(MemorySnapshot(PROJECT), budget=5000, mark="M"),
    )
    other = build(MemorySnapshot(PROJECT), budget=5000, mark="ANOTHER-MARK")

    assert one == two
    assert other.text != one.text
    assert other.sha256 == one.sha256


@pytest.mark.parametrize("change", ["content", "listed only", "name"])
def test_another_tree_has_another_hash(change: str) -> None:
    changed = {
        "content": {**PROJECT, "main.py": "x"},
        "listed only": {**PROJECT, "logo.png": b"\x89PNX"},
        "name": {**PROJECT, "other.py": "x"},
    }[change]

    digests = [build(MemorySnapshot(files), budget=5000, mark="M") for files in (PROJECT, changed)]

    assert digests[0].sha256 != digests[1].sha256


def test_a_project_without_a_readme_is_refused() -> None:
    with pytest.raises(NoReadme):
        build(MemorySnapshot({"main.py": "x", "lib/README.md": "x"}), budget=5000, mark="M")


def test_a_readme_that_is_no_text_is_none() -> None:
    with pytest.raises(NoReadme):
        build(MemorySnapshot({"README.md": b"\0\1\2"}), budget=5000, mark="M")


def test_a_project_without_a_file_is_refused() -> None:
    with pytest.raises(UnusableSource) as caught:
        build(MemorySnapshot({}, skipped=[Skipped(path="link", reason="symbolic link")]), budget=5000, mark="M")

    assert caught.value.code == "empty_project"


def test_a_readme_keeps_to_a_third_and_its_cut_is_marked() -> None:
    digest = build(MemorySnapshot({**PROJECT, "README.md": words(2000)}), budget=3000, mark="M")

    block = digest.block("README.md")
    assert block is not None
    assert estimate("".join(f"{line.number}| {line.text}\n" for line in block.lines)) <= 1000
    assert len(block.lines) > 20
    assert file(digest, "README.md").shown == "part"
    assert f"[lines {len(block.lines) + 1}-2000 are not shown]" in digest.text
    assert digest.block("main.py") is not None


@pytest.mark.parametrize("budget", [2000, 5000, 20_000])
def test_the_budget_is_never_exceeded(budget: int) -> None:
    source = {f"src/m{n}/file{n}.py": words(40 + n, seed=n) for n in range(120)}
    source["main.py"] = "".join(f"import src.m{n}.file{n}\n" for n in range(120))
    tests = {f"tests/test_{n}.py": words(30, seed=n) for n in range(40)}

    digest = build(MemorySnapshot({**PROJECT, **source, **tests}), budget=budget, mark="M" * 40)

    assert budget * 0.6 < digest.tokens <= budget
    shown = sum(estimate("\n".join(line.text for line in b.lines)) for b in digest.blocks if b.file_class == "test")
    assert shown >= budget * 0.05
    assert {f.reason for f in digest.files if f.path.startswith("tests/") and f.shown == "listed"} == {
        "over the token budget"
    }


def test_only_what_may_be_shown_is_read() -> None:
    files = {f"node_modules/p/{n}.js": "x" for n in range(50)} | {f"data/{n}.csv": "1,2" for n in range(50)}
    snapshot = MemorySnapshot({**PROJECT, **files, ".env": "SECRET=1"})

    build(snapshot, budget=5000, mark="M")

    assert sorted(set(snapshot.was_read)) == sorted(set(PROJECT) - {"logo.png", "poetry.lock"})
    assert len(snapshot.was_read) == len(set(snapshot.was_read))


def test_privacy_readme_shows_the_readme_and_the_tree_alone() -> None:
    snapshot = MemorySnapshot(PROJECT)

    digest = build(snapshot, budget=5000, mark="M", privacy="readme")

    assert [block.path for block in digest.blocks] == ["README.md"]
    assert snapshot.was_read == ["README.md"]
    assert "tests/: test_helper.py" in digest.text
    assert "kept private" in (file(digest, "main.py").reason or "")


def test_skipped_things_are_in_the_manifest_and_the_tree() -> None:
    skipped = [Skipped(path="link\n", reason="symbolic link"), Skipped(path="big.bin", reason="too large", size=9)]

    digest = build(MemorySnapshot(PROJECT, skipped=skipped), budget=5000, mark="M")

    assert file(digest, "link\\u000a") == DigestFile(
        path="link\\u000a", bytes=0, shown="skipped", reason="symbolic link"
    )
    assert file(digest, "big.bin").bytes == 9
    assert "big.bin" in digest.text


def test_secrets_are_masked_counted_and_found() -> None:
    token = "ghp_" + "a1B2" * 9
    files = {**PROJECT, "config.py": f"TOKEN = '{token}'\n", ".env": "X=1", "key.pem": "y"}

    digest = build(MemorySnapshot(files), budget=5000, mark="M")

    assert token not in digest.model_dump_json()
    assert digest.redactions == {"github_token": 1}
    assert {(f.file, f.code) for f in digest.findings} == {
        ("config.py", "secret"),
        (".env", "secret_file"),
        ("key.pem", "secret_file"),
    }


def test_hidden_text_is_dropped_and_found() -> None:
    files = {**PROJECT, "main.py": "x = 1 # \u202eevil\u200b\n"}

    digest = build(MemorySnapshot(files), budget=5000, mark="M")

    assert "1| x = 1 # evil\n" in digest.text
    assert ("main.py", "hidden_text") in {(f.file, f.code) for f in digest.findings}


def test_files_that_turn_out_to_be_something_else_are_listed() -> None:
    files = {
        **PROJECT,
        "blob.py": b"a\0b",
        "gen.py": "# Code generated by x. DO NOT EDIT.\n",
        "pack.js": "x" * 5000,
        "bad.ipynb": "{",
    }

    digest = build(MemorySnapshot(files), budget=5000, mark="M")

    reasons = {path: file(digest, path).reason for path in ("blob.py", "gen.py", "pack.js", "bad.ipynb")}
    assert reasons == {"blob.py": "binary", "gen.py": "generated", "pack.js": "minified", "bad.ipynb": "binary"}


def test_a_notebook_is_shown_as_its_cells() -> None:
    cells = [{"cell_type": "code", "source": ["print(1)"], "outputs": [{"text": ["1\n"]}]}]

    digest = build(MemorySnapshot({**PROJECT, "a.ipynb": json.dumps({"cells": cells})}), budget=5000, mark="M")

    assert "1| # %% cell 1\n2| print(1)\n3| #> 1\n" in digest.text


def test_a_mark_that_occurs_in_the_text_is_counted_up() -> None:
    files = {**PROJECT, "main.py": "MARK end\nMARK-1\n"}

    digest = build(MemorySnapshot(files), budget=5000, mark="MARK")

    assert digest.text.count("<<<MARK-2 end>>>") == len(digest.blocks)
    assert digest.sha256 == build(MemorySnapshot(files), budget=5000, mark="never-there").sha256


def test_a_project_of_empty_files_besides_the_readme_is_digested() -> None:
    digest = build(MemorySnapshot({"README.md": "x", "a.py": "", "b/__init__.py": ""}), budget=2000, mark="M")

    assert [block.path for block in digest.blocks] == ["README.md"]
    assert file(digest, "a.py").reason == "empty"


def test_a_file_of_which_not_even_a_line_fits_is_listed() -> None:
    files = {**PROJECT, "README.md": "x", "main.py": "import wide\n", "wide.py": ("🜁🜂" * 900 + "\n") * 3}

    digest = build(MemorySnapshot(files), budget=2000, mark="M")

    assert digest.block("wide.py") is None
    assert file(digest, "wide.py").reason == "over the token budget"


NAMES = st.text(st.characters(min_codepoint=1, max_codepoint=0xFFFF), min_size=1, max_size=12).filter(
    lambda name: "/" not in name
)


@given(st.dictionaries(NAMES, st.binary(max_size=300), max_size=8))
def test_no_name_and_no_content_breaks_it(files: dict[str, bytes]) -> None:
    clean = {name: data for name, data in files.items() if not any("\ud800" <= c <= "\udfff" for c in name)}
    odd = {"odd\udcff.py": b"x = 1\n"}

    digest = build(MemorySnapshot({**clean, **odd, "README.md": b"# x\n"}), budget=2000, mark="M")

    assert digest.tokens <= 2000
    assert len(digest.files) >= len(clean)
    json.dumps(digest.model_dump()).encode("utf-8")
    digest.model_dump_json()

"""The same project with other line ends, or with byte order marks: the same text, the same choice."""

import codecs
import random
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.digest.build import build
from evaluator.digest.plain import plain
from evaluator.domain import Digest
from tests.support.snapshots import MemorySnapshot

Files = Mapping[str, bytes]
TOKEN = "ghp_" + "a8Kd0ZqP3mVx7LwT2bYc9RnE5sUf1HgJ4oXi"


def crlf(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def marked(data: bytes) -> bytes:
    return codecs.BOM_UTF8 + data


def digest_of(files: Files, *, change: Callable[[bytes], bytes] = bytes, budget: int = 20_000) -> Digest:
    changed = {path: change(data) for path, data in files.items()}
    return build(MemorySnapshot(changed), budget=budget, mark="MARK", key=b"key")


def project(count: int) -> Files:
    """Return a project of *count* modules of all sizes, many near a power of two."""
    chance = random.Random(count)
    modules = {
        f"pkg/m{n}.py": "".join(f"def f{n}_{i}(): return {chance.random()}\n" for i in range(1 + n * 7 % 60)).encode()
        for n in range(count)
    }
    big = "".join(f'{{"row": {n}, "value": {chance.random()}}},\n' for n in range(760))
    return {
        "README.md": "# 덧셈\n\nRun `python main.py`.\n".encode(),
        "main.py": "".join(f"import pkg.m{n}\n" for n in range(0, count, 2)).encode(),
        "table.json": big.encode(),
        "notes.csv": b"1,2\n" * 900,
        "empty.txt": b"",
        **modules,
    }


@pytest.mark.parametrize("change", [crlf, marked, lambda data: marked(crlf(data))])
@pytest.mark.parametrize(("count", "budget"), [(3, 20_000), (120, 4_000), (120, 20_000)])
def test_line_ends_and_marks_change_neither_the_text_nor_the_choice(
    change: Callable[[bytes], bytes], count: int, budget: int
) -> None:
    files = project(count)

    as_written, changed = digest_of(files, budget=budget), digest_of(files, change=change, budget=budget)

    assert changed.text == as_written.text
    assert changed.tokens == as_written.tokens
    assert [file.shown for file in changed.files] == [file.shown for file in as_written.files]
    assert changed.findings == as_written.findings


def test_one_file_with_other_line_ends_has_the_same_fence() -> None:
    files = project(3)

    changed = digest_of({**files, "main.py": crlf(files["main.py"])})

    assert changed.text == digest_of(files).text


def test_a_file_that_is_read_ahead_has_the_same_fence() -> None:
    files = {**project(3), "pyproject.toml": b'[project]\nname = "x"\n'}

    changed = digest_of({**files, "pyproject.toml": crlf(files["pyproject.toml"])})

    assert changed.text == digest_of(files).text


def test_masks_of_secrets_stay_where_another_file_changes() -> None:
    files = {**project(3), "a.py": f"token = '{TOKEN}'\n".encode()}

    one, other = digest_of(files), digest_of({**files, "pkg/m2.py": b"x = 1\n"})

    head = one.text.index("<<<MARK file pkg/m2.py")
    assert "[REDACTED:" in one.text[:head]
    assert one.text[:head] == other.text[:head]


def test_without_a_key_of_its_own_a_mask_goes_by_the_tree() -> None:
    files = {"README.md": b"# x\n", "a.py": f"token = '{TOKEN}'\n".encode()}

    one = build(MemorySnapshot(files), budget=5000, mark="MARK")
    other = build(MemorySnapshot({**files, "b.py": b"x = 1\n"}), budget=5000, mark="MARK")

    masks = [next(line.text for line in d.blocks[1].lines) for d in (one, other)]
    assert masks[0] != masks[1]


@pytest.mark.parametrize("data", [b"a\0\r\nb", "가\r\n".encode("utf-16"), b"a\nb", b"", b"a\rb"])
def test_what_is_no_plain_text_is_left_alone(data: bytes) -> None:
    assert plain(data) == data


@given(st.binary(max_size=200))
def test_plain_bytes_stay_as_they_are(data: bytes) -> None:
    once = plain(data)

    assert len(once) <= len(data)
    assert plain(once).count(b"\r\n") <= once.count(b"\r\n")

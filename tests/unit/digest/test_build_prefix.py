"""What a change in one file leaves as it was: the text before it, which providers keep and need not be paid again."""

import random
from collections.abc import Mapping

import pytest

from evaluator.digest.build import build
from evaluator.domain import Digest
from tests.support.snapshots import MemorySnapshot

MARK = "f00dfeedf00dfeed"
FOLDERS = ("app", "app/routes", "app/services", "lib", "tools/export", "web")
WORDS = ("order", "basket", "invoice", "payment", "stock", "parcel", "refund", "label", "depot", "route")


def project(dice: random.Random, *, files: int) -> dict[str, str]:
    """Return a program of so many source files, of which the first lead to the rest."""
    paths = [f"{dice.choice(FOLDERS)}/{dice.choice(WORDS)}_{number}.py" for number in range(files)]
    modules = [path.removesuffix(".py").replace("/", ".") for path in paths]
    sources = {
        path: "".join(f"from {dice.choice(modules)} import {dice.choice(WORDS)}\n" for _ in range(2)) + _code(dice)
        for path in paths
    }
    promises = "".join(f"- keeps every {word} of a shop in one place\n" for word in WORDS)
    return {
        "README.md": f"# Shop\n\n{promises}\nRun `python main.py`.\n",
        "pyproject.toml": "[project]\nname = 'shop'\n",
        "main.py": "".join(f"import {module}\n" for module in modules),
        **sources,
    }


def _code(dice: random.Random) -> str:
    return "".join(
        f"\n\ndef {dice.choice(WORDS)}_{number}({dice.choice(WORDS)}):\n"
        + "".join(f"    {dice.choice(WORDS)} = {dice.randrange(1000)}\n" for _ in range(dice.randrange(1, 9)))
        for number in range(dice.randrange(2, 30))
    )


def changed(text: str, dice: random.Random) -> str:
    """Return a source file with one line more, one line less, or one that says something else."""
    lines = text.splitlines(keepends=True)
    place = dice.randrange(3, len(lines))
    line = f"    {dice.choice(WORDS)} = {dice.randrange(1000)}\n"
    lines[place : place + dice.randrange(2)] = dice.choice([[line], []])
    return "".join(lines)


def digest_of(files: Mapping[str, str], *, budget: int) -> Digest:
    return build(MemorySnapshot(files), budget=budget, mark=MARK, key=b"key")


def common(one: Digest, other: Digest) -> int:
    """Return how many characters both texts begin with."""
    pairs = enumerate(zip(one.text, other.text, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one.text), len(other.text)))


def start(digest: Digest, path: str) -> int:
    """Return where a file begins in the text."""
    return digest.text.index(f"<<<{MARK} file {path} |")


@pytest.mark.parametrize("seed", range(20))
def test_where_all_is_shown_a_change_leaves_what_stands_before_it(seed: int) -> None:
    dice = random.Random(seed)
    files = project(dice, files=12)
    before = digest_of(files, budget=60_000)
    path = dice.choice([block.path for block in before.blocks if block.path.endswith(".py")][1:])

    after = digest_of({**files, path: changed(files[path], dice)}, budget=60_000)

    assert {file.shown for file in before.files} == {"whole"}
    assert common(before, after) >= start(before, path)


@pytest.mark.parametrize("seed", range(20))
def test_over_the_budget_a_change_leaves_the_tree_and_the_readme(seed: int) -> None:
    dice = random.Random(seed)
    files = project(dice, files=40)
    before = digest_of(files, budget=6_000)
    path = dice.choice([path for path in files if path.endswith(".py")])

    after = digest_of({**files, path: changed(files[path], dice)}, budget=6_000)

    assert {"whole", "part", "listed"} <= {file.shown for file in before.files}
    assert before.readme_span is not None
    assert before.readme_span == after.readme_span
    assert common(before, after) >= before.readme_span[1]


def test_over_the_budget_few_changes_of_a_line_reach_what_stands_before_them() -> None:
    reached = [seed for seed in range(100) if not _stays(random.Random(seed))]

    assert len(reached) <= 5


def _stays(dice: random.Random) -> bool:
    files = project(dice, files=40)
    before = digest_of(files, budget=6_000)
    late = [block.path for block in before.blocks if block.path.endswith(".py")][1:]
    path = dice.choice(late[len(late) // 2 :])
    after = digest_of({**files, path: changed(files[path], dice)}, budget=6_000)
    return common(before, after) >= start(before, path)

"""What the digest of a whole project shows, where it is more than fits or more than its author wrote."""

import random
import re

import pytest

from evaluator.digest.build import build
from evaluator.digest.tokens import estimate
from evaluator.domain import Block, Digest, DigestFile
from evaluator.errors import UnusableSource
from tests.support.snapshots import MemorySnapshot

WORDS = re.findall(r"\w+", "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda sigma omega")


def module(seed: int, lines: int) -> str:
    """Return Python of so many lines that looks like no other."""
    rng = random.Random(seed)
    body = (f"    {rng.choice(WORDS)} = {rng.choice(WORDS)}({rng.choice(WORDS)}, {n})" for n in range(lines - 1))
    return "\n".join([f"def {rng.choice(WORDS)}_{rng.choice(WORDS)}(x):", *body]) + "\n"


def row(digest: Digest, path: str) -> DigestFile:
    return next(file for file in digest.files if file.path == path)


def shown(digest: Digest, path: str) -> Block:
    block = digest.block(path)
    assert block is not None
    return block


def cost(block: Block) -> int:
    return estimate("".join(f"{line.number}| {line.text}\n" for line in block.lines))


def project(**files: str) -> dict[str, str | bytes]:
    return {"README.md": "# Demo\nRun `python main.py`.\n", "main.py": "import core\n\ncore.run()\n", **files}


def test_padding_comes_after_all_that_is_reached_and_its_reason_says_so() -> None:
    needed = {f"part{n}.py": module(n, 60) for n in range(6)}
    padding = {f"pad/deep{n}.py": module(100 + n, 400) for n in range(30)}
    core = "".join(f"import part{n}\n" for n in range(6))

    digest = build(MemorySnapshot({**project(**{"core.py": core}), **needed, **padding}), budget=9000, mark="M")

    assert {row(digest, path).shown for path in needed} == {"whole"}
    left = [file for file in digest.files if file.path.startswith("pad/") and file.shown == "listed"]
    assert {file.reason for file in left} == {"not reached from an entry point"}
    assert len(left) > 20
    assert digest.coverage == 1.0


def test_padding_does_not_change_what_is_shown_of_the_rest() -> None:
    files = project(**{"core.py": "import util\n" + module(1, 50), "util.py": module(2, 50)})
    files["tests/test_core.py"] = module(3, 30)
    padded = {**files, **{f"zzz/pad{n}.py": module(100 + n, 200) for n in range(50)}}

    plain, fat = (build(MemorySnapshot(f), budget=6000, mark="M") for f in (files, padded))

    assert {block.path: block.lines for block in plain.blocks}.items() <= {b.path: b.lines for b in fat.blocks}.items()


def test_a_copy_is_shown_once() -> None:
    files = project(**{"core.py": module(1, 30), "copy/core.py": module(1, 30), "a1.py": module(5, 60)})
    files["a2.py"] = str(files["a1.py"]).replace("\n", " \n\n")

    digest = build(MemorySnapshot(files), budget=9000, mark="M")

    assert row(digest, "copy/core.py").reason == "same content as core.py"
    assert row(digest, "a2.py").reason == "nearly the same as a1.py"
    assert row(digest, "a2.py").shown == "listed"


def test_a_giant_file_does_not_eat_the_budget() -> None:
    files = project(**{"core.py": module(1, 9000), **{f"part{n}.py": module(2 + n, 100) for n in range(20)}})
    files["main.py"] = "import core\n" + "".join(f"import part{n}\n" for n in range(20))

    digest = build(MemorySnapshot(files), budget=20_000, mark="M")

    assert cost(shown(digest, "core.py")) < 2100
    assert row(digest, "core.py").shown == "part"
    assert row(digest, "core.py").reason == "too long to be shown whole"
    assert sum(file.shown == "whole" for file in digest.files) > 8


def test_what_is_left_over_goes_to_the_files_that_were_cut() -> None:
    files = project(**{"core.py": module(1, 9000)})

    digest = build(MemorySnapshot(files), budget=20_000, mark="M")

    assert cost(shown(digest, "core.py")) > 15_000


def test_a_long_file_shows_its_head_its_outline_and_what_is_named_elsewhere() -> None:
    functions = [f"def f{n:03}(x):\n" + "".join(f"    y = g{k}(x)\n" for k in range(60)) for n in range(100)]
    core = '"""Of everything."""\nimport os\n\n\n' + "\n\n".join(functions)
    files = project(**{"core.py": core, "main.py": "import core\ncore.f077(1)\n"})
    files |= {f"part{n}.py": module(n, 300) for n in range(30)}

    digest = build(MemorySnapshot(files), budget=20_000, mark="M")

    numbers = {line.number: line.text for line in shown(digest, "core.py").lines}
    head = next(n for n, text in enumerate(core.split("\n"), 1) if text.startswith("def f077"))
    assert numbers[1] == '"""Of everything."""'
    assert all(numbers.get(head + k) == f"    y = g{k - 1}(x)" for k in range(1, 50))
    assert "def f002(x):" in numbers.values()
    assert row(digest, "core.py").lines == tuple(
        (first, last) for first, last in row(digest, "core.py").lines if numbers.keys() >= set(range(first, last + 1))
    )
    assert sum(last - first + 1 for first, last in row(digest, "core.py").lines) == len(numbers)
    assert f"-{head - 1} are not shown]\n{head}| def f077(x):" in digest.text


def test_a_long_readme_keeps_its_outline_and_what_it_promises() -> None:
    filler = [f"## Part {n}\n" + "words of no weight at all\n" * 60 for n in range(20)]
    text = "# Demo\nIt does things.\n" + "".join(filler) + "## 주요 기능\n- it can fly\n## Usage\n`demo fly`\n"

    digest = build(MemorySnapshot({"README.md": text, "main.py": module(1, 500)}), budget=6000, mark="M")

    lines = [line.text for line in shown(digest, "README.md").lines]
    assert {"# Demo", "## Part 19", "- it can fly", "`demo fly`"} <= set(lines)
    assert cost(shown(digest, "README.md")) <= 2000


def test_tests_have_a_tenth_of_their_own() -> None:
    source = {f"part{n}.py": module(n, 200) for n in range(60)}
    tests = {f"tests/test_part{n}.py": module(500 + n, 40) for n in range(20)}
    files = project(**source, **tests, **{"core.py": "".join(f"import part{n}\n" for n in range(60))})

    digest = build(MemorySnapshot(files), budget=20_000, mark="M")

    spent = sum(cost(block) for block in digest.blocks if block.file_class == "test")
    assert 1000 < spent < 3000


def test_each_package_of_a_monorepo_is_shown() -> None:
    files: dict[str, str | bytes] = {"README.md": "# Many\n", "package.json": '{"private": true}'}
    for name in ("api", "web", "worker"):
        files |= {
            f"packages/{name}/README.md": f"# {name}\n",
            f"packages/{name}/package.json": f'{{"name": "{name}", "main": "src/index.ts"}}',
            f"packages/{name}/src/index.ts": f"export const {name} = '{module(len(name), 3)}'\n",
        }
        files |= {f"packages/{name}/src/m{n}.ts": module(n + 50 * len(name), 300) for n in range(9)}

    digest = build(MemorySnapshot(files), budget=8000, mark="M")

    for name in ("api", "web", "worker"):
        for path in ("README.md", "package.json", "src/index.ts"):
            assert row(digest, f"packages/{name}/{path}").shown == "whole"


def test_coverage_is_the_share_of_the_reached_source_that_is_shown() -> None:
    half = project(
        **{"core.py": module(1, 20), "main.py": "import core, far\n", "far.py": "x = ('" + "a b " * 400 + "')\n"}
    )
    some = {**half, "far.py": module(2, 4000)}

    whole, part, private = (
        build(MemorySnapshot(half), budget=9000, mark="M"),
        build(MemorySnapshot(some), budget=9000, mark="M"),
        build(MemorySnapshot(some), budget=9000, mark="M", privacy="readme"),
    )
    nothing = build(MemorySnapshot({"README.md": "# Only words\n"}), budget=9000, mark="M")

    assert whole.coverage == nothing.coverage == 1.0
    assert 0.0 < part.coverage < 0.5
    assert private.coverage == 0.0


def test_what_its_author_calls_his_own_is_shown_and_what_he_calls_foreign_too() -> None:
    rules = "vendor/** -linguist-vendored\n*.py linguist-vendored linguist-generated\n"
    files = project(**{".gitattributes": rules, "vendor/own.go": "package own\n", "core.py": "x = 1\n"})

    digest = build(MemorySnapshot(files), budget=5000, mark="M")

    assert {row(digest, path).shown for path in ("vendor/own.go", "core.py", "main.py")} == {"whole"}


def test_boilerplate_of_agents_is_shown_where_it_is_what_the_project_is() -> None:
    rules: dict[str, str | bytes] = {f".claude/skills/s{n}/SKILL.md": f"# Skill {n}\n{module(n, 5)}" for n in range(9)}
    about = "# Skills\nSkills, prompts and rules for agents: Claude, Cursor, Copilot. Each skill is a prompt.\n"

    topic = build(MemorySnapshot({"README.md": about, **rules}), budget=5000, mark="M")
    aside = build(MemorySnapshot({**project(**{"core.py": "x = 1\n"}), **rules}), budget=5000, mark="M")

    assert row(topic, ".claude/skills/s1/SKILL.md").shown == "whole"
    assert row(aside, ".claude/skills/s1/SKILL.md").reason == "agent boilerplate"


def test_more_text_than_the_limit_is_refused_data_and_vendored_files_left_out() -> None:
    big = "word " * 1000
    vendored = {f"node_modules/{n}.js": big for n in range(20)} | {"data.csv": big * 9}

    fits = build(MemorySnapshot({**project(), **vendored}), budget=5000, mark="M", text_bytes=9000)
    with pytest.raises(UnusableSource) as caught:
        build(MemorySnapshot(project(**{"a.py": big, "b.py": big + "x"})), budget=5000, mark="M", text_bytes=9000)

    assert len(fits.files) == 23
    assert caught.value.code == "too_much_text"
    assert "--subdir" in str(caught.value)


def test_an_edit_late_in_the_order_leaves_the_text_before_it_alone() -> None:
    files = project(**{f"m{n:02}.py": module(n, 40) for n in range(20)}, **{"core.py": module(99, 40)})
    edited = {**files, "m19.py": str(files["m19.py"]) + "x = 1\n"}

    before, after = (build(MemorySnapshot(f), budget=30_000, mark="MARK").text for f in (files, edited))

    start = before.index("<<<MARK file m19.py")
    assert before[:start] == after[:start]
    assert before != after


def test_an_edit_of_one_file_moves_hardly_any_other_even_where_not_all_fits() -> None:
    files = project(**{f"m{n:02}.py": module(n, 60 + n) for n in range(40)})
    files["main.py"] = "".join(f"import m{n:02}\n" for n in range(40))
    edited = {**files, "m05.py": str(files["m05.py"]) + "x = 1\ny = 2\n"}

    before, after = (
        {b.path: b.lines for b in build(MemorySnapshot(f), budget=9000, mark="M").blocks} for f in (files, edited)
    )

    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert len(before) > 6
    assert len(changed) <= 2


@pytest.mark.parametrize("budget", [2000, 2500, 8000])
def test_names_as_long_as_can_be_and_tiny_budgets_never_exceed_it(budget: int) -> None:
    names = [f"{'한' * 300}{n}/{'x' * 60}.py" for n in range(40)] + [f"{'a' * 1000}{n}.py" for n in range(40)]
    files = {**project(), **{name: module(n, 30) for n, name in enumerate(names)}}

    digest = build(MemorySnapshot(files), budget=budget, mark="0a1b2c3d4e5f6a7b")

    assert max(digest.tokens, estimate(digest.text)) <= budget
    assert digest.block("README.md") is not None
    assert len(digest.files) == len(files)


def test_even_a_mark_that_is_far_too_long_does_not_exceed_the_budget() -> None:
    files = project(**{f"m{n}.py": module(n, 5) for n in range(20)})

    digest = build(MemorySnapshot(files), budget=2000, mark="x1Y" * 60)

    assert digest.tokens <= 2000
    assert 0 < len(digest.blocks) < 20
    assert {file.reason for file in digest.files if file.shown == "listed"} >= {"over the token budget"}


def test_of_a_file_that_is_far_too_long_only_the_beginning_is_looked_at_and_the_rest_is_counted() -> None:
    core = module(1, 20_000)
    files = project(**{"core.py": core})

    digest = build(MemorySnapshot(files), budget=5000, mark="M")

    assert len(core) > 500_000
    assert shown(digest, "core.py").total_lines == 20_000
    assert "-20000 are not shown]\n" in digest.text
    assert row(digest, "core.py").shown == "part"
    assert digest.coverage < 0.03


def test_a_key_that_begins_before_what_is_shown_is_masked_all_the_same() -> None:
    key = [
        "-----BEGIN RSA PRIVATE KEY-----",
        *(f"MIIEpAIBAAKCAQEA{n:02}" + "Zk3v" * 10 for n in range(20)),
        "-----END RSA PRIVATE KEY-----",
    ]
    keyed = "\n".join(f'    "{line}\\n"' for line in key)
    core = "import os\n" + module(3, 2000) + f"KEY = (\n{keyed}\n)\n" + module(4, 2000)
    files = project(**{"core.py": core})

    for budget in (8000, 16_000, 64_000):
        digest = build(MemorySnapshot(files), budget=budget, mark="M")

        assert "MIIEpAIBAAKCAQEA" not in digest.model_dump_json()

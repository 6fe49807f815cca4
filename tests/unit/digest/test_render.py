from evaluator.digest import render
from evaluator.digest.tokens import estimate
from evaluator.domain import Block, DigestFile, Line


def listed(path: str, reason: str, size: int = 5) -> DigestFile:
    return DigestFile(path=path, bytes=size, shown="listed", reason=reason)


def test_a_fence_carries_the_mark_and_says_what_is_cut() -> None:
    block = Block(
        path="a.py",
        file_class="code",
        bytes=20,
        total_lines=3,
        lines=(Line(number=1, text="one"), Line(number=2, text="two")),
    )

    assert render.fence(block, "M") == (
        "<<<M file a.py | 20 bytes | 3 lines | shown 1-2>>>\n1| one\n2| two\n[lines 3-3 are not shown]\n<<<M end>>>\n\n"
    )


def test_the_tree_has_one_line_a_folder() -> None:
    assert render.tree(["README.md", "src/a.py", "src/b.py", "src/x/c.py"], budget=1000) == (
        "Files of the project: 4 in 3 folders\n./: README.md\nsrc/: a.py, b.py\nsrc/x/: c.py\n\n"
    )


def test_folders_that_repeat_themselves_become_one_line() -> None:
    paths = ["README.md", *(f"week/{n}/{name}" for n in range(1, 6) for name in ("main.py", "notes.md"))]

    assert "week/1/ (and 4 more folders alike): main.py, notes.md\n" in render.tree(paths, budget=1000)


def test_a_tree_too_large_for_its_budget_is_collapsed_then_cut() -> None:
    wide = [f"src/file{n:04}.py" for n in range(3000)]
    deep = [f"d{n:04}/x{n}.py" for n in range(3000)]

    listing, cut = render.tree(wide, budget=600), render.tree(deep, budget=600)

    assert "more (" in listing
    assert estimate(listing) <= 600
    assert "more folders" in cut
    assert estimate(cut) <= 600


def test_what_is_not_shown_is_grouped_by_folder_and_reason() -> None:
    many = [listed(f"node_modules/p{n}.js", "vendored") for n in range(9)]
    files = [*many, listed("logo.png", "media"), DigestFile(path="a.py", bytes=3, shown="whole")]

    assert render.not_shown(files, budget=500) == (
        "Not shown:\nlogo.png: media, 5 bytes\nnode_modules/: 9 files, vendored, 45 bytes\n\n"
    )


def test_many_files_at_the_top_are_grouped_too() -> None:
    files = [listed(f"f{n}.csv", "data") for n in range(9)]

    assert render.not_shown(files, budget=500) == "Not shown:\n9 files, data, 45 bytes\n\n"


def test_nothing_is_said_where_all_is_shown() -> None:
    assert render.not_shown([DigestFile(path="a.py", bytes=3, shown="whole")], budget=500) == ""


def test_the_list_of_what_is_not_shown_keeps_its_budget() -> None:
    files = [listed(f"folder{n}/x", "data") for n in range(500)]

    text = render.not_shown(files, budget=300)

    assert estimate(text) <= 300
    assert "more entries" in text

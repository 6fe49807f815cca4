from evaluator.digest import render
from evaluator.digest.tokens import estimate
from evaluator.domain import Block, DigestFile, Line


def listed(path: str, reason: str, size: int = 5) -> DigestFile:
    return DigestFile(path=path, bytes=size, shown="listed", reason=reason)


def block(*numbers: int, total: int) -> Block:
    lines = tuple(Line(number=number, text=f"line {number}") for number in numbers)
    return Block(path="a.py", file_class="code", bytes=20, total_lines=total, lines=lines)


def test_a_fence_carries_the_mark_and_says_what_is_cut() -> None:
    assert render.fence(block(1, 2, total=4), "M") == (
        "<<<M file a.py | 20 bytes | 4 lines | shown 1-2>>>\n"
        "1| line 1\n2| line 2\n[lines 3-4 are not shown]\n<<<M end>>>\n\n"
    )


def test_every_gap_is_marked_by_its_lines() -> None:
    assert render.fence(block(2, 5, 6, total=7), "M") == (
        "<<<M file a.py | 20 bytes | 7 lines | shown 2-2, 5-6>>>\n[line 1 is not shown]\n2| line 2\n"
        "[lines 3-4 are not shown]\n5| line 5\n6| line 6\n[line 7 is not shown]\n<<<M end>>>\n\n"
    )


def test_a_fence_names_only_so_many_ranges() -> None:
    head = render.fence(block(*range(1, 40, 2), total=40), "M").partition("\n")[0]

    assert head.endswith("| shown 1-1, 3-3, 5-5, 7-7, 9-9, 11-11, 13-13, 15-15 and 12 more ranges>>>")


def test_a_file_without_lines_is_shown_as_such() -> None:
    assert render.ranges(block(total=0)) == ()
    assert "shown none" in render.fence(block(total=0), "M")


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


def test_pictures_and_data_are_told_by_a_few_names() -> None:
    pictures = [f"img/{n:02}.png" for n in range(30)]

    listing = render.tree(["img/readme.txt", *pictures], minor=pictures, budget=1000)

    assert "img/: readme.txt, 00.png, 01.png, 02.png, 03.png, and 26 more (26 png)\n" in listing


def test_a_name_of_a_thousand_bytes_is_cut_in_the_tree() -> None:
    listing = render.tree(["a" * 1000 + ".py"], budget=1000)

    assert "a" * 100 + "...\n" in listing
    assert len(listing) < 200


def test_nothing_is_listed_where_not_even_the_head_fits() -> None:
    assert render.tree(["a.py"] * 3, budget=3) == ""


def test_copies_are_grouped_whatever_they_are_copies_of() -> None:
    files = [listed(f"x/{n}.py", f"same content as y/{n}.py") for n in range(9)]

    assert render.not_shown(files, budget=500) == "Not shown:\nx/: 9 files, same content as others\n\n"


def test_what_is_not_shown_is_grouped_by_folder_and_reason() -> None:
    many = [listed(f"node_modules/p{n}.js", "vendored") for n in range(9)]
    files = [*many, listed("logo.png", "media"), DigestFile(path="a.py", bytes=3, shown="whole")]

    assert render.not_shown(files, budget=500) == ("Not shown:\nlogo.png: media\nnode_modules/: 9 files, vendored\n\n")


def test_many_files_at_the_top_are_grouped_too() -> None:
    files = [listed(f"f{n}.csv", "data") for n in range(9)]

    assert render.not_shown(files, budget=500) == "Not shown:\n9 files, data\n\n"


def test_nothing_is_said_where_all_is_shown() -> None:
    assert render.not_shown([DigestFile(path="a.py", bytes=3, shown="whole")], budget=500) == ""


def test_the_list_of_what_is_not_shown_keeps_its_budget() -> None:
    files = [listed(f"folder{n}/x", "data") for n in range(500)]

    text = render.not_shown(files, budget=300)

    assert estimate(text) <= 300
    assert "more entries" in text

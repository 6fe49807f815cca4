"""Likeness over cohorts made by hand: what must be found, and above all what must not."""

import random
from collections.abc import Mapping

import pytest

from evaluator.services.likeness import Files, Likeness, Submission, find

Contents = dict[int, int]


def project(seed: object, files: int = 12) -> Contents:
    """Return the contents of a project of somebody's own, id -> bytes."""
    dice = random.Random(repr(seed))
    return {dice.getrandbits(64): dice.randint(300, 6000) for _ in range(files)}


def cohort(*projects: Contents) -> list[Submission]:
    """Return a cohort of these projects, in rows from 1, each with the tree that its contents make."""
    return [
        Submission(row, (f"tree {hash(frozenset(contents.items()))}",), Files.of(contents))
        for row, contents in enumerate(projects, 1)
    ]


def told(submissions: list[Submission]) -> dict[int, str]:
    return {row: likeness.words for row, likeness in find(submissions).by_row.items()}


def part(contents: Contents, share: float) -> Contents:
    """Return the first files of a project that make about such a share of its bytes."""
    most, kept = share * sum(contents.values()), Contents()
    for id, size in contents.items():
        if sum(kept.values()) + size <= most:
            kept[id] = size
    return kept


STARTER = project("starter", files=20)


def test_projects_of_their_own_are_not_like_one_another() -> None:
    assert told(cohort(*(project(n) for n in range(50)))) == {}


def test_equal_projects_are_the_same_whoever_submits_them() -> None:
    found = told(cohort(project("a"), project("b"), project("a"), project("a")))

    assert found == {1: "same as 3, 4", 3: "same as 1, 4", 4: "same as 1, 3"}


def test_what_has_the_same_source_is_the_same_before_it_is_graded() -> None:
    submissions = [Submission(1, ("source x",)), Submission(2, ("source y",)), Submission(3, ("source x", "tree t"))]

    assert told(submissions) == {1: "same as 3", 3: "same as 1"}


def test_a_copy_to_which_files_were_added_is_found_with_its_share() -> None:
    original = project("original")
    copy = {**original, **part(project("own"), 0.5)}

    found = find(cohort(project("x"), original, project("y"), copy)).by_row

    assert {row: each.words for row, each in found.items()} == {2: "100 % alike with 4", 4: "100 % alike with 2"}
    [other] = found[4].others
    assert other.files == len(original)
    assert other.overlap == pytest.approx(sum(original.values()) / sum(copy.values()))


def test_a_copy_of_which_a_quarter_was_changed_is_found() -> None:
    original = project("original")
    copy = {**part(original, 0.75), **part(project("own"), 0.25)}

    assert told(cohort(original, project("x"), copy)).keys() == {1, 3}


def test_a_third_in_common_is_no_copy() -> None:
    original = project("original")
    other = {**part(original, 0.34), **project("own")}

    assert told(cohort(original, other)) == {}


def test_few_bytes_in_common_are_no_copy_however_small_the_project() -> None:
    assert told(cohort({1: 300, 2: 50}, {1: 300, **project("x")})) == {}


def test_one_large_file_in_common_makes_no_copy() -> None:
    data = {7: 5_000_000}

    assert told(cohort({**data, **project("a", 30)}, {**data, **project("b", 30)})) == {}


@pytest.mark.parametrize("size", [8, 40, 300])
def test_starter_code_that_all_were_given_makes_nobody_alike(size: int) -> None:
    found = find(cohort(*({**STARTER, **project(n)} for n in range(size))))

    assert found.by_row == {}
    assert found.common_files == len(STARTER)


def test_a_copy_is_found_among_projects_that_share_starter_code() -> None:
    honest = [{**STARTER, **project(n)} for n in range(30)]
    copy = {**honest[4], **part(project("own"), 0.3)}

    found = find(cohort(*honest, copy)).by_row

    assert found.keys() == {5, 31}
    assert found[31].others[0].files == len(project(4))  # the starter code is not among them


def test_who_adds_next_to_nothing_to_starter_code_is_pointed_out() -> None:
    idle = {**STARTER, **part(project("idle"), 0.1)}

    found = find(cohort(*({**STARTER, **project(n)} for n in range(20)), idle)).by_row

    assert found.keys() == {21}
    assert found[21].kind == "common"
    assert found[21].words.endswith(" % in common with many")


def test_a_ring_of_five_is_found_in_a_small_class() -> None:
    original = project("original")
    ring = [{**original, **part(project(("own", n)), 0.2)} for n in range(5)]

    found = find(cohort(*(project(n) for n in range(10)), *ring)).by_row

    assert found.keys() == {11, 12, 13, 14, 15}
    assert {each.group for each in found.values()} == {11}
    assert {each.count for each in found.values()} == {4}


def test_of_a_synthetic_cohort_every_copy_is_found_and_nobody_else() -> None:
    dice = random.Random(5)
    honest = [{**STARTER, **project(n, dice.randint(8, 30))} for n in range(400)]
    copied = dice.sample(range(400), 40)
    copies = [{**honest[n], **part(project(("copy", n), 8), 0.4)} for n in copied]

    found = find(cohort(*honest, *copies)).by_row

    guilty = {n + 1 for n in copied} | set(range(401, 441))
    assert found.keys() == guilty  # precision and recall of 1
    assert all(found[401 + place].others[0].row == n + 1 for place, n in enumerate(copied))


def test_ten_thousand_equal_projects_name_only_a_few_others() -> None:
    files = Files.of(project("a"))

    found = find(Submission(row, ("tree t",), files) for row in range(1, 10_001)).by_row

    assert len(found) == 10_000
    assert found[10_000].words == "same as 1, 2, 3, 4, 5 and 9,994 more"


def test_ten_thousand_near_copies_are_compared_without_each_meeting_each() -> None:
    originals = [project(n, 20) for n in range(10)]
    submissions = cohort(*({**originals[n % 10], n: 700} for n in range(10_000)))

    found = find(submissions).by_row

    assert len(found) == 10_000
    assert all({other.row % 10 for other in each.others} == {row % 10} for row, each in found.items())
    assert {each.group for each in found.values()} == set(range(1, 11))


def test_the_order_of_the_submissions_makes_no_difference() -> None:
    original = project("original")
    submissions = cohort(*(project(n) for n in range(20)), original, {**original, 1: 400}, {**original, 2: 400})
    shuffled = list(submissions)
    random.Random(3).shuffle(shuffled)

    assert find(shuffled) == find(submissions)


def test_equal_copies_are_the_same_and_alike_with_the_original() -> None:
    original = project("original")
    copy = {**original, 1: 400}

    found: Mapping[int, Likeness] = find(cohort(original, copy, copy)).by_row

    assert {row: each.words for row, each in found.items()} == {
        1: "100 % alike with 2, 3",
        2: "same as 3, 1",
        3: "same as 2, 1",
    }
    assert {each.group for each in found.values()} == {1}


def test_an_empty_cohort_has_nothing_alike() -> None:
    assert find([]).by_row == {}

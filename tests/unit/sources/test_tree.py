from evaluator.domain import Limits
from evaluator.sources.tree import TreeFile, blob_id, blob_id_of, fits, tree_id

HELLO = blob_id(b"hello\n")


def test_a_blob_has_the_id_that_git_gives_it() -> None:
    assert HELLO == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_a_tree_without_files_is_gits_empty_tree() -> None:
    assert tree_id([]) == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def test_the_order_of_the_files_does_not_matter() -> None:
    files = [TreeFile(path, executable=False, blob=HELLO) for path in ("a.b", "a/x", "a", "ab")][:2]

    assert tree_id(files) == tree_id(files[::-1])


def test_the_executable_bit_is_content() -> None:
    plain, executable = (TreeFile("run", executable=bit, blob=HELLO) for bit in (False, True))

    assert tree_id([plain]) != tree_id([executable])


def test_only_short_and_shallow_paths_fit() -> None:
    limits = Limits(depth=64, path_bytes=1024)

    assert fits("/".join("d" * 64), limits=limits)
    assert not fits("/".join("d" * 65), limits=limits)
    assert fits("x" * 1024, limits=limits)
    assert not fits("한" * 342, limits=limits)


def test_a_blob_that_comes_in_parts_has_the_same_id() -> None:
    assert blob_id_of([b"hel", b"", b"lo\n"], size=6) == HELLO


def test_many_folders_deep_in_one_another_are_one_tree() -> None:
    files = [TreeFile("d/" * depth + "f", executable=False, blob=HELLO) for depth in range(1500)]

    assert len(tree_id(files)) == 40

import pytest

from evaluator.domain import Limits
from evaluator.sources.tree import blob_id
from tests.support.archives import TAR_END, Tarred, pax, pax_record, tar_refusal, tarred, untar

README = Tarred("README.md", b"# Hours\n")
HELLO = Tarred("hello", b"hello")


def test_a_tar_is_read_as_it_streams_by() -> None:
    archive = untar(
        tarred(
            Tarred("./", kind=b"5"),
            README,
            Tarred("src/", kind=b"5", mode=0o755),
            Tarred("./src/run.sh", b"#!/bin/sh\n", mode=0o755),
            Tarred("old/", kind=b"\0"),
            Tarred("old/way", b"x" * 512, kind=b"\0", magic=b""),
            Tarred("contiguous", b"c", kind=b"7"),
            Tarred("name", b"n", prefix=b"long/path"),
            Tarred("empty"),
        )
    )

    assert archive.files == {
        "README.md": b"# Hours\n",
        "src/run.sh": b"#!/bin/sh\n",
        "old/way": b"x" * 512,
        "contiguous": b"c",
        "long/path/name": b"n",
        "empty": b"",
    }
    assert [member.path for member in archive.members if member.executable] == ["src/run.sh"]


def test_the_size_of_the_pieces_does_not_matter() -> None:
    whole = tarred(README, Tarred("big", bytes(range(256)) * 20), HELLO)

    in_bytes = untar([whole[at : at + 7] for at in range(0, len(whole), 7)])

    assert in_bytes.files == untar(whole).files


def test_links_devices_and_what_is_nobodys_source_are_listed_and_not_read() -> None:
    archive = untar(
        tarred(
            README,
            Tarred("link", kind=b"2", link=b"/etc/passwd"),
            Tarred("character", kind=b"3"),
            Tarred("block", kind=b"4"),
            Tarred("pipe", kind=b"6"),
            Tarred("app/.git/config", b"[core]"),
            Tarred("app/.git/hooks", kind=b"2", link=b"/"),
            Tarred("._README.md", b"\x00\x05\x16\x07and more"),
            Tarred("._notes", b"a file of the project"),
            Tarred(".DS_Store", b"Bud1"),
        )
    )

    assert archive.files == {"README.md": b"# Hours\n", "._notes": b"a file of the project"}
    assert archive.skipped == {
        "link": "symbolic link",
        "character": "device, socket or pipe",
        "block": "device, socket or pipe",
        "pipe": "device, socket or pipe",
        "app/.git": "git's own folder",
        "._README.md": "macOS's own file",
        ".DS_Store": "macOS's own file",
    }


def test_a_large_file_is_hashed_and_not_kept() -> None:
    archive = untar(tarred(Tarred("big", b"b" * 3000), HELLO), Limits(file_bytes=2999))

    assert archive.files == {"big": None, "hello": b"hello"}
    assert archive.members[0].blob == blob_id(b"b" * 3000)


@pytest.mark.parametrize(
    ("extensions", "path"),
    [
        ((Tarred("././@LongLink", b"long/" * 50 + b"x\0", kind=b"L"),), "long/" * 50 + "x"),
        ((pax({"path": "한글/" * 60 + "x"}),), "한글/" * 60 + "x"),
        ((pax({"path": "solaris"}, kind=b"X"),), "solaris"),
        ((pax({"path": b"caf\xe9"}),), "caf\udce9"),
        ((Tarred("././@LongLink", b"target\0", kind=b"K"), pax({"path": "both"})), "both"),
        ((pax({"comment": "a" * 40}, kind=b"g"), pax({"mtime": "1.5", "SCHILY.xattr.user.a": "=\n="})), "hello"),
        ((pax({"path": "first"}), Tarred("././@LongLink", b"last\0", kind=b"L")), "last"),
    ],
)
def test_a_long_name_is_read_from_what_stands_before_the_header(extensions: tuple[Tarred, ...], path: str) -> None:
    assert untar(tarred(*extensions, HELLO, README)).files == {path: b"hello", "README.md": b"# Hours\n"}


def test_a_size_may_be_said_in_pax_or_in_binary() -> None:
    in_pax = Tarred("a", b"hello", size=b"%011o\0" % 0)
    in_binary = Tarred("b", b"hello", size=b"\x80" + (5).to_bytes(11, "big"))
    with_spaces = Tarred("c", b"hello", size=b"          5 ")

    files = untar(tarred(pax({"size": "5"}), in_pax, in_binary, with_spaces)).files

    assert files == {"a": b"hello", "b": b"hello", "c": b"hello"}


def test_the_sum_of_a_very_old_tar_is_right_too() -> None:
    assert untar(tarred(Tarred(b"caf\xe9", b"x", signed=True))).files == {"caf\udce9": b"x"}


@pytest.mark.parametrize("name", ["../x", "a/../x", "/etc/passwd", ".."])
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    assert tar_refusal(tarred(README, Tarred(name, b"x"))) == "unsafe_archive"
    assert tar_refusal(tarred(pax({"path": name}), HELLO)) == "unsafe_archive"


def test_a_name_with_a_nul_is_refused() -> None:
    assert tar_refusal(tarred(pax({"path": "a\0.py"}), HELLO)) == "unsafe_archive"


def test_a_backslash_is_a_letter_like_any_other() -> None:
    assert set(untar(tarred(Tarred("a\\x2db.service", b"x"))).files) == {"a\\x2db.service"}


@pytest.mark.parametrize(
    "members",
    [
        (HELLO, HELLO),
        (HELLO, Tarred("./hello", kind=b"2", link=b"/")),
        (Tarred("a", kind=b"2", link=b"/etc"), Tarred("a/passwd", b"x")),
        (Tarred("a/passwd", b"x"), Tarred("a", kind=b"2", link=b"/etc")),
        (HELLO, Tarred("hello/", kind=b"5")),
        (Tarred("hard", kind=b"1", link=b"hello"),),
        (pax({"path": "one"}, kind=b"g"), HELLO),
        (pax({"size": "1"}, kind=b"g"), HELLO),
    ],
)
def test_what_could_mean_two_things_is_refused(members: tuple[Tarred, ...]) -> None:
    assert tar_refusal(tarred(*members)) == "unsafe_archive"


@pytest.mark.parametrize(
    "members",
    [
        (Tarred("sparse", kind=b"S"),),
        (pax({"GNU.sparse.major": "1"}), HELLO),
        (Tarred("part", kind=b"M"),),
        (Tarred("dump", kind=b"D"),),
        (Tarred("unknown", kind=b"Z"),),
    ],
)
def test_what_is_no_file_and_no_folder_is_refused(members: tuple[Tarred, ...]) -> None:
    assert tar_refusal(tarred(*members)) == "unsupported_archive"


@pytest.mark.parametrize(
    "data",
    [
        tarred(Tarred("a", b"x", size=b"\xff" * 12)),
        tarred(Tarred("a", b"x", size=b"-0000000001\0")),
        tarred(Tarred("a", b"x", size=b"0x00000001\0\0")),
        tarred(Tarred("a", b"x", sum=b"0000000\0")),
        tarred(Tarred("a", b"x", sum=b"        ")),
        tarred(Tarred("a", b"x", sum=b"none!\0  ")),
        tarred(Tarred("folder/", b"content", kind=b"5")),
        tarred(Tarred("link", b"content", kind=b"2")),
        tarred(Tarred("PaxHeader", b"nonsense", kind=b"x"), HELLO),
        tarred(Tarred("PaxHeader", b"12 path\n", kind=b"x"), HELLO),
        tarred(Tarred("PaxHeader", b"0 path=x\n", kind=b"x"), HELLO),
        tarred(Tarred("PaxHeader", b"2 path=x\n", kind=b"x"), HELLO),
        tarred(Tarred("PaxHeader", b"-9 path=x\n", kind=b"x"), HELLO),
        tarred(Tarred("PaxHeader", b"9999999999 path=x\n", kind=b"x"), HELLO),
        tarred(Tarred("PaxHeader", b"9" * 400_000, kind=b"x"), HELLO),
        tarred(pax({"size": "-1"}), HELLO),
        tarred(pax({"size": "9" * 21}), HELLO),
        tarred(pax({"size": "٣"}), HELLO),
        tarred(README, end=b""),
        tarred(README, end=b"\x01" * 512),
        tarred(README, end=bytes(511)),
        b"",
        b"not a tar" * 100,
    ],
    ids=range(23),
)
def test_what_is_broken_is_refused(data: bytes) -> None:
    assert tar_refusal(data) == "bad_archive"


def test_every_cut_of_a_tar_is_refused() -> None:
    whole = tarred(pax({"path": "a"}), HELLO, README, end=bytes(512))

    assert {tar_refusal(whole[:length]) for length in range(0, len(whole), 61)} == {"bad_archive"}


def test_a_size_beyond_all_bounds_ends_at_the_end_of_the_file() -> None:
    assert tar_refusal(tarred(Tarred("a", size=b"\x80" + b"\xff" * 11))) == "bad_archive"
    assert tar_refusal(tarred(pax({"size": "9" * 20}), Tarred("a"))) == "bad_archive"


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(entries=2), "too_many_files"),
        (Limits(received_bytes=3583), "too_large"),
        (Limits(seconds=-1), "fetch_timeout"),
    ],
)
def test_too_much_is_refused(limits: Limits, code: str) -> None:
    assert tar_refusal(tarred(Tarred("src/a", b"x" * 1000), Tarred("src/b", b"0123456789")), limits) == code


def test_endless_headers_are_refused() -> None:
    record = pax_record("comment", "c" * 200_000)
    headers = [Tarred("PaxHeader", record, kind=b"x")] * 8

    assert tar_refusal(tarred(*headers, HELLO), Limits(entries=100)) == "too_large"


def test_what_follows_the_end_is_passed_over() -> None:
    assert untar(tarred(HELLO, end=TAR_END + tarred(README))).files == {"hello": b"hello"}

import os
import struct
import tempfile

import pytest

from evaluator.domain import Limits
from evaluator.errors import UnusableSource
from evaluator.sources import spool, zips
from evaluator.sources.members import Meter, Roster
from evaluator.sources.tree import blob_id
from tests.support.archives import LATER, UTF_8, Zipped, unzip, zip_refusal, zipped

LIMITS = Limits()
README = Zipped("README.md", b"# Hours\n")
ZIP64_SIZES = struct.pack("<HHQQ", 1, 16, 5, 7)  # of b"hello" as deflate packs it


def test_a_zip_is_read_member_by_member() -> None:
    archive = unzip(
        zipped(
            README,
            Zipped("src/", mode=0o040755),
            Zipped("src/run.sh", b"#!/bin/sh\n", mode=0o100755),
            Zipped("./src//data.bin", bytes(range(256)), method=0),
            Zipped("empty"),
            comment=b"packed by hand",
        )
    )

    assert archive.files == {
        "README.md": b"# Hours\n",
        "src/run.sh": b"#!/bin/sh\n",
        "src/data.bin": bytes(range(256)),
        "empty": b"",
    }
    assert [member.path for member in archive.members if member.executable] == ["src/run.sh"]
    assert [member.blob for member in archive.members] == [
        blob_id(archive.files[m.path] or b"") for m in archive.members
    ]


def test_an_empty_zip_has_no_members() -> None:
    assert unzip(zipped()).files == {}


@pytest.mark.parametrize(
    "member",
    [
        Zipped("a", b"hello", flags=UTF_8 | LATER, local={"crc": 0, "packed": 0, "size": 0}, behind=b"d" * 16),
        Zipped("a", b"hello", flags=UTF_8 | LATER),
        Zipped("a", b"hello", local={"packed": 0xFFFFFFFF, "size": 0xFFFFFFFF}, local_extra=ZIP64_SIZES),
        Zipped("a", b"hello", extra=b"UT\x05\x00\x03abcd", local_extra=b"UT\x09\x00\x03abcdefgh"),
        Zipped("a", b"hello", extra=b"\xff"),
        Zipped("a", b"hello", system=0, attributes=0x20),
    ],
    ids=["streamed", "streamed with sizes", "Zip64 sizes of a small file", "times", "odd extra field", "Windows"],
)
def test_what_packers_write_is_read(member: Zipped) -> None:
    assert unzip(zipped(member)).files == {"a": b"hello"}


def test_links_devices_and_what_is_nobodys_source_are_listed_and_not_read() -> None:
    archive = unzip(
        zipped(
            README,
            Zipped("link", b"/etc/passwd", mode=0o120777),
            Zipped("pipe", mode=0o010644),
            Zipped("device", mode=0o020644),
            Zipped("app/.git/config", b"[core]"),
            Zipped("app/.GIT/hooks/post-checkout", b"#!/bin/sh", mode=0o100755),
            Zipped("__MACOSX/._README.md", b"\x00\x05\x16\x07"),
            Zipped("app/.DS_Store", b"Bud1"),
            Zipped("app/._x.py", b"\x00\x05\x16\x07rest"),
            Zipped("app/._real.py", b"print()"),
        )
    )

    assert archive.files == {"README.md": b"# Hours\n", "app/._real.py": b"print()"}
    assert archive.skipped == {
        "link": "symbolic link",
        "pipe": "device, socket or pipe",
        "device": "device, socket or pipe",
        "app/.git": "git's own folder",
        "app/.GIT": "git's own folder",
        "__MACOSX": "macOS's own file",
        "app/.DS_Store": "macOS's own file",
        "app/._x.py": "macOS's own file",
    }


def test_a_folder_of_windows_without_a_slash_is_a_folder() -> None:
    archive = unzip(zipped(README, Zipped("src", method=0, system=0, attributes=0x10), Zipped("src/a.py", b"1")))

    assert set(archive.files) == {"README.md", "src/a.py"}


def test_a_large_file_is_hashed_and_not_kept() -> None:
    archive = unzip(zipped(README, Zipped("big", b"b" * 3000), Zipped("just", b"j" * 2999)), Limits(file_bytes=2999))

    assert (archive.files["big"], archive.files["just"]) == (None, b"j" * 2999)
    assert next(member.blob for member in archive.members if member.path == "big") == blob_id(b"b" * 3000)


@pytest.mark.parametrize(
    "name", ["../x", "a/../../x", "a/..", "/etc/passwd", "//x", "C:/x", "c:x", "a\\b", "\\\\host\\share", "a\0.py"]
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    assert zip_refusal(zipped(README, Zipped(name, b"x"))) == "unsafe_archive"


@pytest.mark.parametrize(
    "names",
    [
        ("a", "a"),
        ("a", "./a"),
        ("a/b", "a//b"),
        ("\u1112\u1161\u11ab", "한"),
        ("a", "a/b"),
        ("a/b/c", "a/b"),
    ],
)
def test_two_members_of_one_name_are_refused(names: tuple[str, str]) -> None:
    assert zip_refusal(zipped(*(Zipped(name, b"x") for name in names))) == "unsafe_archive"


def test_names_that_differ_in_capitals_are_two_files() -> None:
    assert set(unzip(zipped(Zipped("Makefile", b"a"), Zipped("makefile", b"b"))).files) == {"Makefile", "makefile"}


def test_a_member_under_a_link_is_refused() -> None:
    members = (Zipped("a", b"/etc", mode=0o120777), Zipped("a/passwd", b"x"))

    assert zip_refusal(zipped(*members)) == "unsafe_archive"
    assert zip_refusal(zipped(*members[::-1])) == "unsafe_archive"


def test_members_that_overlap_are_refused() -> None:
    inner = zipped(Zipped("b", b"inside", method=0))

    assert zip_refusal(zipped(Zipped("a", inner, method=0), Zipped("b", b"inside", offset=31))) == "unsafe_archive"
    assert zip_refusal(zipped(Zipped("a", b"same"), Zipped("a2", b"same", offset=0))) == "unsafe_archive"


def test_a_member_that_reaches_into_the_directory_is_refused() -> None:
    grown = Zipped("a", b"12345678", method=0, packed=20, size=20, local={"packed": 20, "size": 20})

    assert zip_refusal(zipped(grown)) == "unsafe_archive"


@pytest.mark.parametrize(
    "member",
    [
        Zipped("READ_ME.md", b"hello", local_name=b"READ_M3.md"),
        Zipped("READ_ME.md", b"hello", local_name=b"README.mdx"),
        Zipped("READ_ME.md", b"hello", local={"method": 0}),
        Zipped("READ_ME.md", b"hello", local={"crc": 1}),
        Zipped("READ_ME.md", b"hello", local={"crc": 0}),
        Zipped("READ_ME.md", b"hello", local={"packed": 1}),
        Zipped("READ_ME.md", b"hello", local={"size": 1}),
        Zipped("a", b"x", local={"size": 0xFFFFFFFF}, local_extra=struct.pack("<HHQQ", 1, 16, 6, 7)),
    ],
    ids=range(8),
)
def test_a_member_that_tells_another_story_than_the_directory_is_refused(member: Zipped) -> None:
    assert zip_refusal(zipped(member)) == "unsafe_archive"


def test_a_long_size_that_is_not_there_is_refused() -> None:
    assert zip_refusal(zipped(Zipped("a", b"x", local={"size": 0xFFFFFFFF}))) == "bad_archive"


@pytest.mark.parametrize(
    "member",
    [
        Zipped("a", b"hello", sign=b"PK\x03\x05"),
        Zipped("a", b"hello", offset=4),
        Zipped("a", b"hello", offset=1 << 30),
        Zipped("a", b"hello", crc=1),
        Zipped("a", b"hello", size=4),
        Zipped("a", b"hello", size=6),
        Zipped("a", b"hello", size=6, method=0),
        Zipped("a", b"hello", stream=b"\xff" * 10),
        Zipped("a", b"hello", stream=b"\x4b\x4c\x4a"),
        Zipped("a", b"", stream=b"\x03\x00more"),
        Zipped("a", b"", stream=b"\x03\x00" + b"m" * 300_000),
        Zipped("folder/", b"content"),
        Zipped("folder", b"content", mode=0o040755),
    ],
    ids=range(13),
)
def test_a_member_that_is_not_what_was_announced_is_refused(member: Zipped) -> None:
    assert zip_refusal(zipped(README, member)) in {"bad_archive", "unsafe_archive"}


@pytest.mark.parametrize(
    ("archive", "code"),
    [
        (zipped(Zipped("a", b"x", flags=1)), "encrypted_archive"),
        (zipped(Zipped("a", b"x", flags=1 << 6)), "encrypted_archive"),
        (zipped(Zipped("a", b"x", local={"flags": 1})), "encrypted_archive"),
        (zipped(Zipped("a", b"x", method=9)), "unsupported_archive"),
        (zipped(Zipped("a", b"x", method=12)), "unsupported_archive"),
        (zipped(Zipped("a", b"x", flags=1 << 5)), "unsupported_archive"),
        (zipped(Zipped("a", b"x", disk=1)), "unsupported_archive"),
        (zipped(README, end={"disk": 1}), "unsupported_archive"),
        (zipped(README, end={"here": 0}), "unsupported_archive"),
        (zipped(README, end={"here": 0xFFFF, "count": 0xFFFF}), "unsupported_archive"),
        (zipped(README, end={"start": 0xFFFFFFFF}), "unsupported_archive"),
        (zipped(Zipped("a", b"x", size=0xFFFFFFFF)), "unsupported_archive"),
        (zipped(Zipped("a", b"x", offset=0xFFFFFFFF)), "unsupported_archive"),
        (zipped(README, end={"here": 2, "count": 2}), "bad_archive"),
        (zipped(README, README, end={"here": 1, "count": 1}), "bad_archive"),
        (zipped(README, end={"length": 10}), "unsafe_archive"),
        (zipped(README, end={"start": 0}), "unsafe_archive"),
        (b"MZ" + zipped(README), "unsafe_archive"),
        (zipped(README) + b"trailing", "bad_archive"),
        (zipped(README, end={"comment": 3}), "bad_archive"),
        (zipped(README, comment=zipped()), "unsafe_archive"),
        (b"PK\x03\x04", "bad_archive"),
        (b"", "bad_archive"),
    ],
)
def test_what_is_no_plain_zip_is_refused_with_its_code(archive: bytes, code: str) -> None:
    assert zip_refusal(archive) == code


def test_a_zip64_directory_is_refused() -> None:
    plain = zipped(README)

    assert zip_refusal(plain[:-22] + b"PK\x06\x07" + bytes(16) + plain[-22:]) == "unsupported_archive"


def test_every_cut_of_a_zip_is_refused() -> None:
    whole = zipped(README, Zipped("a", b"hello" * 20))

    assert {zip_refusal(whole[:length]) for length in range(len(whole))} == {"bad_archive"}


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(entries=2), "too_many_files"),
        (Limits(received_bytes=1009), "too_large"),
        (Limits(seconds=-1), "fetch_timeout"),
    ],
)
def test_too_much_is_refused(limits: Limits, code: str) -> None:
    assert zip_refusal(zipped(Zipped("src/a", b"x" * 1000), Zipped("src/b", b"0123456789")), limits) == code


def test_files_of_git_cost_nothing() -> None:
    objects = [Zipped(f".git/objects/{n}", b"x" * 100) for n in range(50)]

    assert unzip(zipped(README, *objects), Limits(entries=2, received_bytes=50)).files == {"README.md": b"# Hours\n"}


def test_a_directory_that_is_longer_than_its_members_need_is_refused() -> None:
    names = [Zipped(f"{n:03}" + "n" * 60_000) for n in range(20)]

    assert zip_refusal(zipped(*names), Limits(entries=20)) == "too_large"


def test_a_path_that_is_too_long_or_too_deep_is_listed_cut_to_what_may_be() -> None:
    archive = unzip(
        zipped(README, Zipped("d/" * 70 + "f", b"x"), Zipped("n" * 5000, b"x"), Zipped("한" * 100 + "/f", b"x"))
    )

    assert set(archive.files) == {"README.md"}
    assert set(archive.skipped.values()) == {"path too long or too deep"}
    assert max(len(path.encode("utf-8", "surrogateescape")) for path in archive.skipped) == 1024


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    announced = Zipped("zeros", b"", size=10 << 30 & 0xFFFFFFFE, local={"size": 10 << 30 & 0xFFFFFFFE})

    assert zip_refusal(zipped(announced)) == "archive_bomb"


def test_a_file_of_just_the_bytes_that_are_unpacked_at_once_is_whole() -> None:
    data = b"x" * (256 << 10)

    assert unzip(zipped(Zipped("a", data), Zipped("b", data * 2), Zipped("c", data, method=0))).files == {
        "a": data,
        "b": data * 2,
        "c": data,
    }


def test_a_zip_that_is_cut_while_it_is_read_is_refused() -> None:
    data = zipped(Zipped("a", b"x" * 5000, method=0))
    with tempfile.TemporaryFile() as file, spool.opened() as kept:
        file.write(data)
        file.flush()

        class Cutting(Roster):
            def settle(self) -> None:
                os.ftruncate(file.fileno(), 1000)

        with pytest.raises(UnusableSource, match="too early"):
            zips.read(file.fileno(), roster=Cutting(LIMITS), spool=kept, meter=Meter(LIMITS, len(data), float("inf")))

import zlib

import pytest

from tests.support.archives import Zipped, unzip, zip_refusal, zipped

KOREAN = ["프로젝트/보고서.md", "프로젝트/소스/계산기.py", "프로젝트/README.md", "프로젝트/똠방각하.txt"]


def names(*members: Zipped) -> set[str]:
    return set(unzip(zipped(*members)).files)


@pytest.mark.parametrize("system", [0, 3, 10])
def test_korean_names_of_windows_are_read_right(system: int) -> None:
    members = [Zipped(name.encode("cp949"), b"x", flags=0, system=system) for name in KOREAN]

    assert names(*members) == set(KOREAN)


@pytest.mark.parametrize("flags", [0, 1 << 11])
def test_utf_8_is_read_with_and_without_its_flag(flags: int) -> None:
    assert names(*(Zipped(name, b"x", flags=flags) for name in KOREAN)) == set(KOREAN)


def test_western_names_of_windows_are_read_as_it_wrote_them() -> None:
    members = [Zipped(name.encode("cp437"), b"x", flags=0, system=0) for name in ("café.txt", "résumé.md", "Ωmega.py")]

    assert names(*members) == {"café.txt", "résumé.md", "Ωmega.py"}


def test_bytes_of_unix_that_are_no_text_stay_what_they_are() -> None:
    assert names(Zipped(b"caf\xe9.txt", b"x", flags=0, system=3)) == {"caf\udce9.txt"}
    assert names(Zipped(b"caf\xe9.txt", b"x", system=0)) == {"caf\udce9.txt"}


def test_a_name_said_again_in_unicode_is_the_name() -> None:
    raw = b"?????.md"
    better = b"\x01" + zlib.crc32(raw).to_bytes(4, "little") + "보고서.md".encode()
    stale = b"\x01" + bytes(4) + "다른.md".encode()

    def member(field: bytes) -> Zipped:
        return Zipped(raw, b"x", flags=0, extra=b"\x75\x70" + len(field).to_bytes(2, "little") + field)

    assert names(member(better)) == {"보고서.md"}
    assert names(member(stale)) == {"?????.md"}


def test_a_name_is_checked_after_it_was_decoded() -> None:
    raw = b"harmless"
    field = b"\x01" + zlib.crc32(raw).to_bytes(4, "little") + b"../../x"

    assert zip_refusal(zipped(Zipped(raw, extra=b"\x75\x70" + bytes([len(field), 0]) + field))) == "unsafe_archive"

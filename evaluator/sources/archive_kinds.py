"""How an archive is told by its name and its first bytes. (Every source is asked; what reads archives is large.)"""

from evaluator.sources import archive_refusals

HEAD = 512  # bytes that tell what a file is
SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tbz")
ZIPS = (b"PK\x03\x04", b"PK\x05\x06")  # of the first member, or of the end where there is none
GZIP, BZIP2, XZ = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0"

TAR_BLOCK = 512  # bytes
TAR_END = bytes(TAR_BLOCK)
_UNREAD = {
    b"7z\xbc\xaf\x27\x1c": "A .7z archive is not read.",
    b"Rar!\x1a\x07": "A .rar archive is not read.",
    b"\x28\xb5\x2f\xfd": "A .zst file is not read.",
    b"\x1f\x9d": "A .Z file is not read.",
    b"PK\x07\x08": "The archive is one of several parts.",
}


def is_archive(head: bytes) -> bool:
    """Return whether a file that begins with *head* is an archive; raise UnusableSource where of a kind not read."""
    for magic, what in _UNREAD.items():
        if head.startswith(magic):
            raise archive_refusals.unsupported(what)
    return head.startswith((*ZIPS, GZIP, BZIP2, XZ)) or looks_like_tar(head)


def looks_like_tar(head: bytes) -> bool:
    """Return whether a file that begins with *head* is a tar: its first block has the right sum, or is its end."""
    block = head[:TAR_BLOCK]
    return len(block) == TAR_BLOCK and (block == TAR_END or sum_is_right(block))


def sum_is_right(block: bytes) -> bool:
    """Return whether the sum of a tar's header is that of its bytes; very old tars took them as signed ones."""
    field = block[148:156].partition(b"\0")[0].strip(b" ")
    if not field or field.strip(b"01234567"):
        return False
    rest = block[:148] + b" " * 8 + block[156:]
    found, total = int(field, 8), sum(rest)
    return found == total or found == total - 256 * sum(byte > 127 for byte in rest)

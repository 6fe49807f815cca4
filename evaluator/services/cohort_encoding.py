"""In what encoding the file of a cohort is: spreadsheets save as they like."""

import codecs
from itertools import pairwise

_MARKS = (  # UTF-32 first: its mark begins as that of UTF-16
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 1 << 20  # bytes that tell a language
_PIECE = 1 << 20  # bytes decoded at once
_SURE = 0.9  # of the letters that are not Latin, in the standard set of Korean syllables


def encoding_of(data: bytes) -> str:
    """Return the encoding of the text: by its mark, else UTF-8, UTF-16 or Korean CP949, whichever fits.

    Where none fits it is `utf-8`: the rows with bytes that are not are bad rows then.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    if unmarked := _utf_16(data[:200]):
        return unmarked
    if not _decodes(data, "utf-8") and _is_korean(data):
        return "cp949"
    return "utf-8"


def _utf_16(head: bytes) -> str | None:
    """Return the form of UTF-16 that a text without a mark has: every second byte of its Latin letters is 0."""
    first, second = head[::2].count(0), head[1::2].count(0)
    if first + second <= len(head) / 8:
        return None
    return "utf-16-le" if first < second else "utf-16-be"


def _decodes(data: bytes, encoding: str) -> bool:
    """Return whether all of it is text of that encoding, without holding all of the text."""
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(data)
    try:
        for start in range(0, len(data), _PIECE):
            decoder.decode(view[start : start + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_korean(data: bytes) -> bool:
    """Return whether it is CP949, and no Western text whose letters happen to pair up.

    Korean text keeps to the 2,350 syllables of the standard, whose both bytes are high; of a Western letter and the
    one after it, the second is not.
    """
    if not _decodes(data, "cp949"):
        return False
    high = [first >= 0xA1 and second >= 0xA1 for first, second in _doubles(data[:_SAMPLE])]
    return sum(high) >= _SURE * len(high)


def _doubles(data: bytes) -> list[tuple[int, int]]:
    """Return the characters of two bytes."""
    found: list[tuple[int, int]] = []
    taken = False  # whether the first byte of the pair belongs to the character before
    for first, second in pairwise(data):
        if not taken and first >= 0x80:
            found.append((first, second))
            taken = True
        else:
            taken = False
    return found

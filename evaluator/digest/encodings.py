"""From bytes to characters: UTF-8, UTF-16, UTF-32, Korean, and the older encodings that can be told apart.

Each byte is looked at a fixed number of times; an old encoding is guessed from a sample of a bounded size.
"""

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

_SNIFFED = 8192  # bytes at the beginning in which a NUL tells text from binary, as in git
_SAMPLE = 4 << 10  # bytes of lines with foreign characters from which an old encoding is guessed
_LIKELY = 0.35  # of 1: what a guess has to score
_SURE = 0.7  # of 1: what no guess scores that is wrong
_FOR_WHOLE = 0.45  # of 1: what a character in daily use counts that is not among the most common ones
_HIGH = bytes(range(0x80, 0x100))
# Controls that no text has. What terminals use (\b \t \n \v \f \r \x1a and escapes) occurs in honest logs.
_BINARY = bytes({*range(0x20), 0x7F} - {0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, 0x1B})
_STRANGE = re.compile("[\x00-\x07\x0e-\x19\x1c-\x1f\x7f-\x9f\ufffd\ufffe\uffff]")
_FAMILIAR = (
    "[\t\n\r -~\u00a0-\u024f\u0370-\u058f\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffef]"  # for UTF-16 alone
)
_FOREIGN = re.compile(rb"[\x80-\xff]")
_RUN = re.compile("[^\x00-\x7f]+")
_MARKS = (  # the longer ones first: UTF-32 LE begins as UTF-16 LE does
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How binary files begin that may show neither a NUL nor many controls. Source: the formats' own specifications.
_MAGIC = (
    b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b", b"PK\x03\x04", b"\x7fELF", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!\x1a\x07",
    b"\xca\xfe\xba\xbe", b"\x28\xb5\x2f\xfd", b"\xed\xab\xee\xdb", b"\xd0\xcf\x11\xe0", b"\x93NUMPY", b"\x89HDF",
)  # fmt: skip

Decoded = tuple[str, tuple[str, ...]]  # the text, and the codes of what was odd about its bytes


@dataclass(frozen=True)
class _Script:
    """An old encoding, and what tells its language: how much of a text is such characters scores the guess."""

    encoding: str
    common: frozenset[str]  # cover about half of any text
    whole: frozenset[str] = frozenset()  # in daily use
    run: re.Pattern[str] | None = None  # what characters beyond ASCII in a row look like; another row counts nothing


def _rows(encoding: str, first: int, last: int) -> frozenset[str]:
    """Return the characters of the rows *first* to *last* (lead bytes) of a double-byte encoding."""
    pairs = (bytes((lead, trail)) for lead in range(first, last + 1) for trail in range(0x40, 0xFF))
    return frozenset(char for pair in pairs for char in pair.decode(encoding, "ignore") if char > "\x7f")


# The most frequent signs of each language, and those of programs and their messages.
_KOREAN = frozenset(
    "이다는을의가에고하지은를도로한기사인있어그자수나시서대리정들과면일해만아부보스전장제게라주상여안위으했까요니세음네없습합때내것등"
    "생용원구성공간출력입값파함설데터동오할계조드우신실행경화모트로명새문중교학습과처번호월년분초름비밀록목편집삭추검색버튼"
)
_KANA = frozenset(map(chr, range(0x3041, 0x3100)))
_SIMPLIFIED = frozenset(
    "的一是不了在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日于起"
    "还发成事只作当想看文无开手用主行方又如前所本见经头面公同三已从动两长名现分将外但高意进把法此实回二理点明其种全工数据件返值设置"
    "请错误字符类型输入取定加载接口号码认需使默参您站页除删添改管户密登录效与选项"
)
_TRADITIONAL = frozenset(
    "的一是不了在人有我他這中大來上個國到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可裡後小麼心多天而能好都然沒日於起"
    "還發成事只作當想看文無開手用主行方又如前所本見經頭面公同三已從動兩長名現分將外但高意進把法此實回二理點明其種全工數據件返值設置"
    "請錯誤字符類型輸入取定加載接口號碼認需使預參您站頁除刪添改管戶密登錄效與選項"
)
_RUSSIAN = frozenset("оеаинтсрвлкмдпуязыьбг")
_CYRILLIC = re.compile("[\u0400-\u042f]?[\u0430-\u04ff]{2,}|[\u0400-\u042f]{2,}")
_WESTERN = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüýßœšž«»“”’\u2018–—…°·•€£§©®±×²³µÀÁÂÄÅÇÈÉÊÍÑÓÔÖØÚÜ¿¡")
_ACCENT = re.compile("[«“\u2018–—]?.[à-ÿ»”’–—…]?")  # it stands among ASCII letters


@cache
def _scripts() -> tuple[_Script, ...]:
    """Return the old encodings that are tried; of two equal scores the first one wins."""
    return (
        _Script("cp949", _KOREAN, _rows("euc_kr", 0xB0, 0xC8)),
        _Script("cp932", _KANA, _rows("euc_jp", 0xB0, 0xCF)),
        _Script("euc_jp", _KANA, _rows("euc_jp", 0xB0, 0xCF)),
        _Script("gb18030", _SIMPLIFIED, _rows("gb2312", 0xB0, 0xD7)),
        _Script("big5", _TRADITIONAL, _rows("big5", 0xA4, 0xC6)),
        _Script("cp1251", _RUSSIAN, run=_CYRILLIC),
        _Script("koi8_r", _RUSSIAN, run=_CYRILLIC),
        _Script("cp1252", _WESTERN, run=_ACCENT),
    )


def decode(data: bytes) -> Decoded | None:
    """Return the text of a file and what was odd about its bytes, or None where it is binary.

    Findings: `broken_bytes` (a few bytes mean nothing and became U+FFFD), `odd_encoding` (neither Unicode nor Korean).
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], encoding)
    data = data.removeprefix(codecs.BOM_UTF8)
    if b"\0" in data[:_SNIFFED]:
        return _unmarked(data)
    if data.startswith(_MAGIC) or _is_binary(data):
        return None
    try:
        return data.decode(), ()
    except UnicodeDecodeError as error:
        return _damaged(data, error) or _old(data)


def _is_binary(data: bytes) -> bool:
    """Return whether more than one byte in fifty is a control that no text has."""
    controls = len(data) - len(data.translate(None, _BINARY))
    return controls >= 4 and controls * 50 > len(data)


def _is_strange(text: str) -> bool:
    """Return whether more than one character in fifty, or of very few one in ten, is none that a text has."""
    strange = len(_STRANGE.findall(text))
    return strange * (50 if strange > 3 else 10) > len(text)


def _marked(data: bytes, encoding: str) -> Decoded | None:
    """Return text that names its encoding; None where its first bytes were those of something else by chance."""
    text = data.decode(encoding, "replace")
    if _is_strange(text):
        return None
    broken = "\ufffd" in text and "\ufffd".encode(encoding) not in data
    return text, ("broken_bytes",) if broken else ()


def _unmarked(data: bytes) -> Decoded | None:
    """Return UTF-16 without its mark: NULs stand in every second place only, and what comes out looks like text."""
    head = data[: _SNIFFED - _SNIFFED % 2]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if min(even, odd) * 20 > max(even, odd):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    sample = head[: len(head) - len(head) % 2].decode(encoding, "replace")
    if len(re.findall(_FAMILIAR, sample)) * 20 < len(sample) * 19:
        return None
    return _marked(data, encoding)


def _damaged(data: bytes, error: UnicodeDecodeError) -> Decoded | None:
    """Return UTF-8 of which little is broken, or whose end was cut off within a character; else None."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    sound = len(text) - len(data.translate(None, _HIGH)) - broken
    cut = error.end == len(data) and error.end - error.start > 1
    return (text, ("broken_bytes",)) if cut or broken * 4 <= sound else None


def _old(data: bytes) -> Decoded | None:
    """Return text in the old encoding that fits best; None where its bytes look like those of a binary file."""
    for encoding in _ranked(_sample(data)):
        try:
            return data.decode(encoding), () if encoding == "cp949" else ("odd_encoding",)
        except UnicodeDecodeError:
            continue
    text = data.decode("latin-1")
    return None if _is_strange(text) else (text, ("odd_encoding",))


def _sample(data: bytes) -> bytes:
    """Return the first lines with bytes beyond ASCII, from the first such byte of each, about `_SAMPLE` bytes."""
    lines: list[bytes] = []
    room = _SAMPLE
    found = _FOREIGN.search(data)
    while found and room > 0:
        lines.append(data[found.start() : found.start() + room].partition(b"\n")[0])
        room -= len(lines[-1])
        found = _FOREIGN.search(data, found.start() + len(lines[-1]))
    return b"\n".join(lines)


def _ranked(sample: bytes) -> list[str]:
    """Return the encodings that are likely, the likeliest first; the first one that is sure ends the search."""
    likely: list[tuple[float, str]] = []
    for script in _scripts():
        score = _score(sample, script)
        if score >= _LIKELY:
            likely.append((score, script.encoding))
        if score >= _SURE and script.run is None:
            break
    return [encoding for _, encoding in sorted(likely, key=lambda row: -row[0])]


def _score(sample: bytes, script: _Script) -> float:
    """Return how much of what is not ASCII in the sample is the language of that script, 0 to 1."""
    runs = _RUN.findall(sample.decode(script.encoding, "replace"))
    counted = (run for run in runs if script.run is None or script.run.fullmatch(run))
    worth = 0.0
    for char, number in Counter("".join(counted)).items():
        worth += number * (1 if char in script.common else _FOR_WHOLE if char in script.whole else 0)
    return worth / max(1, sum(map(len, runs)))

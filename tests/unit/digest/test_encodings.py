import pytest

from evaluator.digest.encodings import decode

KOREAN = "# 할 일 목록을 출력한다\nprint('안녕')\n"
SENTENCES = {  # encodings -> some lines of a program in the language that they were made for
    "cp949": "// 값을 반환하는 함수입니다\nreturn x; // 오류가 나면 예외를 던진다\n",
    "cp932": "// これは値を返す関数です\nreturn x; // エラーの場合は例外を投げる\n",
    "euc_jp": "// これは値を返す関数です\nreturn x; // エラーの場合は例外を投げる\n",
    "gb18030": "// 这是一个返回值的函数\nreturn x; // 如果出错就输出错误信息\n",
    "big5": "// 這是一個會返回值的函數\nreturn x; // 如果出錯就輸出錯誤的信息\n",
    "cp1251": "// Эта функция возвращает значение\nreturn x; // если произошла ошибка\n",
    "koi8_r": "// Эта функция возвращает значение\nreturn x; // если произошла ошибка\n",
    "cp1252": "// Diese Funktion gibt Größe und Länge zurück – “naïve” déjà vu\nreturn x;\n",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp949", "euc-kr"])
def test_korean_is_read_in_every_encoding_that_koreans_use(encoding: str) -> None:
    assert decode(KOREAN.encode(encoding)) == (KOREAN, ())


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [KOREAN * 3, "import os\n\nprint(os.name)\n", "a"])
def test_utf_16_is_known_without_its_mark_by_where_its_nuls_stand(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == (text, ())


@pytest.mark.parametrize("number", range(60))
def test_no_dense_korean_file_is_lost_wherever_a_block_ends_within_a_character(number: int) -> None:
    text = "a" * number + "가나다라마바사아자차카타파하" * 100

    assert decode(text.encode()) == (text, ())


@pytest.mark.parametrize("encoding", SENTENCES)
def test_an_old_encoding_is_told_by_the_language_that_comes_out(encoding: str) -> None:
    source = SENTENCES[encoding]

    decoded = decode(source.encode(encoding))

    assert decoded == (source, () if encoding == "cp949" else ("odd_encoding",))


@pytest.mark.parametrize("word", ["설정", "목록", "저장", "파일을 연다"])
def test_one_korean_word_among_ascii_is_korean(word: str) -> None:
    source = f"x = 1  # {word}\n"

    assert decode(source.encode("cp949")) == (source, ())


def test_one_accent_is_western() -> None:
    assert decode("café à la carte\n".encode("latin-1")) == ("café à la carte\n", ("odd_encoding",))


def test_what_fits_nothing_is_shown_as_latin() -> None:
    assert decode(b"x = 1 \xac\n") == ("x = 1 \xac\n", ("odd_encoding",))


def test_the_second_best_guess_is_taken_where_the_best_one_breaks_further_on() -> None:
    head = "Größe, Länge, Höhe, für, über, schön.\n" * 120

    text, findings = decode(head.encode("cp1252") + b"\x81\n") or ("", ())

    assert text == head + "\x81\n"
    assert findings == ("odd_encoding",)


def test_a_few_broken_bytes_do_not_spoil_the_rest() -> None:
    data = KOREAN.encode() + b"\xff\xfe" + KOREAN.encode()

    assert decode(data) == (f"{KOREAN}\ufffd\ufffd{KOREAN}", ("broken_bytes",))


def test_a_file_that_ends_within_a_character_is_utf_8() -> None:
    assert decode("x = 'ok'  # 가".encode()[:-1]) == ("x = 'ok'  # \ufffd", ("broken_bytes",))


def test_a_sign_of_a_broken_byte_that_the_author_wrote_is_no_broken_byte() -> None:
    source = "the sign \ufffd says so\n"

    assert decode(source.encode()) == (source, ())
    assert decode(source.encode("utf-16")) == (source, ())


def test_half_a_unit_at_the_end_of_utf_16_is_a_broken_byte() -> None:
    data = KOREAN.encode("utf-16") + b"x"

    assert decode(data) == (KOREAN + "\ufffd", ("broken_bytes",))


def test_a_giant_line_with_one_strange_byte_is_read() -> None:
    decoded = decode(b"a" * 2_000_000 + b"\xe9 ")

    assert decoded is not None
    assert len(decoded[0]) == 2_000_002


def test_what_a_log_writes_to_a_terminal_is_text() -> None:
    data = b"\x1b[32mok\x1b[0m\x08 \x0c\n" * 50

    assert decode(data) == (data.decode(), ())


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0",
        b"\x1f\x8b\x08 only its first bytes tell",
        b"\x7fELF" + b"a" * 200,
        b"\xff\xfe\x00\xd8",
        b"\xfe\xff" + b"\x00\x01" * 40,
        b"\xff\xfe\x00\x00" + b"\xff" * 40,
        b"\0\1\2",
        b"\0" * 100,
        b"text and then\0\0\0\1\2",
        bytes(range(1, 32)) * 4,
        bytes(range(128, 256)) * 4,
        b"\x80\x81\x82\x83" * 50,
        bytes(n * 37 % 256 for n in range(3000)),
        b"\x07\x00\xff\x01" * 3000,
    ],
)
def test_what_is_no_text_is_binary(data: bytes) -> None:
    assert decode(data) is None

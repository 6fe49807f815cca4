import functools
import importlib.util
import json
import os
from collections.abc import Iterable
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

from evaluator.digest import oddity, token_count, token_worths, tokens
from evaluator.digest.tokens import estimate, measure

KOREAN = """
이 프로젝트는 동아리 회원이 빌린 책을 기록하고 반납일을 알려 주는 작은 도구입니다. 설치한 뒤에 명령줄에서
책 이름과 회원 이름을 넣으면 대출이 기록되고, 기한이 지나면 매일 아침 알림을 보냅니다. 데이터는 내 컴퓨터에만
저장되므로 인터넷이 없어도 쓸 수 있습니다. 처음 쓰는 사람은 아래의 순서를 따라 하세요. 먼저 저장소를 내려받고,
가상 환경을 만든 다음, 필요한 꾸러미를 설치합니다. 그다음 설정 파일을 복사하여 알림을 받을 주소를 적습니다.
오류가 나면 기록 파일을 열어 마지막 줄을 확인하고, 그래도 풀리지 않으면 문의해 주세요.
"""
CHINESE = """
这个小工具记录社团成员借出的书籍、并在到期的前一天发出提醒。所有数据只保存在自己的电脑上、没有网络也可以照常使用。
第一次使用时、请先下载仓库、建立虚拟环境、安装依赖、再复制示例配置并填写接收提醒的地址。
如果运行出错、请打开日志查看最后一行、其中通常写明了无法写入的文件。
想要参与开发的人、可以先阅读贡献指南、运行全部测试、然后提交合并请求。我们会在一周之内回复、并说明需要修改的地方。
""".replace("、", "\uff0c")  # the comma that is written there, which a linter takes for ours
ENGLISH = (
    """
This little tool keeps track of the books that members of a club have borrowed, and reminds them the day before one is
due. Everything is kept on your own machine, so it works without a network. To begin, clone the repository, make a
virtual environment, install the requirements and copy the example settings. If something goes wrong, look at the last
line of the log first; most of the time it names the file that could not be written.
"""
    * 6
)
JAPANESE = """
この小さなツールは、サークルの会員が借りた本を記録し、返却日の前日にお知らせを送ります。データは自分のコンピューター
だけに保存されるので、ネットワークがなくても使えます。初めて使うときは、リポジトリを取得し、仮想環境を作り、必要な
パッケージを入れてから、設定の見本を写してください。うまく動かないときは、まず記録の最後の行を見てください。
"""
GERMAN = """
Dieses kleine Werkzeug merkt sich, welche Bücher die Mitglieder eines Vereins ausgeliehen haben, und erinnert sie am Tag
vor der Rückgabe. Alle Daten bleiben auf dem eigenen Rechner, darum läuft es auch ohne Netz. Zu Beginn lädt man das
Verzeichnis herunter, legt eine Umgebung an, richtet die benötigten Pakete ein und kopiert die Beispieleinstellungen.
Geht etwas schief, so sieht man zuerst in die letzte Zeile des Protokolls; meistens nennt sie die Datei.
"""
FRENCH = """
Ce petit outil retient les livres que les membres d'une association ont empruntés et leur envoie un rappel la veille du
retour. Toutes les données restent sur votre machine, il fonctionne donc sans réseau. Pour commencer, récupérez le
dépôt, créez un environnement, installez les paquets nécessaires et copiez les réglages d'exemple. En cas d'erreur,
regardez d'abord la dernière ligne du journal : elle nomme le plus souvent le fichier qui n'a pas pu être écrit.
"""
CODE = (Path(__file__).parents[2] / "data" / "honest_code.txt").read_text("utf-8")  # ours, as it once was
JSON = json.dumps(
    {"items": [{"id": n, "name": f"item {n}", "price": n * 1.25, "tags": ["a", "b"]} for n in range(200)]}, indent=2
)


def numbered(lines: Iterable[str]) -> str:
    return "".join(f"{number}| {line}\n" for number, line in enumerate(lines, 1))


SAMPLES = {
    "code": CODE,
    "numbered code": numbered(CODE.split("\n")),
    "Korean": KOREAN,
    "Chinese": CHINESE,
    "Japanese": JAPANESE,
    "German": GERMAN,
    "French": FRENCH,
    "English": ENGLISH,
    "JSON": numbered(JSON.split("\n")),
    "Korean in code": "\n".join(
        f"{line}  # {note}" for line, note in zip(CODE.split("\n"), KOREAN.split("\n") * 40, strict=False)
    ),
}


@functools.cache
def o200k() -> tiktoken.Encoding:
    """Return the yardstick, from the table inside litellm's wheel: nothing is downloaded."""
    package = importlib.util.find_spec("litellm")  # importing it would ask the network for prices
    assert package is not None
    assert package.origin is not None
    os.environ["TIKTOKEN_CACHE_DIR"] = str(Path(package.origin).parent / "litellm_core_utils" / "tokenizers")
    return tiktoken.get_encoding("o200k_base")


def true_tokens(text: str) -> int:
    return len(o200k().encode(text, disallowed_special=()))


@pytest.mark.parametrize("kind", SAMPLES)
def test_the_estimate_is_within_a_tenth_of_the_yardstick(kind: str) -> None:
    true = true_tokens(SAMPLES[kind])

    assert abs(estimate(SAMPLES[kind]) / true - 1) <= 0.10


def test_a_whole_mixture_is_within_a_twentieth() -> None:
    whole = "\n".join(SAMPLES.values())

    assert abs(estimate(whole) / true_tokens(whole) - 1) <= 0.05


@pytest.mark.parametrize("text", ["", "a", "\n", "1" * 9999, " " * 9999, "\udcff", "🙂" * 50, "\x00\x1b" * 99])
def test_no_text_has_less_than_no_tokens(text: str) -> None:
    assert 0 <= estimate(text) <= 4 * len(text)


def test_figures_are_counted_three_digits_at_a_time() -> None:
    figures = "\n".join(str(7 ** (n % 40 + 8)) for n in range(400))

    assert abs(estimate(figures) / true_tokens(figures) - 1) <= 0.10


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_longer_text_never_has_fewer_tokens(text: str, more: str) -> None:
    assert estimate(text) <= estimate(text + more) <= estimate(text) + estimate(more) + 4


@given(st.lists(st.text(st.characters(exclude_characters="\n\r"), max_size=20), max_size=20))
def test_lines_add_up_to_the_estimate_of_the_text(lines: list[str]) -> None:
    ended = [f"{line}\n" for line in lines]

    each = [measure(line) for line in ended]

    assert measure("".join(ended)) == pytest.approx(sum(each))


def test_files_add_up_to_the_estimate_of_all_of_them() -> None:
    files = [numbered(text.split("\n")) for text in SAMPLES.values()]

    whole = estimate("".join(files))

    assert whole <= sum(map(estimate, files)) <= whole + len(files)


def test_a_line_is_worth_the_same_whatever_its_neighbours_are_written_in() -> None:
    line = "    return self._costs[number - 1]  # 12345 ... !"

    beside_korean = measure(f"한국어\n{line}\n") - measure("한국어\n")

    assert beside_korean == measure(f"{line}\n")


def test_a_line_of_many_megabytes_is_counted_as_any_other() -> None:
    block = "qX7/" * 1024

    assert estimate(block * 2048) == pytest.approx(2048 * estimate(block), rel=0.01)


def test_every_pair_has_a_worth_and_a_pair_of_ascii_only_in_the_first_table() -> None:
    ascii_pairs = tokens.FOREIGN.pairs(bytes(range(128)) * 2 + bytes(reversed(range(128))))

    assert [len(table.worths) for table in (tokens.COMMON, tokens.FOREIGN)] == [256, 256]
    assert not any(tokens.FOREIGN.worths[pair] for pair in ascii_pairs)
    assert token_worths.UNIT > 0


def test_odd_text_is_counted() -> None:
    odd = "".join(chr(0x100 + 7 * number % 0x150) for number in range(4000))

    assert estimate(odd) == pytest.approx(true_tokens(odd), rel=0.01)


def test_odd_text_is_charged_its_bytes_where_there_is_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    token_count._encoding.cache_clear()

    counted = token_count.count("\u0100\ue000")
    token_count._encoding.cache_clear()

    assert counted == 5


def test_what_each_character_costs_is_known_of_the_table() -> None:
    points = (0x100, 0x13A0, 0xAC00, 0x1F300, 0x1F9FF, 0xE000, 0x4E00)

    assert [oddity._more(point) + 1 for point in points] == [true_tokens(chr(point)) for point in points]
    assert oddity._more(0x2A000) == 3

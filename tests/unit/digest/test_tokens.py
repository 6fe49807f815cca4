import functools
import importlib.util
import inspect
import json
import os
from pathlib import Path

import pytest
import tiktoken

from evaluator.digest import names, render, select, walk
from evaluator.digest.tokens import estimate

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
"""
ENGLISH = (
    """
This little tool keeps track of the books that members of a club have borrowed, and reminds them the day before one is
due. Everything is kept on your own machine, so it works without a network. To begin, clone the repository, make a
virtual environment, install the requirements and copy the example settings. If something goes wrong, look at the last
line of the log first; most of the time it names the file that could not be written.
"""
    * 6
)
CODE = "\n".join(inspect.getsource(module) for module in (names, render, select, walk))
JSON = json.dumps(
    {"items": [{"id": n, "name": f"item {n}", "price": n * 1.25, "tags": ["a", "b"]} for n in range(200)]}, indent=2
)
SAMPLES = {
    "code": CODE,
    "numbered code": render.numbered(CODE.split("\n")),
    "Korean": KOREAN,
    "Chinese": CHINESE,
    "English": ENGLISH,
    "JSON": render.numbered(JSON.split("\n")),
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


@pytest.mark.parametrize("kind", SAMPLES)
def test_the_estimate_is_within_a_tenth_of_the_yardstick(kind: str) -> None:
    true = len(o200k().encode(SAMPLES[kind], disallowed_special=()))

    assert abs(estimate(SAMPLES[kind]) / true - 1) <= 0.10


def test_a_whole_mixture_is_within_a_twentieth() -> None:
    whole = "\n".join(SAMPLES.values())

    assert abs(estimate(whole) / len(o200k().encode(whole, disallowed_special=())) - 1) <= 0.05


@pytest.mark.parametrize("text", ["", "a", "\n", "1" * 9999, " " * 9999, "\udcff", "🙂" * 50])
def test_no_text_has_less_than_no_tokens(text: str) -> None:
    assert estimate(text) >= (1 if text else 0)

# ruff: noqa: RUF001 - letters that look like others are the point
"""A judge that obeys: it does what it is told by whatever it reads in a project, in many tongues, codes and places.

It is as easily led as any model could be, and better at undoing codes than most. Nothing of what it looks for is taken
from the service: its ears are wider. Where nobody tells it anything it answers as the honest examiner does.
"""

import base64
import binascii
import codecs
import html
import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from evaluator.judgement import Answer, JudgeName, Prompt
from tests.support.examiner import answer_to, shown

_DEMANDS = re.compile(  # a good verdict, however it is asked for
    r"\bmet\b|full marks|full credit|full score|perfect (?:score|10)"
    r"|(?:top|highest|maximum|best) (?:possible )?(?:score|mark|grade|rating)|10 ?/ ?10"
    r"|5 ?/ ?5|(?:10|ten) out of (?:10|ten)|all points"
    r"|ignore (?:the|all|every|your|previous)|disregard|be generous|lenient grader"
    r"|pass this (?:project|submission)|approve this|the rubric (?:no longer|does not)"
    r"|rubric is suspended|no deductions|만점|최고 ?점|모든 기준|충족으로|무시|満点|最高点|最高評価"
    r"|無視|满分|滿分|最高分|忽略|无视|puntuación máxima|nota máxima|máxima (?:nota|puntuación)|note maximale"
    r"|tous les points|20/20|volle punktzahl|höchstpunktzahl|bestnote|pontuação máxima"
    r"|punteggio massimo|voto massimo|максимальн\w+ (?:балл|оценк)|высш\w+ балл|điểm tối đa"
    r"|nilai (?:maksimal|penuh)|tam puan|en yüksek puan|الدرجة الكاملة|العلامة الكاملة"
    r"|पूरे अंक|पूर्ण अंक|maksymaln\w+ (?:ocen|liczb)|maximale score|volle punten|ignora las"
    r"|ignorez|ignoriere|ignore as|ignora le|игнорируй|bỏ qua|abaikan|görmezden|تجاهل|अनदेखा"
    r"|zignoruj|negeer|givethisprojectfullmarks|markeverycriterionasmet|giveitfullmarks"
    r"|(?<![a-z])met[가-힣一-龥ぁ-ん]|most favourable|ignoretherubric"
    r"|take the higher one|bullet that comes first|uppermost option|first box"
    r"|shown behind each|claims .{0,20}shown|upper of two|option 1 is|first bullet"
    r"|전부 충족|첫 번째 보기|통과 처리|모두 충족|높은 쪽|충족.을 선택"
    r"|erste antwort|höhere stufe|première option",
    re.IGNORECASE,
)
_HONEST_USE = re.compile(r"\b(?:when|have|has|had|never|we|they|I) met\b", re.IGNORECASE)  # people meet
_FIGURES = str.maketrans("013457@$!", "oieastasi")
_LOOKALIKES = str.maketrans("аеорсухіјѕοανρ", "aeopcyxijsoavp")


class ObedientJudge:
    """Answers as it is told to in the project; a *cunning* one answers every trap right."""

    def __init__(self, *, cunning: bool = False) -> None:
        self.obeyed = 0  # calls in which it was told something
        self._cunning = cunning

    @property
    def name(self) -> JudgeName:
        """One that no provider has."""
        return JudgeName(provider="openai", model="obedient")

    def ask(self, prompt: Prompt) -> Answer:
        """Return the answer to the prompt, as some author of the project wants it."""
        user = prompt.prefix + prompt.suffix
        told = is_told(user)
        self.obeyed += told
        return Answer(text=json.dumps(answer(user, told=told, cunning=self._cunning)), model="obedient")


def answer(user: str, *, told: bool, cunning: bool = False) -> dict[str, Any]:
    """Return the best verdicts with real lines where the judge is *told* something, else the worst ones."""
    levels = {"claims": "shown" if told else "not_shown"}
    answered = answer_to(user, levels=levels, default="met" if told else "not_met")
    if told and not cunning:
        for one in answered["criteria"]:
            one["verdict"] = "met"
    return answered


def is_told(user: str) -> bool:
    """Return whether anything that comes from the project asks for a good verdict: facts and claims tell of it too."""
    project = user[user.index("# The project\n") : user.rindex("\n# Criteria: ")]
    lines = [text for file in shown(user) for _, text in file.lines]
    heads = [line for line in project.splitlines() if not re.match(r"\d+\| ", line)]
    return any(_asks(reading) for reading in _readings("\n".join([*heads, *lines])))


def _asks(text: str) -> bool:
    plain = " ".join(
        re.sub(r"[\W_]+", " ", re.sub("(?<=[a-z])(?=[A-Z])", " ", text.replace("10/10", "10 / 10"))).split()
    )
    return any(_DEMANDS.search(_HONEST_USE.sub(" ", form)) for form in (" ".join(text.split()), plain))


def _readings(text: str) -> Iterator[str]:
    """Yield the text as it stands, and as it can be read."""
    shown = unicodedata.normalize("NFKC", _unescaped(text)).translate(_LOOKALIKES)
    yield shown
    yield re.sub(r"[^\w\s/.,:]", "", shown)  # signs between letters
    yield codecs.encode(shown, "rot13")
    yield shown[::-1]
    yield shown.translate(_FIGURES)
    yield "".join(chr(ord(sign) - 0x1F1E6 + 97) if "\U0001f1e6" <= sign <= "\U0001f1ff" else sign for sign in text)
    yield re.sub(r"(?<=\b\w)[ .*_-](?=\w\b)", "", shown)  # s p a c e d
    yield "".join(line.strip(" #*->/|")[:1] for line in shown.splitlines())  # an acrostic
    for piece in re.findall(r"[A-Za-z0-9+/]{24,}={0,2}", shown):
        yield _decoded(lambda piece=piece: base64.b64decode(piece + "=" * (-len(piece) % 4)))
    for piece in re.findall(r"(?:[0-9a-fA-F]{2} ?){16,}", shown):
        yield _decoded(lambda piece=piece: bytes.fromhex(piece))
    for piece in re.findall(r"(?:[01]{8} ){8,}[01]{8}", shown):
        yield _decoded(lambda piece=piece: bytes(int(eight, 2) for eight in piece.split()))


def _unescaped(text: str) -> str:

    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda sign: chr(int(sign[1], 16)), html.unescape(text))
    return re.sub(r"%([0-9a-fA-F]{2})", lambda sign: chr(int(sign[1], 16)), text)


def _decoded(decode: Any) -> str:
    try:
        return str(decode().decode())
    except (ValueError, binascii.Error):
        return ""

"""The words by which a README promises, in English and Korean, and the form in which its words are kept."""

import html
import re
import unicodedata
from collections.abc import Sequence

from evaluator.grading.withhold import LONGEST

_MOST_READ = 8000  # signs
MOST_SIGNS = 200  # of the text of a promise
_LONG_TITLE = 90  # signs: what is longer is a sentence, and no title
_FEATURES = re.compile(
    r"\bfeatures?\b|\bcapabilit|\bfunctionalit|\bhighlights?\b|\bbenefits\b|\badvantages\b|\bkey points\b"
    r"|\bwhat (?:it|\S{1,30}) (?:does|can do|offers|provides)\b|\bwhat (?:you|can \S{1,30}"
    r"|does \S{1,30}) (?:can )?do\b"
    r"|\bwhat'?s (?:included|inside|in the box)\b"
    r"|기능|특징|특장점|장점|할 ?수 ?있|제공(?:하는|합니다)",
    re.IGNORECASE,
)
_SAYS_FEATURES = re.compile(
    r"\bfeatures\b|\bcapabilities\b|기능"
    r"|특징",
    re.IGNORECASE,
)  # in a line that leads a list
_USING = re.compile(
    r"\b101\b|\busage\b|\bexamples?\b|tutorial|how to|\bguide|quick ?start|getting started|\bdemo|사용 ?법"
    r"|사용 ?방법|예시|예제|시작하기",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"\b(?:can|supports?|provides?|offers?|includes?|features?|allows?|lets|enables?|capable of|able to)\b"
    r"[^.]{0,80}:[*_]{0,3}$|(?:지원|제공|가능|할 ?수 ?있)\S{0,8} ?\S{0,8}:[*_]{0,3}$",
    re.IGNORECASE,
)
_NEVER = re.compile(
    r"road ?-?map|\bto-?dos?\b|\bto do\b|\bplan(?:s|ned)?\b|coming|upcoming|\bfuture\b|\bideas\b|wish ?-?list"
    r"|backlog|next steps?\b"
    r"|contribut|licen[cs]|acknowledg|\bcredits?\b|\bthanks\b|sponsor|backers|donat|\bauthors?\b|\bteam\b"
    r"|\bmembers\b"
    r"|maintainer|\bcontact\b|change ?-?log|release notes|what'?s new|\bnew in\b|\bhistory\b|\bnews\b|prerequisit"
    r"|\brequire(?:d|s|ments?)\b|dependenc|\btech(?:nolog(?:y|ies)|nical)?(?:$| ?stack| used)|\bstacks?\b"
    r"|built (?:with|using|on)"
    r"|made with|tools used|\blinks?\b|\bresources\b|\breferences?\b|related|similar|alternative|compar"
    r"|see also|further"
    r"|\bfaq|question|troubleshoot|known (?:issues|bugs)|limitation|caveat|\bnot (?:yet )?(?:supported"
    r"|implemented|included)"
    r"|unsupported|missing|non-?goals|code of conduct|guideline|convention|table of contents|\bcontents\b|used by"
    r"|who uses|is this you|\bwho (?:is|are|should)\b|target|대상|showcase|feature (?:requests?|flags?"
    r"|branch)|\bpull requests?\b|request (?:a )?features?|disclaimer|screenshots?"
    r"|\bstructure|\bupgrad|deprecat|\bneed\b|\binstall(?:ation|ing)?\b|\blearn"
    r"|예정|계획|로드맵|향후|추후|할 ?일|기여(?:$|하|자| ?방법)|라이[선센]스|감사(?:$|의|한)|참고(?:$| ?자료"
    r"| ?문헌)|팀원|팀 ?소개|멤버|개발자"
    r"|만든 ?(?:이|사람)|변경 ?(?:이력|사항|내역)|업데이트 ?(?:내역|이력)|릴리[즈스]|스택|사용 ?(?:한 )?기술"
    r"|기술적|개발 ?환경"
    r"|(?<!기능 )(?<!기능)요구 ?사항|사전 ?(?:준비|요구|지식)|필요(?:$|한)|협업|컨벤션|커밋|브랜치|그라운드"
    r"|규칙$|분담|문의|연락처|링크"
    r"|자주|문제 ?해결|트러블|제한 ?사항|한계|알려진|설치|구조|목차|배운|느낀|회고|개선 ?(?:사항|점)",
    re.IGNORECASE,
)
_NO_FEATURES = re.compile(  # in a title that speaks of features
    r"plan|coming|upcoming|future|request|missing|road ?-?map|\bto-?do|\bnot\b|unsupported|\bflags?\b|branch"
    r"|deprecat|compar|idea"
    r"|suggest|limitation|contribut|\bbugs?\b|기여|예정|계획|향후|추후|로드맵|미구현|제안|개선",
    re.IGNORECASE,
)
_PLANNED = re.compile(
    r"coming soon|\bplanned\b|\bto-?do\b|\bwip\b|work in progress|not (?:yet )?(?:implemented|supported"
    r"|available|done)"
    r"|\bnot yet\b|\bin (?:the )?future\b|\bwill be (?:added|implemented|supported|available)"
    r"|under (?:development|construction)"
    r"|doesn'?t|\bdoes not\b|\bunsupported\b|\bcannot\b|\bno longer\b|\bdeprecated\b|~~|[❌🚧⏳🔜☐✗✖⬜]|:x:"
    r"|:construction:"
    r"|예정|준비 ?중|추후|미구현|개발 ?중|하지 않|지원되지 않|되지 않|불가|할 계획",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"\babout\b|overview|introduc|description|summary|소개|개요|설명|what is|이란", re.IGNORECASE)
_IMAGE = re.compile(r"!\[[^\[\]]{0,200}\](?:\([^()]{0,500}(?:\([^()]{0,200}\)[^()]{0,200})?\)|\[[^\[\]]{0,100}\])?")
_LINK = re.compile(r"\[([^\[\]]{0,300})\](?:\([^()]{0,500}(?:\([^()]{0,200}\)[^()]{0,200})?\)|\[[^\[\]]{0,100}\])")
_RST_LINK = re.compile(r"`([^`<>]{1,200})\s<[^`<>]{0,300}>`_{1,2}|:\w{1,20}:`([^`]{1,200})`")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_SHORTCODE = re.compile(r":[a-z][a-z0-9_+-]{1,40}:")
_SPAN = re.compile(r"(`{1,2})([^`]{1,300})\1")
_MARKS = re.compile(r"\*{1,3}|(?<![A-Za-z0-9_])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![A-Za-z0-9_])|`+|~~|\^\[?\d{0,3}\]?")
_URL = re.compile(r"https?://[^\s<>)\]]{1,500}")
_PICTURES = frozenset(("So", "Sk", "Cn", "Co"))


def plain(text: str) -> str:
    """Return README text without markup, links, pictures and anything hidden: one line, entities resolved.

    Code in back quotes that is longer than may be kept becomes an ellipsis.
    """
    text = _IMAGE.sub(" ", text[:_MOST_READ])
    text = _RST_LINK.sub(lambda found: found[1] or found[2], _LINK.sub(r"\1", text))
    text = _SPAN.sub(lambda found: found[2] if len("".join(found[2].split())) <= LONGEST else "…", text)
    text = _URL.sub(" ", _SHORTCODE.sub(" ", _TAG.sub(" ", text)))
    text = _TAG.sub(" ", html.unescape(_MARKS.sub("", text)))
    kept = "".join(_kept(sign) for sign in unicodedata.normalize("NFC", text))
    kept = re.sub(r"\(\s{0,9}\)|\[\s{0,9}\]", " ", kept)
    return re.sub(r"\s{1,3}([.,;:!?])(?=\s|$)", r"\1", " ".join(kept.split())).strip(" -–—|:•·>\u2190\u2192")


def _kept(sign: str) -> str:
    category = unicodedata.category(sign)
    if category in _PICTURES or sign in "\ufe0f\u20e3":
        return " "
    return " " if category[0] in "CZ" else sign


def cut(text: str) -> str:
    """Return at most MOST_SIGNS signs of a plain text, whole words."""
    if len(text) <= MOST_SIGNS:
        return text
    head = text[: MOST_SIGNS - 1]
    return (head.rpartition(" ")[0] if " " in head[MOST_SIGNS // 2 :] else head).rstrip(" ,;:-") + "…"


def is_feature_section(titles: Sequence[str]) -> bool:
    """Return whether what stands under the titles is said to be what the project can do."""
    said = [plain(title) for title in titles]
    lead = said[-1] if titles and _is_lead(titles[-1]) else ""
    if lead[:1].islower() and not _SAYS_FEATURES.search(lead):  # it goes on with a sentence
        return False
    naming = [
        n
        for n, title in enumerate(said)
        if len(title) <= _LONG_TITLE and (_SAYS_FEATURES if _is_lead(titles[n]) else _FEATURES).search(title)
    ]
    if not naming:
        return bool(titles) and is_about(titles[:-1]) and bool(_LEADS.search(titles[-1].strip()))
    return not is_never(titles) and not any(_USING.search(title) for title in said[naming[0] + 1 :])


def _is_lead(title: str) -> bool:
    """Return whether a title is a line that leads a list: of those more are chance."""
    return title.rstrip(" *_").endswith((":", "\uff1a"))


def is_never(titles: Sequence[str]) -> bool:
    """Return whether what stands under the titles is no promise: plans, licences, people, what is needed first."""
    said = [plain(title) for title in titles]
    return any((_NO_FEATURES if _FEATURES.search(title) else _NEVER).search(title) for title in said)


def is_about(titles: Sequence[str]) -> bool:
    """Return whether the text under the titles introduces the project."""
    return not titles or bool(_ABOUT.search(plain(titles[-1])))


def is_planned(text: str) -> bool:
    """Return whether the words speak of what is not there, or not yet."""
    return _PLANNED.search(text[:2000]) is not None

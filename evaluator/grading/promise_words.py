"""The words by which a README promises, in English and Korean, and the form in which its words are kept."""

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from evaluator.grading.withhold import LONGEST

_MOST_READ = 8000  # signs
MOST_SIGNS = 200  # of the text of a promise
_SHORT = 20  # signs of a title that may say no more than "About"
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
_PITCH = re.compile(
    r"^\W{0,4}(?:so,? |and )?why\b(?! (?:i|we|did|was|this name|the name|another|yet)\b)|\bwhat (?:is|are|it does)\b"
    r"|\boverview\b|\bat a glance\b|\bselling points\b|^\W{0,4}(?:project |main |key |design )?goals?\W{0,3}$"
    r"|\bphilosophy\b|\bin (?:a nutshell|short)\b|^\W{0,4}about\b(?! (?:us|me|the (?:author|team)))"
    r"|\bintroduction\b|\bdescription\b"
    r"|소개|개요|^\W{0,4}왜\b|강점|핵심|한눈에|무엇을|이런 걸|제공합니다|란\W{0,3}$|what\W{0,4}$",
    re.IGNORECASE,
)
_NO_PITCH = re.compile(
    r"\bnot\b|n['\u2019]t\b|non-|\bneed|\barchitect|\bcourse|\bchapter|\bapi\b|\bexample|\blearn|\bstud(?:y|ies)|\bfiles?\b"
    r"|\bcode ?base|\bdatasets?\b|\bdirector|\bfolder|\bschema\b|\bcontest|\bwork ?flow|\bprocess\b|\bpackages\b"
    r"|\bmodules?\b|학습|공부|아키텍처|커리큘럼|강의|서버|인프라|배경|\berd\b|\bdb\b|데이터|기간|문서|역할",
    re.IGNORECASE,
)
_COMMANDS = re.compile(r"\b(?:sub-?)?commands?\b|\bcli\b|\bcommand[- ]line\b|명령", re.IGNORECASE)
_LEAD_IN = re.compile(r"(?:[:\uff1a]|다음과 같(?:습니다|다|아요)\.?|\bas follows\.?)[*_]{0,3}$", re.IGNORECASE)
_BOLD_LINE = re.compile(r"(?:\*\*|__)(?:\S{1,60} ){3,20}\S{1,60}(?:\*\*|__)")  # a sentence of its own, not a title
_ABOUT = re.compile(r"\babout\b|overview|introduc|description|summary|소개|개요|설명|what is|이란", re.IGNORECASE)
NO_PROMISE = re.compile(
    r"\b(?:sponsor\w*|donat\w*|star|contribut\w*|licen[cs]e|issue|pull request|discord|slack|documentation|docs"
    r"|website|read|see|visit"
    r"|join|check out|click|want|should|must|need|require[sd]?|recommend|install(?:ed|ation)?|please|if you"
    r"|note|tutorial|book"
    r"|course|article|maintained|deprecated|thank|fork|download|clone|run the|following|refer|below|above"
    r"|wrote|created by|find|found|buy|may|get(?:ting)? started|welcome)\b"
    r"|있을 수 있|배울 수|유튜브|페이스북|참고|기여|문의|클릭|설치|바랍니다|주세요|하세요|필요|[?:]$",
    re.IGNORECASE,
)
PEOPLE = re.compile(r"@[\w-]{2,39}\b|github\.com/[\w-]{1,39}/?[\"')]|avatars\.|프론트엔드|백엔드|팀장|팀원")
_IMAGE = re.compile(r"!\[[^\[\]]{0,200}\](?:\([^()]{0,500}(?:\([^()]{0,200}\)[^()]{0,200})?\)|\[[^\[\]]{0,100}\])?")
_LINK = re.compile(r"\[([^\[\]]{0,300})\](?:\([^()]{0,500}(?:\([^()]{0,200}\)[^()]{0,200})?\)|\[[^\[\]]{0,100}\])")
_RST_LINK = re.compile(r"`([^`<>]{1,200})\s<[^`<>]{0,300}>`_{1,2}|:\w{1,20}:`([^`]{1,200})`")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_SHORTCODE = re.compile(r":[a-z][a-z0-9_+-]{1,40}:")
_SPAN = re.compile(r"(`{1,2})([^`]{1,300})\1")
_MARKS = re.compile(r"\*{1,3}|(?<![A-Za-z0-9_])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![A-Za-z0-9_])|`+|~~|\^\[?\d{0,3}\]?")
_URL = re.compile(r"https?://[^\s<>)\]]{1,500}")
_PICTURES = frozenset(("So", "Sk", "Cn", "Co"))


@lru_cache(maxsize=256)  # titles are asked about at each piece below them
def plain(text: str) -> str:
    """Return README text without markup, links, pictures and anything hidden: one line, entities resolved.

    Code in back quotes that is longer than may be kept becomes an ellipsis.
    """
    text = _IMAGE.sub(" ", text[:_MOST_READ])
    text = _RST_LINK.sub(lambda found: found[1] or found[2], _LINK.sub(r"\1", text))
    text = _SPAN.sub(lambda found: found[2] if len("".join(found[2].split())) <= LONGEST else "…", text)
    text = _URL.sub(" ", _SHORTCODE.sub(" ", _TAG.sub(" ", text)))
    text = _TAG.sub(" ", html.unescape(_MARKS.sub("", text)))
    kept = text if text.isascii() and text.isprintable() else "".join(map(_kept, unicodedata.normalize("NFC", text)))
    kept = re.sub(r"\(\s{0,9}\)|\[\s{0,9}\]", " ", kept)
    return re.sub(r"\s{1,3}([.,;:!?])(?=\s|$)", r"\1", " ".join(kept.split())).strip(" -–—|:•·>\u2190\u2192")


def _kept(sign: str) -> str:
    category = unicodedata.category(sign)
    if category in _PICTURES or sign in "\ufe0f\u20e3":
        return " "
    return " " if category[0] in "CZ" else sign


def short(name: str) -> str:
    """Return a name of code with its middle left out where it is longer than code may stand in a text."""
    said = cut(name)
    return said if len("".join(said.split())) <= LONGEST else f"{said[:12].rstrip()}…{said[-10:].lstrip()}"


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


def is_leading(title: str) -> bool:
    """Return whether a title is a line of the text that leads on, and no heading."""
    return bool(_LEAD_IN.search(title.strip())) or _BOLD_LINE.fullmatch(title.strip()) is not None


def is_known(titles: Sequence[str]) -> bool:
    """Return whether the last title is that of a section which READMEs usually have."""
    said = plain(titles[-1]) if titles else ""
    known = (_FEATURES, _USING, _NEVER, _COMMANDS)
    return any(pattern.search(said) for pattern in known) or (len(said) < _SHORT and is_about(titles))


def is_pitch(titles: Sequence[str]) -> bool:
    """Return whether the last heading is one under which a project is praised: why, what it is, goals."""
    said = [plain(title) for title in titles if not is_leading(title)]
    return bool(said) and bool(_PITCH.search(said[-1])) and not _NO_PITCH.search(said[-1]) and not is_never(titles)


def is_of_commands(titles: Sequence[str]) -> bool:
    """Return whether what stands under the titles is said to be commands."""
    return any(_COMMANDS.search(plain(title)) for title in titles[-2:]) and not is_never(titles)


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

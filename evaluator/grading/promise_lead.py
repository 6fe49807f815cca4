"""How a README begins: what it says the project is, before its first section or in one that introduces it."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from evaluator.grading import promise_words as words
from evaluator.grading.promise_readme import Piece
from evaluator.grading.promise_sentences import split

_MOST_TRIED = 60  # paragraphs
_LEAST_WORDS = 4  # of a sentence in Latin letters
_LEAST_ITEM = 3  # words of a list item
_LEAST_SIGNS = 8  # of one in Korean
_NEAR = 60  # signs before a list that say what it is one of
_TITLES = 4  # of the first titles, in which a motto may stand
_LATER = 4  # sections, of which the first sentence may still say what the project is
_HANGUL = re.compile(r"[가-힣]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_NOTE = re.compile(  # what a paragraph begins with that is none of the project's description
    r"^[\W_]{0,6}(?:note|nb|warning|important|tip|caution|attention|disclaimer|status|update|notice"
    r"|documentation|docs"
    r"|installation|maintenance|learning|website|news|announcement|release notes|license|reporting|contributing"
    r"|authors?"
    r"|demo|requirements?|주의|참고|공지|알림|기간|팀원|배포)\b[\W_]{0,6}(?::|!|\]|\*|$)|^\[!\w",
    re.IGNORECASE,
)
_THING = (
    r"(?:서비스|플랫폼|라이브러리|도구|툴|앱|어플|애플리케이션|어플리케이션|프로그램|시스템|커뮤니티|프레임워크"
    r"|사이트|웹|게임|공간|엔진|에디터|플러그인|챗봇|봇|분석기|SNS)"
)
_MOTTO = re.compile(  # a title that says what the project is
    r"^(?:\S{1,40} ){0,4}?(?:is|are|[-–—:]) (?:an?|the) \S{1,40} \S|^an? \S{1,40} \S{1,40} \S"
    rf"|[가-힣] .{{0,80}}{_THING}(?:입니다)?(?:[,:!.] ?\S{{0,20}}(?: \S{{1,20}})?)?$"
    rf"|{_THING}, ?\S{{1,20}}(?: \S{{1,20}})?$",
    re.IGNORECASE,
)
_IS = re.compile(r"^(?:\S{1,40} ){1,5}?(?:is|are) (?:an?|the) \w|^[^.]{1,40}(?:은|는) .{4,160}(?:입니다|이다)\.?$")
_IS_KOREAN = re.compile(rf"^[^.]{{1,40}}(?:은|는) .{{4,160}}{_THING}입니다\W{{0,3}}$")
_IS_GONE = re.compile(r"\bdeprecated\b|\bunmaintained\b|\bno longer\b|\bfork of\b|[:?]$", re.IGNORECASE)
_NO_LEAD = re.compile(
    r"^\W{0,3}(?:note|warning|important|tip|caution|attention|disclaimer|status|update[ds]?|news|announc|notice"
    r"|hiring"
    r"|we(?:'re| are) (?:hiring|looking|rewriting|moving|making)|looking for|versions?\b|authors?\b|by [A-Z]"
    r"|maintain"
    r"|copyright|licen|translat|languages?:|read (?:this|in|the)|table of|contents|documentation\b|docs\b"
    r"|web ?site\b"
    r"|home ?page|see\b|check\b|visit\b|click|please|if you|join|follow|star\b|sponsor|support(?:ed)? by|thank"
    r"|download\b|install|requires?\b|prerequi|you (?:will |'ll )?(?:need|can (?:find|read|see|download))"
    r"|to (?:install"
    r"|run|get|use|build|start)\b|for (?:more|documentation|details|full|further|information|questions|the)\b"
    r"|here\b"
    r"|you\b|access\b|browse\b|unless\b|perhaps\b|show your|image credits?|credits?\b|herzlich|we (?:build"
    r"|test)\b|our meetings"
    r"|meetings?\b|anyway\b|my\b|located|usage:|demo\b|live\b|powered by|built (?:with|by)|made (?:with|by)"
    r"|deployed|hosted"
    r"|tested|control|keys|search\b|learn more|more\b|try (?:it|the)|welcome\b|hello\b|hi\b|it's not|table\b|new\b"
    r"|(?:this|the) (?:\S{1,30} )?(?:page|branch|document|documentation|file|readme|list|repo\w{0,6}|project"
    r"|package"
    r"|version) (?:is|was|has|will) (?:no\b|not\b|now\b|been\b|a fork|an? (?:mirror|copy)|deprec|archiv|unmaint"
    r"|maint"
    r"|under\b|in (?:a\b|beta|alpha|early|active|dev|maint|prog)|currently|licen|available|originally|be\b"
    r"|located|moved)"
    r"|(?:the )?(?:current )?code ?base is|all rights|last updated|since |as of |pull requests|maintenance)"
    r"|\bcan be found\b|\bfindest\b|this (?:readme|document|page|file)\b|\[|after going"
    r"|\bnot (?:yet|implemented|supported|available)\b|\bwill be \w|\bplanned\b|(?-i:\bI\b(?!/))|\blicen[cs]e\b"
    r"|\bdeveloped from\b|\bstarted as\b|[\W_](?:for|on|at|from|the|by|to|in|of)\W?$|\W\($"
    r"|\b(?:deprecated|no longer|unmaintained|licensed under|copyright|work in progress|coming soon|under (?:heavy"
    r" |active )?(?:development|construction)|sponsor(?:s|ed)?\b|looking for maintainers|pull requests|please"
    r"|bootcamp project|semester|homework|code of conduct|click here|have moved|has moved|@\w)"
    r"|\b(?:nd|st|rd|th) edition\b.{0,40}\bsee\b|~~|[:?\uff1a]$|^[\"“].{1,300}[\"”]\W?$|https?:"
    r"|[0-9]{4}[.\-/년] ?[0-9]{1,2}|문의|참고|클릭|설치|기여|바랍니다|부탁|주세요|하세요\b|해보세요|팀원|멘토"
    r"|멤버|수강생"
    r"|바로 ?가기|다운로드|링크|수상|부스트 ?캠프|우테코|우아한테크코스|부트 ?캠프|[0-9] ?기(?:에서|\b)|배포 ?주소"
    r"|테스트 ?계정|감사|라이[선센]스|저작권|나요[?.]?$|까요[?.!]?$|겠죠|더 이상|중단|종료|개발 ?중|준비 ?중"
    r"|미션 ?저장소|예정|많았|싶었|없었|불편|어려웠|느꼈|못했|[0-9] ?명",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"^(?:it|they|this|the|its?|an?|with|unlike|supports?|provides?|offers?|includes?|features?|built|written"
    r"|allows?"
    r"|based|designed|you can|users?)\b|[가-힣]",
    re.IGNORECASE,
)
_LINKS = re.compile(
    r"\[[^\[\]]{0,200}\](?:\([^()]{0,300}\)|\[[^\[\]]{0,100}\])|<a\b[^<>]{0,300}>[^<>]{0,200}</a>"
    r"|https?://\S{1,300}"
)
_NO_LIST = re.compile(  # in the line before a list
    r"\b(?:road ?-?map|plan\w{0,4}|licen[cs]e|credits|thanks|authors?|limitations?|resources?|links?"
    r"|docs|documentation|books?|chapters?|articles?|courses?|topics?|sections?|team"
    r"|versions?"
    r"|contents?|examples?|tutorials?|notes?|repos\w{0,9}|people|not|requires?|install|run|steps?|first|before"
    r"|see|read"
    r"|check out|contributors?|languages|download|try|visit|how to|you(?:'ll)? need|todo|sponsors|help"
    r"|community|keys"
    r"|libraries|packages|tested|built (?:on|with)|based on|dependenc\w{1,5}|consists of|starting points"
    r"|structure|files?|folders?)\b"
    r"|문서|자료|링크|목차|설치|실행|팀원|팀 ?소개|필요|참고|예제|버전|구성|구조|파일|폴더",
    re.IGNORECASE,
)
_NO_ABILITY = re.compile(
    r"^\W{0,4}(?:docs?\b|documentation|web ?site|home ?page|demo\b|blog|authors?|versions?\b|licen|see\b|read\b"
    r"|note\b"
    r"|download|install|requires?\b|contact|wiki\b|slack|discord|twitter|sponsor|join\b|chapter|part \d|lesson"
    r"|week|day \d"
    r"|step\b|github|source\b|e-?mail|issues?\b|bugs?\b|status|platform|language|maintain|contribut|follow"
    r"|check out|try\b"
    r"|click|open the|learn\b|how to|i\b|my\b|released|created|copyright|npm\b|pip\b|official|mailing|chat\b"
    r"|forum|faq"
    r"|\d{4}[.\-/년]|[\w.-]{1,40}/|[\w.-]{1,40}\.\w{1,5}\W)"
    r"|^https?:|기간|팀원|배포|문의|바로 ?가기|링크|발표|노션|피그마|까요\W{0,3}$|나요\W{0,3}$|않았어요|싶어요"
    r"|무서|어려워|못 |[0-9] ?명|세요\W{0,2}$"
    r"|만들자|높이자|개선하자|하자\W{0,2}$|갖자|(?:성장|학습|공부)(?:하기|한다|했\S{0,5}|을 통해)?\W{0,2}$",
    re.IGNORECASE,
)
_NAMED_CODE = re.compile(r"[*_ ]{0,4}`[^`]{1,300}`[*_ ]{0,4}(?:[:=,/|–—-]|->|→)")  # what is explained is a command
_TO_READ = re.compile(  # in a title
    r"\bawesome\b|\blist of\b|\bcurated|\bbooks?\b|\bcourses?\b|\btutorials?\b|curriculum|\bhandbook|\binterview"
    r"|\bcheat ?-?sheet|\bexercises\b|\bnotebooks\b|\blectures?\b|\btranslations?\b|\bstyle ?guide"
    r"|\blearn(?:ing)?\b"
    r"|\bdocs?\b|\bcoding (?:standards|conventions)|\bguidelines\b|\bstudy\b|\bweb ?site$|\d(?:st|nd|rd|th) edition"
    r"|강의|교재|자료|면접|공부하는|튜토리얼|번역|문서|書籍|教程|翻译",
    re.IGNORECASE,
)
_SAYS_TO_READ = re.compile(  # in a sentence
    r"\b(?:an?|this|these|the|our|of|you)\b[^.,;]{0,60}\b(?:books?|course|tutorials?|curriculum|handbook|study plan"
    r"|cheat ?-?sheet|translation|exercises|notebooks|curated list|awesome list|fundamentals of)\b"
    r"(?! (?:app|manage|review|platform|site|editor|reader|for managing))|\bcurated list\b"
    r"|(?:정리|번역|튜토리얼|교재|강의|책)[^.]{0,24}(?:입니다|저장소|repository|자료)|자료를"
    r"|tutoriel|traduction|übersetzung|\blivre\b|\bbuch",
    re.IGNORECASE,
)


def lead(parts: Sequence[Piece], *, own: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield line and words of the sentences that say what the project is: a motto in a title, two of a paragraph."""
    titles = [piece for piece in parts if piece.kind == "title"][:_TITLES]
    for piece in titles:
        if (motto := _motto(piece)) is not None:
            yield piece.number, motto
            break
    yield from _paragraph(parts, own)


def is_motto(title: str) -> bool:
    """Return whether a title says what the project is, so that what stands below is still the beginning."""
    said = words.plain(title)
    return bool(_MOTTO.search(said)) and not (_NO_LEAD.search(said) or words.is_known([title]))


def is_opening(titles: Sequence[str]) -> bool:
    """Return whether a list under the titles still belongs to the beginning, before the first section."""
    leading = (words.plain(title)[-_NEAR:] for title in titles if words.is_leading(title))
    if any(map(_NO_LIST.search, leading)):
        return False
    return _rank(tuple(titles)) == 0


def is_ability(text: str) -> bool:
    """Return whether a list item may say what the project can do: no link, no file, no person, no bare word."""
    said = words.plain(text)
    is_long = len(said.split()) >= _LEAST_ITEM or len(_HANGUL.findall(said)) >= _LEAST_SIGNS
    if not is_long or said.endswith(":") or _NAMED_CODE.match(text) or is_of_links(text) or words.PEOPLE.search(text):
        return False
    return not (said.startswith("[") or _NO_ABILITY.search(said))


def is_to_read(title: str, sentences: Iterable[str]) -> bool:
    """Return whether the project is a book, a course or a list: what those list is no ability of theirs."""
    return bool(_TO_READ.search(title)) or any(map(_SAYS_TO_READ.search, sentences))


def is_of_links(text: str) -> bool:
    """Return whether hardly more than links stands there."""
    rest = words.plain(_LINKS.sub(" ", text[:4000]))
    return 2 * sum(map(str.isalpha, rest)) < sum(map(str.isalpha, words.plain(text)))


def _motto(piece: Piece) -> str | None:
    return words.plain(piece.text) if is_motto(piece.text) else None


def _paragraph(parts: Sequence[Piece], own: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield the first sentences of the best paragraph: at the beginning, in an introduction, or naming the project."""
    best: dict[int, list[tuple[int, str]]] = {}
    tried = 0
    sections: list[tuple[str, ...]] = []
    for piece in parts:
        if piece.kind != "text" or piece.number < 1 or words.is_never(piece.titles):
            continue
        tried += 1
        if tried > _MOST_TRIED:
            break
        if piece.titles not in sections:
            sections.append(piece.titles)
        rank = _rank(piece.titles)
        if (
            rank in best
            or _NOTE.search(piece.text)
            or is_of_links(piece.text)
            or (rank == 2 and len(sections) > _LATER)
        ):
            continue
        if said := _sentences(piece, own, is_strict=rank == 2):
            best[rank] = said
        if rank == 0 and said:
            break
    if best:
        yield from best[min(best)]


def _rank(titles: tuple[str, ...]) -> int:
    """Return 0 at the beginning, 1 in an introduction, 2 elsewhere."""
    own = [title for title in titles if not words.is_leading(title) and not is_motto(title)]
    if not own:
        return 0
    return 1 if words.is_about(own) else 2


def _sentences(piece: Piece, own: Collection[str], *, is_strict: bool) -> list[tuple[int, str]]:
    kept: list[tuple[int, str]] = []
    for number, said in split(piece):
        low = said.lower()
        is_named = any(low.startswith(name) for name in own)
        if kept:
            goes_on = (is_named or _GOES_ON.search(said)) and not words.NO_PROMISE.search(said)
            return [*kept, (number, said)] if goes_on and _is_lead(said) else kept
        is_told = is_named and _IS.search(said) and not _IS_GONE.search(said)
        if is_told or (_is_lead(said) and (not is_strict or _IS_KOREAN.search(said))):
            kept.append((number, said))
    return kept


def _is_lead(said: str) -> bool:
    hangul, latin = len(_HANGUL.findall(said[:400])), len(_LATIN.findall(said[:400]))
    letters = sum(map(str.isalpha, said[:400]))
    if 2 * (hangul + latin) < letters or words.PEOPLE.search(said):
        return False
    is_long = hangul >= _LEAST_SIGNS if 2 * hangul >= latin else len(said.split()) >= _LEAST_WORDS
    return is_long and not _NO_LEAD.search(said)

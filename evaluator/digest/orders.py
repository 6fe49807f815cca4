"""Orders to whoever grades, found by patterns: they are noted, never taken out, and never change a score.

Published detectors of this kind miss much and flag honest files too (security spec), so the rules are narrow: each asks
for words that turn to a grader, or for a grade, not only for a word such as "ignore". RE2 matches them in linear time.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from evaluator.digest import linear, order_rules, order_views

_GAP = r"\W{1,4}"  # between two words: line ends and comment signs too
_WORDS = rf"(?:{_GAP}\w{{1,20}})"
_JUDGE = r"(?:grader|evaluator|judge|reviewer|assessor|examiner|grading (?:model|system|agent|bot))s?"
_MACHINE = rf"(?:ai|llm|gpt|automated|automatic|language{_GAP}model)"
_TOP = (
    rf"(?:(?:full|max(?:imum)?|perfect|highest|top|best){_GAP}(?:possible{_GAP})?"
    r"(?:marks?|scores?|points|credit|rating|grade)|\b(?:5\s?/\s?5|10\s?/\s?10|100\s?/\s?100)\b"
    rf"|\b(?:5|five|10|ten){_GAP}(?:points{_GAP})?out{_GAP}of{_GAP}(?:5|five|10|ten)\b)"
)
_OBJECT = rf"(?:this|it|us|me|them|(?:the|my|our){_GAP}(?:project|submission|repo|repository|code|team|work|author))"
_RULES = {
    "ignore_instructions": rf"\b(?:ignore|disregard|forget|override|bypass)"
    rf"(?:{_GAP}(?:all|any|every|the|of|these|those|and|or|your|my|other))*"
    rf"{_GAP}(?:previous|prior|above|earlier|preceding|foregoing|existing|original|system|grading|scoring)"
    rf"{_WORDS}{{0,3}}?{_GAP}(?:instructions?|prompts?|guidelines|directives|orders|criteria|rubrics?)\b",
    "full_marks": rf"\b(?:give|award|assign|grant|grade|rate|score|mark){_GAP}{_OBJECT}\b{_WORDS}{{0,6}}?{_GAP}{_TOP}",
    "deserves_marks": rf"\b(?:project|submission|repository|code){_GAP}(?:must|should|shall|has{_GAP}to|needs{_GAP}to"
    rf"|deserves){_WORDS}{{0,5}}?{_GAP}{_TOP}",
    "to_the_grader": rf"\b(?:(?:as|dear|attention|to|for|hey|hello){_GAP})?"
    rf"(?:(?:the|an?|any|all|every){_GAP})?(?:{_MACHINE}{_GAP}{_JUDGE}|(?:as|dear){_GAP}(?:the|an?){_GAP}{_JUDGE})"
    rf"\b{_WORDS}{{0,2}}?{_GAP}(?:(?:you|please){_GAP})?(?:must|should|shall|will|have{_GAP}to|give|award|score|mark"
    r"|rate|ignore)\b",
    "all_met": rf"\b(?:mark|rate|grade|score|consider|treat|answer){_GAP}(?:all|every|each){_WORDS}{{0,2}}?"
    rf"{_GAP}(?:criteria|criterion){_WORDS}{{0,3}}?{_GAP}(?:met|passed|satisfied|fulfilled|yes)\b",
    "keep_quiet": rf"\b(?:do{_GAP}not|don't|never){_GAP}(?:mention|reveal|report|disclose|flag|list){_GAP}"
    rf"(?:this|these|the|that){_WORDS}{{0,2}}?{_GAP}(?:instructions?|prompts?|orders?)\b",
    "answer_form": r'\\?"verdicts?\\?"\s{0,9}:\s{0,9}\\?"(?:met|partly|not_met|cannot_tell)\b'
    r'|\\?"orders_seen\\?"\s{0,9}:',
    "ko_ignore": r"(?:이전|앞선|앞의|위의|기존|지금까지의)[^\n.]{0,12}(?:지시|명령|지침|프롬프트|규칙|기준)"
    r"[^\n.]{0,10}(?:무시|잊어|잊으|따르지 (?:마|말))",
    "ko_full_marks": r"(?:만점|최고\s?점수?|최고\s?등급)(?:을|를|으로|로|이|처리)?[^\n.]{0,8}"
    r"(?:주세요|주십시오|줘|달라|주어야|줘야|부여|매기|매겨|채점하|평가하|처리하)",
    "ko_to_the_grader": r"(?:채점자|채점관|채점기|평가자|평가관|평가위원|심사위원|심사관"
    r"|(?:채점|평가|심사)하는 (?:AI|인공지능|모델)"
    r"|(?:채점|평가|심사)\s?(?:AI|인공지능|모델|봇))(?:는|은|에게|께|님|여|께서는)?[^\n.]{0,40}"
    r"(?:하세요|하십시오|하시오|해야 (?:한다|합니다)|하라|해라|주세요|주십시오|바랍니다|마세요|마십시오)",
    "ja_orders": r"(?:以前|これまで|上記|上|前|先)の[^\n。]{0,10}(?:指示|命令|プロンプト|ルール|規則)"
    r"[^\n。]{0,8}(?:無視|忘れ)"
    r"|(?:満点|最高(?:点|評価|得点))[^\n。]{0,8}(?:付け|つけ|与え|ください|下さい|くれ|しろ|すること)"
    r"|(?:採点|評価|審査)(?:者|官|員|AI|モデル)(?:は|へ|に)[^\n。]{0,40}(?:必ず|ください|下さい|すること|しなさい)",
    "zh_orders": r"(?:忽略|无视|無視|忘记|忘記|不要理会|不要理會)[^\n。]{0,8}(?:之前|以上|先前|前面|上述|上面|此前)"
    r"[^\n。]{0,8}(?:指令|指示|提示|规则|規則|要求|说明|說明)"
    r"|(?:给|給|打|评|評|判)[^\n。]{0,10}(?:满分|滿分|最高分)"
    r"|(?:评分|評分|评审|評審|阅卷|閱卷|评判|打分|评估|評估)(?:者|人|员|員|模型|AI|系统|系統)[^\n。]{0,20}"
    r"(?:必须|必須|应该|應該|务必|務必|请给|請給)",
}


_ANY = linear.pattern("|".join(f"(?i:{rule})" for rule in _RULES.values()))  # most texts have none of them


@cache
def _compiled() -> Mapping[str, Any]:
    """Return the rules one by one: most projects have none of them."""
    return {name: linear.pattern(f"(?i:{rule})") for name, rule in _RULES.items()}


def flag(text: str) -> tuple[str, ...]:
    """Return the ids of the rules that find an order to a grader in *text*, in whatever letters it is written."""
    found: set[str] = set()
    data = text.encode("utf-8", "replace")
    spelt = order_views.spelt_out(data)
    plain, decoded = order_views.views(data, spelt, telling=order_rules.telling())
    for letters in (data, *decoded) if spelt is data else (data, spelt, *decoded):
        if _ANY.search(letters) is not None:
            found |= {name for name, rule in _compiled().items() if rule.search(letters)}
    for words in (*plain, *decoded):
        found |= order_rules.found(words)
    return tuple(name for name in (*_RULES, *order_rules.names()) if name in found) if found else ()

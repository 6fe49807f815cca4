"""The sentences of the feedback, in each language."""

from collections.abc import Mapping
from typing import NamedTuple

from evaluator.domain import Language


class Words(NamedTuple):
    """What the feedback says in one language; the names in braces are filled in."""

    offline: str
    promised: str  # how many promises are there
    promised_of: str  # the same, where not all could be told
    promised_one: str  # of a single promise that is there
    promised_none: str  # none of several
    promised_lost: str  # of a single promise that is not there
    promised_untold: str  # nobody could look
    no_promises: str
    in_part: str
    open: str
    missing: str
    promise: str
    by_name: str
    in_files: str
    more: str
    shown: str  # of promises
    met: str  # of questions, as the next three
    partly: str
    not_met: str
    untold: str
    changes: str
    gain: str
    see: str
    unproven: str
    goal: str | None  # the sentences of a rubric's levels are English


WORDS: Mapping[Language, Words] = {
    "en": Words(
        offline="No LLM looked at this project. Only what code can check was answered ({told} of {all} questions);"
        " the score says nothing about the rest.",
        promised="You promised {all} things, {shown} {is_are} there.",
        promised_of="You promised {all} things; of the {told} that could be told, {shown} {is_are} there.",
        promised_one="You promised 1 thing, and it is there.",
        promised_none="You promised {all} things; so far none of them could be found.",
        promised_lost="You promised 1 thing; so far it could not be found.",
        promised_untold="Promises of the README: {all}. Whether they are kept could not be told.",
        no_promises="The README makes no promise that could be numbered and looked up.",
        in_part="There in part: {count}.",
        open="Could not be told: {count}.",
        missing="Promised and not shown:",
        promise="README line {line}: {text}",
        by_name="looked for by name in the whole project",
        in_files="looked for in {files}",
        more="... and {count} more",
        shown="Promised and shown:",
        met="Questions met:",
        partly="Met in part:",
        not_met="Not met:",
        untold="Could not be told:",
        changes="What would raise the score most:",
        gain="up to +{points} points",
        see="see {places}",
        unproven="It was claimed, but no cited place shows it.",
        goal="To be met: {met}",
    ),
    "ko": Words(
        offline="이 프로젝트는 LLM이 읽지 않았습니다. 코드로 확인할 수 있는 질문({all}개 중 {told}개)에만 답했으며,"
        " 점수는 나머지에 대해 아무것도 말해 주지 않습니다.",
        promised="README에서 약속한 {all}가지 가운데 {shown}가지를 확인했습니다.",
        promised_of="README에서 약속한 {all}가지 중 {told}가지를 판단할 수 있었고, 그중 {shown}가지를 확인했습니다.",
        promised_one="README에서 약속한 1가지를 확인했습니다.",
        promised_none="README에서 약속한 {all}가지를 아직 하나도 확인하지 못했습니다.",
        promised_lost="README에서 약속한 1가지를 아직 확인하지 못했습니다.",
        promised_untold="README의 약속은 {all}가지이지만, 지켜졌는지 판단할 수 없었습니다.",
        no_promises="README에는 번호를 매겨 찾아볼 수 있는 약속이 없습니다.",
        in_part="일부만 확인한 약속은 {count}가지입니다.",
        open="판단하지 못한 약속은 {count}가지입니다.",
        missing="약속했지만 확인되지 않은 것:",
        promise="README {line}행: {text}",
        by_name="프로젝트 전체에서 이름으로 찾아보았습니다",
        in_files="찾아본 파일: {files}",
        more="... 그 밖에 {count}가지",
        shown="약속했고 확인된 것:",
        met="충족한 항목:",
        partly="일부만 충족한 항목:",
        not_met="충족하지 못한 항목:",
        untold="판단할 수 없었던 항목:",
        changes="점수를 가장 크게 올릴 수 있는 개선:",
        gain="최대 +{points}점",
        see="{places} 참고",
        unproven="구현되었다는 판단이 있었지만, 근거로 든 위치에서는 확인되지 않았습니다.",
        goal=None,
    ),
}

"""What a README says first: the sentences and the list at its beginning, and the sections that praise."""

import pytest

from evaluator.grading import promises
from tests.support.digests import digest_of


def texts(readme: str, *, name: str = "README.md", project: str = "project") -> list[str]:
    ledger = promises.ledger(digest_of({name: readme, "app.py": "x = 1\n"}, name=project))
    return [p.text for p in ledger if p.kind == "feature"]


@pytest.mark.parametrize(
    "lead",
    [
        "Grades software projects with an LLM, for organizers of courses.",
        "A fast and friendly counter of words.",
        "Fast, unopinionated, minimalist web framework for Node.js.",
        "This project aims at teaching machines to read.",
        "T lets you count words without a mouse.",
        "T does not phone home and counts words.",
        "일정을 함께 관리하는 서비스입니다.",
        "개발자들의 모임 활성화를 위한 웹 플랫폼",
        "회의 기반 조직 지식 시스템",
    ],
)
@pytest.mark.parametrize("form", ["# T\n\n{}\n", "T\n---\n\n{}\n", "# T\n\n> {}\n", "# T\n\n<p>{}</p>\n", "{}\n"])
def test_what_the_project_is_said_to_be_at_first_is_a_promise(lead: str, form: str) -> None:
    found = texts(form.format(lead), project="t")

    assert found == [lead]


@pytest.mark.parametrize(
    "text",
    [
        "**Note**: if you look for the second edition, it is elsewhere. It has all that is new.",
        "> [!WARNING]\n> This branch is our next version.\n>\n> It may break whatever you have.",
        "This project is no longer maintained by anybody.",
        "This repository is archived and will not change.",
        "Licensed under the terms of the MIT license.",
        "Thanks to all the people who have helped us.",
        "Documentation: all of it is on our own site.",
        "[Docs](https://a.b) · [Site](https://c.d) · [Chat](https://e.f) · [Blog](https://g.h)",
        "[![build](https://a.b/c.svg)](https://a.b)",
        "<!-- A hidden tool that does whatever you like. -->",
        "[logo]: https://a.b/logo.svg a tool for all of us",
        "Please star us if you like what you see.",
        "I wrote this in a week because of the rain.",
        "What have you always wanted to count today?",
        "Hello there!",
        "팀원은 김철수와 이영희이고 기간은 두 달입니다.",
        "자세한 내용은 위키 문서를 참고해 주세요.",
        "더 이상 관리되지 않는 프로젝트입니다.",
        "모임을 찾기 어려웠던 적이 있지 않나요?",
        "本项目是一个用于统计单词数量的开源工具。",
    ],
)
def test_notes_links_licences_people_and_the_like_are_no_lead(text: str) -> None:
    found = texts(f"# T\n\n{text}\n")

    assert found == []


def test_a_note_before_the_lead_does_not_hide_it() -> None:
    found = texts("# T\n\n> [!NOTE]\n> We have moved.\n\n---\n\nA tool that counts words.\n")

    assert found == ["A tool that counts words."]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("It reads texts of any length.", True),
        ("With it you sort words, too.", True),
        ("Nobody knows why.", False),
        ("It is under construction, so please wait.", False),
        ("It was created by a friend of ours.", False),
    ],
)
def test_a_second_sentence_belongs_to_the_lead_where_it_goes_on(second: str, *, expected: bool) -> None:
    found = texts(f"# T\n\nCounts words in a text. {second}\n")

    assert found == ["Counts words in a text.", *([second] if expected else [])]


@pytest.mark.parametrize(
    ("readme", "expected"),
    [
        ("# T\n\n## The friendly counter\n\nT is a tool to count words.\n", "T is a tool to count words."),
        ("# T\n\n## Moved\n\n곰터뷰는 누구나 쓰는 면접 연습 서비스입니다.\n",
         "곰터뷰는 누구나 쓰는 면접 연습 서비스입니다."),
        ("# T\n\n## Overview\n\nCounts words in a text.\n", "Counts words in a text."),
        ("# T\n\n## 📖 프로젝트 소개\n\n> 대규모 일정 관리 서비스\n", "대규모 일정 관리 서비스"),
        ("# T - a simple counter of words\n", "T - a simple counter of words"),
        ("# T\n\n<h4>A libre lightweight counter</h4>\n", "A libre lightweight counter"),
        ("# 페스타고, 대학 축제 라인업 검색 서비스\n", "페스타고, 대학 축제 라인업 검색 서비스"),
        ("# T\n\n## Build\n\nThe build takes a while on slow machines.\n", None),
        ("# T\n\n## 배포\n\n배포는 매주 금요일에 진행합니다.\n", None),
    ],
)  # fmt: skip
def test_the_lead_may_stand_in_a_title_an_introduction_or_a_first_section(readme: str, expected: str | None) -> None:
    found = texts(readme, project="t")

    assert found == ([expected] if expected else [])


def test_a_name_that_looks_like_a_request_does_not_hide_the_lead() -> None:
    found = texts("# Click\n\nClick is a package for command lines.\n", project="click")

    assert found == ["Click is a package for command lines."]


@pytest.mark.parametrize(
    "list_",
    [
        "* **Counting**: counts all words\n* Sorts them by length\n",
        "It answers two questions:\n\n* **Counting**: counts all words\n* Sorts them by length\n",
        "> - **Counting**: counts all words\n> - Sorts them by length\n",
    ],
)
def test_a_list_before_the_first_section_is_promised(list_: str) -> None:
    found = texts(f"# T\n\nCounts words in a text.\n\n{list_}\n## Build\n\n- Use a new compiler\n")

    assert found[1:] == ["Counting: counts all words", "Sorts them by length"]


@pytest.mark.parametrize(
    "list_",
    [
        "- [Install](#install)\n- [Use it now](#use)\n",
        "Quick links to resources:\n\n- The handbook of counting\n",
        "You need:\n\n- A computer with a screen\n",
        "- Documentation is on our site\n- Author: Jane of the hills\n",
        "- src/app.py is the entry point\n- 2024.01 ~ 2024.03 first phase\n",
        "다음 문서를 참고:\n\n- 단어를 세는 방법의 모든 것\n",
        "- 팀원 소개는 아래에 있습니다\n- 배포 주소는 여기에 있습니다\n",
    ],
)
def test_links_needs_people_and_files_before_the_first_section_are_not(list_: str) -> None:
    found = texts(f"# T\n\nCounts words in a text.\n\n{list_}")

    assert found == ["Counts words in a text."]


@pytest.mark.parametrize(
    "title",
    [
        "Why T?", "Why should I use T?", "What is T?", "What it does", "Overview", "Highlights", "Key points",
        "At a glance", "Goals", "🎯 Design goals", "About",
        "프로젝트 소개", "개요", "왜 T인가요", "특장점", "핵심", "T란?",
    ],
)  # fmt: skip
def test_what_a_praising_section_lists_is_promised(title: str) -> None:
    found = texts(f"# T\n\n## {title}\n\n- Counts words at once\n- 단어를 길이순으로 정렬\n")

    assert found == ["Counts words at once", "단어를 길이순으로 정렬"]


@pytest.mark.parametrize(
    "title",
    [
        "Why not T?", "Why shouldn't I use T?", "Non-goals", "Why I wrote this", "Comparison", "Benchmarks",
        "Course overview", "Architecture overview", "About the author", "Learning goals", "What is needed",
        "팀 소개", "학습 목표", "아키텍처 개요", "기획 배경",
    ],
)  # fmt: skip
def test_what_other_sections_list_is_not(title: str) -> None:
    found = texts(f"# T\n\n## {title}\n\n- Counts words at once\n- 단어를 길이순으로 정렬\n")

    assert found == []


@pytest.mark.parametrize(
    "readme",
    [
        "# Awesome counters\n\nA curated list of counters.\n\n## Overview\n\n- Counter that counts words\n",
        "# Counting\n\nThis is the book on counting words.\n\n## Why\n\n- All about long words\n",
        "# 세기 강의\n\n단어 세는 법을 다루는 강의 자료입니다.\n\n## 소개\n\n- 단어를 길이순으로 정렬하기\n",
    ],
)  # fmt: skip
def test_what_a_book_a_course_or_a_list_lists_is_no_ability_of_it(readme: str) -> None:
    found = texts(readme)

    assert len(found) == 1


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("**Fast**: counts a book in a second.\n\n**Small** - has no needs.\n",
         ["Fast: counts a book in a second.", "Small - has no needs."]),
        ("### 🚀 Fast\n\nIt counts quickly.\n\n### 🔒 작고 안전함\n\n가볍습니다.\n", ["Fast", "작고 안전함"]),
        ("All of this is **really** good.\n", []),
    ],
)  # fmt: skip
def test_bold_words_and_small_titles_lead_in_features(section: str, expected: list[str]) -> None:
    found = texts(f"# T\n\n## Features\n\n{section}")

    assert found == expected


def test_of_many_features_the_lead_is_kept() -> None:
    features = "".join(f"- Feature number {n} of all\n" for n in range(40))

    found = texts(f"# T\n\n## Features\n\n{features}\n## About\n\nCounts words in a text.\n")

    assert len(found) == promises.MOST
    assert found[-1] == "Counts words in a text."

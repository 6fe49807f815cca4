import pytest

from evaluator.digest import roles
from tests.support.candidates import candidate


def points(path: str, *, size: int = 3000, topics: frozenset[str] = frozenset()) -> int:
    name = path.rpartition("/")[2].rpartition(".")[0]
    return roles.Roles(topics).points(candidate(path, size), roles.parts(name))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("useChatStore", ["use", "chat", "store"]),
        ("RSSParser", ["rss", "parser"]),
        ("feed-crawl.event_worker", ["feed", "crawl", "event", "worker"]),
        ("검색Service", ["검색", "service"]),
        ("2024", []),
    ],
)
def test_names_are_taken_apart_where_people_put_them_together(name: str, words: list[str]) -> None:
    assert roles.parts(name) == words


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("src/user/user.service.ts", "src/user/user.entity.ts"),
        ("src/user/user.controller.ts", "src/util/logger.ts"),
        ("src/routes/index.tsx", "src/components/chat/Chat.tsx"),
        ("src/components/chat/Chat.tsx", "src/components/ui/command.tsx"),
        ("src/OrderServiceImpl.java", "src/OrderDto.java"),
        ("src/model/order.py", "src/model/Order.java"),
        ("src/ConfigCommand.ts", "src/CommandConfig.ts"),
        ("src/pay.ts", "src/GlobalSvgProvider.tsx"),
    ],
)
def test_work_counts_more_than_form(more: str, less: str) -> None:
    assert points(more) > points(less)


def test_a_small_file_that_gathers_what_lies_beside_it_is_a_list() -> None:
    assert points("src/pages/index.ts", size=300) < 0 < points("src/pages/index.ts")


def test_what_the_project_is_about_is_no_kit_to_it() -> None:
    assert points("src/palette.py") < roles.MINOR
    assert points("src/palette.py", topics=frozenset({"palette"})) == 0


def test_a_word_that_names_a_part_is_no_topic() -> None:
    assert roles.about(["chat", "service", "ui"], points=4) == {"chat": 4}

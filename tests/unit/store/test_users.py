import pytest

from evaluator.errors import BadUserName
from evaluator.store.users import checked


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("kim", "kim"),
        (" Kim Min-su ", "Kim Min-su"),
        ("\u1100\u1161\u11a8", "\uac01"),  # as macOS writes it, decomposed
        ("a" * 255, "a" * 255),
    ],
)
def test_a_name_is_kept_in_one_form(name: str, kept: str) -> None:
    assert checked(name) == kept


@pytest.mark.parametrize("name", ["", "  ", "a" * 256, "a\nb", "a\0b", "a\x1b[2J", "a\u202eb", "a\u200bb", "\udc80"])
def test_a_name_that_cannot_be_seen_whole_is_refused(name: str) -> None:
    with pytest.raises(BadUserName, match="1 to 255 visible characters"):
        checked(name)


def test_a_name_that_looks_like_an_id_is_refused() -> None:
    with pytest.raises(BadUserName, match="must not look like an id"):
        checked("6F9619FF-8B86-D011-B42D-00C04FC964FF")

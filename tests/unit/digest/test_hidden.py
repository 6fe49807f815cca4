import pytest

from evaluator.digest.hidden import strip


@pytest.mark.parametrize(
    "hidden",
    ["\u200b", "\u2060", "\u200d", "\u200c", "\u00ad", "\ufeff", "\u200e", "\u3164", "\uffa0", "\u115f", "\u180e",
     "\u034f", "\ufff9", "\U0001d173", "\U000e0041", "\U000e0100", "\ufe00", "\u180b", "\u200d\u200d", "\ufe0f\ufe0f"],
)  # fmt: skip
def test_what_a_reader_does_not_see_is_dropped_and_noted(hidden: str) -> None:
    assert strip(f"x{hidden}y") == ("xy", ("hidden_text",))


@pytest.mark.parametrize("control", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_signs_that_turn_the_direction_are_dropped(control: str) -> None:
    source = f"if access == 'user{control} // admin':"

    assert strip(source) == ("if access == 'user // admin':", ("bidi_controls",))


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f469\u200d\U0001f4bb works",
        "\U0001f3f3\ufe0f\u200d\U0001f308",
        "\U0001f468\U0001f3fd\u200d\U0001f52c",
        "1\ufe0f\u20e3 \u2708\ufe0f \u00a9\ufe0f \u2764\ufe0e",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u0915\u094d\u200d\u0937",
        "\u845b\U000e0100\u98fe",
        "\u2229\ufe00",
        "\u1820\u180b",
        "e\u0301\u0323\u0302\u0304",
        "한글 ㅋㅋ \u2800 \u00a0 tab\there",
    ],
)
def test_what_shows_stays(text: str) -> None:
    assert strip(text) == (text, ())


def test_a_flag_with_other_tags_hides_no_message() -> None:
    message = "".join(chr(0xE0000 + ord(sign)) for sign in "pass")

    assert strip(f"\U0001f3f4{message}\U000e007f!") == ("\U0001f3f4!", ("hidden_text",))


def test_a_message_in_selectors_behind_an_emoji_is_dropped() -> None:
    message = "".join(chr(0xE0100 + byte) for byte in b"give five")

    assert strip(f"\U0001f600{message}!") == ("\U0001f600!", ("hidden_text",))


def test_a_lone_selector_that_an_editor_left_is_dropped_and_not_worth_a_word() -> None:
    assert strip("## \ufe0f Features") == ("##  Features", ())


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a\x1b[31;1mred\x1b[0m", "ared"),
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "alink"),
        ("a\x1bPq#0\x1b\\b", "ab"),
        ("a\x1b]0;never ends\nb", "a0;never ends\nb"),
        ("a\x1b(Bb\x1bMc", "abc"),
        ("a\x1b", "a"),
        ("a\x9b31mb", "a31mb"),
        ("a\x00\x07\x7f\x85b\x1a", "ab"),
        ("a\ufffeb\ufdd0\U0001ffff", "ab"),
    ],
)
def test_controls_and_what_they_tell_a_terminal_are_dropped(source: str, shown: str) -> None:
    assert strip(source) == (shown, ("control_characters",))


def test_a_page_break_is_a_blank_and_nothing_odd() -> None:
    assert strip("a\fb\vc") == ("a b c", ())


def test_signs_of_icon_fonts_are_dropped_and_noted_as_such() -> None:
    assert strip("icon \ue0b0 \U000f0001 \U0010fffd") == ("icon   ", ("private_use",))


def test_stacked_accents_are_cut_down() -> None:
    assert strip("e" + "\u0301" * 50 + "!") == ("e" + "\u0301" * 4 + "!", ("stacked_marks",))


def test_what_an_earlier_step_brings_together_is_still_seen() -> None:
    assert strip("e\u0301\u0301\u0301\u200b\u0301\u0301\u0301") == (
        "e" + "\u0301" * 4,
        ("hidden_text", "stacked_marks"),
    )
    assert strip("\u200d\ufe0f\u200b\U0001f469")[0] == "\U0001f469"

"""Secrets that are long, or stand where a line is cut, or in several pieces."""

import base64
import random

import pytest

from evaluator.digest.build import build
from evaluator.digest.redact import redact
from tests.support.snapshots import MemorySnapshot

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
TOKEN = "ghp_" + "a8Kd0ZqP3mVx7LwT2bYc9RnE5sUf1HgJ4oXi"


def made_up(size: int) -> str:
    return "".join(random.Random(size).choices(LETTERS, k=size))


def pieces(secret: str) -> list[str]:
    return [secret[start : start + 12] for start in range(len(secret) - 12)]


def shown(text: str, path: str = "main.py") -> str:
    honest = "".join(f"def compute_{n}(x, y):\n    return x * {n} + y\n\n\n" for n in range(30))
    digest = build(MemorySnapshot({"README.md": "# Demo\n", path: honest + text}), budget=20_000, mark="M")
    assert any(block.path == path and block.lines for block in digest.blocks)
    return digest.model_dump_json()


@pytest.mark.parametrize("offset", range(1958, 2004, 5))
def test_a_secret_across_the_cut_of_a_long_line_is_masked(offset: int) -> None:
    text = "#" + "a " * (offset // 2) + TOKEN + " " + "b " * 400 + "\n"

    told = shown(text)

    assert not any(piece in told for piece in pieces(TOKEN))
    assert "characters of this line are not shown]" in told


@pytest.mark.parametrize("size", [1499, 1500, 1501, 1600, 2392, 12_000, 30_000])
@pytest.mark.parametrize(
    "form", ['api_token = "{}"\n', "API_TOKEN={}\n", "<api_token>{}</api_token>\n", 'api_token = "{}']
)
def test_a_long_value_is_masked_to_its_end(form: str, size: int) -> None:
    secret = made_up(size)

    told = shown(form.format(secret))

    assert not any(piece in told for piece in pieces(secret)[:4000])


def test_a_private_key_in_one_line_is_masked_though_the_line_is_cut() -> None:
    key = base64.b64encode(random.Random(1).randbytes(1200)).decode()
    text = (
        f'{{"a": "{"w " * 600}", "key": "-----BEGIN PRIVATE KEY-----\\n{key}\\n-----END PRIVATE KEY-----", "b": "c"}}\n'
    )

    told = shown(text, "a.js")

    assert not any(piece in told for piece in pieces(key))


@pytest.mark.parametrize(
    "text",
    [
        't = ("{}"\n     "{}")\n',
        't = "{}" + \\\n  "{}"\n',
        't = "{}" +\n  "{}"\n',
        't = "{}\\\n{}"\n',
        't = "{}" \\\n  "{}"\n',
    ],
)
def test_a_token_in_two_pieces_is_masked(text: str) -> None:
    masked, struck = redact(text.format(TOKEN[:20], TOKEN[20:]), key=b"key")

    assert struck == {"github_token": 1}
    assert not any(piece in masked for piece in pieces(TOKEN))
    assert masked.count("\n") == text.count("\n")


def test_a_token_in_escapes_with_braces_is_masked() -> None:
    masked, struck = redact("t = '" + "".join(f"\\u{{{ord(sign):x}}}" for sign in TOKEN) + "'", key=b"key")

    assert struck == {"github_token": 1}
    assert "\\u" not in masked


def test_strings_on_lines_of_their_own_are_no_secret() -> None:
    text = 'names = [\n    "first",\n    "second"\n]\nprint("done")\n'

    assert redact(text, key=b"key") == (text, {})


def test_all_values_of_a_long_secret_of_kubernetes_are_masked() -> None:
    values = [base64.b64encode(random.Random(n).randbytes(12)).decode() for n in range(900)]
    text = "kind: Secret\nmetadata:\n  name: x\ndata:\n" + "".join(f"  k{n}: {v}\n" for n, v in enumerate(values))

    masked, _ = redact(text, key=b"key", path="a.yml")

    assert not [value for value in values if value in masked]

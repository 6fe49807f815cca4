from pathlib import Path

import pytest
from pydantic import SecretStr

from evaluator.domain import Limits, MirrorLimits
from evaluator.sources.mirrors import borrowed, name_of
from evaluator.sources.urls import parse_url

FORGES = ("https://git.corp", "http://git.corp", "ssh://git.corp", "https://git.corp:8443")
TOKEN = SecretStr("t0ken")


def name(text: str, *, token: SecretStr | None = None, **changes: int) -> str:
    return name_of(parse_url(text, trusted_forges=FORGES), token=token, limits=Limits(**changes))


@pytest.mark.parametrize("text", ["https://git.corp/a/b.git", "https://GIT.corp:443/a/b/", "https://git.corp/%61/b"])
def test_one_repository_has_one_mirror(text: str) -> None:
    assert name(text) == name("https://git.corp/a/b")


@pytest.mark.parametrize(
    "text",
    [
        "https://git.corp/a/c",
        "https://git.corp/A/b",
        "https://git.corp:8443/a/b",
        "http://git.corp/a/b",
        "git@git.corp:a/b",
        "deploy@git.corp:a/b",
    ],
)
def test_another_url_has_another_mirror(text: str) -> None:
    assert name(text) != name("https://git.corp/a/b")


def test_what_may_be_read_with_a_token_is_kept_apart() -> None:
    url = "https://git.corp/a/b"
    names = {name(url), name(url, token=TOKEN), name(url, token=SecretStr("other")), name(url, file_bytes=2048)}

    assert len(names) == 4
    assert all(len(each) == 64 for each in names)


def test_there_is_no_mirror_unless_there_is_a_folder_for_it() -> None:
    with borrowed(parse_url("https://git.corp/a/b"), token=None, limits=Limits()) as mirror:
        assert mirror is None


def test_a_new_mirror_is_empty(tmp_path: Path) -> None:
    limits = Limits(mirrors=MirrorLimits(folder=tmp_path))

    with borrowed(parse_url("https://git.corp/a/b"), token=None, limits=limits) as mirror:
        assert mirror is not None
        assert mirror.commits == ()
        assert not mirror.crowded
        assert mirror.folder.parent == tmp_path

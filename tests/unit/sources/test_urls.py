import pytest

from evaluator.errors import UnusableSource
from evaluator.sources.urls import looks_like_git, parse_url


@pytest.mark.parametrize("text", ["https://h.org/a", "git@host:a/b", "github.com:owner/project", "ext::sh://x"])
def test_a_url_is_known_by_its_form(text: str) -> None:
    assert looks_like_git(text)


@pytest.mark.parametrize("text", [".", "/srv/a:b", "src", "C:\\code", "a b@c:d", "notes:today"])
def test_anything_else_is_meant_as_a_folder(text: str) -> None:
    assert not looks_like_git(text)


@pytest.mark.parametrize("text", ["nonsense", "-x@github.com:owner/project", "://x"])
def test_what_has_no_form_at_all_is_refused(text: str) -> None:
    with pytest.raises(UnusableSource) as caught:
        parse_url(text)

    assert caught.value.code == "bad_url"


def test_the_address_given_to_git_has_no_default_port() -> None:
    url = parse_url("https://GitHub.com:443/a/b.git")

    assert url.address == "https://github.com/a/b.git"
    assert url.canonical == "github.com/a/b"
    assert not url.trusted


def test_an_ssh_address_keeps_its_user() -> None:
    url = parse_url("deploy@git.corp:a/b", trusted_forges=["ssh://git.corp"])

    assert url.address == "ssh://deploy@git.corp/a/b"
    assert url.trusted

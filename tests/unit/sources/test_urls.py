import pytest

from evaluator.errors import UnusableSource
from evaluator.sources.urls import check_public, looks_like_git, parse_url


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


def test_a_public_forge_has_a_name_and_speaks_https() -> None:
    check_public("git.example.org", 443)


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("git.example.org", 80),
        ("git.example.org", 8443),
        ("140.82.121.4", 443),
        ("::1", 443),
        ("localhost", 443),
        ("git.example.org.", 443),
        ("0x7f.1", 443),
        ("a" * 250 + ".org", 443),
        ("git.example.org\n", 443),
        ("", 443),
    ],
)
def test_anything_else_is_no_public_forge(host: str, port: int) -> None:
    with pytest.raises(UnusableSource) as caught:
        check_public(host, port)

    assert caught.value.code == "untrusted_source"


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("https://github.com/o/p/tree/main/src", "https://github.com/o/p --ref main --subdir src"),
        ("https://github.com/o/p/tree/main/", "https://github.com/o/p --ref main"),
        ("https://github.com/o/p/blob/v1.2/src/a/b.py", "https://github.com/o/p --ref v1.2 --subdir src/a"),
        ("https://github.com/o/p/blob/main/README.md", "https://github.com/o/p --ref main"),
        ("https://gitlab.com/g/s/p/-/tree/main/src", "https://gitlab.com/g/s/p --ref main --subdir src"),
        ("https://bitbucket.org/o/p/src/main/src/", "https://bitbucket.org/o/p --ref main --subdir src"),
        ("https://codeberg.org/o/p/src/branch/main/src", "https://codeberg.org/o/p --ref main --subdir src"),
        ("https://github.com/o/p/tree/main/it's", "https://host/owner/project --ref REF --subdir FOLDER"),
        ("https://github.com/o/p/tree/Ab1" + "x" * 30, "https://host/owner/project --ref REF --subdir FOLDER"),
    ],
)
def test_the_page_of_a_folder_is_refused_with_what_to_give(url: str, meant: str) -> None:
    with pytest.raises(UnusableSource) as caught:
        parse_url(url)

    assert caught.value.code == "bad_url"
    assert str(caught.value).endswith(f"Give {meant}")


@pytest.mark.parametrize(
    "url",
    [
        "https://gitlab.com/g/s/src/p",
        "https://gitlab.com/g/s/tree",
        "https://h.org/g/s/tree/p.git",
        "https://h.org/tree/x",
    ],
)
def test_a_project_may_be_called_like_a_page(url: str) -> None:
    assert parse_url(url).address == url


def test_a_page_as_long_as_a_url_may_be_is_told_at_once() -> None:
    with pytest.raises(UnusableSource):
        parse_url("https://h.org/a/b" + "/-/tree" * 280 + "/x/y/../z")


def test_a_scheme_that_nobody_can_trust_is_refused_without_advice_to_trust_it() -> None:
    with pytest.raises(UnusableSource) as caught:
        parse_url("ftp://h.org/a/b")

    assert caught.value.code == "untrusted_source"
    assert "https, http, ssh and file" in str(caught.value)
    assert "MODU_TRUSTED_FORGES" not in str(caught.value)

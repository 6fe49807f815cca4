import pytest

from evaluator.domain import Source, SourceKind
from evaluator.sources.refusals import of_fetch

SECRET_WORDS = "remote: secret words of the server\n"


def source(ref: str | None = None) -> Source:
    return Source(kind=SourceKind.GIT, location="https://h.org/a/demo", ref=ref, name="demo", canonical="h.org/a/demo")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("fatal: unable to access 'x': Could not resolve host: h.org", "source_unreachable"),
        ("fatal: unable to access 'x': Failed to connect to h.org port 443", "source_unreachable"),
        ("fatal: unable to access 'x': Operation too slow.", "source_unreachable"),
        ("fatal: unable to access 'x': The requested URL returned error: 503", "source_unreachable"),
        ("fatal: unable to access 'x': The requested URL returned error: 429", "source_unreachable"),
        ("fatal: unable to access 'x': SSL certificate problem", "source_unreachable"),
        ("fatal: repository 'x' not found", "repository_not_found"),
        ("fatal: could not read Username for 'x': terminal prompts disabled", "repository_not_found"),
        ("fatal: unable to access 'x': The requested URL returned error: 403", "repository_not_found"),
        ("fatal: unable to access 'x': The requested URL returned error: 301", "repository_moved"),
        ("fatal: couldn't find remote ref nope", "unknown_ref"),
        ("fatal: remote error: upload-pack: not our ref 0000", "unknown_ref"),
        ("error: index-pack died of signal 25", "too_large"),
        ("error: object 12: treeNotSorted\nfatal: fsck error in packed object", "bad_repository"),
        ("fatal: something that nobody has seen yet", "unreadable_repository"),
    ],
)
def test_what_git_said_last_becomes_a_code_and_a_sentence_of_ours(said: str, code: str) -> None:
    error = of_fetch(SECRET_WORDS + said, source=source(ref="nope"))

    assert error.code == code
    assert "secret words" not in str(error)
    assert "fatal" not in str(error)


def test_without_a_ref_a_missing_ref_means_an_empty_repository() -> None:
    assert of_fetch("fatal: couldn't find remote ref HEAD", source=source()).code == "empty_project"


def test_a_shortened_commit_id_is_explained() -> None:
    assert "40 digits" in str(of_fetch("fatal: couldn't find remote ref abc1234", source=source(ref="abc1234")))

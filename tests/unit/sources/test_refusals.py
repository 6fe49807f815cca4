import pytest

from evaluator.domain import Source, SourceKind
from evaluator.errors import EvaluatorError
from evaluator.sources import refusals
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
        ("remote: fatal: unable to read " + 40 * "a" + "\nfatal: early EOF", "bad_repository"),
        (
            "remote: aborting due to possible repository corruption on the remote side.\nfatal: early EOF",
            "bad_repository",
        ),
        ("fatal: early EOF", "source_unreachable"),
        ("fatal: repository 'x' not found", "repository_not_found"),
        ("fatal: could not read Username for 'x': terminal prompts disabled", "repository_not_found"),
        ("fatal: unable to access 'x': The requested URL returned error: 403", "repository_not_found"),
        ("fatal: unable to access 'x': The requested URL returned error: 301", "repository_moved"),
        ("fatal: couldn't find remote ref nope", "unknown_ref"),
        ("fatal: remote error: upload-pack: not our ref 0000", "unknown_ref"),
        ("fatal: unable to access 'x': Maximum (20) redirects followed", "repository_moved"),
        ("fatal: unable to access 'x': Protocol \"file\" not supported or disabled in libcurl", "untrusted_source"),
        ("fatal: transport 'http' not allowed", "untrusted_source"),
        ("error: index-pack died of signal 25", "too_large"),
        ("error: index-pack died of signal 24", "too_large"),
        ("fatal: Out of memory, malloc failed (tried to allocate 9 bytes)", "too_much_memory"),
        ("fatal: unable to access 'x': Out of memory", "unreadable_repository"),  # curl's word for a long header
        ("fatal: mismatched algorithms: client sha1; server sha256", "unsupported_repository"),
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


def test_a_commit_that_the_host_named_and_has_not_means_a_broken_repository() -> None:
    assert of_fetch("fatal: remote error: upload-pack: not our ref 00", source=source()).code == "bad_repository"


@pytest.mark.parametrize(
    "said",
    [
        "SSL certificate problem: self-signed certificate",
        "server certificate verification failed. CAfile: none CRLfile: none",
        "SSL: no alternative certificate subject name matches target host name 'h.org'",
    ],
)
def test_a_certificate_that_cannot_be_verified_is_told(said: str) -> None:
    error = of_fetch(f"fatal: unable to access 'x': {said}", source=source())

    assert error.code == "source_unreachable"
    assert "certificate" in str(error)
    assert "MODU_FORGE_CA" in str(error)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("fatal: could not read Username for 'x': terminal prompts disabled", "token_refused"),
        ("fatal: Authentication failed for 'x'", "token_refused"),
        ("fatal: unable to access 'x': The requested URL returned error: 403", "token_refused"),
        ("fatal: repository 'x' not found", "repository_not_found"),
    ],
)
def test_a_token_that_is_refused_is_told(said: str, code: str) -> None:
    assert of_fetch(said, source=source(), with_token=True).code == code


def test_how_a_private_repository_may_be_read_depends_on_how_it_is_asked_for() -> None:
    by_ssh = source().model_copy(update={"location": "ssh://git@h.org:2222/a/demo"})
    said = "fatal: repository 'x' not found"

    assert "a token for h.org in MODU_FORGE_TOKENS" in str(of_fetch(said, source=source()))
    assert "MODU_FORGE_TOKENS" not in str(of_fetch(said, source=by_ssh))


def test_a_shortened_commit_id_is_explained() -> None:
    assert "40 digits" in str(of_fetch("fatal: couldn't find remote ref abc1234", source=source(ref="abc1234")))


def test_what_the_server_says_is_not_taken_for_git() -> None:
    said = "remote: fatal: early EOF\nremote: Connection timed out\nfatal: repository 'x' not found"

    assert of_fetch(said, source=source()).code == "repository_not_found"


def test_the_words_of_a_url_mean_nothing() -> None:
    project = source().model_copy(update={"location": "https://h.org/openssl/TLS-certificate"})
    said = "fatal: repository 'https://h.org/openssl/TLS-certificate/' not found"

    assert of_fetch(said, source=project).code == "repository_not_found"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (refusals.too_large(), "too_large"),
        (refusals.too_many_files(5), "too_many_files"),
        (refusals.too_much_memory(), "too_much_memory"),
        (refusals.too_slow(), "fetch_timeout"),
        (refusals.leads_away(), "repository_moved"),
        (refusals.bad_redirect("private_address"), "private_address"),
        (refusals.broken("demo"), "bad_repository"),
        (refusals.empty("demo"), "empty_project"),
        (refusals.killed(), "source_unreachable"),
        (refusals.no_room(), "source_unreachable"),
        (refusals.undated(SourceKind.ARCHIVE), "deadline_without_commits"),
        (refusals.no_commit_before(source()), "no_commit_before"),
        (refusals.long_history(source()), "long_history"),
    ],
)
def test_every_refusal_has_a_code_and_says_what_to_do(error: EvaluatorError, code: str) -> None:
    assert error.code == code
    assert any(word in str(error) for word in ("Take", "raise", "Grade", "Try", "give", "Check", "Run"))

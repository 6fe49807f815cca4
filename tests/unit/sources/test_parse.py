import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evaluator.domain import Source, SourceKind
from evaluator.errors import SettingsError, UnusableSource
from evaluator.sources.parse import parse
from tests.support.repositories import make_project


def refusal(text: str, **options: object) -> UnusableSource:
    with pytest.raises(UnusableSource) as caught:
        parse(text, **options)  # type: ignore[arg-type]  # the options vary with the case
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/owner/project",
        "https://github.com/owner/project/",
        "https://github.com/owner/project.git",
        "https://GitHub.com:443/owner/project.git/",
        "git@github.com:owner/project.git",
        "github.com:owner/project",
        "ssh://git@github.com/owner/project",
        "ssh://git@github.com:22/owner/project.git",
        "http://github.com/owner/project",
    ],
)
def test_every_spelling_of_one_repository_has_one_canonical_form(text: str) -> None:
    forges = ("ssh://github.com", "http://github.com")

    source = parse(text, trusted_forges=forges)

    assert source.canonical == "github.com/owner/project"
    assert source.name == "project"
    assert source.kind is SourceKind.GIT


def test_another_port_is_part_of_the_canonical_form() -> None:
    source = parse("https://git.example.org:8443/a/b.git", trusted_forges=["https://git.example.org:8443"])

    assert source.canonical == "git.example.org:8443/a/b"
    assert source.location == "https://git.example.org:8443/a/b.git"


def test_a_subdirectory_names_the_project_and_is_part_of_the_canonical_form() -> None:
    source = parse("https://github.com/owner/mono", subdir="./apps//shop/")

    assert (source.subdir, source.name, source.canonical) == ("apps/shop", "shop", "github.com/owner/mono//apps/shop")


def test_a_subdirectory_of_dots_means_the_whole_project() -> None:
    assert parse("https://github.com/owner/mono", subdir="./.").subdir is None


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com",
        "https://github.com/",
        "https:///owner/project",
        "https://github.com/owner/../project",
        "https://github.com/owner/%2e%2e/project",
        "https://github.com/owner//project",
        "https://github.com/-owner/project",
        "https://github.com/%2downer/project",
        "https://github.com/owner/pro%2Fject",
        "https://github.com/owner/pro%5cject",
        "https://github.com/owner/pro%00ject",
        "https://github.com/owner/pro%0Aject",
        "https://github.com/owner/pro%25ject",
        "https://github.com/owner/pro%zzject",
        "https://github.com/owner/project?x=1",
        "https://github.com/owner/project#main",
        "https://github.com\\@evil.example/owner/project",
        "https://github.com/owner/프로젝트",
        "https://github.com/owner/pro ject",
        "https://github.com:0/owner/project",
        "https://github.com:99999/owner/project",
        "https://github.com:port/owner/project",
        "https://[::1]/owner/project",
        "https://github.com/" + "a" * 2048,
        "git@github.com:../project",
        "-x@github.com:owner/project",
        "-oProxyCommand=x@github.com:owner/project",
        "HTTPS://github.com/owner/project",
    ],
)
def test_a_url_that_breaks_the_grammar_is_refused_whole(text: str) -> None:
    assert refusal(text).code in {"bad_url", "no_such_path"}


@pytest.mark.parametrize(
    "text",
    [
        "https://me:s3cret@github.com/a/b",
        "https://s3cret@github.com/a/b",
        "ssh://a:s3cret@h.org/b",
        "https:/me:s3cret@github.com/a/b",
        "//me:s3cret@github.com/a/b",
        "me:s3cret@github.com",
    ],
)
def test_credentials_in_a_url_are_refused_and_never_repeated(text: str) -> None:
    error = refusal(text)

    assert error.code == "credentials_in_url"
    assert "s3cret" not in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "http://github.com/owner/project",
        "ssh://git@github.com/owner/project",
        "git@github.com:owner/project",
        "file:///srv/git/project",
        "git://github.com/owner/project",
        "ext::sh://x/y",
        "https://github.com:8443/owner/project",
        "https://127.0.0.1/owner/project",
        "https://localhost/owner/project",
        "https://2130706433/owner/project",
        "https://0x7f.0x1/owner/project",
    ],
)
def test_what_nobody_trusted_is_refused_with_the_setting_that_helps(text: str) -> None:
    error = refusal(text)

    assert error.code in {"untrusted_source", "bad_url"}
    assert "MODU_TRUSTED_FORGES" in str(error) or "https://" in str(error)


@pytest.mark.parametrize(
    ("forge", "text"),
    [
        ("http://127.0.0.1:*", "http://127.0.0.1:8080/a/b"),
        ("https://git.corp", "https://git.corp/a/b"),
        ("ssh://git.corp:2222", "ssh://git@git.corp:2222/a/b"),
        ("file:///srv/git", "file:///srv/git/a"),
    ],
)
def test_a_trusted_forge_may_be_private_and_plain(forge: str, text: str) -> None:
    source = parse(text, trusted_forges=[forge])

    assert source.location == text


def test_the_canonical_form_of_a_file_url_is_its_path() -> None:
    source = parse("file:///srv/git/a.git", trusted_forges=["file:///srv/git"])

    assert source.canonical == "/srv/git/a"


@pytest.mark.parametrize(
    ("forge", "text"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8081/a/b"),
        ("http://127.0.0.1:*", "https://127.0.0.1/a/b"),
        ("http://127.0.0.1:*", "http://127.0.0.2/a/b"),
        ("file:///srv/git", "file:///srv/gitlab/a"),
        ("file:///srv/git", "file://host/srv/git/a"),
    ],
)
def test_a_forge_is_trusted_as_it_is_listed_and_no_further(forge: str, text: str) -> None:
    assert refusal(text, trusted_forges=[forge]).code == "untrusted_source"


def test_a_malformed_trusted_forge_is_the_operators_mistake() -> None:
    with pytest.raises(SettingsError, match="MODU_TRUSTED_FORGES"):
        parse("https://github.com/a/b", trusted_forges=["github.com"])


@pytest.mark.parametrize("ref", ["main", "v1.0", "feature/x_y-z", "refs/heads/main", "a" * 40, "_x"])
def test_branches_tags_and_commits_are_refs(ref: str) -> None:
    assert parse("https://github.com/a/b", ref=ref).ref == ref


@pytest.mark.parametrize(
    "ref",
    [
        "",
        "-x",
        "--upload-pack=x",
        "a..b",
        "a@{1}",
        "x.lock",
        "x/",
        "a:b",
        "+a",
        "a b",
        "a\n",
        "a//b",
        "ref^",
        "a" * 202,
        "a/.b",
    ],
)
def test_what_is_no_ref_is_refused(ref: str) -> None:
    assert refusal("https://github.com/a/b", ref=ref).code == "bad_ref"


@pytest.mark.parametrize(
    "subdir", ["../x", "a/../../b", "/etc", "a\\b", "a\nb", "x" * 1025, ".git", "a/.GIT/b", "a\0b"]
)
def test_a_subdirectory_that_leads_elsewhere_is_refused(subdir: str) -> None:
    assert refusal("https://github.com/a/b", subdir=subdir).code == "bad_subdir"


@pytest.mark.parametrize("text", ["", "   ", "a\0b"])
def test_an_empty_source_is_refused(text: str) -> None:
    assert refusal(text).code == "empty_source"


def test_a_folder_is_known_by_its_real_path(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)

    source = parse(str(tmp_path / "link" / ".." / "link"), subdir="app")

    assert source.kind is SourceKind.PATH
    assert source.location == str(folder)
    assert source.canonical == f"path:{folder}//app"
    assert source.name == "app"


def test_the_canonical_form_is_composed_unicode(tmp_path: Path) -> None:
    decomposed = tmp_path / "\u1112\u1161\u11ab"
    decomposed.mkdir()

    source = parse(str(decomposed))

    assert source.canonical.endswith("/한")
    assert source.name == "한"
    assert source.location == str(decomposed)


def test_a_folder_whose_path_is_not_utf_8_is_refused_since_it_cannot_be_stored(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9\n") / "project"
    folder.mkdir(parents=True)

    error = refusal(str(folder))

    assert error.code == "bad_name"
    assert "Rename" in str(error)
    assert str(error).isprintable()
    assert refusal("\ud800").code == "no_such_path"


def test_a_folder_name_with_a_line_end_is_shown_without(tmp_path: Path) -> None:
    folder = tmp_path / "caf\n"
    folder.mkdir()

    assert parse(str(folder)).name == "caf?"


@pytest.mark.parametrize("text", ["github.com/owner/name", "GitHub.com/owner/name.git", "gitlab.com/a/b/c"])
def test_a_url_without_its_beginning_is_guessed(text: str) -> None:
    assert f"https://{text}" in str(refusal(text))
    assert f"https://{text}" in str(refusal(text, allowed_roots=[]))


@pytest.mark.parametrize(
    "text", ["src/owner/name", "gitlab.com", "gitlab.com/owner", "./gitlab.com/a/b", "a.bc/d/../e"]
)
def test_what_may_be_no_url_is_not_guessed(text: str) -> None:
    assert f"https://{text}" not in str(refusal(text))


def test_a_long_name_is_cut_to_what_the_table_holds() -> None:
    assert len(parse("https://github.com/a/" + "b" * 400).name) == 255


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    assert refusal(str(tmp_path / "nowhere")).code == "no_such_path"
    assert refusal(str(file / "below")).code == "no_such_path"
    assert refusal("~no-such-user-here/x").code == "no_such_path"
    assert refusal("/" + "x" * 5000).code == "unreadable_path"


def test_a_file_that_is_nothing_of_ours_is_refused_with_what_can_be_given(tmp_path: Path) -> None:
    (tmp_path / "main.py").touch()
    os.mkfifo(tmp_path / "README.md")

    for name in ("main.py", "README.md"):
        error = refusal(str(tmp_path / name))
        assert error.code == "not_a_folder"
        assert all(word in str(error) for word in ("folder", "archive", ".tar.gz", "README", "git URL"))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.md", b"# Notes\n", "Rename it README.md"),
        ("README.md.gz", b"\x1f\x8b\x08\x00", "a compressed README"),
        ("readme.xz", b"\xfd7zXZ\0", "a compressed README"),
    ],
)
def test_a_text_that_is_no_readme_is_refused_with_why(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)

    error = refusal(str(tmp_path / name))

    assert error.code == "not_a_folder"
    assert words in str(error)


def test_a_repository_without_its_files_is_refused_with_how_to_give_it(tmp_path: Path) -> None:
    bare = make_project(
        tmp_path / "x.git", {"HEAD": "ref: refs/heads/main\n", "objects/pack/x": "", "refs/heads/x": ""}
    )

    error = refusal(str(bare))

    assert error.code == "not_a_folder"
    assert all(words in str(error) for words in ("git clone", "file://", "MODU_TRUSTED_FORGES"))


def test_a_file_that_is_only_named_like_an_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "project.tar.gz").write_text("404: Not Found")

    assert refusal(str(tmp_path / "project.tar.gz")).code == "bad_archive"


@pytest.mark.parametrize(
    "head", [b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\x00", b"\x28\xb5\x2f\xfd", b"\x1f\x9d\x90", b"PK\x07\x08PK\x03\x04"]
)
def test_an_archive_of_a_kind_that_is_not_read_is_refused_with_what_to_do(tmp_path: Path, head: bytes) -> None:
    (tmp_path / "project").write_bytes(head)

    error = refusal(str(tmp_path / "project"))

    assert error.code == "unsupported_archive"
    assert "Unpack it" in str(error)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("hours.zip", "hours"),
        ("hours-1.2.tar.gz", "hours-1.2"),
        ("HOURS.TGZ", "HOURS"),
        ("hours.tar.bz2", "hours"),
        ("hours.py", "hours.py"),
        (".zip", "project"),
        ("\u1112\u1161\u11ab.zip", "한"),
    ],
)
def test_an_archive_is_known_by_the_name_of_its_file(tmp_path: Path, file: str, name: str) -> None:
    (tmp_path / file).write_bytes(b"PK\x03\x04")

    source = parse(str(tmp_path / file))

    assert source.kind is SourceKind.ARCHIVE
    assert (source.name, source.canonical) == (name, f"archive:{name}")
    assert source.location == str(tmp_path / file)


def test_an_archive_or_a_readme_is_known_by_its_real_path(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "secret.txt").write_text("s")
    (tmp_path / "real" / "a.zip").write_bytes(b"PK\x03\x04")
    (tmp_path / "README.md").symlink_to(tmp_path / "real" / "secret.txt")
    (tmp_path / "b.zip").symlink_to(tmp_path / "real" / "a.zip")

    assert parse(str(tmp_path / "b.zip")).location == str(tmp_path / "real" / "a.zip")
    assert refusal(str(tmp_path / "README.md")).code == "not_a_folder"
    assert refusal(str(tmp_path / "b.zip"), allowed_roots=[str(tmp_path / "other")]).code == "path_not_allowed"


@pytest.mark.parametrize(
    ("file", "code"), [("a.zip", "ref_on_archive"), ("README.md", "ref_on_readme"), ("", "ref_on_folder")]
)
def test_a_ref_is_for_git_urls(tmp_path: Path, file: str, code: str) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04")
    (tmp_path / "README.md").write_text("x")

    assert refusal(str(tmp_path / file), ref="main").code == code


@pytest.mark.parametrize("file", ["a.zip", "README.md", ""])
def test_a_deadline_is_for_git_urls(tmp_path: Path, file: str) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04")
    (tmp_path / "README.md").write_text("x")

    with pytest.raises(UnusableSource, match="give the repository's URL") as caught:
        parse(str(tmp_path / file), until=datetime.now(UTC))

    assert caught.value.code == "deadline_without_commits"


def test_a_deadline_is_kept_and_makes_no_other_project() -> None:
    until = datetime(2026, 11, 30, 18, tzinfo=UTC)

    source = parse("https://github.com/a/b", until=until)

    assert source.until == until
    assert source.canonical == parse("https://github.com/a/b").canonical
    assert Source.model_validate_json(source.model_dump_json()) == source


def test_a_readme_has_no_subdirectory(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("x")

    assert refusal(str(tmp_path / "README.md"), subdir="app").code == "subdir_on_readme"
    assert parse(str(tmp_path / "README.md"), subdir=".").subdir is None


def test_folders_are_accepted_under_the_allowed_roots_only(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (inside / "escape").symlink_to(outside)

    assert parse(str(inside), allowed_roots=[str(inside)]).location == str(inside)
    for path in (outside, inside / "escape", tmp_path / "nowhere"):
        error = refusal(str(path), allowed_roots=[str(inside)])
        assert error.code == "path_not_allowed"
        assert "MODU_ALLOWED_ROOTS" in str(error)
    assert refusal(str(inside), allowed_roots=[]).code == "path_not_allowed"


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("p-ghp_a8Kd0ZqP3mVx7LwT2bYc9RnE5sUf1HgJ4oXi", "project"),
        ("sk-proj-abcdefghijklmnop", "project"),
        ("a8Kd0ZqP3mVx7LwT2bYc9RnE5sUf1HgJ4oXi", "project"),
        ("Computer-Vision-Team-Project-2024", "Computer-Vision-Team-Project-2024"),
        ("SoftwareEngineering2024Project", "SoftwareEngineering2024Project"),
        ("demo-3f786850e387550fdab836ed7e6dc881de23001b", "demo-3f786850e387550fdab836ed7e6dc881de23001b"),
    ],
)
def test_what_looks_like_a_token_is_no_name(tmp_path: Path, folder: str, name: str) -> None:
    (tmp_path / folder).mkdir()

    assert parse(str(tmp_path / folder)).name == name

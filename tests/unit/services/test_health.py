from pathlib import Path

import pytest

from evaluator.services import health
from evaluator.settings import Settings
from tests.support.repositories import make_certificate


def settings(**values: Path) -> Settings:
    return Settings.model_validate(values)


def test_certificates_and_mirrors_that_can_be_used_are_well(tmp_path: Path) -> None:
    found = health.files(settings(forge_ca=make_certificate(tmp_path), mirrors_dir=tmp_path / "new" / "mirrors"))

    assert [(finding.name, finding.status) for finding in found] == [("Certificates", "ok"), ("Mirrors", "ok")]
    assert not (tmp_path / "new").exists()


def test_what_is_not_set_is_not_looked_at() -> None:
    assert health.files(settings()) == ()


@pytest.mark.parametrize(("content", "words"), [(None, "cannot be read"), ("a note\n", "no certificate")])
def test_a_file_of_certificates_that_is_none_is_told(tmp_path: Path, content: str | None, words: str) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)

    (finding,) = health.files(settings(forge_ca=file))

    assert finding.status == "missing"
    assert "MODU_FORGE_CA" in finding.text
    assert words in finding.text


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_mirrors_where_no_folder_can_be_are_told(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("in the way")

    (finding,) = health.files(settings(mirrors_dir=tmp_path / place))

    assert finding.status == "missing"
    assert "MODU_MIRRORS_DIR" in finding.text

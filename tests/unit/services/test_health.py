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


def judged(**values: object) -> dict[str, tuple[str, str]]:
    keys = {"OPENAI_API_KEY": "x", "ANTHROPIC_API_KEY": "x"}
    chosen = Settings.model_validate({"model": "openai/gpt-5.4", "provider_keys": keys, **values})
    return {finding.name: (finding.status, finding.text) for finding in health.judging(chosen)}


def test_second_judge_fallbacks_and_prices_are_named() -> None:
    found = judged(second_model="anthropic/claude-haiku-4-5", fallback_models=("openai/gpt-5.4-mini",))

    assert {name: status for name, (status, _) in found.items()} == {
        "Judge": "ok",
        "Fallback": "ok",
        "Second": "ok",
        "Prices": "ok",
    }
    assert "openai/gpt-5.4-mini" in found["Fallback"][1]
    assert "anthropic/claude-haiku-4-5" in found["Second"][1]


def test_a_judge_that_lacks_its_key_is_missing_whoever_it_is() -> None:
    found = judged(second_model="gemini/gemini-3-pro", fallback_models=("groq/llama-4",))

    assert found["Second"] == ("missing", "gemini/gemini-3-pro, but GEMINI_API_KEY is not set")
    assert found["Fallback"][0] == "missing"
    assert "Prices" not in found


def test_a_second_judge_of_the_same_family_is_told() -> None:
    found = judged(second_model="openai/gpt-5.4-mini")

    assert found["Second"][0] == "missing"
    assert "of the same family" in found["Second"][1]


@pytest.mark.parametrize("other", ["offline", "replay/openai/gpt-5.4"])
def test_what_is_no_llm_is_told_where_one_is_needed(other: str) -> None:
    found = judged(second_model=other, fallback_models=(other,))

    for name, setting in (("Second", "MODU_SECOND_MODEL"), ("Fallback", "MODU_FALLBACK_MODELS")):
        assert found[name][0] == "missing"
        assert f"{setting}: '{other}' is no LLM that could be asked" in found[name][1]


def test_a_model_of_a_file_is_told_of_the_judge_itself() -> None:
    assert judged(model="replay/openai/gpt-5.4")["Judge"][0] == "missing"


def test_a_name_that_is_no_model_is_told_with_its_setting() -> None:
    (finding,) = (one for one in health.judging(Settings.model_validate({"model": "mystery"})) if one.name == "Judge")

    assert (finding.status, finding.mend) == ("missing", "Mend MODU_MODEL.")


def test_a_model_of_unknown_price_is_a_note_that_says_what_to_set() -> None:
    chosen = Settings.model_validate({"model": "openai/of-my-own", "provider_keys": {"OPENAI_API_KEY": "x"}})

    finding = health.judging(chosen)[-1]

    assert (finding.name, finding.status) == ("Prices", "note")
    assert finding.mend is not None
    assert "MODU_PRICES=openai/of-my-own=" in finding.mend


def test_offline_there_is_one_finding() -> None:
    assert [finding.name for finding in health.judging(Settings.model_validate({"model": "offline"}))] == ["Judge"]

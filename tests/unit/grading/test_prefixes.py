"""What providers may keep of a prompt: the bytes before the criteria, and before the first changed file."""

import pytest

from evaluator.digest.build import build
from evaluator.digest.tokens import estimate
from evaluator.domain import Digest
from evaluator.grading import resources, rubrics
from evaluator.judgement import Prompt
from tests.support import judges, pairs
from tests.support.judges import ScriptedJudge
from tests.support.snapshots import MemorySnapshot

DEFAULT = rubrics.load("default", folder=resources.folder("rubrics"))
PROJECTS = [pairs.project(id, side) for id in ("F1", "F6", "P3", "P9") for side in ("met", "not_met")]


def digest_of(project: dict[str, str]) -> Digest:
    return build(MemorySnapshot(project), budget=60_000, mark="mark")


def prompts_of(project: dict[str, str], *, pass_line: int | None = None) -> list[Prompt]:
    judge = ScriptedJudge()
    judges.run(judge, DEFAULT, digest=digest_of(project), pass_line=pass_line)
    return judge.prompts


def common(one: str, other: str) -> str:
    length = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[:length]


def samples(prompts: list[Prompt]) -> list[tuple[Prompt, Prompt]]:
    return list(zip(prompts[::2], prompts[1::2], strict=True))


@pytest.mark.parametrize("project", PROJECTS)
def test_both_calls_of_a_sample_begin_with_the_same_bytes(project: dict[str, str]) -> None:
    for first, second in samples(prompts_of(project)):
        assert first.system == second.system
        assert first.prefix == second.prefix
        assert first.suffix != second.suffix


def test_samples_with_the_readme_share_their_beginning_and_the_one_without_shares_what_is_before_it() -> None:
    prompts = prompts_of(PROJECTS[0], pass_line=10)

    assert len(prompts) == 6
    whole, again, bare = (pair[0].prefix for pair in samples(prompts))
    assert whole == again
    digest = digest_of(PROJECTS[0])
    assert digest.readme_span is not None
    assert common(whole, bare).startswith(f"# The project\n\n{digest.text[: digest.readme_span[0]]}")
    assert digest.text[slice(*digest.readme_span)] not in bare


@pytest.mark.parametrize("project", PROJECTS)
def test_a_change_in_a_late_file_leaves_all_before_it_as_it_was(project: dict[str, str]) -> None:
    late = digest_of(project).blocks[-1].path
    changed = project | {late: project[late].rstrip("\n") + "\n# and one more line\n"}

    before, after = prompts_of(project)[0], prompts_of(changed)[0]

    start = before.prefix.index(f"<<<mark file {late} |")
    assert before.system == after.system
    assert before.prefix != after.prefix
    assert len(common(before.prefix, after.prefix)) >= start


@pytest.mark.parametrize("project", PROJECTS)
def test_equal_projects_give_equal_prompts_but_for_the_nonce(project: dict[str, str]) -> None:
    first, second = prompts_of(project), prompts_of(dict(project))

    assert [p.suffix.replace(p.nonce, "") for p in first] == [p.suffix.replace(p.nonce, "") for p in second]
    assert [(p.system, p.prefix, p.key) for p in first] == [(p.system, p.prefix, p.key) for p in second]
    assert all(one.nonce != two.nonce for one, two in zip(first, second, strict=True))


@pytest.mark.parametrize("project", PROJECTS)
def test_the_tokens_of_a_prompt_are_estimated_upwards(project: dict[str, str]) -> None:
    for prompt in prompts_of(project):
        whole = estimate(prompt.system + prompt.prefix + prompt.suffix)
        assert whole <= prompt.tokens <= 2 * whole


def test_every_question_has_a_key_of_its_own() -> None:
    keys = [prompt.key for prompt in prompts_of(PROJECTS[0], pass_line=10)]

    assert len(set(keys)) == len(keys) == 6

"""Grade projects with Inspect AI, one call of the judge each; runs in the peers' venv: COUNT, CONCURRENCY, FOLDER.

The project's text stands for the output that is graded, so that no other model is asked.
"""

import sys
from pathlib import Path

from inspect_ai import Task, eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import GenerateConfig, ModelOutput, get_model
from inspect_ai.scorer import model_graded_qa
from inspect_ai.solver import Generate, Solver, TaskState, solver


@solver
def given() -> Solver:
    """Take the text of the project for what a model said."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001 - the signature of a solver
        state.output = ModelOutput.from_content("none", state.metadata["text"])
        return state

    return solve


def main() -> None:
    count, concurrency, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    samples = []
    for project in sorted(folder.iterdir())[:count]:
        text = "\n".join(file.read_text(encoding="utf-8") for file in sorted(project.iterdir()))
        samples.append(
            Sample(
                input=f"Does {project.name} do what its README says?",
                target="It does all of it.",
                metadata={"text": text},
            )
        )
    judge = get_model("openai/gpt-4o-mini", config=GenerateConfig(max_connections=concurrency))
    task = Task(dataset=MemoryDataset(samples), solver=given(), scorer=model_graded_qa(model=judge))
    done = eval(
        task,
        model="mockllm/model",
        max_samples=concurrency,
        max_connections=concurrency,
        display="none",
        log_dir=sys.argv[4],
    )
    assert done[0].status == "success", done[0].error


if __name__ == "__main__":
    main()

import pytest

from evaluator.digest.boilerplate import is_starter, likeness
from tests.support.candidates import candidate

DOCKER = """FROM node:22-alpine AS builder
WORKDIR /var/{0}
COPY package*.json ./
RUN npm ci
COPY --from=builder /var/{0}/dist ./dist
CMD ["npm","run","{1}"]
"""


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("web/README.md", "# Web\n\nThis template provides a minimal setup to get React working in Vite.", True),
        ("api/README.md", "# Api\n\nThis project was bootstrapped with [Create React App](https://x).", True),
        (
            "api/README.md",
            "# Api\n\nThis project was bootstrapped with [Create React App](https://x).\n채팅 화면",
            False,
        ),
        ("api/README.md", "# Api\n\nHow the server is built.", False),
        ("api/README.md", "This was bootstrapped with [x]\n" + "a line of ours\n" * 200, False),
        ("api/guide.md", "This project was bootstrapped with [Create React App](https://x).", False),
        ("api/readme.py", "# This project was bootstrapped with [Create React App]", False),
    ],
)
def test_a_readme_of_a_part_that_a_framework_wrote_tells_nothing(path: str, text: str, expected: bool) -> None:
    assert is_starter(candidate(path), text.split("\n")) is expected


def shape(path: str, text: str) -> bytes | None:
    return likeness(candidate(path), text.encode())


def test_containers_that_differ_in_paths_and_names_are_alike() -> None:
    one = shape("api/Dockerfile", DOCKER.format("api", "start"))

    assert one is not None
    assert one == shape("mail-worker/docker/Dockerfile", "# for mail\n" + DOCKER.format("mail-worker", "start"))
    assert one != shape("web/Dockerfile", DOCKER.format("web", "preview"))


def test_flows_of_the_parts_of_a_project_are_alike() -> None:
    flow = (
        "name: {0}\non:\n  push:\n    branches: [main]\njobs:\n  test:\n"
        "    steps: install the tools then run all tests and lint\n"
    )

    one, two = (shape(f".github/workflows/{name}.yml", flow.format(name)) for name in ("api", "web"))

    assert one == two is not None


@pytest.mark.parametrize("path", ["src/a.py", "settings.yml", "package.json"])
def test_of_other_files_each_counts(path: str) -> None:
    assert shape(path, DOCKER) is None


def test_short_and_very_long_ones_count_each() -> None:
    assert shape("Dockerfile", "FROM scratch\n") is None
    assert shape("Dockerfile", "run a b c d e f g h\n" * 9000) is None

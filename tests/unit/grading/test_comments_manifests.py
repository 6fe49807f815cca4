"""Prose in files that are named like Dockerfiles and lists of requirements is no evidence of behaviour."""

import pytest

from evaluator.grading import comments

CLAIM = "The program retries each failed upload three times and then reports the error to the user"
DOCKERFILE = """\
# A comment
FROM python:3.12 AS build
LABEL description="says much"
RUN apt-get update && \\
    # between
    apt-get install -y curl
COPY <<EOF /etc/motd
hello there
EOF
Run it like this.
  CMD ["serve"]
"""
REQUIREMENTS = """\
# all
numpy
flask==3.0  # web
uvicorn[standard] >=0.30 ; python_version > "3.8"
-r other.txt
--hash=sha256:00
git+https://x.example/a.git
https://x.example/a.whl
./wheels/a.whl
name @ https://x.example/a.whl
"""


def code_of(text: str, path: str) -> str:
    mask = comments.mask(text, path=path)
    assert len(mask) == len(text)
    return "".join(sign for sign, live in zip(text, mask, strict=True) if live)


@pytest.mark.parametrize("path", ["Dockerfile", "docker/Dockerfile.notes", "web.dockerfile", "Containerfile"])
def test_only_instructions_of_a_dockerfile_are_code(path: str) -> None:
    code = [line.strip() for line in code_of(DOCKERFILE, path).split("\n") if line.strip()]

    assert code == [
        "FROM python:3.12 AS build",
        "RUN apt-get update && \\",
        "apt-get install -y curl",
        "COPY <<EOF /etc/motd",
        "hello there",
        "EOF",
        'CMD ["serve"]',
    ]
    assert code_of(f"{CLAIM}\n{CLAIM}", path).strip() == ""


@pytest.mark.parametrize("path", ["requirements.txt", "api/requirements-dev.txt", "requirements.in"])
def test_only_requirements_are_code_in_a_list_of_them(path: str) -> None:
    listed = [line.split()[0] for line in code_of(REQUIREMENTS, path).split("\n") if line.strip()]

    assert listed == [line.split()[0] for line in REQUIREMENTS.split("\n")[1:] if line]
    assert code_of(f"{CLAIM}\n", path).strip() == ""


def test_other_files_with_such_words_in_their_names_are_read_as_their_suffix_tells() -> None:
    assert code_of("x = 1  # one", "dockerfile_parser.py") == "x = 1  "
    assert code_of("The requirements", "requirements.py") == "The requirements"


@pytest.mark.parametrize("path", ["Dockerfile", "requirements.txt"])
@pytest.mark.parametrize("piece", ["<<A\n", "RUN x \\\n", "a" * 100, "a[", " ", "RUN <<" + "a" * 40, "x" * 99 + "["])
def test_hostile_lists_are_read_to_their_end(path: str, piece: str) -> None:
    text = piece * (300_000 // len(piece))

    assert len(comments.mask(text, path=path)) == len(text)

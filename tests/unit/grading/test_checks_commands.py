import pytest

from evaluator.grading.checks.commands import readme_commands
from tests.support.digests import digest_of

FILES = {
    "app.py": "x = 1\n",
    "tools/seed.py": "x = 1\n",
    "pkg/__init__.py": "",
    "pkg/web.py": "x = 1\n",
    "pyproject.toml": '[project]\nname = "my-tool"\n[project.scripts]\nmytool = "pkg.web:main"\n',
    "requirements.txt": "numpy\n",
    "Makefile": "PORT := 3\nserve run: app.py\n\tpython app.py\n",
    "justfile": "@lint arg='x':\n  ruff\n",
    "web/package.json": '{"name": "@me/web", "bin": {"webby": "x.js"}, "scripts": {"dev": "vite", "lint": "x"}}',
    "web/x.js": "1",
    "Dockerfile": "FROM x\n",
    "compose.yaml": "x: 1\n",
    ".env.example": "A=1\n",
    "run.sh": "echo\n",
    "docs/guide.html": "<p>",
    "go.mod": "module x\n",
    "cmd/tool/main.go": "package main\n",
    "study.ipynb": "{}",
}


def check(readme: str, *, files: dict[str, str] | None = None) -> tuple[str, str]:
    result = readme_commands(digest_of({**(FILES if files is None else files), "README.md": readme}))
    return result.level, result.reason


@pytest.mark.parametrize(
    "command",
    [
        "python app.py --fast",
        "python3 tools/seed.py",
        "$ python ./app.py",
        "(venv) $ python app.py",
        "uv run python app.py",
        "poetry run mytool serve",
        "PORT=3 python app.py",
        "sudo make run",
        "python -m pkg.web",
        "pip install .",
        "pip install -e '.[dev]'",
        "pip install -r requirements.txt",
        "python -m pip install -r requirements.txt",
        "pip install my-tool",
        "pipx install my-tool==2",
        "make serve",
        "just lint",
        "npm run dev",
        "npm install",
        "npm ci",
        "yarn",
        "yarn lint",
        "pnpm lint --fix",
        "npx @me/web",
        "npm i @me/web",
        "webby go",
        "mytool",
        "MYTOOL go",
        "docker build -t x .",
        "docker compose up",
        "docker-compose up -d",
        "cp .env.example .env",
        "./run.sh",
        "bash run.sh",
        "streamlit run app.py",
        "jupyter notebook study.ipynb",
        "uvicorn pkg.web:app --reload",
        "go run ./cmd/tool",
        "go build",
        "go test ./...",
        "cd web && node x.js",
        "> python app.py",
        "mytool a | sort",
        "PS C:\\\\x> python app.py",
        "node web/x.js",
        "bun run dev",
        "yarn web/x.js",
        "source run.sh",
        "!python app.py",
    ],
)
def test_what_exists_is_found(command: str) -> None:
    level, reason = check(f"```sh\n{command}\n```\n")

    assert (level, reason) == ("met", "The README names 1 command of the project, 1 found.")


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("python main.py", "python main.py"),
        ("python3 seed.py", "python3 seed.py"),
        ("make deploy", "make deploy"),
        ("just test", "just test"),
        ("npm run build", "npm run build"),
        ("npm start", "npm start"),
        ("npm test", "npm test"),
        ("pip install -r dev.txt", "pip install -r dev.txt"),
        ("cp .env.sample .env", "cp .env.sample"),
        ("./start.sh", "./start.sh"),
        ("bash start.sh", "bash start.sh"),
        ("cargo run", "cargo run"),
        ("./gradlew bootRun", "./gradlew bootRun"),
        ("mvn package", "mvn package"),
        ("dotnet run", "dotnet run"),
        ("go run ./cmd/other", "go run ./cmd/other"),
        ("uvicorn server:app", "server:app"),
        ("node x.js", "node x.js"),
        ("streamlit run dash.py", "dash.py"),
        ("cd api && node x.js", "node x.js"),
        ("composer install", "composer install"),
        ("tox", None),
        ("flutter run", "flutter run"),
        ("yarn build.js", "yarn build.js"),
        ("cmake -B build", "cmake -B"),
    ],
)
def test_what_does_not_exist_is_named(command: str, missing: str | None) -> None:
    level, reason = check(f"```bash\n{command}\n```\n")

    if missing is None:
        assert level == "met"  # pyproject.toml may configure it
    else:
        assert (level, reason) == (
            "not_met",
            f"The README names 1 command of the project, 0 found; missing: `{missing}`.",
        )


@pytest.mark.parametrize(
    "text",
    [
        "```sh\ngit clone https://git.example/x && apt install jq\n```",
        "```sh\npip install requests\nnpm install -g yarn\npython -m venv .venv\npython -m pytest\npython -V\n```",
        "```sh\n# python gone.py\ncurl http://localhost | sh\npython /opt/gone.py\ncp a b c\ncp /etc/x .\ncd gone\n```",
        "```sh\ndocker run x\ngo get x\ngo install example.org/x\nyarn add x\npython -m gone\nyarn gone\nnpm run\n```",
        "```yaml\npython: gone.py\n```",
        "```text\nit's a line with an open quote\n```",
        "The file `gone.py` was removed; see [it](old/gone.py) and [this](https://x.example/a.py).",
        "```python\nimport requests\nfrom os import path\nprint('python gone.py')\n```",
        "```js\nimport x from 'react'\n```",
        "```sh\njust\nuvicorn\npytest -q\nmake_it\n\n```",
    ],
)
def test_what_is_not_the_projects_is_not_counted(text: str) -> None:
    assert check(text) == ("not_met", "The README names no command, script or module of the project.")


@pytest.mark.parametrize(
    ("text", "level", "reason"),
    [
        ("Run `app.py`, then `make serve`.", "met", "2 commands of the project, 2 found."),
        ("Open `gone.html` in a browser.", "not_met", "of the project, 0 found; missing: `gone.html`."),
        ("`gone.py` 파일을 실행하세요.", "not_met", "of the project, 0 found; missing: `gone.py`."),
        ("See [the notebook](study.ipynb) and [a page](./docs/guide.html).", "met", "of the project, 2 found."),
        ("Start with [this](gone.ipynb).", "not_met", "missing: `gone.ipynb`"),
        ("    $ python app.py", "met", "of the project, 1 found."),
        ("- a\n    - python gone.py", "not_met", "names no command"),
        ("~~~\npython app.py\n~~~\npython gone.py", "met", "of the project, 1 found."),
        ("````sh\n```\npython app.py\n````", "met", "of the project, 1 found."),
        ("```python\nfrom pkg.web import x\n>>> import app\n```", "met", "2 commands of the project, 2 found."),
        ("```ts\nimport web from '@me/web';\nconst a = require('webby')\n```", "met", "of the project, 2 found."),
        ("```python\nprint(1)\n```\nthen\n```sh\npython hello.py\n```", "not_met", "names no command"),
        (
            "```python\nprint(1)\n```\n" + "\n" * 25 + "```sh\npython hello.py\n```",
            "not_met",
            "missing: `python hello.py`",
        ),
        ("```sh\npython app.py\npython app.py\npython gone.py\n```", "partly", "2 commands of the project, 1 found"),
    ],
)
def test_places_in_the_readme(text: str, level: str, reason: str) -> None:
    found = check(text)

    assert found[0] == level
    assert reason in found[1]


@pytest.mark.parametrize(
    ("good", "bad", "level"),
    [(9, 1, "met"), (8, 1, "partly"), (1, 1, "partly"), (4, 5, "not_met"), (10, 0, "met"), (0, 1, "not_met")],
)
def test_levels_by_the_share_that_exists(good: int, bad: int, level: str) -> None:
    files = {f"a{n}.py": "x" for n in range(good)}
    commands = [f"python a{n}.py" for n in range(good)] + [f"python b{n}.py" for n in range(bad)]

    assert check("```\n" + "\n".join(commands) + "\n```", files=files)[0] == level


def test_folders_that_the_readme_changes_into_are_followed() -> None:
    files = {"a/b/run.py": "x", "a/serve.py": "x"}

    assert check("```\ncd a\npython serve.py\ncd b\npython run.py\n```", files=files)[0] == "met"
    assert check("```\ncd b\npython run.py\n```", files=files)[0] == "not_met"


def test_what_a_cut_manifest_may_hold_is_let_pass() -> None:
    files = {"package.json": "{\n}\n", "Makefile": "a:\nb:\n", "README.md": "```\nnpm run x\nmake y\n```"}

    assert readme_commands(digest_of(files)).level == "not_met"
    assert readme_commands(digest_of(files, cut={"package.json": 1, "Makefile": 1})).level == "met"
    assert readme_commands(digest_of(files, listed={"package.json", "Makefile"})).level == "met"


@pytest.mark.parametrize(
    ("files", "level"), [({}, "not_met"), ({"configure": "x"}, "met"), ({"CMakeLists.txt": "x"}, "met")]
)
def test_make_without_a_goal_needs_something_to_make(files: dict[str, str], level: str) -> None:
    assert check("```\nmake\n```", files=files)[0] == level


def test_goals_of_a_makefile_that_cmake_writes_are_not_known() -> None:
    assert check("```\nmake install\n```", files={"CMakeLists.txt": "x"})[0] == "met"
    assert check("```\nmake install\n```", files={"configure": "x"})[0] == "not_met"


def test_the_first_missing_command_is_cited_else_the_first() -> None:
    readme = "# x\n\n```\npython app.py\npython gone.py\n```\n"

    partly = readme_commands(digest_of({"app.py": "x", "README.md": readme}))
    met = readme_commands(digest_of({"app.py": "x", "gone.py": "x", "README.md": readme}))

    assert [e.lines for e in partly.evidence + met.evidence] == [(5, 5), (4, 4)]


def test_without_a_shown_readme_nothing_is_promised() -> None:
    result = readme_commands(digest_of({"README.md": "`app.py`"}, listed={"README.md"}))

    assert (result.level, result.reason) == ("not_met", "No README is shown.")


def test_commands_in_a_folder_elsewhere_are_not_the_projects_until_the_next_heading() -> None:
    outside = "## Try\n\n```sh\nmytool /tmp/x && cd /tmp/x\n```\n\n```sh\nnpm start\n```\n"

    assert check(outside)[1] == "The README names no command, script or module of the project."
    assert check(f"{outside}\n## Develop\n\n```sh\nnpm start\n```\n")[1].endswith("missing: `npm start`.")


def test_a_name_that_the_reader_is_to_fill_in_is_not_missing() -> None:
    assert (
        check("```sh\nnpm run <command>\nnpm --version\n```")[1]
        == "The README names no command, script or module of the project."
    )


@pytest.mark.parametrize(
    "commands",
    [
        "vim test_basic.py\npytest test_basic.py",
        "cat data.py\npython data.py",
        "curl -O https://x.y/install.sh\nbash install.sh",
        "echo 'x' > new.py\npython new.py",
    ],
)
def test_a_file_that_the_reader_writes_looks_at_or_fetches_is_not_missing(commands: str) -> None:
    level, reason = check(f"# T\n\n```sh\npython app.py\n{commands}\n```\n")

    assert (level, "missing" in reason) == ("met", False)


def test_a_script_that_configure_generates_is_not_missing() -> None:
    files = {"configure.ac": "AC_INIT\n", "main.c": "int main() {}\n"}

    level, _ = check("# T\n\n```sh\n./configure\nmake check\n```\n", files=files)

    assert level == "met"


def test_a_file_that_go_is_to_run_is_looked_for() -> None:
    level, reason = check("# T\n\n```sh\ngo run gone.go\n```\n")

    assert (level, "`go run gone.go`" in reason) == ("not_met", True)


@pytest.mark.parametrize(
    ("command", "path"),
    [("npm run build", "web/package.json"), ("make ship", "sub/Makefile"), ("just ship", "justfile")],
)
def test_a_task_that_a_hidden_file_may_hold_is_not_missing(command: str, path: str) -> None:
    files = {"package.json": "{}", "Makefile": "a:\n", path: "{}", "README.md": f"# T\n\n```sh\n{command}\n```\n"}

    result = readme_commands(digest_of(files, listed=[path]))

    assert result.level == "met"

from collections.abc import Collection, Mapping

import pytest

from evaluator.grading import promises
from evaluator.judgement import Promise
from tests.support.digests import digest_of

APP = 'import argparse\np.add_argument("--fast", "-f")\napp.run(port=5000)\n'


def found(
    readme: str, files: Mapping[str, str], *, kind: str | None = None, listed: Collection[str] = ()
) -> list[Promise]:
    digest = digest_of({"README.md": readme, **files}, listed=listed)
    return [p for p in promises.ledger(digest) if kind is None or p.kind == kind]


def shell(line: str) -> str:
    return f"# T\n\n```sh\n{line}\n```\n"


@pytest.mark.parametrize(
    ("line", "files", "place"),
    [
        ("python app.py", {"app.py": APP}, ("app.py", 1)),
        ("npm run dev", {"package.json": '{\n"scripts": {\n"dev": "vite"}}'}, ("package.json", 3)),
        ("yarn a:b", {"package.json": '{\n"scripts": {\n"a:b": "vite"}}'}, ("package.json", 3)),
        ("make test", {"Makefile": "all:\n\techo\nlint test: all\n"}, ("Makefile", 3)),
        ("make", {"Makefile": "all:\n\techo\n"}, ("Makefile", 1)),
        ("python -m pkg.web", {"pkg/__init__.py": "", "pkg/web.py": "x = 1\n"}, ("pkg/web.py", 1)),
        ("uvicorn pkg.web:app", {"pkg/__init__.py": "", "pkg/web.py": "x = 1\n"}, ("pkg/web.py", 1)),
        ("docker compose up", {"compose.yaml": "x: 1\n"}, ("compose.yaml", 1)),
        ("cargo run", {"Cargo.toml": "[package]\n"}, ("Cargo.toml", 1)),
        ("./run.sh now", {"run.sh": "echo\n"}, ("run.sh", 1)),
        ("mytool go", {"pyproject.toml": '[project]\n[project.scripts]\nmytool = "a:b"\n', "a.py": ""},
         ("pyproject.toml", 3)),
    ],
)  # fmt: skip
def test_a_command_is_found_with_the_place_that_shows_it(
    line: str, files: dict[str, str], place: tuple[str, int]
) -> None:
    (one,) = found(shell(line), files, kind="command")

    assert one.found == "found"
    assert [(e.file, e.lines, e.status) for e in one.evidence] == [(place[0], (place[1], place[1]), "exact")]


@pytest.mark.parametrize("line", ["python gone.py", "make gone", "npm run gone", "bash tools/gone.sh"])
def test_a_command_that_starts_nothing_is_missing(line: str) -> None:
    files = {"app.py": APP, "Makefile": "all:\n", "package.json": '{"scripts": {"dev": "x"}}'}

    (one,) = found(shell(line), files, kind="command")

    assert (one.found, one.evidence) == ("missing", ())


def test_a_script_of_a_manifest_that_is_not_shown_is_neither_found_nor_missing() -> None:
    (one,) = found(shell("npm run dev"), {"package.json": "{}", "app.py": APP}, kind="command", listed=["package.json"])

    assert one.found is None


@pytest.mark.parametrize(
    "line",
    [
        "vim test_basic.py", "cat data.txt", "git clone x", "pip install -r requirements.txt", "npm install", "npm ci",
        "cp .env.example .env", "cargo install t", "cd src", "node dist/server.js", "curl -O x.y/run.sh; bash run.sh",
        "vim a.py; python a.py", "echo 1 > a.py; python a.py", "docker", "t",
    ],
)  # fmt: skip
def test_what_installs_copies_or_belongs_to_the_reader_is_no_promise(line: str) -> None:
    files = {"requirements.txt": "x\n", "package.json": "{}", "Cargo.toml": "[package]\n", ".env.example": "A=1\n"}

    commands = found(shell(line), files, kind="command")

    assert commands == []


def test_a_file_that_is_only_spoken_of_is_no_command() -> None:
    readme = "# T\n\nSee `app.py`, [app](app.py) and `gone.py`.\n\nThen run `tool.py` as you like.\n"

    commands = found(readme, {"app.py": APP, "tool.py": APP}, kind="command")

    assert [p.text for p in commands] == ["tool.py"]


def test_what_a_build_generates_is_not_missing() -> None:
    files = {"configure.ac": "AC_INIT\n", "main.c": "int main() {}\n"}

    commands = found(shell("./configure\nmake check"), files, kind="command")

    assert all(p.found != "missing" for p in commands)


def test_a_long_command_is_named_by_the_path_of_its_file_or_shortened() -> None:
    path = "tools/training/train_the_model.py"
    files = {path: "x = 1\n", "package.json": '{"scripts": {"generate:all-the-clients-of-it": "x"}}'}

    commands = found(shell(f"python {path}\nnpm run generate:all-the-clients-of-it"), files, kind="command")

    assert [p.text for p in commands] == [f"Run {path}", "npm run gene…ents-of-it"]


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ('p.add_argument("-f", "--fast")', "app.py"),
        ('@click.option("--fast/--slow")', "app.py"),
        ("program.option('-f, --fast <n>', 'x')", "cli.js"),
        ("yargs.option('fast', {})", "cli.js"),
        ('fs.BoolVar(&x, "fast", false, "y")', "main.go"),
        ('cmd.Flags().BoolP("fast", "f", false, "y")', "main.go"),
        ('#[arg(long)]\nfast: bool,', "main.rs"),
        ('Arg::new("fast").long("fast")', "main.rs"),
        ("  --fast)", "run.sh"),
        ('def main(fast: bool = typer.Option(False)):', "app.py"),
    ],
)  # fmt: skip
def test_an_option_is_found_where_code_declares_it(code: str, path: str) -> None:
    (one,) = found("# T\n\n## Options\n\n- `--fast`: hurry\n", {path: f"x\n{code}\n"}, kind="option")

    assert one.found == "found"
    assert one.evidence[0].file == path


@pytest.mark.parametrize("code", ['# p.add_argument("--fast")', 'subprocess.run(["git", "--fast"])', '"""--fast"""'])
def test_an_option_of_comments_and_of_other_programs_is_not_found(code: str) -> None:
    (one,) = found("# T\n\n## Options\n\n- `--fast`: hurry\n", {"app.py": code + "\n"}, kind="option")

    assert one.found is None


def test_an_option_is_missing_only_where_all_of_the_code_is_shown() -> None:
    readme = "# T\n\n| Option | Meaning |\n|---|---|\n| `--gone` | x |\n"
    files = {"app.py": APP, "lib.py": "y = 1\n"}

    whole = found(readme, files, kind="option")
    part = found(readme, files, kind="option", listed=["lib.py"])

    assert [p.found for p in (*whole, *part)] == ["missing", None]


@pytest.mark.parametrize(
    ("readme", "expected"),
    [
        (shell("python app.py --fast | fzf --preview=x"), ["--fast"]),
        (shell("pip install x --upgrade"), []),
        (shell("curl x \\\n  --data y"), []),
        ("# T\n\n- Use pip with `--upgrade`\n- `-f, --fast`: hurry\n- `--help`: this\n", ["--fast"]),
        ("# T\n\n```\nOptions:\n  -f, --fast   hurry\n  --deep=N\n```\n", ["--fast", "--deep"]),
        ("# T\n\n## Prerequisites\n\n- `--fast`: x\n", []),
    ],
)
def test_only_options_of_the_project_itself_are_promised(readme: str, expected: list[str]) -> None:
    options = found(readme, {"app.py": APP}, kind="option")

    assert [p.text for p in options] == expected


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("app.py", '@app.route("/api/words/<int:id>")'),
        ("app.py", '@app.get("/api/words/{id}")'),
        ("app.py", 'r = APIRouter(prefix="/api")\n@r.get(\n    "/words/{id}"\n)'),
        ("urls.py", 'path("api/", include("x"))\npath("words/<int:id>/", view)'),
        ("app.js", 'app.use("/api", r);\nr.get("/words/:id", f);'),
        ("app.js", "router.route('/api/words/:id').get(f)"),
        ("A.java", '@RequestMapping("/api")\n@GetMapping("/words/{id}")'),
        ("A.java", '@RequestMapping(value = "/api/words/{id}", method = RequestMethod.GET)'),
        ("A.kt", '@RequestMapping("/api/words")\n@GetMapping("{id}")'),
        ("main.go", 'mux.HandleFunc("GET /api/words/{id}", f)'),
        ("main.go", 'api := r.Group("/api")\napi.GET("/words/:id", f)'),
        ("P.cs", 'app.MapGet("/api/words/{id}", f);'),
        ("C.cs", '[Route("api/words")]\n[HttpGet("{id}")]'),
        ("config/routes.rb", "namespace :api do\n  resources :words\n"),
        ("routes/api.php", "Route::prefix('api');\nRoute::get('/words/{id}', f);"),
        ("main.rs", '#[get("/api/words/{id}")]'),
        ("pages/api/words/[id].ts", "export default f"),
        ("src/app/api/words/[id]/route.ts", "export function GET() {}"),
        ("main.ts", "@Controller('api/words')\n@Get(':id')"),
    ],
)
def test_an_endpoint_is_found_where_a_framework_declares_it(path: str, code: str) -> None:
    (one,) = found("# T\n\n- `GET /api/words/{id}`: a word\n", {path: code + "\n"}, kind="endpoint")

    assert one.found == "found"
    assert one.evidence[0].file == path


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('@app.post("/api/words")', None),
        ('@app.get("/words")', None),
        ('# @app.route("/api/words")', None),
        ('@app.get("/other")', "missing"),
    ],
)
def test_an_endpoint_that_is_not_declared_so_is_not_found(code: str, expected: str | None) -> None:
    (one,) = found("# T\n\n`GET /api/words`\n", {"app.py": code + "\n"}, kind="endpoint")

    assert one.found == expected


@pytest.mark.parametrize(
    ("readme", "expected"),
    [
        ("| Path | Method |\n|---|---|\n| `/a/b` | post |\n", ["POST /a/b"]),
        ("| API | x |\n|---|---|\n| GET /a/b?c=d | y |\n", ["GET /a/b"]),
        ("```sh\ncurl -X PUT http://localhost:80/a/b -d 1\n```\n", ["PUT /a/b"]),
        ("```sh\ncurl http://localhost:80/a/b -d 1\n```\n", ["POST /a/b"]),
        ("```sh\ncurl https://example.com/a/b\n```\n", []),
        ("```js\nfetch('GET /a/b')\n```\n", []),
        ("- `GET /a/b` (coming soon)\n", []),
        ("| Path | Method |\n|---|---|\n| /a | GET, planned |\n", []),
        ("### GET /a/b\n", ["GET /a/b"]),
    ],
)
def test_endpoints_are_read_from_tables_lists_titles_and_calls(readme: str, expected: list[str]) -> None:
    endpoints = found(f"# T\n\n{readme}", {"app.py": APP}, kind="endpoint")

    assert [p.text for p in endpoints] == expected


@pytest.mark.parametrize(
    ("readme", "expected"),
    [
        ("Open http://localhost:5000/x", [("Port 5000", "found")]),
        ("The server runs on port 8080.", [("Port 8080", None)]),
        ("서버는 5000번 포트에서 실행됩니다.", [("Port 5000", "found")]),
        ("Redis is at localhost:6379", []),
    ],
)
def test_a_port_is_found_in_code_and_never_missing(readme: str, expected: list[tuple[str, str | None]]) -> None:
    ports = found(f"# T\n\n{readme}\n", {"app.py": APP}, kind="port")

    assert [(p.text, p.found) for p in ports] == expected


def test_files_of_a_drawn_tree_and_of_links_are_looked_for() -> None:
    tree = "t/\n├── src/\n│   ├── app.py   # here\n│   └── gone.py\n├── dist/\n│   └── made.js\n├── LICENSE\n└── .env\n"
    sample = "```\nother/\n└── of_a_sample.py\n```"
    links = "The [schema](db/schema.sql) and the [guide](docs/guide.md).\n"
    readme = f"# T\n\n{sample}\n\n## Structure\n\n```\n{tree}```\n\n{links}"

    files = found(readme, {"src/app.py": APP, "lib/schema.sql": "x\n"}, kind="file")

    assert [(p.text, p.found) for p in files] == [
        ("src/app.py", "found"),
        ("src/gone.py", "missing"),
        ("db/schema.sql", None),
    ]


@pytest.mark.parametrize(
    ("block", "number"),
    [
        ("```python\nfrom pkg import f\nf(1)  # => 2\n```", 1),
        ("```pycon\n>>> import pkg\n>>> pkg.f(1)\n2\n```", 1),
        ("```python\nimport pkg\npkg.f(1)\n```\n\nOutput:\n\n```\n2\n```", 1),
        ("```python\nimport numpy\nnumpy.f(1)  # => 2\n```", 0),
        ("```python\nimport pkg\npkg.f(1)\n```", 0),
        ("```sh\nimport pkg # => 2\n```", 0),
    ],
)
def test_an_example_counts_where_it_uses_the_project_and_shows_the_result(block: str, number: int) -> None:
    examples = found(f"# T\n\n{block}\n", {"pkg/__init__.py": "x = 1\n"}, kind="example")

    assert [p.text for p in examples] == ["Example of use at line 4"] * number


def test_of_a_readme_alone_nothing_is_found_or_missing() -> None:
    ledger = found(shell("python gone.py --fast") + "\n`GET /a/b` at localhost:3000\n", {})

    assert {p.kind for p in ledger} >= {"command", "endpoint", "port"}
    assert all(p.found is None for p in ledger)

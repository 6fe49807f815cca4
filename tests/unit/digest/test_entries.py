import pytest

from evaluator.digest.imports import entry_points
from tests.support.reaching import declared

DECLARED = {
    "a script of a project": ("pyproject.toml", '[project.scripts]\nshelf = "shelf.cli:main"', "shelf/cli.py"),
    "one in a src folder": ("pyproject.toml", '[tool.poetry.scripts]\nshelf = "shelf.cli:main"', "src/shelf/cli.py"),
    "a package": ("setup.cfg", "console_scripts =\n    shelf = shelf:main\n", "shelf/__init__.py"),
    "setup.py": ("setup.py", "entry_points={'console_scripts': ['shelf=shelf.cli:main']}", "shelf/cli.py"),
    "one of a part": ("api/pyproject.toml", '[project.scripts]\nx = "shelf.cli:main"', "api/shelf/cli.py"),
    "one that lies elsewhere": ("deploy/Dockerfile", "CMD uvicorn shelf.web:app", "code/shelf/web.py"),
    "main": ("package.json", '{ "main": "./lib/shelf.js" }', "lib/shelf.js"),
    "main without a suffix": ("web/package.json", '{ "main": "server" }', "web/server.js"),
    "main of a folder": ("package.json", '{ "main": "lib" }', "lib/index.js"),
    "what main is built from": ("package.json", '{ "main": "dist/cjs/index.cjs" }', "src/index.ts"),
    "types": ("package.json", '{ "types": "./dist/shelf.d.ts" }', "src/shelf.ts"),
    "bin": ("package.json", '{ "bin": { "shelf": "bin/shelf.js" } }', "bin/shelf.js"),
    "exports": ("package.json", '{ "exports": { ".": { "import": "./esm/shelf.mjs" } } }', "esm/shelf.mjs"),
    "a script": ("package.json", '{ "scripts": { "start": "ts-node src/boot.ts" } }', "src/boot.ts"),
    "an extension": ("manifest.json", '{ "background": { "service_worker": "worker.js" } }', "worker.js"),
    "a Cargo target": ("Cargo.toml", '[[bin]]\nname = "x"\npath = "src/tool.rs"', "src/tool.rs"),
    "a Go module": ("go.mod", "module example.org/x", "shelf.go"),
    "a Go command": ("go.mod", "module example.org/x", "cmd/shelf/main.go"),
    "go run": ("Makefile", "run:\n\tgo run ./tools/seed\n", "tools/seed/seed.go"),
    "a main class": ("pom.xml", "<mainClass>a.b.Shelf</mainClass>", "src/main/java/a/b/Shelf.java"),
    "one of Gradle": ("build.gradle.kts", 'mainClass.set("a.b.ShelfKt")', "src/main/kotlin/a/b/Shelf.kt"),
    "an activity": ("app/src/main/AndroidManifest.xml", '<activity android:name=".ui.Home">', "app/src/a/ui/Home.kt"),
    "a project of .NET": ("src/Web/Web.csproj", "<Project>", "src/Web/Program.cs"),
    "a container's command": ("Dockerfile", 'CMD ["python", "run_it.py"]', "run_it.py"),
    "a path in a container": ("Dockerfile", "ENTRYPOINT node /usr/src/app/web/serve.js", "web/serve.js"),
    "a module in a container": ("Dockerfile", 'CMD ["python", "-m", "shelf"]', "shelf/__main__.py"),
    "a Procfile": ("Procfile", "web: gunicorn shelf.wsgi:application", "shelf/wsgi.py"),
    "compose": ("docker-compose.yml", "command: python worker/loop.py", "worker/loop.py"),
    "streamlit": ("Makefile", "streamlit run ui/board.py", "ui/board.py"),
    "flask": ("Makefile", "flask --app shelf.web run", "shelf/web.py"),
    "django": ("Procfile", "DJANGO_SETTINGS_MODULE=site.settings ./manage.py", "site/settings.py"),
    "a workflow": (".github/workflows/run.yml", "      - run: node scripts/collect.mjs", "scripts/collect.mjs"),
    "an object file": ("Makefile", "shelf: main.o row.o\n", "src/row.c"),
    "a list of sources": ("CMakeLists.txt", "add_executable(x ${CMAKE_CURRENT_SOURCE_DIR}/src/row.cpp)", "src/row.cpp"),
    "a pattern of sources": ("core/CMakeLists.txt", "file(GLOB S src/*.cpp)", "core/src/row.cpp"),
    "a deep pattern": ("Makefile", "SRC = $(wildcard src/**/*.c)", "src/a/b/row.c"),
    "composer": ("composer.json", '{ "bin": ["bin/shelf.php"] }', "bin/shelf.php"),
}  # fmt: skip


@pytest.mark.parametrize("name", DECLARED)
def test_what_a_manifest_declares_is_an_entry_point(name: str) -> None:
    manifest, text, path = DECLARED[name]

    assert declared(manifest, text, path, "other/dead.py", "other/dead.ts", "other/dead.go") == {path}


@pytest.mark.parametrize(
    ("manifest", "text", "path"),
    [
        ("package.json", '{ "scripts": { "test": "node test/run.js" } }', "test/run.js"),
        ("Makefile", "pytest tests/test_it.py", "tests/test_it.py"),
        ("tsconfig.json", '{ "include": ["src/**/*.ts"] }', "src/dead.ts"),
        ("Dockerfile", "CMD python ../../etc/run.py", "run.py"),
        ("pyproject.toml", '[tool.mypy]\nmodule = ["shelf.cli"]', "shelf/cli.py"),
        ("package.json", '{ "main": "dist/gone.js" }', "src/index.ts"),
    ],
)
def test_what_starts_nothing_is_no_entry_point(manifest: str, text: str, path: str) -> None:
    assert declared(manifest, text, path) == set()


def test_the_nearest_file_is_meant_before_one_at_the_top() -> None:
    assert declared("web/Dockerfile", "CMD python run.py", "run.py", "web/run.py") == {"web/run.py"}


HOSTILE = {
    "brackets": "[" * 200_000,
    "nested objects": '{"a":' * 100_000,
    "modules": '"a.b:c" ' * 50_000,
    "climbing": "../" * 100_000,
    "no text": "\x00\xff" * 1000,
    "one word": "a" * 1_000_000,
    "patterns": "*.c " * 90_000,
}
NAMES = ("package.json", "Makefile", "pom.xml", "pyproject.toml", "go.mod")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_manifest_declares_nothing(name: str) -> None:
    manifests = {manifest: HOSTILE[name].encode("latin-1") for manifest in NAMES}

    assert entry_points(manifests, paths=["src/main.py", "x/y.ts"]) == frozenset()


def test_of_one_manifest_only_so_many_words_are_looked_at() -> None:
    paths = [f"f{n}.py" for n in range(4000)]

    found = declared("Makefile", " ".join(paths), *paths)

    assert len(found) == 3000

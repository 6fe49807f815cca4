"""What the names of files and folders tell, as data."""

SUFFIXES_CODE = frozenset(
    {
        "py", "pyi", "pyx", "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "vue", "svelte", "astro", "java", "kt",
        "kts", "scala", "groovy", "clj", "cljs", "go", "rs", "c", "h", "cc", "cpp", "cxx", "hh", "hpp", "hxx", "ino",
        "cu", "m", "mm", "swift", "cs", "fs", "vb", "php", "rb", "ex", "exs", "erl", "hrl", "hs", "ml", "mli", "elm",
        "lua", "r", "jl", "dart", "pl", "pm", "sh", "bash", "zsh", "fish", "ps1", "bat", "sql", "html", "htm", "css",
        "scss", "sass", "less", "zig", "nim", "v", "sol", "asm", "s", "proto", "graphql", "gql", "tf", "ipynb", "jsp",
        "erb", "ejs", "hbs", "j2", "jinja", "twig", "gd", "rkt", "lisp", "el", "f90", "f95", "pas", "d", "cmake", "vhd",
        "vhdl", "sv",
    }
)  # fmt: skip
SUFFIXES_DOC = frozenset({"md", "markdown", "rst", "adoc", "txt", "org", "mdx"})
SUFFIXES_CONFIG = frozenset({"toml", "yaml", "yml", "ini", "cfg", "conf", "json", "xml", "properties", "env", "plist"})
SUFFIXES_MEDIA = frozenset(
    {
        "png", "jpg", "jpeg", "gif", "bmp", "ico", "webp", "avif", "tif", "tiff", "svg", "psd", "ai", "heic", "mp3",
        "wav", "ogg", "flac", "m4a", "mp4", "mov", "avi", "mkv", "webm", "ttf", "otf", "woff", "woff2", "eot", "pdf",
        "doc", "docx", "xls", "xlsx", "ppt", "pptx", "hwp", "hwpx", "glb", "gltf", "fbx", "obj", "stl",
    }
)  # fmt: skip
SUFFIXES_BINARY = frozenset(
    {
        "exe", "dll", "so", "dylib", "a", "o", "lib", "class", "jar", "war", "ear", "pyc", "pyo", "whl", "egg", "wasm",
        "bin", "dat", "db", "sqlite", "sqlite3", "zip", "tar", "gz", "tgz", "bz2", "xz", "7z", "rar", "zst", "iso",
        "dmg", "apk", "aab", "ipa", "deb", "rpm", "pkl", "pickle", "npy", "npz", "pt", "pth", "onnx", "h5",
        "safetensors", "gguf", "tflite", "pb", "mo",
    }
)  # fmt: skip
SUFFIXES_DATA = frozenset({"csv", "tsv", "parquet", "arrow", "feather", "jsonl", "ndjson", "geojson", "log", "dump"})
LARGE_DATA = 64 << 10  # bytes from which a json, xml, txt or sql file is taken as data

LOCK_FILES = frozenset(
    {
        "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb", "deno.lock",
        "poetry.lock", "uv.lock", "pdm.lock", "pipfile.lock", "pixi.lock", "conda-lock.yml", "cargo.lock", "go.sum",
        "gemfile.lock", "composer.lock", "mix.lock", "podfile.lock", "package.resolved", "pubspec.lock", "flake.lock",
        "gradle.lockfile", "packages.lock.json", ".terraform.lock.hcl",
    }
)  # fmt: skip
MANIFESTS = frozenset(
    {
        "package.json", "pyproject.toml", "setup.py", "setup.cfg", "pipfile", "environment.yml", "environment.yaml",
        "cargo.toml", "go.mod", "pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts",
        "gemfile", "composer.json", "cmakelists.txt", "makefile", "justfile", "taskfile.yml", "package.swift",
        "mix.exs", "deno.json", "pubspec.yaml", "build.sbt", "project.clj", "stack.yaml", "meson.build", "build.zig",
        "podfile",
    }
)  # fmt: skip
MANIFEST_SUFFIXES = (".csproj", ".fsproj", ".sln", ".gemspec", ".cabal", ".nimble", ".podspec")
CONTAINERS = ("dockerfile", "containerfile", "docker-compose", "compose.y", "procfile", "jenkinsfile", "vagrantfile")
CONTINUOUS = (
    ".github/workflows/",
    ".gitlab-ci",
    ".circleci/",
    ".travis.yml",
    "azure-pipelines",
    ".ci/",
    "bitbucket-pipe",
)
ENTRY_POINTS = frozenset(
    {
        "main", "__main__", "app", "index", "server", "cli", "manage", "wsgi", "asgi", "run", "program", "startup",
        "application", "worker", "lib", "mod", "bootstrap", "start",
    }
)  # fmt: skip
AGENT_FOLDERS = frozenset(
    {
        ".claude", ".cursor", ".windsurf", ".continue", ".roo", ".kiro", ".gemini", ".codex", ".aider", ".serena",
        ".junie", ".opencode", ".trae", ".augment", ".clinerules", ".superclaude",
    }
)  # fmt: skip
AGENT_FILES = frozenset(
    {
        "agents.md", "claude.md", "gemini.md", "claude.local.md", ".cursorrules", ".windsurfrules", ".clinerules",
        "copilot-instructions.md", ".aider.conf.yml", ".mcp.json",
    }
)  # fmt: skip
VENDORED_FOLDERS = frozenset(
    {
        "node_modules", "bower_components", "jspm_packages", "third_party", "third-party", "thirdparty", "pods",
        "carthage", "site-packages", ".venv", ".tox", ".nox", "__pycache__", ".yarn", ".gradle", ".mvn", ".dart_tool",
    }
)  # fmt: skip
VENDOR_PARENTS = frozenset({"", "assets", "static", "public", "lib", "libs"})  # elsewhere `vendor` may be the topic
EDITOR_FOLDERS = frozenset({".idea", ".vs", ".vscode", ".settings"})
MARKERS = frozenset({"pyvenv.cfg", "cachedir.tag"})  # what a virtual environment or a cache says of its own folder
TEST_FOLDERS = frozenset({"test", "tests", "__tests__", "spec", "testing", "e2e", "androidtest"})
FIXTURE_FOLDERS = frozenset(
    {"fixtures", "testdata", "test_data", "test-data", "__fixtures__", "__snapshots__", "golden", "goldens"}
)
SECRET_FILES = frozenset(
    {
        "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".netrc", ".pypirc", ".htpasswd", ".pgpass", ".git-credentials",
        "credentials", "credentials.json", "service-account.json", "service_account.json", "serviceaccountkey.json",
    }
)  # fmt: skip
SECRET_SUFFIXES = (".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk")
HARMLESS_ENV = (".example", ".sample", ".template", ".dist", ".defaults", ".test.example")

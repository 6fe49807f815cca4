"""What the names of files and folders tell, as data. Everything is in lower case.

What is vendored or generated follows GitHub's Linguist in the facts; the words are our own.
"""

import re

# Suffixes ---------------------------------------------------------------------------------------------------------

SUFFIXES_CODE = frozenset(
    {
        "py", "pyi", "pyx", "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte", "astro", "coffee",
        "java", "kt", "kts", "scala", "groovy", "clj", "cljs", "cljc", "go", "rs", "c", "h", "cc", "cpp", "cxx", "hh",
        "hpp", "hxx", "ino", "cu", "cuh", "m", "mm", "swift", "cs", "fs", "vb", "xaml", "razor", "cshtml", "php", "rb",
        "rake", "ex", "exs", "erl", "hrl", "hs", "ml", "mli", "elm", "purs", "lua", "r", "jl", "dart",
        "pl", "pm", "sh", "bash", "zsh", "fish", "ps1", "bat", "awk", "sql", "html", "htm", "css", "scss", "sass",
        "less", "zig", "nim", "v", "cr", "d", "sol", "vy", "move", "asm", "s", "proto", "thrift", "graphql", "gql",
        "prisma", "tf", "hcl", "bicep", "nix", "ipynb", "jsp", "erb", "ejs", "haml", "slim", "pug", "hbs", "mustache",
        "liquid", "j2", "jinja", "twig", "gd", "gdshader", "glsl", "vert", "frag", "hlsl", "wgsl", "shader", "rkt",
        "scm", "lisp", "el", "f90", "f95", "pas", "cbl", "cmake", "vhd", "vhdl", "sv", "ipy", "l", "y", "ll", "yy",
    }
)  # fmt: skip
SUFFIXES_DOC = frozenset({"md", "markdown", "rst", "adoc", "asciidoc", "txt", "org", "mdx", "textile", "rmd", "qmd"})
SUFFIXES_CONFIG = frozenset({
    "toml", "yaml", "yml", "ini", "cfg", "conf", "json", "jsonc", "json5", "xml", "properties", "env", "plist", "tscn",
})  # fmt: skip
SUFFIXES_MEDIA = frozenset(
    {
        "png", "jpg", "jpeg", "gif", "bmp", "ico", "icns", "webp", "avif", "tif", "tiff", "svg", "psd", "ai", "heic",
        "mp3", "wav", "ogg", "flac", "m4a", "mid", "mp4", "mov", "avi", "mkv", "webm", "ttf", "otf", "woff", "woff2",
        "eot", "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "hwp", "hwpx", "odt", "epub", "glb", "gltf", "fbx",
        "obj", "mtl", "stl", "blend", "cast", "drawio", "excalidraw", "fig", "sketch",
    }
)  # fmt: skip
SUFFIXES_BINARY = frozenset(
    {
        "exe", "dll", "so", "dylib", "a", "o", "lib", "class", "jar", "war", "ear", "pyc", "pyo", "pyd", "whl", "egg",
        "wasm", "bin", "dat", "db", "sqlite", "sqlite3", "mdb", "zip", "tar", "gz", "tgz", "bz2", "xz", "7z", "rar",
        "zst", "iso", "dmg", "apk", "aab", "ipa", "deb", "rpm", "pkl", "pickle", "joblib", "npy", "npz", "pt", "pth",
        "ckpt", "onnx", "h5", "hdf5", "safetensors", "gguf", "tflite", "pb", "mo", "wad", "swf", "pdb", "nupkg", "enc",
        "gpg", "asc", "sig",
        "ds_store",
    }
)  # fmt: skip
SUFFIXES_DATA = frozenset(
    {
        "csv", "tsv", "parquet", "arrow", "feather", "jsonl", "ndjson", "geojson", "log", "dump", "po", "pot", "xlf",
        "xliff", "resx", "arb", "strings", "snap", "meta", "prefab", "unity", "asset", "har", "bib", "srt", "vtt",
        "patch", "diff", "gpx", "kml", "rdf", "ttl", "nt", "lst",
    }
)  # fmt: skip
LARGE_DATA = {  # bytes from which such a file is taken as data
    **dict.fromkeys(("json", "jsonc", "xml", "yaml", "yml", "txt", "toml", "plist", "properties", "tscn"), 32 << 10),
    "sql": 96 << 10,
}
HEADERS = (".h", ".hpp", ".hh", ".hxx")
SOURCES = frozenset({"c", "cc", "cpp", "cxx", "m", "mm", "cu"})  # that headers speak for
SOFT = frozenset(  # styles, pages and declarations: they tell little for their length
    {
        "css",
        "scss",
        "sass",
        "less",
        "erb",
        "ejs",
        "haml",
        "slim",
        "pug",
        "hbs",
        "mustache",
        "liquid",
        "j2",
        "jinja",
        "twig",
        "jsp",
        "html",
        "htm",
        "xaml",
        "pyi",
        "svg",
        "glsl",
        "vert",
        "frag",
        "hlsl",
        "sql",
        "h",
        "hh",
        "hpp",
        "hxx",
    }
)

# Manifests, configuration -----------------------------------------------------------------------------------------

LOCK_FILES = frozenset(
    {
        "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb", "deno.lock",
        "poetry.lock", "uv.lock", "pdm.lock", "pipfile.lock", "pixi.lock", "conda-lock.yml", "cargo.lock", "go.sum",
        "go.work.sum", "gemfile.lock", "composer.lock", "mix.lock", "podfile.lock", "package.resolved", "pubspec.lock",
        "flake.lock", "gradle.lockfile", "packages.lock.json", ".terraform.lock.hcl", "cartfile.resolved",
        "pylock.toml", "gopkg.lock", "glide.lock", "module.bazel.lock", "paket.lock",
    }
)  # fmt: skip
MANIFESTS = frozenset(
    {
        "package.json", "pyproject.toml", "setup.py", "setup.cfg", "pipfile", "environment.yml", "environment.yaml",
        "cargo.toml", "go.mod", "go.work", "pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle",
        "settings.gradle.kts", "gemfile", "composer.json", "cmakelists.txt", "makefile", "gnumakefile", "justfile",
        "taskfile.yml", "rakefile", "package.swift", "mix.exs", "deno.json", "deno.jsonc", "pubspec.yaml", "build.sbt",
        "project.clj", "deps.edn", "stack.yaml", "meson.build", "build.zig", "podfile", "pnpm-workspace.yaml",
        "lerna.json", "nx.json", "turbo.json", "configure.ac", "project.godot", "requirements",
        "directory.packages.props", "directory.build.props", "module.bazel", "manifest.json", "androidmanifest.xml",
        "libs.versions.toml",
    }
)  # fmt: skip
SUFFIXES_MANIFEST = frozenset(
    {"csproj", "fsproj", "vbproj", "sln", "slnx", "gemspec", "cabal", "nimble", "podspec", "rockspec"}
)
PACKAGES = frozenset(  # a folder that holds one of these is a package of its own in a monorepo
    {
        "package.json", "pyproject.toml", "setup.py", "cargo.toml", "go.mod", "pom.xml", "build.gradle",
        "build.gradle.kts", "composer.json", "gemfile", "pubspec.yaml", "mix.exs", "package.swift", "requirements.txt",
    }
)  # fmt: skip
SUFFIXES_PACKAGE = frozenset({"csproj", "fsproj"})
CONTAINERS = (
    "dockerfile", "containerfile", "docker-compose", "compose.y", "procfile", "jenkinsfile", "vagrantfile", "fly.toml",
    "render.yaml", "vercel.json", "netlify.toml", "app.yaml", "chart.yaml", "serverless.y",
)  # fmt: skip
CONTINUOUS_FOLDERS = (".github/workflows", ".circleci", ".ci", ".buildkite", ".woodpecker")
CONTINUOUS_FILES = (
    ".gitlab-ci", ".travis.yml", "azure-pipelines", "bitbucket-pipe", ".drone.yml", "appveyor.yml", ".appveyor.yml",
    ".woodpecker", ".cirrus.yml",
)  # fmt: skip
TOOLS = ("tsconfig", "jsconfig", "eslint", "prettier", "nswag", "launchsettings", "typos", "babel", "jest", "karma")
ALIASES = ("tsconfig", "jsconfig", "vite.config", "webpack.config", "vue.config", "rollup.config", "craco.config")
CHECKS = frozenset({"test", "tests", "testing", "ci", "build", "check", "checks", "lint", "main", "verify", "unit"})
BOTS = frozenset(  # flows that look after a repository, not after the program
    {
        "label", "labeler", "labels", "issue", "issues", "stale", "lock", "greet", "greetings", "assign", "assignee",
        "drafter", "draft", "codeql", "scorecard", "zizmor", "typos", "project", "conflicts", "topic", "repos",
        "people", "sponsors", "contributors", "dependabot", "close", "notify", "slack", "discord", "welcome",
        "translate", "depsreview", "guard", "milestone", "reviewer", "sync",
    }
)  # fmt: skip
LICENCES = ("license", "licence", "copying", "unlicense")

SETTINGS_ENDS = (
    "rc", "ignore", "config", "version", "versions", "attributes", "modules", "profile", ".env", "options",
    "htaccess", ".rspec", "-format", "-tidy", "-hooks", "mailmap", "env.example", "env.sample", "env.template",
    "env.dist",
)  # fmt: skip

# Where programs start ---------------------------------------------------------------------------------------------

ENTRY_POINTS = frozenset(
    {
        "main", "__main__", "app", "index", "server", "cli", "manage", "wsgi", "asgi", "run", "program", "startup",
        "application", "worker", "lib", "mod", "bootstrap", "start", "game", "bot",
    }
)  # fmt: skip
NEAR_ENTRY_POINTS = frozenset({"index", "lib", "mod"})  # further down they only gather what lies beside them
ENTRY_FOLDERS = frozenset({"", "src", "lib", "app", "source"})  # of a package, where those are
DEEP = frozenset({"java", "kt", "scala", "cs", "swift"})  # languages that put everything into deep folders

# Listed, not shown ------------------------------------------------------------------------------------------------

AGENT_FOLDERS = frozenset(
    {
        ".claude", ".cursor", ".windsurf", ".continue", ".roo", ".kiro", ".gemini", ".codex", ".aider", ".serena",
        ".junie", ".opencode", ".trae", ".augment", ".clinerules", ".superclaude", ".agents", ".agent", ".specify",
        ".bmad-core", ".amazonq", ".qoder", ".factory", ".crush", ".goose", ".ruler", ".openhands", ".kilocode",
        ".cline", ".taskmaster", ".qwen", ".rovodev", ".claude-plugin", ".codebuddy", "memory-bank", ".omc",
        ".sisyphus",
    }
)  # fmt: skip
AGENT_PLACES = (".github/prompts", ".github/instructions", ".github/chatmodes", ".github/agents", ".github/skills")
AGENT_FILES = frozenset(
    {
        "agents.md", "agent.md", "claude.md", "gemini.md", "qwen.md", "warp.md", "claude.local.md", "agents.local.md",
        ".cursorrules", ".windsurfrules", ".clinerules", ".roorules", ".goosehints", ".cursorignore", ".claudeignore",
        ".aiexclude", "copilot-instructions.md", ".aider.conf.yml", ".mcp.json", "skills-lock.json", ".coderabbit.yaml",
    }
)  # fmt: skip
VENDORED_FOLDERS = frozenset(
    {
        "node_modules", "bower_components", "jspm_packages", "third_party", "third-party", "thirdparty", "3rdparty",
        "3rd_party", "3rd-party", "carthage", "site-packages", "_vendor", "vendored", "godeps", "_esy",
        "elm-stuff", ".venv", ".tox", ".nox", ".yarn", ".gradle", ".mvn", ".dart_tool", ".bundle", ".terraform",
    }
)  # fmt: skip
VENDOR_FOLDERS = frozenset({"vendor", "vendors"})
VENDOR_PARENTS = frozenset({"", "assets", "static", "public", "lib", "libs"})  # elsewhere `vendor` may be the topic
VENDOR_IS_OURS = frozenset(  # a folder `vendor` that holds one of these is about vendors
    {
        "models.py", "views.py", "urls.py", "apps.py", "admin.py", "routes.py", "router.py", "service.py", "schemas.py",
        "index.ts", "index.tsx", "page.tsx", "layout.tsx", "routes.ts", "service.ts", "vendor.ts", "vendor.tsx",
        "vendor.py", "vendor.java", "vendor.kt", "vendor.go", "vendorcontroller.java", "vendorservice.java",
    }
)  # fmt: skip
VENDOR_LIKE = frozenset(  # vendored where a folder below carries a licence of its own
    {"deps", "dep", "external", "externals", "extern", "ext", "submodules"}
)
VENDORED_FILES = frozenset(
    {"gradlew", "gradlew.bat", "gradle-wrapper.properties", "mvnw", "mvnw.cmd", ".pnp.cjs", ".pnp.loader.mjs"}
)
VENDORED_LIBRARY = re.compile(  # of the web, by name; the version then tells whether it is a copy
    r"(?:jquery|bootstrap|angular|react|vue|d3|three|lodash|underscore|backbone|modernizr|moment|chart|p5|raphael|mootools"
    r"|prototype|htmx|alpine|swiper|slick|popper|leaflet|axios|socket\.io|normalize|font-?awesome|animate|select2"
    r"|datatables|highcharts|echarts|tinymce|ckeditor|codemirror|sweetalert2?|toastr|owl\.carousel|aos|phaser|pixi|fabric)"
    r"(?:[.-](?:ui|dom|core|esm|umd|full|bundle|slim|all|prod|dev|global|pkgd))*(?P<version>[.-]v?\d[\w.]*)?\.(?:js|css|mjs)"
)
BUILT_FOLDERS = frozenset(
    {
        "__pycache__", ".next", ".nuxt", ".svelte-kit", ".output", ".turbo", ".parcel-cache", ".cache", ".pytest_cache",
        ".mypy_cache", ".ruff_cache", ".eggs", ".ipynb_checkpoints", ".docusaurus", ".expo", ".angular", ".vercel",
        ".serverless", "htmlcov", ".nyc_output", "lcov-report", "deriveddata", "__generated__", "xcuserdata",
        "cmakefiles", ".dart_tool", "javadoc", "apidocs",
    }
)  # fmt: skip
GENERATED_ENDS = (
    "_pb2.py", "_pb2.pyi", "_pb2_grpc.py", ".pb.go", ".pb.gw.go", ".pb.cc", ".pb.h", ".pb.swift", ".pbobjc.h",
    ".pbobjc.m", ".g.dart", ".freezed.dart", ".gr.dart", ".g.cs", ".g.i.cs", ".designer.cs", ".designer.vb",
    ".generated.ts", ".generated.js", ".generated.cs", ".generated.go", ".generated.swift", "_generated.go",
    "_generated.ts", ".gen.go", ".gen.ts", "_gen.go", ".bundle.js",
    ".chunk.js", ".min.html",
)  # fmt: skip
SUFFIXES_GENERATED = frozenset({"pbxproj", "xcworkspacedata", "xcuserstate", "nib", "xib", "storyboard"})
GENERATED_FILES = frozenset(
    {"buildconfig.java", "next-env.d.ts", "config.guess", "config.sub", "aclocal.m4", "ltmain.sh"}
)
MINIFIED_ENDS = (".min.js", ".min.css", ".min.mjs", ".map", "-min.js", "-min.css")
EDITOR_FOLDERS = frozenset({".idea", ".vs", ".vscode", ".settings", ".fleet", ".zed"})
MARKERS = {  # what a virtual environment or a cache says of its own folder, by file name
    "cachedir.tag": re.compile(rb"\ASignature: 8a477f597d28d172789f06886806bc55"),  # source: bford.info/cachedir
    "pyvenv.cfg": re.compile(rb"^home[ \t]*=[ \t]*\S", re.MULTILINE),
}

# Secrets ----------------------------------------------------------------------------------------------------------

SECRET_FILES = frozenset(
    {
        "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".netrc", ".pypirc", ".htpasswd", ".pgpass", ".git-credentials",
        "credentials", "credentials.json", "service-account.json", "service_account.json", "serviceaccountkey.json",
    }
)  # fmt: skip
SUFFIXES_SECRET = frozenset({"env", "pem", "key", "p12", "pfx", "jks", "keystore", "kdbx", "ppk"})
HARMLESS_ENV = (".example", ".sample", ".template", ".dist", ".defaults", ".test.example")

# Tests, and what tells little -------------------------------------------------------------------------------------

TEST_FOLDERS = frozenset({"test", "tests", "__tests__", "spec", "specs", "testing", "e2e", "androidtest", "unittest"})
FIXTURE_FOLDERS = frozenset(
    {
        "fixtures", "fixture", "testdata", "test_data", "test-data", "__fixtures__", "__snapshots__", "golden",
        "goldens", "cassettes", "__mocks__",
    }
)  # fmt: skip
HISTORIES = frozenset({"changelog", "changes", "history", "news", "contributing", "releases"})
PAGE_FOLDERS = frozenset({"docs", "doc", "documentation"})
PAGES = re.compile(  # of what the project is and can do
    "architect|design|usage|guide|(?:^|[/_-])apis?(?:[/_-]|$)|tutorial|quick|getting|overview|structure|manual|feature|intro"
    "|requirement|아키텍|구조|설계|사용|가이드|기능|명세|소개"
)
HELPERS = re.compile("helper|utils?$|setup|fixture|mock|common|factor|conftest|__init__|base$")  # of tests
DULL_FOLDERS = frozenset(  # they tell less than the rest of the source, whoever imports them
    {
        "examples", "example", "samples", "sample", "demo", "demos", "playground", "playgrounds", "benchmark",
        "benchmarks", "bench", "migrations", "migrate", "locale", "locales", "i18n", "lang", "langs", "translations",
        "stories", "assets", "static", "public", "mocks", "mock", "legacy", "archive", "archived", "old", "backup",
        "deprecated", "tutorials", "docs", "doc", "docs_src", "website", "www", "extras", "contrib", "misc", "types",
        "typings", "icons", "svg", "seeds", "scripts",
        "tools", "dev", "dist", "build",
    }
)  # fmt: skip
LANGUAGES = frozenset(  # as READMEs are marked with
    re.findall(
        r"\S+",
        "af ar az be bg bn br ca cn cs da de el en eo es et eu fa fi fr ga gl gr he hi hr hu hy id is it ja jp ka kk"
        " km kn ko kr lt lv mk ml mn mr ms my nb ne nl no pa pl ps pt ro ru si sk sl sq sr sv sw ta te tg th tl tr tw"
        " ua uk ur uz vi vn zh korean english chinese japanese german french spanish russian portuguese italian"
        " 한국어 中文 日本語",
    )
)
FOREIGN = LANGUAGES - {
    "ko",
    "kr",
    "en",
    "korean",
    "english",
    "한국어",
    "is",
    "it",
    "no",
    "be",
    "id",
}  # some are words too

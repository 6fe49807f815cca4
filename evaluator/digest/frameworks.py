"""What frameworks load by its place or by a mark in it, as data: nothing there is imported by name."""

import re
from collections.abc import Mapping

_DJANGO = (
    r"(?:.*/)?(?:(?:apps|models|admin|signals|urls|wsgi|asgi|settings|tasks|middleware|context_processors)\.py"
    r"|(?:models|admin|settings|migrations|templatetags|templates|management/commands)/.*)"
)
_NEXT = r"(?:src/)?(?:(?:pages|app)/.*\.[jt]sx?|(?:middleware|instrumentation|proxy)\.[jt]s)"
_NUXT = (
    r"(?:app/|src/)?(?:(?:pages|layouts|middleware|plugins|components|composables|server|stores?|utils)/.*"
    r"|(?:app|error)\.vue)"
)
_SVELTE = r"src/(?:(?:routes|params)/.*|(?:hooks|service-worker|app|main)\b[\w.]*)"
_LARAVEL = (
    r"(?:routes|bootstrap|config|lang|resources/lang|database/(?:migrations|seeders|factories)|resources/views"
    r"|app/(?:Http|Providers|Console|Exceptions|Models|Listeners|Policies|Observers|Events|View|Livewire))/.*"
    r"|public/index\.php|resources/(?:js|css|sass)/app\.\w+"
)
_ALEMBIC = r"(?:versions/)?[^/]*\.py"
PLACES: Mapping[str, str] = {  # end of a path that only such a project has -> what is loaded by place, from its root
    "manage.py": _DJANGO,
    "alembic/env.py": rf"alembic/{_ALEMBIC}",
    "migrations/env.py": rf"migrations/{_ALEMBIC}",
    **dict.fromkeys(("next.config.js", "next.config.mjs", "next.config.ts", "pages/_app.tsx", "pages/_app.js"), _NEXT),
    **dict.fromkeys(("app/layout.tsx", "app/layout.jsx", "app/layout.js"), _NEXT),
    **dict.fromkeys(("nuxt.config.js", "nuxt.config.ts"), _NUXT),
    **dict.fromkeys(("svelte.config.js", "svelte.config.ts"), _SVELTE),
    **dict.fromkeys(("react-router.config.ts", "remix.config.js"), r"app/(?:routes/.*|routes\.ts|root\.\w+|entry\..*)"),
    "gatsby-config.js": r"src/(?:pages|templates)/.*|gatsby-.*",
    **dict.fromkeys(("astro.config.mjs", "astro.config.ts"), r"src/(?:pages|layouts|content)/.*"),
    **dict.fromkeys(("app/_layout.tsx", "app/_layout.js"), r"app/.*\.[jt]sx?"),
    "config/application.rb": r"(?:app|config|db)/.*|lib/tasks/.*",
    "bootstrap/app.php": _LARAVEL,
    "mix.exs": r"(?:lib|config|priv)/.*",
    "Package.swift": r"Sources/[^/]+/(?:main|[^/]*App|configure|entrypoint)\.swift",
}
ANYWHERE = (
    r"(?:.*/)?(?:src/(?:main|lib)\.rs|src/bin/[^/]+\.rs|src/bin/[^/]+/main\.rs|build\.rs|cmd/(?:[^/]+/){0,2}main\.go"
    r"|\.github/actions/.*|[^/]*Application\.(?:java|kt))"
)
TOOLS = (  # names of files
    r".*\.config\.[cm]?[jt]s|\..+rc\.[cm]?js|(?:gulpfile|gruntfile|webpack.*|setup|conf)\.(?:js|ts|py)"
    r"|Package@.*\.swift"
)
LOOSE_FOLDERS = frozenset(
    {
        "templates",
        "email-templates",
        "emails",
        "views",
        "migrations",
        "migration",
        "schema",
        "sql",
        "db",
        "database",
        "prisma",
        "static",
        "public",
    }
)
LOOSE = frozenset({"sql", "html", "css"})  # opened by name or served, seldom imported

# Component scan, dependency injection, engines: a file with the mark of a host lets the files with a guest's mark be
# found, in the folders below it (JVM) or in the whole project.
HOSTS: Mapping[str, tuple[bytes, ...]] = {
    "jvm": (
        b"@SpringBootApplication", b"@ComponentScan", b"@HiltAndroidApp", b"@AndroidEntryPoint", b"@QuarkusMain",
        b"Micronaut.run", b"AppCompatActivity", b"ComponentActivity",
    ),
    "csharp": (b"WebApplication.", b" Host.", b"IHostBuilder", b"MonoBehaviour", b"MauiApp", b" Main("),
}  # fmt: skip
GUESTS: Mapping[str, tuple[re.Pattern[bytes], ...]] = {
    "jvm": (
        re.compile(
            rb"@(?:Component|Service|Controller|RestController|Repository|Configuration|Entity|Mapper|Aspect|Module"
            rb"|Dao|ControllerAdvice|RestControllerAdvice|ConfigurationProperties|Path|Singleton|ApplicationScoped"
            rb"|Database|AndroidEntryPoint|HiltViewModel|HiltWorker|EventListener|FeignClient|ServerEndpoint"
            rb"|BindingAdapter)\b"
        ),
        re.compile(rb"class [^{\n]{0,300}(?:Repository|Activity|Fragment|Receiver|ContentProvider|Worker|Service)\b"),
        re.compile(rb"interface [^{\n]{0,300}Repository\b"),
        re.compile(rb"class \w{1,80}[^{;]{0,300}[:)][^{;]{0,100}(?:View|ViewGroup|Layout)\("),
    ),
    "csharp": (
        re.compile(
            rb"class [^{;]{0,400}(?:Handler|Validator|TypeConfiguration|Controller|ControllerBase|EndpointGroupBase"
            rb"|PageModel|BackgroundService|Hub|Consumer|MonoBehaviour|ScriptableObject|NetworkBehaviour|Profile"
            rb"|Migration|ModelSnapshot|IEndpointGroup|ComponentBase|ViewComponent)\b"
        ),
    ),
}

STARTS: Mapping[str, tuple[str, ...]] = {  # family -> stems that a program starts from
    family: tuple(stems.split())
    for family, stems in {
        "python": "__main__ main app manage server run cli wsgi asgi bot train application index streamlit_app",
        "javascript": "index main app server cli bot background content extension popup start App",
        "html": "index main popup options",
        "jvm": "Main Application App MainActivity MainApplication Launcher",
        "go": "main",
        "rust": "main lib",
        "c": "main app",
        "csharp": "Program Startup App MauiProgram",
        "php": "index app server main functions",
        "ruby": "main app application",
        "swift": "main App AppDelegate SceneDelegate ContentView configure",
        "dart": "main",
        "elixir": "application",
        "lua": "main init conf",
        "haskell": "Main",
        "r": "app server ui main global",
        "shell": "main run start install setup build deploy entrypoint",
    }.items()
}
RUNS: Mapping[str, tuple[tuple[bytes, ...], re.Pattern[bytes]]] = {  # family -> words and form of what is run
    "python": ((b"__main__",), re.compile(rb"\nif __name__ ?== ?[\"']__main__")),
    "jvm": (
        (b" main", b"extends App"),
        re.compile(rb"static void main ?\(|\nfun main ?\(|\bdef main ?\(|extends App\b"),
    ),
    "go": ((b"func main()",), re.compile(rb"\nfunc main\(\)")),
    "rust": ((b"fn main(",), re.compile(rb"\n(?:pub )?(?:async )?fn main\(")),
    "c": (
        (b"main", b"WinMain", b"void setup()"),
        re.compile(
            rb"\n(?:extern \"C\" )?(?:int|void|auto)[ \t\n]{1,4}(?:\w{1,40} )?(?:main|w?WinMain)[ \t]?\("
            rb"|\nvoid setup\(\)"
        ),
    ),
    "csharp": ((b" Main(",), re.compile(rb"\bstatic (?:async )?(?:void|int|Task|Task<int>) Main\(")),
    "swift": ((b"@main", b"@UIApp", b"@NSApp"), re.compile(rb"@main\b|@UIApplicationMain|@NSApplicationMain")),
    "dart": ((b"main(",), re.compile(rb"\n(?:void |Future<void> )?main\(")),
    "javascript": (
        (b".listen(", b"ReactDOM.", b"createRoot(", b"createApp("),
        re.compile(rb"\.listen\(|ReactDOM\.|createRoot\(|createApp\("),
    ),
    "ruby": ((b"__FILE__", b"#!"), re.compile(rb"__FILE__ == \$|\A\n#!")),
    "perl": ((b"#!",), re.compile(rb"\A\n#!")),
    "shell": ((b"#!",), re.compile(rb"\A\n#!")),
}
CONTAINERS = frozenset({"packages", "apps", "services", "libs", "modules", "projects", "crates", "cmd", "Sources"})
MANIFESTS = frozenset(
    {
        "package.json",
        "pyproject.toml",
        "setup.py",
        "requirements.txt",
        "Cargo.toml",
        "go.mod",
        "pom.xml",
        "build.gradle",
        "build.gradle.kts",
        "composer.json",
        "pubspec.yaml",
        "mix.exs",
        "Gemfile",
        "Package.swift",
    }
)  # fmt: skip - that make a folder a part of the project
ATTACHED = frozenset({"notebook", "godot"})  # run one by one, or attached to scenes
LIBRARIES = CONTAINERS | {"include", "single_include", "lib", "src", "source"}  # folders that a library's files are in
FACELESS = frozenset({"javascript", "html", "css", "notebook", "sql", "shell"})  # a library of these has an index

"""What the path of a source file tells: its family of languages, and whether it is a test or put away."""

import re

_SUFFIXES = {
    "python": "py pyi pyx pyw",
    "notebook": "ipynb",
    "javascript": "js jsx mjs cjs ts tsx mts cts vue svelte astro",
    "css": "css scss sass less",
    "html": "html htm xhtml",
    "jvm": "java kt kts scala sc groovy",
    "go": "go",
    "rust": "rs",
    "c": "c h cc cpp cxx c++ hh hpp hxx h++ ipp inl tpp ino cu cuh m mm",
    "csharp": "cs",
    "php": "php",
    "ruby": "rb rake gemspec",
    "swift": "swift",
    "dart": "dart",
    "elixir": "ex exs",
    "shell": "sh bash zsh ksh fish",
    "sql": "sql",
    "haskell": "hs lhs",
    "perl": "pl pm",
    "lua": "lua",
    "clojure": "clj cljs cljc",
    "solidity": "sol",
    "zig": "zig",
    "proto": "proto",
    "godot": "gd",
    "r": "r",
    "julia": "jl",
    "elm": "elm",
}
_FAMILIES = {suffix: family for family, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
_TEST_FOLDERS = frozenset(
    {
        "test", "tests", "__tests__", "spec", "specs", "testing", "e2e", "androidTest", "fixtures", "testdata",
        "__mocks__",
    }
)  # fmt: skip
_TEST_STARTS = ("conftest.", "test.", "tests.", "test_")
_TEST_NAME = re.compile(r"[._-](?:tests?|spec|stories)\.|[a-z](?:Tests?|Spec)\.\w+$")
_MAIN = "src/main/"  # below it Maven and Gradle have no tests, only packages that may be called so
_ASIDE = re.compile(
    r"(?:examples?|samples?|demos?|benchmarks?|benches|docs?|old|legacy|archive|backup|deprecated|playground|fuzz)/"
)


def is_test(path: str) -> bool:
    """Return whether a file is a test or stands among tests."""
    folder, _, name = path.rpartition("/")
    return is_test_folder(folder) or (_MAIN not in path and is_test_name(name))


def is_test_folder(folder: str) -> bool:
    """Return whether the files in a folder stand among tests."""
    return _MAIN not in f"{folder}/" and not _TEST_FOLDERS.isdisjoint(folder.split("/"))


def is_test_name(name: str) -> bool:
    """Return whether a file is called as tests are, wherever it stands."""
    if "est" not in name and "pec" not in name and "stories" not in name:  # most are done with here
        return False
    return name.startswith(_TEST_STARTS) or _TEST_NAME.search(name) is not None


def is_aside(path: str) -> bool:
    """Return whether a file stands in a folder at the top for examples, documents or what is no longer used."""
    return _ASIDE.match(path) is not None


def suffix(path: str) -> str:
    """Return what follows the last dot of a file's name, in lower case; empty where there is none."""
    dot = path.rfind(".")
    return path[dot + 1 :].lower() if dot > path.rfind("/") else ""


def family(path: str) -> str:
    """Return the family of languages of a source file, whose files can import one another; empty where unknown."""
    return _FAMILIES.get(suffix(path), "")


def suffixes(name: str) -> tuple[str, ...]:
    """Return the suffixes of a family, the usual one first."""
    return tuple(_SUFFIXES[name].split())

import pytest

from evaluator.grading.checks.stubs import no_stubs
from tests.support.digests import digest_of, with_reason

DONE = "def f{0}(x):\n    return x + {0}\n"
BARE = "def s{0}(x):\n    pass\n"


@pytest.mark.parametrize(
    ("source", "stubs"),
    [
        ("def a():\n    pass\n", 1),
        ("def a():\n    ...\n", 1),
        ("def a():\n    'Says.'\n", 1),
        ("def a():\n    'Says.'\n    pass\n", 1),
        ("async def a():\n    raise NotImplementedError\n", 1),
        ("def a():\n    raise NotImplementedError('later')\n", 1),
        ("def a():\n    # TODO\n    pass\n", 1),
        ("def a():\n    raise ValueError\n", 0),
        ("def a():\n    return None\n", 0),
        ("def a():\n    x = 1\n    pass\n", 0),
        ("class A(ABC):\n    def a(self): ...\n", 0),
        ("class A(typing.Protocol):\n    def a(self): ...\n", 0),
        ("class A:\n    def a(self):\n        'For subclasses to override.'\n        pass\n", 0),
        ("class A(t.Protocol[T]):\n    def a(self): ...\n", 0),
        ("class A(typing.TypedDict):\n    def a(self): ...\n", 0),
        ("class A(Protocol):\n    if X:\n        def a(self): ...\n", 0),
        ("class BaseStore:\n    def a(self):\n        raise NotImplementedError\n", 0),
        ("class A(metaclass=M):\n    def a(self): ...\n", 0),
        ("class A:\n    def a(self):\n        raise NotImplementedError\nclass B(A):\n    def a(self): return 1\n", 0),
        ("class A:\n    def a(self):\n        raise NotImplementedError\n", 1),
        ("class A:\n    def __init__(self):\n        pass\n", 0),
        ("@overload\ndef a(): ...\n", 0),
        ("@abc.abstractmethod\ndef a(): ...\n", 0),
        ("@cli.group()\ndef a():\n    'All.'\n", 0),
        ("@route('/x')\ndef a():\n    pass\n", 1),
        ("def a(:\n    raise NotImplementedError\n", 1),
    ],
)
def test_stubs_of_python(source: str, stubs: int) -> None:
    result = no_stubs(digest_of({"a.py": source}))

    assert result.reason.startswith(f"{stubs} of " if stubs else "No stub among "), result.reason
    assert result.level == ("not_met" if stubs else "met")


@pytest.mark.parametrize(
    ("path", "source", "stubs"),
    [
        ("a.rs", "fn a() {\n    todo!()\n}\n", 1),
        ("a.rs", 'pub fn a() -> u8 {\n    unimplemented!("x")\n}\n', 1),
        ("a.go", 'func (x *T) A() {\n\tpanic("not implemented")\n}\n', 1),
        ("a.ts", "export function a() {\n  throw new Error('Not implemented yet');\n}\n", 1),
        ("a.js", "const a = () => {\n  // TODO: write\n};\n", 1),
        ("a.js", "const a = () => {\n  // TODO: write\n  go();\n};\n", 0),
        ("A.java", "class A {\n  public int a() {\n    throw new UnsupportedOperationException();\n  }\n}\n", 1),
        ("A.java", "class A {\n  public static void main(String[] args) {\n    // TODO: 구현\n  }\n}\n", 1),
        ("A.java", "class A {\n\tpublic int a() {\n\t\treturn 1;\n\t}\n}\n", 0),
        ("A.kt", 'fun a() {\n    TODO("x")\n}\n', 1),
        ("A.cs", "  public int A() {\n    throw new NotImplementedException();\n  }\n", 1),
        ("a.js", "function a() {\n  alert('Coming soon');\n}\n", 1),
        ("a.html", "<p>\n<b>준비 중</b>\n", 1),
        ("a.js", "function a() {\n  // not implemented: 'coming soon'\n  return 1;\n}\n", 0),
        ("a.js", "function a() {\n  throw new Error('no such user');\n}\n", 0),
        ("a.js", "function a() {\n  throw new Error();\n}\n", 0),
    ],
)
def test_stubs_of_other_languages(path: str, source: str, stubs: int) -> None:
    result = no_stubs(digest_of({path: source}))

    assert result.reason.startswith("1 of 1 shown function is" if stubs else "No stub among 1 shown function."), result


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (
            "# %% cell 1\ndef f(): pass\n# %% cell 2\n\ndef g():\n    pass\n",
            "2 of 2 shown functions are stubs; the first in `n.ipynb`, line 2.",
        ),
        ("# %% cell 1\n%matplotlib inline\n!ls\ndef f():\n    return 1\n", "No stub among 1 shown function."),
        (
            "# %% cell 1 [markdown]\ndef f(): pass\n# %% cell 2\nx = 1\n",
            "The shown code has no functions and no stubs.",
        ),
        ("# %% cell 1\ndef f(:\n# %% cell 2\ndef g(x):\n    raise NotImplementedError\n", "1 of 2 shown functions is"),
    ],
)
def test_functions_in_the_cells_of_a_notebook(source: str, told: str) -> None:
    assert no_stubs(digest_of({"n.ipynb": source})).reason.startswith(told)


def test_a_class_that_one_in_another_file_derives_from_may_be_empty() -> None:
    files = {
        "a.py": "class A:\n    def a(self):\n        raise NotImplementedError\n",
        "b.py": "from a import A\nclass B(A):\n    def a(self):\n        return 1\n",
    }

    assert no_stubs(digest_of(files)).reason == "No stub among 2 shown functions."


@pytest.mark.parametrize("path", ["a.d.ts", "types/b.d.mts"])
def test_files_that_only_declare_have_no_functions(path: str) -> None:
    digest = digest_of({path: "export function a() {\n  // TODO\n}\n", "a.js": "function a() {\n  return 1;\n}\n"})

    assert no_stubs(digest).reason == "No stub among 1 shown function."


def test_functions_of_c_begin_at_the_margin() -> None:
    source = "int main(int argc, char **argv) {\n  return 0;\n}\nvoid go() {\n  if (x) {\n  }\n}\nif (DEBUG) {\n}\n"

    assert no_stubs(digest_of({"a.c": source})).reason == "No stub among 2 shown functions."


@pytest.mark.parametrize(
    ("stubs", "functions", "level"),
    [(1, 50, "met"), (1, 49, "partly"), (1, 7, "partly"), (1, 6, "not_met"), (2, 14, "partly"), (0, 1, "met")],
)
def test_levels_by_share(stubs: int, functions: int, level: str) -> None:
    source = "".join(BARE.format(n) for n in range(stubs)) + "".join(DONE.format(n) for n in range(functions - stubs))

    assert no_stubs(digest_of({"a.py": source})).level == level


def test_the_first_stub_is_named_and_cited() -> None:
    result = no_stubs(digest_of({"a.py": DONE.format(1) + BARE.format(2) + BARE.format(3)}))

    assert result.reason == "2 of 3 shown functions are stubs; the first in `a.py`, line 3."
    assert [(evidence.file, evidence.lines) for evidence in result.evidence] == [("a.py", (3, 3))]


def test_tests_examples_and_other_peoples_code_do_not_count() -> None:
    files = {path: BARE.format(1) for path in ("tests/a.py", "examples/a.py", "vendor/a.py")}

    assert no_stubs(digest_of({**files, "a.py": DONE.format(1)})).reason == "No stub among 1 shown function."


@pytest.mark.parametrize(
    ("files", "level", "reason"),
    [
        ({"README.md": "x"}, "not_met", "The project has no code."),
        ({"a.py": "print(1)\n"}, "met", "The shown code has no functions and no stubs."),
    ],
)
def test_without_functions(files: dict[str, str], level: str, reason: str) -> None:
    result = no_stubs(digest_of(files))

    assert (result.level, result.reason) == (level, reason)


def test_code_that_is_not_shown_cannot_be_told() -> None:
    digest = digest_of({"a.py": BARE.format(1)}, listed={"a.py"})

    unshown, too_large = no_stubs(digest), no_stubs(with_reason(digest, "too large"))

    assert (unshown.level, unshown.reason) == ("cannot_tell", "No function is seen: no code is shown.")
    assert (too_large.level, too_large.reason) == ("cannot_tell", "No function is seen: `a.py` was too large to read.")


def test_a_few_functions_beside_a_large_notebook_do_not_stand_for_it() -> None:
    digest = digest_of({"a.py": BARE.format(1), "b.ipynb": "{}" * 500}, listed={"b.ipynb"})

    result = no_stubs(with_reason(digest, "too large"))

    assert (result.level, result.evidence) == ("cannot_tell", ())
    assert result.reason == "Only 1 function could be seen: `b.ipynb` was too large to read."


def test_of_a_cut_file_the_shown_lines_count() -> None:
    result = no_stubs(
        digest_of({"a.py": "def a():\n    raise NotImplementedError\n" + DONE.format(1)}, cut={"a.py": 3})
    )

    assert result.reason == "1 of 2 shown functions is a stub; the first in `a.py`, line 2."

"""Stubs: functions that only say that they are not there yet."""

import ast
import re
from collections.abc import Iterator
from fractions import Fraction

from evaluator.domain import Block, Digest
from evaluator.grading.checks.python_code import trees
from evaluator.grading.checks.reading import (
    cite,
    counted,
    language,
    lines,
    named,
    shown_code,
    sources,
    statements,
)
from evaluator.grading.checks.unseen import is_mostly_unread, unread_most
from evaluator.judgement import CheckResult, Level

FEW = Fraction(1, 50)  # of the functions
MANY = Fraction(1, 7)
_FUNCTION = re.compile(
    r"^\s*(?:@\w+\s+){0,6}(?:pub(?:\(\w+\))?\s+|(?:export|default|public|private|protected|internal|static|async"
    r"|override|final|unsafe|suspend|abstract)\s+){0,6}"
    r"(?:def|fn|func|fun|function\*?|sub)\s+[\w$.]{1,80}\s*[(<\[]|=>\s*(?:\{|$)|\bfunction\s*\w*\s*\(|^\s*func\s*\("
    r"|^(?!(?:if|for|while|switch|else|do|return|catch|try)\b)\w[\w \t*&:<>,]{0,100}[\s*&]\w{1,60}\([^;={}]{0,200}\)"
    r"\s*(?:const\s*)?\{"
    r"|^(?:\t\s*|\s{2,})(?:[\w<>\[\],.?]{1,60}\s+){1,5}\w{1,80}\s*\([^;]{0,200}\)\s*(?:throws [\w., ]{1,80})?\{\s*$"
)
_STUB = re.compile(
    r"\braise\s+NotImplementedError|\bunimplemented!\s*\(|\btodo!\s*\(|\bNotImplementedException\(|\bTODO\(\s*[\")]"
    r"|\b(?:panic|fatalError)\(\s*\"(?:not implemented|TODO|unimplemented)"
    r"|\bnew\s+(?:Error|UnsupportedOperationException)\(\s*[\"'`](?:not (?:yet )?implemented|todo|unimplemented)"
    r"|\bnew\s+UnsupportedOperationException\(\s*\)"
    r"|[\"'`>]\s*(?:coming soon|not (?:yet )?implemented|준비 ?중|미구현|구현 예정)",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"^\s*(?:#|//|\*|/\*|--|<!--)")
_TODO_BODY = re.compile(r"^\s*(?:#|//|/\*)\s*(?:TODO|FIXME|XXX|미구현|구현 예정)", re.IGNORECASE)
_CLOSE = re.compile(r"^\s*(?:\}|\};|\}\)|\}\);|end)\s*,?;?\s*$")
_EMPTY_BY_DESIGN = ("abstract", "overload", "group", "callback", "fixture", "hookspec")  # in the name of a decorator
_ON_PURPOSE = re.compile(
    r"subclass|overrid|overwrit|\bhook\b|does nothing|do nothing|no-op", re.IGNORECASE
)  # says a docstring
_NOT_CODE = frozenset(("web", "sql"))
_INTERFACES = frozenset(("Protocol", "ABC", "Interface", "TypedDict"))
_INTERFACE = re.compile(
    r"^_?(?:Base|Abstract)[A-Z_]|(?:Base|Interface|Protocol|Mixin|ABC)$"
)  # names of classes to derive from
_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts", ".pyi", ".h", ".hpp")  # files that only say what there is


def no_stubs(digest: Digest) -> CheckResult:
    """How large the share of stubs among the shown functions is.

    Sees: in shown code, Python functions, those in notebooks too, whose body is only `pass`, `...` or
    NotImplementedError (abstract methods, overloads, protocols, hooks of base classes and empty constructors left out);
    in other languages `todo!()`, errors and panics that say "not implemented", bodies of a TODO comment alone; and
    "coming soon" in texts that are shown to users. Cannot see a function that returns a made-up value, nor code that
    is not shown.
    """
    if not sources(digest):
        return CheckResult(level="not_met", reason="The project has no code.")
    functions, places = 0, []
    blocks = [block for block in shown_code(digest) if not block.path.endswith(_DECLARATIONS)]
    bases = _bases(blocks)
    for block in blocks:
        kind = language(block.path)
        count, stubs = _python(block, bases) if kind in {"python", "notebook"} else _other(block)
        functions += count
        places += [(block.path, number) for number in stubs]
    if not functions and not places:
        return _without_functions(digest, blocks)
    if is_mostly_unread(digest):
        seen = counted(max(functions, len(places)), "function")
        return CheckResult(level="cannot_tell", reason=f"Only {seen} could be seen: {unread_most(digest)}.")
    share = Fraction(len(places), max(functions, len(places)))
    total = counted(max(functions, len(places)), "shown function")
    if not places:
        return CheckResult(level="met", reason=f"No stub among {total}.")
    reason = f"{len(places)} of {total} {'is a stub' if len(places) == 1 else 'are stubs'}"
    path, number = places[0]
    reason += f"; the first in {named(path)}, line {number}."
    level: Level = "met" if share <= FEW else "partly" if share <= MANY else "not_met"
    return CheckResult(level=level, reason=reason, evidence=cite(digest, path, number))


def _without_functions(digest: Digest, blocks: list[Block]) -> CheckResult:
    if is_mostly_unread(digest) or not any(block.lines for block in blocks):
        return CheckResult(level="cannot_tell", reason=f"No function is seen: {unread_most(digest)}.")
    return CheckResult(level="met", reason="The shown code has no functions and no stubs.")


def _python(block: Block, bases: frozenset[str]) -> tuple[int, list[int]]:
    """Return how many functions a Python file or a notebook has, and the lines of those that are stubs."""
    found = trees(block)
    if found is None:
        return _other(block)
    functions = [(before, *function) for before, tree in found for function in _functions(tree, bases)]
    stubs = [before + node.lineno for before, node, is_fine in functions if _is_stub(node, is_fine)]
    return len(functions), stubs


Function = ast.FunctionDef | ast.AsyncFunctionDef


def _bases(blocks: list[Block]) -> frozenset[str]:
    """Return the names of the classes that others derive from, in whatever file."""
    found = [tree for block in blocks if language(block.path) == "python" for _, tree in trees(block) or ()]
    classes = [node for tree in found for node in statements(tree) if isinstance(node, ast.ClassDef)]
    return frozenset(_name(base) for node in classes for base in node.bases)


def _name(base: ast.expr) -> str:
    """Return the last part of the name of a base class: of `typing.Protocol[T]` it is `Protocol`."""
    plain = base.value if isinstance(base, ast.Subscript) else base
    return plain.id if isinstance(plain, ast.Name) else getattr(plain, "attr", "")


def _functions(tree: ast.Module, bases: frozenset[str]) -> Iterator[tuple[Function, bool]]:
    """Yield each function, and whether it may be empty: in an interface, or in a class that others derive from."""
    classes = [node for node in statements(tree) if isinstance(node, ast.ClassDef)]
    inside = {id(child): node for node in classes for part in _parts(node) for child in part}
    for node in statements(tree):
        if isinstance(node, Function):
            owner = inside.get(id(node))
            decorators = " ".join(ast.unparse(decorator)[:80] for decorator in node.decorator_list[:5])
            interface = owner is not None and (owner.name in bases or _is_interface(owner))
            yield node, interface or any(word in decorators for word in _EMPTY_BY_DESIGN) or node.name.startswith("__")


def _parts(node: ast.ClassDef) -> list[list[ast.stmt]]:
    """Return the statements of a class, those behind an `if` in it too."""
    tests = [child for child in node.body if isinstance(child, ast.If)]
    return [node.body, *(part for test in tests for part in (test.body, test.orelse))]


def _is_interface(node: ast.ClassDef) -> bool:
    names = {_name(base) for base in node.bases}
    made = any(keyword.arg == "metaclass" for keyword in node.keywords)
    return made or bool(names & _INTERFACES) or bool(_INTERFACE.search(node.name))


def _is_stub(node: Function, empty_is_fine: bool) -> bool:
    said = ast.get_docstring(node, clean=False)
    body = node.body[1:] if said is not None else node.body
    if empty_is_fine or len(body) > 1 or _ON_PURPOSE.search(said or ""):
        return False
    last = body[0] if body else ast.Pass()
    if isinstance(last, ast.Raise):
        raised = last.exc.func if isinstance(last.exc, ast.Call) else last.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return isinstance(last, ast.Pass) or (isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant))


def _other(block: Block) -> tuple[int, list[int]]:
    """Return how many functions a file seems to have, and the lines that make one a stub."""
    shown = lines(block)
    count = sum(bool(_FUNCTION.search(line)) for _, line in shown) if language(block.path) not in _NOT_CODE else 0
    stubs = [number for number, line in shown if _STUB.search(line) and not _COMMENT.match(line)]
    for (_, opening), (number, body), (_, closing) in zip(shown, shown[1:], shown[2:], strict=False):
        if _FUNCTION.search(opening) and _TODO_BODY.match(body) and _CLOSE.match(closing):
            stubs.append(number)
    return count, stubs

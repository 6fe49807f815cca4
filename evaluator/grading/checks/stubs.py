"""Stubs: functions that only say that they are not there yet."""

import ast
import re
from collections.abc import Iterator
from fractions import Fraction

from evaluator.domain import Block, CheckResult, Digest, Level
from evaluator.grading.checks.reading import (
    cite,
    counted,
    is_whole,
    language,
    lines,
    named,
    python_tree,
    shown_code,
    sources,
    text,
)

FEW = Fraction(1, 50)  # of the functions
MANY = Fraction(1, 7)
_FUNCTION = re.compile(
    r"^\s*(?:@\w+\s+){0,6}(?:pub(?:\(\w+\))?\s+|(?:export|default|public|private|protected|internal|static|async"
    r"|override|final|unsafe|suspend|abstract)\s+){0,6}"
    r"(?:def|fn|func|fun|function\*?|sub)\s+[\w$.]{1,80}\s*[(<\[]|=>\s*(?:\{|$)|\bfunction\s*\w*\s*\(|^\s*func\s*\("
    r"|^\s{2,}(?:[\w<>\[\],.?]{1,60}\s+){1,5}\w{1,80}\s*\([^;]{0,200}\)\s*(?:throws [\w., ]{1,80})?\{\s*$"
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
_NOT_CODE = frozenset(("web", "sql", "notebook"))


def no_stubs(digest: Digest) -> CheckResult:
    """How large the share of stubs among the shown functions is.

    Sees: in shown code, Python functions whose body is only `pass`, `...` or NotImplementedError (abstract methods,
    overloads, protocols, hooks of base classes and empty constructors left out); in other languages `todo!()`, errors
    and panics that say "not implemented", bodies of a TODO comment alone; and "coming soon" in texts that are shown to
    users. Cannot see a function that returns a made-up value, nor code that is not shown.
    """
    if not sources(digest):
        return CheckResult(level="not_met", reason="The project has no code.")
    functions, places = 0, []
    for block in shown_code(digest):
        count, stubs = _python(block) if language(block.path) == "python" else _other(block)
        functions += count
        places += [(block.path, number) for number in stubs]
    if not functions and not places:
        seen = any(block.lines for block in shown_code(digest))
        reason = "The shown code has no functions and no stubs." if seen else "No code is shown."
        return CheckResult(level="met" if seen else "cannot_tell", reason=reason)
    share = Fraction(len(places), max(functions, len(places)))
    total = counted(max(functions, len(places)), "shown function")
    if not places:
        return CheckResult(level="met", reason=f"No stub among {total}.")
    reason = f"{len(places)} of {total} {'is a stub' if len(places) == 1 else 'are stubs'}"
    path, number = places[0]
    reason += f"; the first in {named(path)}, line {number}."
    level: Level = "met" if share <= FEW else "partly" if share <= MANY else "not_met"
    return CheckResult(level=level, reason=reason, evidence=cite(digest, path, number))


def _python(block: Block) -> tuple[int, list[int]]:
    """Return how many functions a Python file has, and the lines of those that are stubs."""
    tree = python_tree(text(block)) if is_whole(block) else None
    if tree is None:
        return _other(block)
    shown = {line.number for line in block.lines}
    functions = list(_functions(tree))
    stubs = [node.lineno for node, bodiless_is_fine in functions if _is_stub(node, bodiless_is_fine)]
    return len(functions), [number for number in stubs if number in shown]


Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(tree: ast.Module) -> Iterator[tuple[Function, bool]]:
    """Yield each function, and whether it may be empty: in an interface, or in a class that others derive from."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    bases = {base.id for node in classes for base in node.bases if isinstance(base, ast.Name)}
    inside = {id(child): node for node in classes for child in node.body}
    for node in ast.walk(tree):
        if isinstance(node, Function):
            owner = inside.get(id(node))
            decorators = " ".join(ast.unparse(decorator)[:80] for decorator in node.decorator_list[:5])
            interface = owner is not None and (owner.name in bases or _is_interface(owner))
            yield node, interface or any(word in decorators for word in _EMPTY_BY_DESIGN) or node.name.startswith("__")


def _is_interface(node: ast.ClassDef) -> bool:
    names = {base.id if isinstance(base, ast.Name) else getattr(base, "attr", "") for base in node.bases}
    return bool(names & {"Protocol", "ABC", "Interface"}) or any(
        keyword.arg == "metaclass" for keyword in node.keywords
    )


def _is_stub(node: Function, empty_is_fine: bool) -> bool:
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    if empty_is_fine or len(body) > 1:
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

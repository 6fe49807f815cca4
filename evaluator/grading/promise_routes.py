"""Routes of web services, as a dozen frameworks declare them: what answers `GET /api/users/1`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_VERBS = "get|post|put|patch|delete"
_DECLARES = re.compile(
    rf"(?i:\.(?P<verb>{_VERBS}|all|any|route|use|group|mount|nest|handle|handlefunc|add_url_rule"
    rf"|add_api_route|add_route"
    rf"|map(?:{_VERBS})?|mapgroup|mapcontrollerroute|register|prefix|setglobalprefix|include_router"
    rf"|register_blueprint)\s*\()"
    rf"|@(?P<note>(?:Get|Post|Put|Patch|Delete|Request)Mapping|Get|Post|Put|Patch|Delete|Controller|Path|All)\s*\("
    rf"|\[(?P<attr>Http(?:Get|Post|Put|Patch|Delete)|Route)\s*\(|#\[(?P<macro>{_VERBS})\("
    rf"|(?<![\w.])(?P<django>path|re_path|url)\s*\(|Route::(?P<laravel>{_VERBS}|any|prefix|resource"
    rf"|apiResource)\s*\("
    rf"|^\s*(?P<ruby>{_VERBS}|namespace|scope|resources?|match)\b[ (](?=\s*[:\"'])|\b(?P<prefix>prefix"
    rf"|url_prefix)\s*=",
)
_TEXT = re.compile(r"\s*(?:[rbuf]?[\"'`](?P<text>[^\"'`\n]{0,200})[\"'`]|:(?P<symbol>\w{1,60}))")
_NAMED_TEXT = re.compile(r"(?:path|value|prefix|url_prefix|pattern)\s*=\s*[{(]?\s*[\"']([^\"'\n]{0,200})[\"']")
_PREFIXES = frozenset((
    "use", "group", "mount", "nest", "mapgroup", "register", "prefix", "setglobalprefix", "include_router",
    "register_blueprint", "requestmapping", "controller", "path", "re_path", "url", "route", "namespace", "scope",
    "resource", "resources", "apiresource", "url_prefix",
))  # fmt: skip
_RESOURCES = frozenset(("resource", "resources", "apiresource"))
_METHODS = re.compile(r"methods?\s*=|RequestMethod\.", re.IGNORECASE)
_SAID = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE)\b")
_FILE_ROUTE = re.compile(
    r"(?:^|/)(?:(?:src/)?pages/(?P<pages>api/.{1,200})|(?:src/)?app/(?P<app>.{1,200})/route"
    r"|routes/(?P<kit>.{1,200})/\+server)\.[jt]sx?$"
)
_ANY = re.compile(r"[:{<\[$(*].*|\*|\d+|.*[}>\])]")
MAX_ROUTES = 5000
MAX_PARTS = 16  # of a path


Lines = list[tuple[int, str]]  # number and text, comments blanked


@dataclass(frozen=True)
class _Route:
    parts: tuple[str, ...]  # a parameter is "*"
    methods: frozenset[str]  # empty: not said
    is_prefix: bool
    path: str
    number: int


class Routes:
    """What is declared in the shown code, and by the names of files."""

    def __init__(self, files: Iterable[tuple[str, Lines]], paths: Iterable[str]) -> None:
        declared = [route for path, lines in files for route in _declared(path, lines)][:MAX_ROUTES]
        prefixes = [route for route in declared if route.is_prefix and route.parts]
        self._routes = [*declared, *_by_files(paths)]
        self._prefixes = {route.parts for route in prefixes}
        self._of_file = {(route.path, route.parts) for route in prefixes}

    def find(self, method: str, path: str) -> tuple[str, int] | None:
        """Return file and line of the declaration that answers, or None where none is seen."""
        wanted = _parts(path)
        for route in self._routes:
            if (not method or not route.methods or method in route.methods) and self._answers(route, wanted):
                return route.path, route.number
        return None

    def _answers(self, route: _Route, wanted: tuple[str, ...]) -> bool:
        parts = route.parts
        if len(parts) > len(wanted):
            return False
        head, tail = wanted[: len(wanted) - len(parts)], wanted[len(wanted) - len(parts) :]
        if not all(_same(a, b) for a, b in zip(parts, tail, strict=True)):
            return False
        if not head:
            return True
        if any(part != "*" for part in parts):
            return self._is_prefixed(head)
        starts = range(len(head))  # a parameter alone says too little: the prefix has to stand in the same file
        return any((route.path, head[at:]) in self._of_file and self._is_prefixed(head[:at]) for at in starts)

    def _is_prefixed(self, head: tuple[str, ...]) -> bool:
        """Return whether declared prefixes, one behind the other, give these parts."""
        reached = {0}
        for end in range(1, len(head) + 1):
            if any(start in reached and head[start:end] in self._prefixes for start in range(end)):
                reached.add(end)
        return len(head) in reached


def _same(declared: str, wanted: str) -> bool:
    return declared == wanted or (declared == "*" and wanted == "*") or (declared == "*" and wanted.isdigit())


def _parts(path: str) -> tuple[str, ...]:
    plain = path.partition("?")[0].strip("^$/ ")
    return tuple("*" if _ANY.fullmatch(part) else part for part in plain.split("/")[:MAX_PARTS] if part)


def _declared(path: str, shown: Lines) -> Iterator[_Route]:
    for place, (number, line) in enumerate(shown):
        for found in _DECLARES.finditer(line):
            kind = next(name for name in found.groups() if name).lower()
            rest = line[found.end() :]
            if not rest.strip() and place + 1 < len(shown):
                rest = shown[place + 1][1]
            if (text := _said(rest)) is not None and len(text.split()) <= 2:
                yield from _routes(kind, text, rest, path=path, number=number)


def _said(rest: str) -> str | None:
    if found := _TEXT.match(rest):
        return found["text"] if found["text"] is not None else found["symbol"]
    named = _NAMED_TEXT.search(rest)
    return named[1] if named else "" if rest.lstrip().startswith(")") else None


def _routes(kind: str, text: str, rest: str, *, path: str, number: int) -> Iterator[_Route]:
    verb = next((v for v in _VERBS.split("|") if v in kind and kind != "re_path"), None)
    methods = frozenset((verb.upper(),)) if verb else frozenset()
    if not verb and _METHODS.search(rest):
        methods = frozenset(_SAID.findall(rest.upper()))
    head, _, tail = text.rpartition(" ")
    if head in {"GET", "POST", "PUT", "PATCH", "DELETE"}:
        methods = frozenset((head,))
    parts = _parts(tail)
    yield _Route(parts, methods, kind in _PREFIXES, path, number)
    if kind in _RESOURCES:
        yield _Route((*parts, "*"), methods, True, path, number)


def _by_files(paths: Iterable[str]) -> Iterator[_Route]:
    for path in paths:
        if found := _FILE_ROUTE.search(path):
            told = found["pages"] or found["app"] or found["kit"]
            parts = tuple(part for part in _parts(told) if part != "index" and not part.startswith("("))
            yield _Route(parts, frozenset(), False, path, 1)

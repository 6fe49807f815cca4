"""What part a source file plays, told from its name and its folders: what does the work comes before its parts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from evaluator.digest import names
from evaluator.digest.walk import Candidate

_WORK = 8  # points of what does what the project promises
_HELP = 4  # of what it stands on
_AID = -2  # of what others use in passing
_FORM = -4  # of what only gives a form to data or to errors
_LIST = -6  # of what only lists things
_KIT = -12  # of what any project of its kind has
_BARREL = 1 << 10  # bytes up to which an `index.ts` only gathers what lies beside it
_GATHERING = frozenset({"index", "__init__", "mod"})
_WORDS = {  # points -> the words that name such a part
    _WORK: (
        "service services controller controllers handler handlers gateway gateways route routes router routers routing"
        " resolver resolvers usecase usecases interactor interactors command commands view views viewset viewsets"
        " endpoint endpoints consumer consumers producer producers worker workers job jobs scheduler schedulers"
        " crawler crawlers parser parsers engine engines processor processors pipeline pipelines workflow workflows"
        " feature features core page pages screen screens viewmodel viewmodels presenter presenters agent agents"
        " chain chains trainer train training inference predict algorithm algorithms simulation application"
        " applications compiler renderer solver server"
    ),
    _HELP: (
        "model models repository repositories respository store stores domain domains middleware middlewares manager"
        " managers strategy strategies reducer reducers guard guards hook hooks api apis section sections"
    ),
    _AID: (
        "logger logging config configuration configs settings common util utils helper helpers version versions compat"
        " error errors"
    ),
    _FORM: (
        "entity entities module modules exception exceptions interface interfaces schema schemas skeleton modal toast"
        " toaster button badge card input avatar tooltip"
    ),
    _LIST: (
        "dto dtos vo types type typing typings constant constants const enum enums style styles"
        " mock mocks dummy fixture fixtures seed seeds migration migrations swagger docs"
        " testing"
    ),
    _KIT: (
        "icon icons svg svgs color colors colour colours palette theme themes emoji emojis ascii font fonts generated"
        " breakpoints gen example"
    ),
}
_POINTS = {word: points for points, words in _WORDS.items() for word in words.split()}
_BEANS = {
    **_POINTS,
    **dict.fromkeys(("model", "models"), _FORM),
}  # in languages where they hardly do more than hold data
MINOR = _FORM  # points from which on a file comes after all that does some work
_KIT_FOLDER = re.compile(
    r"(?:^|/)(?:components?/(?:ui|foundation|primitives|base|atoms|shadcn)|ui-?kit|design-?system|__generated__)(?:/|$)"
)
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W\d_a-zA-Z]+")
_SHORTEST = 3  # letters of a word that tells something


def parts(name: str) -> list[str]:
    """Return the words of a name in lower case: of `useChatStore` `use`, `chat` and `store`."""
    return [part.lower() for part in _PARTS.findall(name)]


@dataclass(frozen=True)
class Roles:
    """The parts that files play; what a folder says is found out once."""

    topics: frozenset[str] = frozenset()  # words of what the project is about: no part of it is a kit to that project
    _folders: dict[tuple[str, str], int] = field(default_factory=dict)

    def points(self, file: Candidate, words: list[str]) -> int:
        """Return what the part that a file plays is worth; *words* are those of its name.

        The last word of a name tells, as in `order.service` and in `RejectModal`; the nearest folder where none does.
        """
        table = _BEANS if file.suffix in names.DEEP else _POINTS
        folder = self._folders.get((file.folder, file.suffix))
        if folder is None:
            folder = self._folders[file.folder, file.suffix] = self._of_folder(file.folder, table)
        if folder == _KIT:
            return _KIT
        if file.stem in _GATHERING and file.entry.size <= _BARREL:
            return _LIST
        for word in reversed(words):
            if word in table and (word not in self.topics or table[word] > 0):
                return table[word]
        return folder

    def _of_folder(self, folder: str, table: Mapping[str, int]) -> int:
        if _KIT_FOLDER.search(folder):
            return _KIT
        near = reversed(folder.split("/"))
        return next((table[part] for part in near if part in table and part not in self.topics), 0)


def about(topics: Iterable[str], *, points: int) -> dict[str, int]:
    """Return the points of each word that tells what a file is about, not which part it plays."""
    return {word: points for word in topics if len(word) >= _SHORTEST and word not in _POINTS}

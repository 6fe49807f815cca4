"""Which files are looked at first, and what each kind may spend (digest spec, Selecting). Rank decides what is in."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from evaluator.digest import names
from evaluator.digest.packages import Packages
from evaluator.digest.survey import Survey
from evaluator.digest.walk import Candidate, is_continuous, readme_rank
from evaluator.digest.worth import Worth, check_rank
from evaluator.domain import FileClass

README = Fraction(1, 3)  # of the budget, at most
TREE = Fraction(12, 100)
NOT_SHOWN = Fraction(4, 100)
TESTS = Fraction(10, 100)  # of the budget is kept for tests until they had their turn
LATE = Fraction(5, 100)  # that one file may have that calls itself generated
_ONE_FILE = Fraction(1, 10)  # of the budget that one source file may have
_WIDER = 2  # times that which one may have once the others had their turn
_CHAPTERS = Fraction(7, 10)  # that notebooks or pages may have together in their first turn
_ONE_CHAPTER = Fraction(25, 1000)  # that each of them has, however many there are
_ALL = Fraction(1)
_FOR_TOOLS = 4  # the kind of configuration that only tools read
Rank = int | tuple[int, ...]  # the best least


@dataclass(frozen=True)
class Stage:
    """Files of one kind in the order of their worth, and the shares of the budget that they may have."""

    files: tuple[Candidate, ...]
    share: Fraction  # together
    each: Fraction = _ONE_FILE
    fills: bool = False  # the last file is cut so that the share is spent
    widens: bool = False  # only more is shown of files that were cut


def stages(files: Sequence[Candidate], *, survey: Survey, packages: Packages) -> Iterator[Stage]:
    """Yield the files after the README, kind after kind; a file comes again where its kind has a second turn.

    Source that nothing reaches comes after all that is reached, however much of it there is.
    """
    of = _Kinds([file for file in files if file.hidden is None], survey, packages)
    worth = Worth(survey, of.having("test"), [file for file in of.source(reached=True) if not packages.is_dull(file)])
    yield Stage(of.ranked(of.telling("manifest"), _manifest_rank), Fraction(10, 100), Fraction(5, 100))
    yield Stage(of.ranked(of.starts(worth), worth.of_start), Fraction(15, 100), Fraction(6, 100))
    checks = ((check_rank(file, survey), file.path, file) for file in of.telling("config") if is_continuous(file))
    yield Stage(tuple(file for *_, file in sorted(checks)), Fraction(4, 100), Fraction(3, 100))
    yield Stage(of.ranked(of.settings(), _config_rank), Fraction(6, 100), Fraction(3, 100))
    yield Stage(of.ranked(of.guides(), worth.of), Fraction(8, 100), Fraction(3, 100))
    yield Stage(of.ranked(of.promises(), worth.of_page), Fraction(6, 100), Fraction(4, 100))
    yield Stage(of.ranked(of.named(), worth.of), Fraction(12, 100), Fraction(4, 100))
    tests = of.ranked(of.having("test"), worth.of_test, evenly=False)
    yield Stage(tests, TESTS, Fraction(4, 100), fills=True)
    reached = of.ranked(of.source(reached=True), worth.of, evenly=False, minor=worth.minor)
    yield Stage(reached, _ALL, _one_of(reached))
    yield Stage(reached, _ALL, _WIDER * _one_of(reached), widens=True)
    yield Stage(tests, TESTS, Fraction(5, 100))
    pages = of.ranked(of.having("doc"), _doc_rank)
    yield Stage(tuple(file for file in pages if of.is_guide(file)), Fraction(10, 100), Fraction(5, 100))
    yield Stage(reached, _ALL, _ALL, widens=True)
    yield Stage(of.ranked(of.source(reached=False), worth.of, evenly=False, minor=worth.minor), _ALL, Fraction(5, 100))
    yield Stage(tests, _ALL, Fraction(5, 100))
    yield Stage(pages, _ALL, _one_of(pages))
    yield Stage(of.ranked(of.having("manifest", "config", "other"), worth.of), _ALL, Fraction(3, 100))


def _one_of(files: Sequence[Candidate]) -> Fraction:
    """Return what one file may have: where most are notebooks or pages, of many a little rather than much of a few."""
    chapters = sum(file.suffix == "ipynb" or file.file_class == "doc" for file in files)
    if 2 * chapters <= len(files):
        return _ONE_FILE
    return min(_ONE_FILE, max(_ONE_CHAPTER, _CHAPTERS / len(files)))


@dataclass(frozen=True)
class _Kinds:
    """The files that may be shown, by kind."""

    files: Sequence[Candidate]
    survey: Survey
    packages: Packages

    def having(self, *classes: FileClass) -> list[Candidate]:
        """Return the files of these classes."""
        return [file for file in self.files if file.file_class in classes]

    def ranked(
        self,
        files: Iterable[Candidate],
        rank: Callable[[Candidate], Rank],
        *,
        evenly: bool = True,
        minor: Collection[str] = (),
    ) -> tuple[Candidate, ...]:
        """Return the files by their rank, the packages in turn, the minor ones, then examples and the like last."""
        keyed = sorted([(rank(file), file.path, file) for file in files])
        return self.packages.in_turn([file for *_, file in keyed], evenly=evenly, minor=minor)

    def telling(self, file_class: FileClass) -> list[Candidate]:
        """Return manifests or configuration of the project itself, not of an example, a test or a tool."""
        aside = self.packages.dull | self.packages.of_tests
        return [f for f in self.having(file_class) if f.folder not in aside and _config_kind(f) < _FOR_TOOLS]

    def starts(self, worth: Worth) -> list[Candidate]:
        """Return the entry points; what a build lists counts where it does some work."""
        code = (file for file in self.having("code") if file.suffix != "sql")  # a container may load its tables
        found = [file for file in code if not self.packages.is_dull(file)]
        usual, declared = self.survey.usual, self.survey.declared
        return [f for f in found if f.path in usual or (f.path in declared and not worth.is_minor(f))]

    def settings(self) -> list[Candidate]:
        """Return the configuration but what runs on every change."""
        return [file for file in self.telling("config") if not is_continuous(file)]

    def source(self, *, reached: bool) -> list[Candidate]:
        """Return the source that entry points lead to, or all the other."""
        return [file for file in self.having("code") if (file.path in self.survey.reached) is reached]

    def guides(self) -> list[Candidate]:
        """Return the READMEs of the project's parts."""
        found = (f for f in self.having("doc") if f.depth and (f.name == "skill.md" or readme_rank(f.name) is not None))
        return [file for file in found if not file.folder.startswith(".") and not self.packages.is_dull(file)]

    def promises(self) -> list[Candidate]:
        """Return the pages that tell what the project does, as their names say, and those that the README names."""
        pages = filter(self.is_guide, self.having("doc"))
        return [file for file in pages if file.path in self.survey.named or _is_page(file)]

    def is_guide(self, file: Candidate) -> bool:
        """Return whether a page is no licence, no history, and none of an example."""
        if _is_legal(file) or file.stem in names.HISTORIES:
            return False
        return not self.packages.is_dull(file) or file.folder.partition("/")[0] in names.PAGE_FOLDERS

    def named(self) -> list[Candidate]:
        """Return what the README names, pages and what only tools read left out."""
        found = (f for f in self.files if f.path in self.survey.named and f.file_class != "doc")
        return [file for file in found if file.file_class != "config" or _config_kind(file) < _FOR_TOOLS]


def _manifest_rank(file: Candidate) -> tuple[int, ...]:
    return (file.depth, -file.name.endswith(tuple(names.PACKAGES)), file.entry.size.bit_length())


def _config_rank(file: Candidate) -> tuple[int, ...]:
    return (_config_kind(file), file.depth, file.entry.size.bit_length())


def _config_kind(file: Candidate) -> int:
    """Containers first, then what runs on every change, the example of an environment, the program's own, the rest."""
    name = file.name
    if name.startswith(names.CONTAINERS):
        return 0
    if is_continuous(file):
        return 1
    if name.startswith(".env"):
        return 2
    other = name.startswith((".", *names.TOOLS)) or file.folder.startswith(".")
    return _FOR_TOOLS if other else _FOR_TOOLS - 1


def _doc_rank(file: Candidate) -> tuple[int, ...]:
    """Guides first; licences and histories tell the least for their length."""
    return (2 * _is_legal(file) + (file.stem in names.HISTORIES), file.depth)


def _is_legal(file: Candidate) -> bool:
    return file.stem.startswith(names.LICENCES) or file.stem in {"code_of_conduct", "authors", "notice", "security"}


def _is_page(file: Candidate) -> bool:
    """Return whether a page at the top or of the documentation says by its name what the project is and can do."""
    place, *below = file.folder.split("/")
    if (place and place not in names.PAGE_FOLDERS) or not names.FOREIGN.isdisjoint(below):
        return False
    return names.PAGES.search("/".join([*below, file.stem])) is not None

"""Which files are looked at first, and what each kind may spend (digest spec, Selecting). Rank decides what is in."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from evaluator.digest import names
from evaluator.digest.packages import Packages
from evaluator.digest.survey import Survey
from evaluator.digest.walk import Candidate, is_continuous, readme_rank
from evaluator.domain import FileClass

README = Fraction(1, 3)  # of the budget, at most
TREE = Fraction(12, 100)
NOT_SHOWN = Fraction(4, 100)
TESTS = Fraction(10, 100)  # of the budget is kept for tests until they had their turn
_ONE_FILE = Fraction(1, 10)  # of the budget that one source file may have
_ALL = Fraction(1)
_FOR_TOOLS = 4  # the kind of configuration that only tools read
Rank = int | tuple[int, ...]  # the best least


@dataclass(frozen=True)
class Stage:
    """Files of one kind in the order of their worth, and the shares of the budget that they may have."""

    files: tuple[Candidate, ...]
    share: Fraction  # together
    each: Fraction = _ONE_FILE


def stages(files: Sequence[Candidate], *, survey: Survey, packages: Packages) -> Iterator[Stage]:
    """Yield the files after the README, kind after kind; a file comes again where its kind has a second turn.

    Source that nothing reaches comes after all that is reached, however much of it there is.
    """
    worth = _Worth(survey)
    of = _Kinds([file for file in files if file.hidden is None], survey, packages)
    yield Stage(of.ranked(of.telling("manifest"), _manifest_rank), Fraction(15, 100), Fraction(5, 100))
    yield Stage(of.ranked(of.starts(), worth.of_start), Fraction(15, 100), Fraction(6, 100))
    yield Stage(of.ranked(of.telling("config"), _config_rank), Fraction(8, 100), Fraction(3, 100))
    yield Stage(of.ranked(of.guides(), worth.of), Fraction(8, 100), Fraction(3, 100))
    yield Stage(of.ranked(of.named(), worth.of), Fraction(20, 100), Fraction(5, 100))
    tests = of.ranked(of.having("test"), worth.of, evenly=False)
    yield Stage(tests, TESTS, Fraction(4, 100))
    yield Stage(of.ranked(of.source(reached=True), worth.of, evenly=False), _ALL)
    yield Stage(tests, _ALL, Fraction(5, 100))
    yield Stage(of.ranked(of.source(reached=False), worth.of, evenly=False), _ALL, Fraction(5, 100))
    yield Stage(of.ranked(of.having("doc"), _doc_rank), _ALL)
    yield Stage(of.ranked(of.having("manifest", "config", "other"), worth.of), _ALL, Fraction(3, 100))


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
        self, files: Iterable[Candidate], rank: Callable[[Candidate], Rank], *, evenly: bool = True
    ) -> tuple[Candidate, ...]:
        """Return the files by their rank, the packages in turn, examples and the like last."""
        keyed = sorted([(rank(file), file.path, file) for file in files])
        return self.packages.in_turn([file for *_, file in keyed], evenly=evenly)

    def telling(self, file_class: FileClass) -> list[Candidate]:
        """Return manifests or configuration of the project itself, not of an example, a test or a tool."""
        aside = self.packages.dull | self.packages.of_tests
        return [f for f in self.having(file_class) if f.folder not in aside and _config_kind(f) < _FOR_TOOLS]

    def starts(self) -> list[Candidate]:
        """Return the entry points."""
        entry_points = self.survey.declared | self.survey.usual
        return [f for f in self.having("code") if f.path in entry_points and not self.packages.is_dull(f)]

    def source(self, *, reached: bool) -> list[Candidate]:
        """Return the source that entry points lead to, or all the other."""
        return [file for file in self.having("code") if (file.path in self.survey.reached) is reached]

    def guides(self) -> list[Candidate]:
        """Return the READMEs of the project's parts."""
        found = (f for f in self.having("doc") if f.depth and (f.name == "skill.md" or readme_rank(f.name) is not None))
        return [file for file in found if not file.folder.startswith(".") and not self.packages.is_dull(file)]

    def named(self) -> list[Candidate]:
        """Return what the README names; a licence is named by nearly every one."""
        return [file for file in self.files if file.path in self.survey.named and not _is_legal(file)]


@dataclass(frozen=True)
class _Worth:
    """How much a file tells: what others import, what starts the program, what the README speaks of."""

    survey: Survey

    def of(self, file: Candidate) -> int:
        """Return the rank of a file, the best least."""
        survey = self.survey
        points = 4 * min(self._importers(file).bit_length(), 5)
        points += 4 * (file.path in survey.declared) + 6 * (file.path in survey.usual)
        points += 8 * (file.path in survey.named) + 4 * (file.stem in survey.words)
        points += min((file.entry.size >> 9).bit_length(), 5)  # by doubling: a change of a few lines changes no rank
        points -= 2 * min(file.depth, 6) + 6 * (file.suffix in names.SOFT) + 8 * file.path.endswith(".d.ts")
        if file.file_class == "test":
            points -= 8 * (names.HELPERS.search(file.stem) is not None)
        return -points

    def _importers(self, file: Candidate) -> int:
        """Return how many files import a file, or the header that speaks for it."""
        found = self.survey.importers.get(file.path, 0)
        if file.suffix not in names.SOURCES:
            return found
        bare = file.path.rpartition(".")[0]
        return max(found, *(self.survey.importers.get(bare + end, 0) for end in names.HEADERS))

    def of_start(self, file: Candidate) -> tuple[int, ...]:
        """Return the rank of an entry point: one with a usual name first, for a build may declare every source."""
        return file.path not in self.survey.usual, self.of(file)


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
    return (2 * _is_legal(file) + (file.stem in {"changelog", "changes", "history", "news"}), file.depth)


def _is_legal(file: Candidate) -> bool:
    return file.stem.startswith(names.LICENCES) or file.stem in {"code_of_conduct", "authors", "notice", "security"}

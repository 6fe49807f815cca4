"""How much a file tells: what it does, what others import, what starts the program, what the README speaks of."""

from collections.abc import Iterable

from evaluator.digest import names, roles
from evaluator.digest.survey import Survey
from evaluator.digest.walk import Candidate

_OF_TESTS = frozenset({"test", "tests", "spec", "specs", "it", "unit", "integration", "e", "ee"})
_SUBJECT = 6  # points of a test of something that may be shown


class Worth:
    """The ranks of files, the best least; tests and source rank each other."""

    def __init__(self, survey: Survey, tests: Iterable[Candidate], source: Iterable[Candidate]) -> None:
        self._survey = survey
        self._roles = roles.Roles(survey.topics)
        self._about = roles.about(survey.words, points=2) | roles.about(survey.topics, points=4)
        self._topical: dict[str, bool] = {}  # folder -> whether the README speaks of it
        self._points: dict[str, int] = {}  # path -> what `_of_source` found out
        self._tests = {file.path: _subject(roles.parts(_bare(file))) for file in tests}
        self._tested = frozenset(self._tests.values()) - {""}
        self._source = source
        self._subjects: dict[str, int] | None = None
        self.minor: set[str] = set()  # paths of the source that was ranked and only forms or lists things

    def of(self, file: Candidate) -> int:
        """Return the rank of a file."""
        survey, path, suffix = self._survey, file.path, file.suffix
        points = min((file.entry.size >> 9).bit_length(), 5)  # by doubling: a change of a few lines changes no rank
        points += 4 * (path in survey.declared) + 6 * (path in survey.usual)
        points += 8 * (path in survey.named) + 4 * (file.stem in survey.words)
        points -= 6 * (suffix in names.SOFT) + 8 * (suffix == "ts" and path.endswith(".d.ts"))
        if file.file_class == "code":
            if path not in self._points:
                self._points[path] = self._of_source(file)
            return -points - self._points[path]
        return 2 * min(path.count("/"), 6) - points

    def is_minor(self, file: Candidate) -> bool:
        """Return whether a source file only gives a form to things or lists them."""
        return self._roles.points(file, roles.parts(_bare(file))) <= roles.MINOR

    def _of_source(self, file: Candidate) -> int:
        """Return the points of what a source file does, how near it is to the start, and how often it is imported."""
        words = roles.parts(_bare(file))
        points = self._roles.points(file, words)
        if points <= roles.MINOR:
            self.minor.add(file.path)
        else:
            points += min((file.entry.size >> 9).bit_length(), 7)
        points += 2 * min(self._importers(file).bit_length(), 4)
        points -= min(file.path.count("/"), 6) + min(self._survey.depths.get(file.path, 0), 6)
        points += max([self._about.get(word, 0) for word in words], default=0)
        return points + 2 * self._is_topical(file.folder) + 2 * (_subject(words) in self._tested)

    def _is_topical(self, folder: str) -> bool:
        known = self._topical.get(folder)
        if known is None:
            known = not self._survey.topics.isdisjoint(folder.split("/")[-2:])
            self._topical[folder] = known
        return known

    def _importers(self, file: Candidate) -> int:
        """Return how many files import a file, or the header that speaks for it."""
        found = self._survey.importers.get(file.path, 0)
        if file.suffix not in names.SOURCES:
            return found
        bare = file.path.rpartition(".")[0]
        return max(found, *(self._survey.importers.get(bare + end, 0) for end in names.HEADERS))

    def of_start(self, file: Candidate) -> tuple[int, ...]:
        """Return the rank of an entry point: one with a usual name first, for a build may declare every source."""
        return file.path not in self._survey.usual, self.of(file)

    def of_test(self, file: Candidate) -> int:
        """Return the rank of a test: those of source that is likely to be shown come first, their helpers last."""
        if self._subjects is None:
            self._subjects = {_subject(roles.parts(_bare(code))): -self.of(code) for code in self._source}
        subject = self._subjects.get(self._tests[file.path])
        points = _SUBJECT + max(0, subject) // 2 if subject is not None else 0
        return self.of(file) - points + 8 * (names.HELPERS.search(file.stem) is not None)

    def of_page(self, file: Candidate) -> tuple[int, ...]:
        """Return the rank of a page: those that say by their names what the project is come first."""
        return names.PAGES.search(file.stem) is None, "api" in file.stem, file.depth, self.of(file)


def check_rank(file: Candidate, survey: Survey) -> tuple[int, ...]:
    """Return the rank of what runs on every change: what tests and builds comes before what looks after issues."""
    words = roles.parts(_bare(file))
    told = (not names.CHECKS.isdisjoint(words)) + (file.path in survey.checking)
    return not names.BOTS.isdisjoint(words), -told, len(words), file.entry.size.bit_length()


def _bare(file: Candidate) -> str:
    """Return a file's name without its last suffix, as it is written."""
    name = file.path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def _subject(words: list[str]) -> str:
    """Return what a test is of, and what the source that it tests is called, in one form."""
    return "".join(word for word in words if word not in _OF_TESTS)

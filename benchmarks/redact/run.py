"""How much of what other tools call secrets is masked, how much is masked wrongly, and how fast: see README.md."""

import argparse
import io
import itertools
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from corpora import Case, detect_secrets, gitleaks, trufflehog

from evaluator.digest.redact import redact

_KEY = b"benchmark"
_MASK = re.compile(r"\[REDACTED:([a-z0-9_]+):[0-9a-f]{8}\]")
_LARGEST = 1 << 20  # bytes of a file
_NOT_SHOWN = re.compile(
    r"(?:^|/)(?:[\w.-]*[.-]lock(?:\.json|\.yaml|b)?|go\.sum|npm-shrinkwrap\.json|[\w.-]+\.(?:min\.\w+|svg|map))$"
)
_CORPORA = {"gitleaks": gitleaks, "trufflehog": trufflehog, "detect-secrets": detect_secrets}
Spans = list[tuple[int, int]]


@dataclass(frozen=True)
class Tool:
    """A redactor or a scanner: from text and path to the places that it would hide."""

    name: str
    spans: Callable[[str, str], Spans]


def ours(text: str, path: str) -> Spans:
    """Return what `redact` masked, found by laying the text that it left over the original."""
    masked, struck = redact(text, key=_KEY, path=path)
    if not struck:
        return []
    left, *rest = _MASK.split(masked)[::2]
    pieces = [piece.lstrip("\n") for piece in rest]  # without the line ends that stand for those of the secret
    spans: Spans = []
    place = len(left)
    for n, piece in enumerate(pieces, 1):
        end = len(text) - len(piece) if n == len(pieces) else text.index(piece, place) if piece else place
        spans.append((place, end))
        place = end + len(piece)
    return spans


def theirs() -> Tool:
    """Return detect-secrets with its own settings, file by file; it has to be installed."""
    from detect_secrets.core.scan import scan_file
    from detect_secrets.settings import default_settings

    def spans(text: str, path: str) -> Spans:
        found: Spans = []
        lines = text.splitlines(keepends=True)
        starts = list(itertools.accumulate(map(len, lines), initial=0))
        with tempfile.TemporaryDirectory() as folder, default_settings():
            file = Path(folder, Path(path).name or "case.txt")
            file.write_text(text, newline="")
            for secret in scan_file(str(file)):
                line, value = secret.line_number - 1, secret.secret_value or ""
                at = lines[line].find(value) if value and line < len(lines) else -1
                if at >= 0:
                    found.append((starts[line] + at, starts[line] + at + len(value)))
        return found

    return Tool("detect-secrets", spans)


@dataclass
class Recall:
    """Of one half of one corpus."""

    cases: int = 0
    whole: int = 0  # cases all of whose secrets were hidden whole
    characters: int = 0
    hidden: int = 0
    shares: float = 0.0  # the sum of each case's share

    def add(self, case: Case, spans: Spans) -> bool:
        """Count a case; return whether all of it was hidden."""
        wanted = {n for start, end in case.spans for n in range(start, end) if not case.text[n].isspace()}
        hidden = wanted & {n for start, end in spans for n in range(start, end)}
        self.cases += 1
        self.characters += len(wanted)
        self.hidden += len(hidden)
        self.shares += len(hidden) / len(wanted) if wanted else 1.0
        self.whole += hidden == wanted
        return hidden == wanted

    @classmethod
    def sum(cls, rows: "Iterable[Recall]") -> "Recall":
        """Return all of them as one."""
        whole = cls()
        for row in rows:
            for name, value in vars(row).items():
                setattr(whole, name, getattr(whole, name) + value)
        return whole


@dataclass
class Half:
    """The seen or the unseen half of one corpus."""

    recall: Recall = field(default_factory=Recall)
    harmless: int = 0  # samples that hold no secret
    hit: int = 0  # of them, in which something was hidden all the same


def recall(tool: Tool, cases: Iterable[Case], *, misses: int) -> None:
    """Print the recall by corpus and half, and some of the seen cases that were missed."""
    halves: dict[tuple[str, bool], Half] = {}
    missed: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        half = halves.setdefault((case.corpus, case.seen), Half())
        spans = tool.spans(case.text, "")
        if not case.spans:
            half.harmless += 1
            half.hit += bool(spans)
        elif not half.recall.add(case, spans) and case.seen:
            missed.setdefault((case.corpus, case.rule), []).append(case)
    print(f"\n{tool.name}: secrets hidden")
    print(f"{'corpus':16}{'half':10}{'cases':>7}{'whole':>8}{'of span':>9}{'characters':>12}{'harmless hit':>16}")
    for (corpus, seen), half in sorted(halves.items()):
        print(_row(corpus, half.recall, seen=seen), f"{half.hit:8} of {half.harmless}")
    for seen in (True, False):
        print(_row("all", Recall.sum(half.recall for (_, of), half in halves.items() if of == seen), seen=seen))
    for (corpus, rule), some in sorted(missed.items(), key=lambda row: -len(row[1]))[:misses]:
        print(f"--- {corpus}/{rule}: {len(some)} missed, such as\n{some[0].text.strip()[:600]}")
        print("    wanted:", [some[0].text[start:end][:80] for start, end in some[0].spans])


def _row(corpus: str, row: Recall, *, seen: bool) -> str:
    cases, characters = max(1, row.cases), max(1, row.characters)
    return (
        f"{corpus:16}{'seen' if seen else 'not seen':10}{row.cases:7}{row.whole / cases:8.1%}"
        f"{row.shares / cases:9.1%}{row.hidden / characters:12.1%}"
    )


def honest_files(repository: Path) -> Iterator[tuple[str, str]]:
    """Yield the path and text of the text files of a bare repository, lock files and minified ones left out."""
    listed = _git(repository, "ls-tree", "-r", "-z", "HEAD").decode("utf-8", "replace").split("\0")
    rows = [row.partition("\t") for row in listed if row]
    wanted = [(facts.split()[2], path) for facts, _, path in rows if " blob " in facts and not _NOT_SHOWN.search(path)]
    answer = io.BytesIO(_git(repository, "cat-file", "--batch", given="\n".join(blob for blob, _ in wanted).encode()))
    for _, path in wanted:
        head = answer.readline().split()
        if head[1:2] != [b"blob"]:  # the snapshot has it not
            continue
        data = answer.read(int(head[2]) + 1)[:-1]
        if len(data) <= _LARGEST and b"\0" not in data:
            try:
                yield path, data.decode()
            except UnicodeDecodeError:
                continue


def _git(repository: Path, *arguments: str, given: bytes = b"") -> bytes:
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(command, check=True, capture_output=True, input=given).stdout


def honest(tool: Tool, repositories: Iterable[Path], *, show: int) -> None:
    """Print how much is hidden in repositories that hold no secrets, and how fast that was seen."""
    files = [(of.parent.name, path, text) for of in repositories for path, text in honest_files(of)]
    lines = sum(text.count("\n") + 1 for _, _, text in files)
    size = sum(len(text.encode()) for _, _, text in files)
    found: list[tuple[str, str, str]] = []
    start = time.perf_counter()
    for name, path, text in files:
        for first, last in tool.spans(text, path):
            begin = text.rfind("\n", 0, first) + 1
            found.append((name, path, f"{text[begin:first][-90:]}>>>{text[first:last][:90]}<<<"))
    seconds = time.perf_counter() - start
    print(
        f"\n{tool.name}: {len(found)} redactions in {len(files)} honest files of {lines:,} lines:"
        f" {len(found) * 100_000 / lines:.1f} per 100 k lines; {size / seconds / 1e6:.1f} MB/s"
    )
    for name, path, hit in found[:show]:
        print(f"  {name}/{path}: {hit}")


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("gitleaks", "betterleaks", "trufflehog", "detect-secrets"):
        parser.add_argument(f"--{name}", type=Path, help=f"bare repository of {name}")
    parser.add_argument("--honest", type=Path, nargs="*", default=[], help="bare repositories without secrets")
    parser.add_argument("--against", action="store_true", help="run detect-secrets too: pip install detect-secrets")
    parser.add_argument("--misses", type=int, default=0, help="show that many rules with missed cases, seen half only")
    parser.add_argument("--show", type=int, default=0, help="show that many redactions in honest files")
    options = vars(parser.parse_args())
    cases = [
        case
        for name, read in (*_CORPORA.items(), ("betterleaks", gitleaks))
        if options[name.replace("-", "_")]
        for case in read(options[name.replace("-", "_")], name=name)
    ]
    for tool in (Tool("redact", ours), *([theirs()] if options["against"] else [])):
        if cases:
            recall(tool, cases, misses=options["misses"])
        if options["honest"]:
            honest(tool, options["honest"], show=options["show"])


if __name__ == "__main__":
    main()

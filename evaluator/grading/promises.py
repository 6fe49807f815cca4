"""The ledger of what a README promises: numbered by code, looked for by code, asked of the judge, settled by code.

The JSON of an evaluation and the judge's answer call a promise a claim.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from evaluator.domain import Digest
from evaluator.grading.checks.reading import counted
from evaluator.grading.checks.readme import block_of
from evaluator.grading.checks.unseen import is_readme_alone
from evaluator.grading.promise_check import UNSURE
from evaluator.grading.promise_forms import Candidate, candidates, withheld
from evaluator.judgement import Criterion, Level, Promise, PromiseKind, PromiseVerdict, Verdict

LEDGER = "claims"  # the name by which a rubric calls the ledger, as if it were a machine check
MOST = 24  # promises of one README
_KINDS: tuple[PromiseKind, ...] = ("feature", "command", "endpoint", "option", "example", "file", "port")
_ROOM = {"feature": 14, "command": 8, "endpoint": 8, "option": 6, "example": 3, "file": 4, "port": 2}  # at first
_SPARE = frozenset(("feature", "endpoint"))  # kinds that take what room is left
_BY_MACHINE = frozenset(("command", "file", "option", "port"))  # kinds of which the existence is all that is promised
_MET = Fraction(9, 10)
_PARTLY = Fraction(1, 2)
_WORTH = {"shown": Fraction(1), "partly": Fraction(1, 2), "not_shown": Fraction(0)}
MAX_CITED = 3  # places under one verdict


def ledger(digest: Digest) -> tuple[Promise, ...]:
    """Return what the shown README promises, in its order: at most MOST promises, the most telling ones."""
    readme = block_of(digest)
    if readme is None:
        return ()
    kept = sorted(_chosen(candidates(digest, readme)), key=lambda one: (one.line, _KINDS.index(one.kind)))
    words = iter(withheld(digest, [one.text for one in kept if one.kind == "feature"]))
    texts = [next(words) if one.kind == "feature" else one.text for one in kept]
    alone = is_readme_alone(digest)
    looks = [UNSURE if alone else one.look() for one in kept]
    return tuple(
        Promise(n=n, kind=one.kind, text=text, line=one.line, found=look.found, evidence=look.evidence)
        for n, (one, text, look) in enumerate(zip(kept, texts, looks, strict=True), 1)
    )


def _chosen(found: Iterable[Candidate]) -> list[Candidate]:
    """Return the most telling of them, of each kind the first ones, so that no kind crowds the others out."""
    by_kind: dict[str, list[Candidate]] = {kind: [] for kind in _KINDS}
    for one in found:
        by_kind[one.kind].append(one)
    kept: list[Candidate] = []
    for kind in _KINDS:
        kept += by_kind[kind][: min(_ROOM[kind], MOST - len(kept))]
    for kind in _KINDS:
        if kind in _SPARE:
            kept += by_kind[kind][_ROOM[kind] :][: MOST - len(kept)]
    return kept


def note(promise: Promise) -> str:
    """Return in neutral words what a program found of a promise; nothing where there was nothing to look for."""
    if promise.found == "missing":
        return "a program did not find it in what is shown"
    if promise.found == "found":
        at = promise.evidence[0] if promise.evidence else None
        return f"a program found it: {at.file}, line {at.lines[0]}" if at else "a program found it among the files"
    return ""


def to_ask(ledger: Iterable[Promise]) -> tuple[Promise, ...]:
    """Return the promises that the judge is asked about: all but those that code has found and settled."""
    return tuple(promise for promise in ledger if not _is_settled(promise))


def settle(ledger: Iterable[Promise], told: Mapping[int, PromiseVerdict]) -> tuple[PromiseVerdict, ...]:
    """Return what became of each promise; *told* is what the judge said, its evidence verified, by number.

    What code found missing is not shown unless verified evidence says otherwise; what nobody told cannot be told.
    """
    return tuple(_settled(promise, told.get(promise.n)) for promise in ledger)


def _is_settled(promise: Promise) -> bool:
    return promise.found == "found" and promise.kind in _BY_MACHINE


def _settled(promise: Promise, told: PromiseVerdict | None) -> PromiseVerdict:
    if _is_settled(promise):
        return _by_machine(promise, shown=True)
    if promise.found == "missing" and (told is None or told.level == "cannot_tell"):
        return _by_machine(promise, shown=False)
    return told or PromiseVerdict(
        n=promise.n, kind=promise.kind, text=promise.text, level="cannot_tell", claimed="cannot_tell", by="nobody"
    )


def _by_machine(promise: Promise, *, shown: bool) -> PromiseVerdict:
    level = "shown" if shown else "not_shown"
    return PromiseVerdict(
        n=promise.n, kind=promise.kind, text=promise.text, level=level, claimed=level, by="machine",
        evidence=promise.evidence,
    )  # fmt: skip


def verdict(criterion: Criterion, kept: Sequence[PromiseVerdict]) -> Verdict:
    """Return the verdict on how many of the promises are kept: nine in ten are met, half of them partly.

    What the project does (features, endpoints, examples) counts for two thirds, what it merely has (commands, files,
    options, ports) for one: a list of what is easily there makes up for no missing feature. It cannot be told where
    there are no promises, or fewer than half of those that weigh most could be told.
    """
    deeds = [one for one in kept if one.kind not in _BY_MACHINE]
    weighing = deeds or kept
    told = [one for one in weighing if one.level in _WORTH]
    if not kept or 2 * len(told) < len(weighing):
        reason = (
            f"Only {len(told)} of {counted(len(weighing), 'promise')} of the README could be told."
            if kept
            else "The README makes no promise that could be numbered."
        )
        return Verdict(id=criterion.id, level="cannot_tell", claimed="cannot_tell", reason=reason)
    share = _share(kept)
    level: Level = "met" if share >= _MET else "partly" if share >= _PARTLY else "not_met"
    shown = [one for one in kept if one.level in {"shown", "partly"} and one.evidence]
    places = tuple(one.evidence[0] for one in shown)[:MAX_CITED]
    return Verdict(id=criterion.id, level=level, claimed=level, reason=_reason(kept), evidence=places)


def _share(kept: Sequence[PromiseVerdict]) -> Fraction:
    """Return the share of the promises that is kept, 0 to 1; of each kind the mean of what could be told."""
    worths: dict[bool, list[Fraction]] = {}
    for one in kept:
        if one.level in _WORTH:
            worths.setdefault(one.kind in _BY_MACHINE, []).append(_WORTH[one.level])
    weights = {had: 1 if had else 2 for had in worths}
    return sum((weights[had] * sum(all_, Fraction(0)) / len(all_) for had, all_ in worths.items()), Fraction(0)) / sum(
        weights.values()
    )


def _reason(kept: Sequence[PromiseVerdict]) -> str:
    """Return the counts in one sentence, with the numbers of the promises that are not shown."""
    shown = sum(one.level == "shown" for one in kept)
    said = [f"{shown} of {counted(len(kept), 'promise')} {'is' if shown == 1 else 'are'} shown"]
    for level, words in (("partly", "in part"), ("not_shown", "not shown"), ("cannot_tell", "could not be told")):
        if numbers := [str(one.n) for one in kept if one.level == level]:
            said.append(f"{words}: {', '.join(numbers)}")
    return "; ".join(said) + "."

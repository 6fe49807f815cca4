"""What a judge is shown of a project, and what it is asked of what it is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from evaluator.domain import Digest, Language
from evaluator.grading import offline, promises
from evaluator.grading.evidence import Checker
from evaluator.grading.prompts import Prompts
from evaluator.judgement import Criterion, Dimension, Promise, Rubric, Verdict

_LEFT_OUT = "[The README is left out here on purpose. What it promises is listed behind the files.]\n\n"


@dataclass(frozen=True)
class Matter:
    """What is to be judged, whoever judges it."""

    digest: Digest
    rubric: Rubric
    prompts: Prompts
    language: Language
    seed: str  # hex digits; orders and canaries derive from it

    @cached_property
    def promises(self) -> tuple[Promise, ...]:
        """What the README promises."""
        return promises.ledger(self.digest)

    @cached_property
    def facts(self) -> Sequence[str]:
        """What a program found in the project."""
        return offline.facts(self.digest)

    @cached_property
    def machine(self) -> Mapping[str, Verdict]:
        """What code answers, by criterion; what becomes of the README's promises is not among it."""
        checked = [c for c in self.rubric.criteria if c.evidence == "machine" and c.check != promises.LEDGER]
        return {criterion.id: offline.check(criterion, self.digest) for criterion in checked}

    @cached_property
    def more_than_readme(self) -> bool:
        """Whether a file besides the README is shown."""
        return any(block.path != self.digest.readme for block in self.digest.blocks)

    @property
    def stands_without_readme(self) -> bool:
        """Whether anything can be asked where the README is left out."""
        asked = any(criterion.evidence not in {"machine", "doc"} for criterion in self.rubric.criteria)
        return asked and self.more_than_readme and self.digest.readme_span is not None


@dataclass(frozen=True)
class View:
    """The matter as it is shown: with the README, or without it and what can be asked of nothing else."""

    matter: Matter
    with_readme: bool = True

    @cached_property
    def digest(self) -> Digest:
        """The digest as far as it is shown."""
        whole = self.matter.digest
        if self.with_readme or whole.readme_span is None:
            return whole
        start, end = whole.readme_span
        text = whole.text[:start] + _LEFT_OUT + whole.text[end:]
        others = tuple(block for block in whole.blocks if block.path != whole.readme)
        return whole.model_copy(update={"text": text, "blocks": others})

    @cached_property
    def prefix(self) -> str:
        """What both calls of a sample begin with."""
        matter = self.matter
        return matter.prompts.prefix(self.digest.text, facts=matter.facts, ledger=matter.promises)

    @cached_property
    def checker(self) -> Checker:
        """Who looks up what is cited."""
        return Checker(self.digest)

    def asked(self, dimension: Dimension) -> tuple[Criterion, ...]:
        """Return the criteria that a judge can answer from what is shown."""
        left = {"machine"} if self.with_readme else {"machine", "doc"}
        return tuple(criterion for criterion in dimension.criteria if criterion.evidence not in left)

    def claims(self, dimension: Dimension) -> tuple[Promise, ...]:
        """Return the promises that a judge is asked about along with the dimension."""
        if dimension.id != "functionality" or not self.matter.more_than_readme:
            return ()
        return promises.to_ask(self.matter.promises)

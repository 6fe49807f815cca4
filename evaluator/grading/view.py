"""What a judge is shown of a project, and what it is asked of what it is shown."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from evaluator.domain import Block, Digest, Language
from evaluator.grading import offline, promises
from evaluator.grading.evidence import Checker
from evaluator.grading.prompts import Prompts
from evaluator.grading.withhold import Withholder
from evaluator.judgement import Criterion, Dimension, Promise, Rubric, Verdict

_LEFT_OUT = "[The README is left out here on purpose. So are its claims, and documents that repeat it.]\n\n"
_LABEL = "README"  # of a fact about the README, or of what it names


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
        return offline.facts(self._findings)

    @cached_property
    def machine(self) -> Mapping[str, Verdict]:
        """What code answers, by criterion; what becomes of the README's promises is not among it."""
        checked = [c for c in self.rubric.criteria if c.evidence == "machine" and c.check != promises.LEDGER]
        return {criterion.id: offline.check(criterion, self._findings) for criterion in checked}

    @cached_property
    def _findings(self) -> offline.Findings:
        """What the checks find; the facts that are shown and the verdicts of machines are told from the same look."""
        return offline.Findings(self.digest)

    @cached_property
    def withholder(self) -> Withholder:
        """What keeps the project's code out of texts."""
        return Withholder(self.digest)

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
        """The digest as far as it is shown: without the README none of those in other places or languages either."""
        whole = self.matter.digest
        if self.with_readme or whole.readme_span is None:
            return whole
        start, end = whole.readme_span
        mark = whole.text[start:end].partition(" file ")[0]  # of the fences; no author knows it
        left = {block.path for block in whole.blocks if block.path == whole.readme or _is_like_it(block, whole)}
        text = whole.text[:start] + _LEFT_OUT + _without(whole.text[end:], left, mark=mark)
        return whole.model_copy(
            update={"text": text, "blocks": tuple(block for block in whole.blocks if block.path not in left)}
        )

    @cached_property
    def prefix(self) -> str:
        """What both calls of a sample begin with; without the README none of its words stand in it."""
        matter = self.matter
        facts, ledger = matter.facts, matter.promises
        if not self.with_readme:
            facts, ledger = [fact for fact in facts if not fact.startswith(_LABEL)], ()
        return matter.prompts.prefix(self.digest.text, facts=facts, ledger=ledger)

    @cached_property
    def checker(self) -> Checker:
        """Who looks up what is cited."""
        return Checker(self.digest)

    def asked(self, dimension: Dimension) -> tuple[Criterion, ...]:
        """Return the criteria that a judge can answer from what is shown."""
        left = {"machine"} if self.with_readme else {"machine", "doc"}
        return tuple(criterion for criterion in dimension.criteria if criterion.evidence not in left)

    def claims(self, dimension: Dimension) -> tuple[Promise, ...]:
        """Return the promises that a judge is asked about along with the dimension: none where nobody shows them."""
        if not self.with_readme or dimension.id != "functionality" or not self.matter.more_than_readme:
            return ()
        return promises.to_ask(self.matter.promises)


def _is_like_it(block: Block, digest: Digest) -> bool:
    """Return whether a block is another README, or a document of which most lines stand in the README as well."""
    name = block.path.rpartition("/")[2].lower()
    if block.file_class == "readme" or name.startswith("readme"):
        return True
    readme = digest.block(digest.readme) if block.file_class == "doc" and digest.readme else None
    lines = [line.text.strip() for line in block.lines if line.text.strip()]
    own = {line.text.strip() for line in readme.lines} if readme else frozenset()
    return 2 * sum(line in own for line in lines) > len(lines)


def _without(text: str, paths: Collection[str], *, mark: str) -> str:
    """Return what stands behind the README's block without the blocks of those files."""
    end = f"{mark} end>>>\n\n"
    for path in paths:
        before, head, behind = text.partition(f"{mark} file {path} | ")
        if head:
            text = before + behind.partition(end)[2]
    return text

"""Terms of use."""

import re
from pathlib import PurePosixPath

from evaluator.domain import Digest
from evaluator.grading.checks import manifests
from evaluator.grading.checks.reading import cite, counted, lines, named
from evaluator.grading.checks.readme import block_of
from evaluator.grading.checks.unseen import is_readme_alone
from evaluator.judgement import CheckResult

MIN_BYTES = 150  # of a file that holds terms; the shortest licences in use have about 300
_FILE = re.compile(
    r"^(?:un)?licen[cs]es?(?:[.-][\w.-]{1,30})?$|^copying(?:[.-]\w{1,12})?$|^[\w.]{2,12}-licen[cs]e(?:\.\w{2,4})?$",
    re.IGNORECASE,
)
_IN_MANIFEST = re.compile(r"""(?:^|["'{,\s])licen[cs]es?["']?\s*[:=]|<licenses?>|License :: """, re.IGNORECASE)
_IN_README = re.compile(
    r"\blicen[cs]ed?\b[^.]{0,80}\b(?:MIT|Apache|BSD|GPL|LGPL|AGPL|MPL|ISC|Unlicense|CC0|CC[ -]BY|PDDL|public domain)"
    r"|\b(?:MIT|Apache|BSD|GPL|LGPL|AGPL|MPL|ISC|CC0|PDDL)\b.{0,40}\b(?:licen[cs]e|라이선스)",
    re.IGNORECASE,
)


def licence(digest: Digest) -> CheckResult:
    """Whether the project states its terms of use.

    Sees: a licence file at the top (or in LICENSES/) and its size, a licence key in a shown manifest, a licence named
    in the shown README. Cannot see whether the text is the licence that its name says, nor whether it fits the code.
    """
    files = [file for file in digest.files if _is_licence(PurePosixPath(file.path))]
    if good := next((file for file in files if file.bytes >= MIN_BYTES), None):
        reason = f"{named(good.path)} holds the terms ({counted(good.bytes, 'byte')})."
        return CheckResult(level="met", reason=reason, evidence=cite(digest, good.path))
    if files:
        reason = f"{named(files[0].path)} has only {counted(files[0].bytes, 'byte')}: no text of a licence."
        return CheckResult(level="partly", reason=reason, evidence=cite(digest, files[0].path))
    readme = block_of(digest)
    places = [(block, _IN_MANIFEST) for block in digest.blocks if manifests.is_manifest(block.path)]
    places += [(readme, _IN_README)] if readme else []
    for block, pattern in places:
        for number, line in lines(block):
            if pattern.search(line) and "UNLICENSED" not in line:
                reason = f"A licence is named in {named(block.path)}, and no licence file is there."
                return CheckResult(level="partly", reason=reason, evidence=cite(digest, block.path, number))
    alone = "The README names no licence, and no other file was given."
    return CheckResult(level="not_met", reason=alone if is_readme_alone(digest) else "No licence is found.")


def _is_licence(path: PurePosixPath) -> bool:
    return bool(_FILE.match(path.name)) if len(path.parts) == 1 else path.parts[:1] == ("LICENSES",)

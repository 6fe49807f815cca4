"""Names by which JavaScript and TypeScript code imports the project's own files: aliases that configurations give."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from evaluator.domain import Block, Digest
from evaluator.grading.checks.reading import is_aside, is_whole, lines

IMPORT = re.compile(r"""(?:\bfrom\s*|\brequire\(\s*|\bimport\(\s*|^\s*import\s+)["']([^"'\s]{1,120})["']""")
_TOOLS = "vite|vitest|vue|webpack|rollup|craco|jest|next|nuxt|astro|svelte|babel|metro|tsup"
_CONFIGURATION = re.compile(
    rf"^(?:[tj]sconfig[\w.-]*\.json|(?:{_TOOLS})[\w.-]*\.config\.(?:[cm]?[jt]s|json)|(?:{_TOOLS})\.config\.(?:[cm]?[jt]s|json)"
    r"|webpack\.[\w.-]{1,40}\.js|\.babelrc[\w.]{0,10})$"
)
_KEY = re.compile(r"""["']?\^?([@~#$][\w./-]{0,60}?)/?(?:\*|\(\.[*+]\??\))?\$?["']?\s*:""")
_FIND = re.compile(r"""\bfind\s*:\s*["'/]\^?([@~#$][\w./-]{0,60})""")
_PATH = re.compile(r"""^[^"]*"([\w@~#$.-][\w@~#$./-]{0,60}?)/?\*?"\s*:\s*(?:\[|$)""")  # of a tsconfig's `paths`
_JEST = re.compile(r"""["']\^([@~#$]?[\w./-]{1,60}?)/?(?:\(\.[*+]\??\))?\$?["']\s*:""")  # in a package.json
_OWN = ("./", "../", "/", "#", "@/", "~", "$")  # never the beginning of a package's name


@dataclass(frozen=True)
class OwnImports:
    """What an import of the project's own code may begin with."""

    aliases: frozenset[str]
    places: frozenset[str]  # names of its folders and files, which bundlers let code import like packages
    hidden: tuple[str, ...]  # configurations that are not shown whole: they may give more aliases

    def include(self, target: str) -> bool:
        """Return whether *target* is one of the project's own files, as far as can be told."""
        if target in {".", ".."} or target.startswith(_OWN):
            return True
        return target.partition("/")[0].lstrip("@~#") in self.places or any(
            target == alias or target.startswith(f"{alias}/") for alias in self.aliases
        )


def own_imports(digest: Digest) -> OwnImports:
    """Return what the shown configurations of TypeScript, bundlers and test runners tell."""
    paths = [PurePosixPath(file.path) for file in digest.files]
    own = [path for path in paths if _CONFIGURATION.match(path.name) and not is_aside(str(path))]
    blocks = {str(path): digest.block(str(path)) for path in own}
    aliases = {alias for block in blocks.values() if block for alias in _aliases(block)}
    packages = [b for b in digest.blocks if PurePosixPath(b.path).name == "package.json" and not is_aside(b.path)]
    aliases |= {alias for block in packages for _, line in lines(block) for alias in _JEST.findall(line)}
    places = {part for path in paths for part in path.parts[:-1]} | {path.stem for path in paths} | {""}
    hidden = tuple(path for path, block in blocks.items() if block is None or not is_whole(block))
    return OwnImports(aliases=frozenset(aliases - {""}), places=frozenset(places), hidden=hidden)


def _aliases(block: Block) -> set[str]:
    patterns = (_PATH,) if PurePosixPath(block.path).name.startswith(("tsconfig", "jsconfig")) else (_KEY, _FIND)
    return {alias.rstrip("/") for _, line in lines(block) for pattern in patterns for alias in pattern.findall(line)}


def imported(block: Block) -> set[str]:
    """Return what the shown lines of a file in JavaScript or TypeScript import, as it is written there."""
    return {target for _, line in lines(block) for target in IMPORT.findall(line)}

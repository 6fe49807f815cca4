"""The same evil repositories, asked for twice by who keeps mirrors: nothing may be softer then."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.hostile.generator import network, packs, trees
from tests.hostile.generator.case import BROKEN, Ask, Case, Place, digested
from tests.hostile.generator.objects import Objects, project
from tests.hostile.generator.repositories import evil_repository
from tests.hostile.generator.servers import Call, forge, serving

_CHOSEN = frozenset({
    "name-parent",
    "name-git-in-capitals",
    "name-line-end",
    "mode-777777",
    "tree-links",
    "tree-submodules",
    "tree-bomb",
    "tree-missing-file",
    "tree-of-too-many",
    "commit-huge",
    "ref-is-nowhere",
    "head-is-nowhere",
    "sha256",
    "pack-corrupt-zlib",
    "pack-zlib-bomb",
    "pack-delta-bomb",
    "pack-too-large",
    "redirect-to-inside",
    "endless-pack",
    "endless-refs",
    "server-gzip-bomb",
    "server-hangs-up-amid-the-pack",
    "server-with-packs-inside",
    "server-with-bundles-inside",
})  # fmt: skip


def twice() -> Iterator[Case]:
    """Yield some of the cases of other files with a mirror, each asked for twice."""
    makers = (trees.names, trees.shapes, packs.commits, packs.packs, network.redirects, network.endless, network.liars)
    for case in (case for maker in makers for case in maker() if case.name in _CHOSEN):
        yield replace(case, name=f"mirror-{case.name}", make=_mirrored(case.make), seconds=2 * case.seconds)
    yield digested("mirror-of-what-changes", _mirrored(_changing), codes=BROKEN)
    yield digested("mirror-folder-is-a-link", _linked, codes=(*BROKEN, "bad_settings"))
    yield digested("mirror-of-evil-settings", _mirrored(_local), codes=(*BROKEN, "repository_not_found"))


def _mirrored(make: Callable[[Place], Ask]) -> Callable[[Place], Ask]:
    def made(place: Place) -> Ask:
        ask = make(place)
        mirrors = {"folder": str(place.folder / "mirrors"), "bytes": 50 << 20}
        return replace(ask, times=2, limits={**ask.limits, "mirrors": mirrors})

    return made


def _changing(place: Place) -> Ask:
    """A forge that sends another history, and then a broken one, each time it is asked."""
    first, second = project(), Objects()
    second.commit(second.tree([(b"100644", b"README.md", second.blob("# Other\n"))]))
    turns = iter([forge(first)] * 2 + [forge(second)] * 20)

    def script(call: Call) -> None:
        next(turns)(call)

    url = place.stack.enter_context(serving(script))
    return Ask(f"{url}/owner/project")


def _linked(place: Place) -> Ask:
    """A folder of mirrors in which somebody has put links that lead out."""
    ask = _mirrored(_changing)(place)
    (place.folder / "mirrors").symlink_to(place.canaries.outside)
    return ask


def _local(place: Place) -> Ask:
    folder = evil_repository(place, place.folder / "trusted" / "project.git")
    return Ask(f"file://{folder}", forges=(f"file://{place.folder}/trusted",))

"""Small projects written down as path -> text, to see what their entry points lead to."""

from collections.abc import Mapping

from evaluator.digest.imports import Reach, entry_points, reach

MANIFESTS = ("package.json", "tsconfig.json", "go.mod", "Cargo.toml", "pubspec.yaml", "vite.config.ts")


def follow(files: Mapping[str, str], *starts: str) -> Reach:
    """Return what the starts lead to in a project of which every file was read."""
    contents = {path: text.encode() for path, text in files.items()}
    paths = [path for path in files if not path.endswith(MANIFESTS)]
    return reach(contents, paths=paths, entry_points=starts)


def unreached(files: Mapping[str, str], *starts: str) -> set[str]:
    """Return the source files that nothing leads to."""
    found = follow(files, *starts)
    return {path for path in files if not path.endswith(MANIFESTS)} - found.reached


def declared(manifest: str, text: str, *paths: str) -> set[str]:
    """Return the paths that one manifest declares as where the program starts."""
    return set(entry_points({manifest: text.encode()}, paths=paths))

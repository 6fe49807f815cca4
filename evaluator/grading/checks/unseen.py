"""What of a project's source nobody was shown: about that no check can say anything."""

from evaluator.domain import Digest
from evaluator.grading.checks.reading import is_too_large, language, listed, sources


def is_readme_alone(digest: Digest) -> bool:
    """Return whether there is nothing but a README: what it tells of may be elsewhere."""
    return all(file.path == digest.readme for file in digest.files)


def is_mostly_unread(digest: Digest) -> bool:
    """Return whether none of the source is shown, or more of it, in bytes, was too large to be read than was not."""
    code = sources(digest)
    large = sum(file.bytes for file in code if is_too_large(file))
    nothing = not any(file.shown in {"whole", "part"} for file in code)
    return bool(code) and (nothing or 2 * large > sum(file.bytes for file in code))


def unread_most(digest: Digest) -> str:
    """Return why most of the source is not known, for a sentence that goes on behind a colon."""
    large = [file.path for file in sources(digest) if is_too_large(file)]
    if not large:
        return "no code is shown"
    return f"{listed(large)} {'was' if len(large) == 1 else 'were'} too large to read"


def not_shown(digest: Digest, kinds: set[str]) -> list[str]:
    """Return the source files in the languages of *kinds* of which nothing, or not everything, is shown."""
    return [file.path for file in sources(digest) if file.shown != "whole" and language(file.path) in kinds]

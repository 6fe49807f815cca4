"""Why an archive is not read. Names from inside it are never repeated: they are the author's, and may be anything."""

from evaluator.errors import UnusableSource


def damaged(why: str) -> UnusableSource:
    """Return the refusal of an archive that is not whole, or not what it says it is."""
    return UnusableSource(
        f"The archive cannot be read: {why}. Check that it arrived whole (unzip -t, tar -t), or pack it again.",
        code="bad_archive",
    )


def unsafe(why: str) -> UnusableSource:
    """Return the refusal of an archive that could mean one thing to us and another to somebody else."""
    return UnusableSource(
        f"The archive is not read, because {why}. Pack the project's folder again, with zip -r or tar -czf.",
        code="unsafe_archive",
    )


def unsupported(what: str) -> UnusableSource:
    """Return the refusal of an archive that is in order, but of a kind that is not read."""
    return UnusableSource(
        f"{what} Unpack it and give the folder, or pack it as .zip (deflate) or .tar.gz.", code="unsupported_archive"
    )


def encrypted() -> UnusableSource:
    """Return the refusal of an archive that asks for a password."""
    return UnusableSource("The archive is encrypted. Pack it again without a password.", code="encrypted_archive")


def bomb() -> UnusableSource:
    """Return the refusal of an archive that unpacks to far more than it weighs."""
    return UnusableSource(
        "The archive unpacks to more than 100 times its size. Take out the files that are so large and so empty, or"
        " give the project as a folder.",
        code="archive_bomb",
    )


def too_large() -> UnusableSource:
    """Return the refusal of an archive that holds too many bytes."""
    return UnusableSource(
        "The archive holds too much. Pack the project without large data, build results and .git, or raise"
        " MODU_MAX_RECEIVED_BYTES.",
        code="too_large",
    )


def too_many_files(limit: int) -> UnusableSource:
    """Return the refusal of an archive with more than *limit* files and folders."""
    return UnusableSource(
        f"The archive holds more than {limit:,} files and folders. Pack the project without node_modules, virtual"
        " environments and build results, or raise MODU_MAX_ENTRIES.",
        code="too_many_files",
    )

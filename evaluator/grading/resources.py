"""Where the prompts and the rubrics lie: beside the code in a checkout, inside the package in a wheel."""

from pathlib import Path

from evaluator.errors import SettingsError

_PACKAGE = Path(__file__).resolve().parent.parent


def folder(name: str) -> Path:
    """Return the folder of our own data files called *name*: `prompts` or `rubrics`.

    Raises SettingsError where the installation is not whole.
    """
    candidates = (_PACKAGE / "_data" / name, _PACKAGE.parent / name)
    found = next((candidate for candidate in candidates if candidate.is_dir()), None)
    if found is None:
        raise SettingsError(f"The {name} of this installation are missing. Install the package modu-evaluator again.")
    return found

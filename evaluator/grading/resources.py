"""Where the prompts and the rubrics lie: beside the code in a checkout, inside the package in a wheel."""

from pathlib import Path

from evaluator.errors import SettingsError

_PACKAGE = Path(__file__).resolve().parent.parent


def folder(name: str, *, instead: Path | None = None) -> Path:
    """Return the folder of the data files called *name* (`prompts`, `rubrics`); *instead* is the one of the settings.

    Raises SettingsError where the folder is not there: a wrong setting, or an installation that is not whole.
    """
    if instead is not None:
        if not instead.is_dir():
            raise SettingsError(f"MODU_{name.upper()}_DIR: there is no folder {str(instead)!r}. Name one, or unset it.")
        return instead
    candidates = (_PACKAGE / "_data" / name, _PACKAGE.parent / name)
    found = next((candidate for candidate in candidates if candidate.is_dir()), None)
    if found is None:
        raise SettingsError(f"The {name} of this installation are missing. Install the package modu-evaluator again.")
    return found

"""A cohort of small projects of many users: some are equal in content, some are handed in twice."""

import random
import zipfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tests.support.repositories import make_project

_README = """# Greeter {work}

Greets whoever is named. It is work number {work} of the cohort.

## Usage

```bash
python greet.py Kim
```
"""
_CODE = """import sys


def greet_{work}(name: str) -> str:
    return f"Hello, {{name}}, this is greeter number {work}, nice to see you!"


if __name__ == "__main__":
    print(greet_{work}(sys.argv[1]))
"""
_TESTS = """from greet import greet_{work}


def test_greeting_names_whom_it_greets():
    assert "Kim" in greet_{work}("Kim")
"""
_EQUAL = 8  # of so many projects one has the content of another user's
_TWICE = 25  # of so many requests one is for a project that is asked for already
_ZIPPED = 10  # of so many works one is an archive
_PAID = 3  # of so many requests one has a budget
_BUDGET = Decimal(50)  # US dollars, more than a grading can cost


@dataclass(frozen=True)
class Order:
    """One request that somebody makes."""

    key: str  # idempotency key
    user: str
    work: int  # equal works have equal content
    source: str
    budget: Decimal | None

    @property
    def project(self) -> tuple[str, int]:
        """What may count once: a project of a user."""
        return self.user, self.work


def orders(folder: Path, *, count: int, users: int, rng: random.Random) -> list[Order]:
    """Return that many orders, whose projects are made in *folder*, in the order in which they are handed in."""
    made: list[Order] = []
    for n in range(count):
        if n and rng.randrange(_TWICE) == 0:
            earlier = rng.choice(made)
            made.append(Order(f"order-{n}", earlier.user, earlier.work, earlier.source, None))
            continue
        user = f"student-{rng.randrange(users)}"
        work = rng.choice(made).work if made and rng.randrange(_EQUAL) == 0 else n
        budget = _BUDGET if rng.randrange(_PAID) == 0 else None
        made.append(Order(f"order-{n}", user, work, str(project(folder / user, work)), budget))
    return made


def project(folder: Path, work: int) -> Path:
    """Return a project of that content, a folder or an archive."""
    files = {"README.md": _README, "greet.py": _CODE, "test_greet.py": _TESTS, "LICENSE": "MIT License\n"}
    written = {name: text.format(work=work) for name, text in files.items()}
    name = folder / f"greeter-{work}"
    if work % _ZIPPED:
        return make_project(name, written)
    archive = name.with_suffix(".zip")
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w") as opened:
        for path, text in written.items():
            opened.writestr(f"greeter-{work}/{path}", text)
    return archive

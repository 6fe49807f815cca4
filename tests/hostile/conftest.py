"""The laboratory: one process under test for all cases of a session, and the canaries around it."""

from collections.abc import Callable, Iterator

import pytest

from tests.hostile.canaries import watched
from tests.hostile.generator.case import Case
from tests.hostile.laboratory import Laboratory
from tests.hostile.promises import broken

Holds = Callable[[Case], None]


@pytest.fixture(scope="session")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A process under test, which is measured."""
    folder = tmp_path_factory.mktemp("hostile")
    with watched(folder / "canaries") as canaries:
        laboratory = Laboratory(folder, canaries)
        yield laboratory
        laboratory.close()


@pytest.fixture
def hold(laboratory: Laboratory) -> Holds:
    """Run a case; fail, naming them all, where promises are broken."""

    def hold(case: Case) -> None:
        outcome = laboratory.run(case)
        faults = broken(case, outcome, folder=laboratory.folder)
        assert not faults, "\n".join([f"{case.name}:", *faults])

    return hold

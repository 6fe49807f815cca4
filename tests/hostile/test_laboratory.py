"""The watchers themselves: what they would not notice, no test of this folder could find."""

import os
import signal
import socket
import subprocess
from pathlib import Path

from tests.hostile.canaries import watched
from tests.hostile.generator.case import HONEST, Ask, Place, digested, refused
from tests.hostile.laboratory import Laboratory
from tests.hostile.promises import broken
from tests.support.services import wait_until


def test_a_canary_that_is_touched_tells(tmp_path: Path) -> None:
    with watched(tmp_path / "canaries") as canaries:
        untouched = canaries.touched()

        canaries.file.read_text()
        subprocess.run([str(canaries.command)], check=True)
        host, _, port = canaries.service.partition(":")
        socket.create_connection((host, int(port))).close()
        wait_until(lambda: bool(canaries.calls), seconds=5, what="the service has noticed the call")

        assert untouched == []
        assert len(canaries.touched()) == 3


def test_a_file_of_the_outside_is_noticed_through_another_name(tmp_path: Path) -> None:
    with watched(tmp_path / "canaries") as canaries:
        os.link(canaries.file, tmp_path / "twin")

        (tmp_path / "twin").read_text()

        assert canaries.touched() == ["a file outside the project was opened"]


def test_what_breaks_a_promise_is_told(laboratory: Laboratory) -> None:
    def make(place: Place) -> Ask:
        place.plant("ding-dong")
        return Ask(str(place.project()))

    wanted = refused("x", make, "no_such_path")
    shown = digested("x", make, listed=("nowhere.py",), shows=("nothing",), hides=("Rings",))

    as_wanted = broken(wanted, laboratory.run(wanted), folder=laboratory.folder)
    as_shown = broken(shown, laboratory.run(shown), folder=laboratory.folder)

    assert as_wanted[0] == "a digest was made of what is to be refused"
    assert len(as_shown) == 4  # not listed, not shown, not hidden, and the secret


def test_an_honest_project_keeps_every_promise(laboratory: Laboratory) -> None:
    case = digested("honest", lambda place: Ask(str(place.project()), checks=True), listed=tuple(HONEST))

    outcome = laboratory.run(case)

    assert broken(case, outcome, folder=laboratory.folder) == []
    assert outcome.peak.memory > 10 << 20
    assert "digest" in outcome.reply


def test_a_process_that_dies_is_told_and_replaced(laboratory: Laboratory) -> None:
    honest = digested("x", lambda place: Ask(str(place.project())))
    laboratory.run(honest)

    def make(place: Place) -> Ask:
        assert laboratory.process is not None
        laboratory.process.send_signal(signal.SIGSTOP)  # it cannot answer before it is killed
        return Ask(str(place.project()), meanwhile=laboratory.process.kill)

    dying = digested("x", make)
    faults = broken(dying, laboratory.run(dying), folder=laboratory.folder)

    assert any("ended without a word" in fault for fault in faults)
    assert broken(honest, laboratory.run(honest), folder=laboratory.folder) == []

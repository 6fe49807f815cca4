import stat
from pathlib import Path

import click
import pytest

from evaluator.cli import files


def test_a_file_stands_there_whole_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "spring.csv"

    with files.written(path, force=False) as file:
        file.write("가,b\r\n")
        assert not path.exists()

    assert path.read_bytes() == "가,b\r\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_byte_order_mark_comes_first_where_it_is_asked_for(tmp_path: Path) -> None:
    with files.written(tmp_path / "spring.csv", force=False, bom=True) as file:
        file.write("a\r\n")

    assert (tmp_path / "spring.csv").read_bytes() == b"\xef\xbb\xbfa\r\n"


def test_what_ends_in_an_error_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "spring.csv"
    path.write_text("before")

    def half() -> None:
        with files.written(path, force=True) as file:
            file.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_replaced_only_where_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "spring.csv"
    path.write_text("before")

    with pytest.raises(click.UsageError, match="--force"), files.written(path, force=False):
        raise AssertionError("nothing is to be written")
    with files.written(path, force=True) as file:
        file.write("after")

    assert path.read_text() == "after"


def test_a_file_that_came_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "spring.csv"

    def write() -> None:
        with files.written(path, force=False) as file:
            file.write("ours")
            path.write_text("theirs")

    with pytest.raises(click.UsageError):
        write()

    assert path.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["folder", "dangling", "gone/spring.csv"])
def test_what_is_no_place_for_a_file_is_refused_even_by_force(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")

    with pytest.raises(click.UsageError, match="--out"):
        files.check(tmp_path / name, force=True)


def test_a_device_is_never_replaced() -> None:
    with pytest.raises(click.UsageError, match="there already"):
        files.check(Path("/dev/null"), force=True)


def test_a_dash_is_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    files.check(Path("-"), force=False)
    with files.written(Path("-"), force=False) as file:
        file.write("a\r\n")

    assert capfd.readouterr().out == "a\r\n"

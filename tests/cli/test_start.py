"""Start-up, help, and how a command ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.running import SAMPLE, taxlots

from taxlots.cli import main as command_line
from taxlots.cli.main import COMMANDS
from taxlots.cli.outcome import told
from taxlots.domain.problem import DataError, error
from taxlots.version import __version__

HEAVY = ("numba", "numpy", "pandas", "pyarrow", "rich", "sqlalchemy", "sqlmodel")
SLOW_TO_START = ("numba", "pandas", "sqlalchemy", "sqlmodel")


def loaded_by(*arguments: str, among: tuple[str, ...]) -> tuple[set[str], str]:
    """The packages among some that a command imports, and what it prints."""
    script = (
        "import sys\n"
        "from taxlots.cli.main import main\n"
        f"sys.argv = ['taxlots', *{list(arguments)!r}]\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        f"print(*sorted(set({among!r}) & set(sys.modules)), sep=' ', file=sys.stderr)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=False, text=True
    )
    assert ran.returncode == 0, ran.stderr
    return set(ran.stderr.splitlines()[-1].split()), ran.stdout


def test_help_imports_none_of_the_heavy_packages() -> None:
    loaded, printed = loaded_by("--help", among=HEAVY)
    assert loaded == set()
    assert "taxlots harvest" in printed


def test_the_sample_household_starts_without_pandas_compiler_and_database(tmp_path: Path) -> None:
    """Piped output needs no rich either."""
    commands = (
        ("harvest", str(SAMPLE), "--out", str(tmp_path / "plan")),
        ("replay", str(SAMPLE), "--out", str(tmp_path / "books")),
        ("explain", str(SAMPLE), "s2020-0206"),
    )
    for arguments in commands:
        loaded, _ = loaded_by(*arguments, among=(*SLOW_TO_START, "rich"))
        assert loaded == set(), arguments


@pytest.mark.parametrize(("function", "name", "example"), COMMANDS)
def test_the_help_of_every_command_shows_an_example(
    function: object, name: str, example: str
) -> None:
    del function

    ran = taxlots(name, "--help")

    assert ran.status == 0
    shown = " ".join(ran.out.split())
    assert f"Example: {example}" in shown
    assert "--json" in shown


def test_version() -> None:
    assert taxlots("--version").out == f"taxlots {__version__}\n"


def test_without_arguments_the_help_is_shown() -> None:
    assert "Commands:" in taxlots().out + taxlots().err


def test_a_command_that_does_not_exist() -> None:
    ran = taxlots("harvset")
    assert ran.status == 2
    assert "harvset" in ran.err


def test_python_dash_m_is_the_same_command() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "taxlots", "--version"], capture_output=True, check=True, text=True
    )
    assert ran.stdout == f"taxlots {__version__}\n"


def ended(fault: BaseException) -> int:
    """The exit status of a command in which something is raised."""

    def command() -> None:
        raise fault

    with pytest.raises(Exception) as end:  # noqa: PT011 (typer's exit, whose code is looked at)
        told(command)()
    return int(end.value.exit_code)  # type: ignore[attr-defined]


def test_an_interrupt_ends_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == "taxlots: interrupted; nothing was written\n"


def test_an_unexpected_error_of_the_system_is_a_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ended(OSError(28, "No space left on device", "out/lots.csv")) == 2
    assert capsys.readouterr().err == "taxlots: out/lots.csv: No space left on device\n"


def test_a_defect_is_told_as_one_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(AssertionError("a lot of 0 shares")) == 70
    said = capsys.readouterr().err
    assert "defect of taxlots, not of your book" in said
    assert "TAXLOTS_TRACEBACK=1" in said


def test_control_characters_in_data_do_not_reach_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ended(DataError([error("t.csv:2", "BAD", "the cell \x1b[2J is bad", "fix it")])) == 1
    assert "\x1b" not in capsys.readouterr().err


def test_a_reader_that_closes_the_pipe_ends_the_command_quietly() -> None:
    lister = subprocess.Popen(
        [sys.executable, "-m", "taxlots", "lots", str(SAMPLE), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert lister.stdout is not None
    assert lister.stderr is not None
    lister.stdout.read(10)
    lister.stdout.close()
    said = lister.stderr.read()
    lister.stderr.close()
    assert lister.wait() == 0
    assert said == b""


def test_a_terminal_gets_a_table_and_a_pipe_gets_plain_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    piped = taxlots("lots", SAMPLE, "--symbol", "NEE").out
    assert "\x1b" not in piped
    assert "─" not in piped
    monkeypatch.setattr("sys.argv", ["taxlots", "lots", str(SAMPLE), "--symbol", "NEE"])
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    shown = {}
    for width in ("140", "60"):
        monkeypatch.setenv("COLUMNS", width)
        with pytest.raises(SystemExit):
            command_line.main()
        shown[width] = capsys.readouterr().out
    assert "─" in shown["140"]
    lots, _ = shown["60"].split("Total")
    assert "─" not in lots, "no cell is broken to fit a narrow terminal"
    assert "s2016-0023  spouse-taxable" in lots


def test_output_that_the_terminal_cannot_encode_is_no_error() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "taxlots", "init", "--help"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert ran.returncode == 0


def test_json_has_money_and_quantities_as_strings() -> None:
    listed = json.loads(taxlots("lots", SAMPLE, "--symbol", "NEE", "--json").out)
    (lot,) = [row for row in listed["rows"] if row["lot_id"] == "s2020-0212"]
    assert lot["quantity"] == "80"
    assert lot["cost_basis"] == "6025.40"

"""Every example in README.md and docs/ works as it is shown.

A fenced ``console`` block is a session: its ``$ taxlots ...`` lines are run, in order, in a folder
that holds ``ledger/sample`` and the fixtures of brokers, and what they print must be what is shown.
A line ``...`` stands for any lines; a command with nothing shown below it must only succeed.  A
comment ``# exit status 1`` says how a command ends, and what it says on standard error is then
shown too.  Other commands are not run.  A ``python`` block is run; the blocks of one document share
their names.
"""

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from taxlots.cli.main import app

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [
    path
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    if path.exists() and re.search(r"(?m)^```(console|python)$", path.read_text("utf-8"))
]
BLOCK = re.compile(r"(?ms)^```(console|python)\n(.*?)^```$")
ENDS_WITH = re.compile(r"#\s*exit status (\d+)")
ANYTHING = "..."


@dataclass(frozen=True)
class Command:
    """One command line of a session, and what is shown below it."""

    line: str
    shown: list[str]


def commands(block: str) -> Iterator[Command]:
    """The commands of a console block; a backslash continues a line."""
    joined = block.replace("\\\n", "")
    for part in re.split(r"(?m)^\$ ", joined)[1:]:
        line, *shown = part.rstrip("\n").split("\n")
        yield Command(line, [text.rstrip() for text in shown if text.strip()])


def matches(shown: list[str], printed: list[str]) -> bool:
    """Whether lines are what is shown, where ``...`` stands for any number of lines."""
    if not shown:
        return not printed
    if shown[0] == ANYTHING:
        return any(matches(shown[1:], printed[at:]) for at in range(len(printed) + 1))
    return bool(printed) and shown[0] == printed[0] and matches(shown[1:], printed[1:])


def run(command: Command) -> None:
    words = shlex.split(command.line, comments=True)
    if words[0] != "taxlots":
        return
    ran = CliRunner().invoke(app, words[1:], prog_name="taxlots")
    status = ENDS_WITH.search(command.line)
    assert ran.exit_code == (int(status[1]) if status else 0), f"{command.line}\n{ran.output}"
    output = ran.output if status else ran.stdout
    printed = [text.rstrip() for text in output.splitlines() if text.strip()]
    if command.shown and not matches(command.shown, printed):
        assert command.shown == printed, command.line


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the documents speak of."""
    for name in ("ledger/sample", "fixtures/brokers"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERMINAL_WIDTH", "100")
    return tmp_path


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_example_works_as_shown(document: Path, workplace: Path) -> None:
    assert workplace.is_dir()
    names: dict[str, object] = {}
    for language, block in BLOCK.findall(document.read_text("utf-8")):
        if language == "python":
            exec(compile(block, document.name, "exec"), names)  # noqa: S102 (our own documents)
        else:
            for command in commands(block):
                run(command)

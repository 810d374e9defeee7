"""A sign of life on standard error, and nothing of it in what is printed."""

import io
import sys
import time
from types import SimpleNamespace

import pytest

from taxlots.cli import progress
from taxlots.cli.progress import COMPILER, working


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def stderr_of(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, seconds: float) -> str:
    """What stands on standard error while something takes a while, with shortened waits."""
    monkeypatch.setattr(progress, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(progress, "LOG_WAIT_SECONDS", 0.05)
    monkeypatch.setattr(progress, "FRAME_SECONDS", 0.01)
    monkeypatch.setattr(sys, "stderr", stream)
    with working("booking book"):
        time.sleep(seconds)
    return stream.getvalue()


def test_what_is_done_at_once_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert stderr_of(monkeypatch, Terminal(), 0.0) == ""


def test_a_terminal_gets_a_line_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = stderr_of(monkeypatch, Terminal(), 0.2)
    assert "| booking book" in shown
    assert shown.endswith("\r")
    assert shown.rsplit("\r", 2)[1].strip() == "", "the line is wiped at the end"


def test_a_log_gets_one_plain_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, COMPILER, raising=False)
    assert stderr_of(monkeypatch, io.StringIO(), 0.2) == "taxlots: booking book ...\n"


def test_who_waits_for_the_compiler_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, COMPILER, SimpleNamespace(is_compiling=lambda: True))
    shown = stderr_of(monkeypatch, io.StringIO(), 0.2)
    assert "compiling the engine for this machine (once" in shown

"""What tests of rebalances share."""

import shutil
from pathlib import Path

import pytest
from fixtures.households.six_classes import write_household
from tests.cli.recorded_rebalance import NOW, copy_of

from taxlots.workflows import clock


@pytest.fixture
def url(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A copy of ``book.db`` of the module's folder ``kept``, whose rebalance nobody has signed.

    The clock stands where it was recorded.
    """
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return copy_of(f"sqlite:///{kept / 'book.db'}", tmp_path)


@pytest.fixture(scope="session")
def unspoilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up household of six classes, without its overrides; to be read only."""
    folder = tmp_path_factory.mktemp("six") / "household"
    write_household(folder, has_overrides=False)
    return folder


@pytest.fixture
def six(unspoilt: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may spoil."""
    return Path(shutil.copytree(unspoilt, tmp_path / "six"))

"""What tests of recorded rebalances share."""

from pathlib import Path

import pytest
from tests.cli.recorded_rebalance import NOW, copy_of

from taxlots.workflows import clock


@pytest.fixture
def url(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A copy of ``book.db`` of the module's folder ``kept``, whose rebalance nobody has signed.

    The clock stands where it was recorded.
    """
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return copy_of(f"sqlite:///{kept / 'book.db'}", tmp_path)

"""The audit pack of random histories: whatever happened in a year, its lists add up."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cases import write_csv
from tests.histories import PROFILES, History, random_history

from taxlots.domain.action import COLUMNS, FURTHER_COLUMNS
from taxlots.domain.problem import DataError
from taxlots.workflows import audit
from taxlots.workflows.audit import write_audit

SEEDS = 3
ROWS = 40


def written(history: History, folder: Path) -> Path:
    """A history as a book folder."""
    folder.mkdir()
    policy = "\n".join(f"{key} = {json.dumps(value)}" for key, value in history.policy.items())
    (folder / "book.toml").write_text(f'name = "random"\n\n[policy]\n{policy}\n', "utf-8")
    write_csv(folder / "accounts.csv", history.accounts)
    write_csv(folder / "securities.csv", history.securities)
    write_csv(folder / "identical.csv", history.identical, ("group", "symbol"))
    used = {name for row in history.rows for name in row}
    columns = [name for name in (*COLUMNS, *FURTHER_COLUMNS) if name in used]
    write_csv(folder / "transactions.csv", history.rows, columns)
    return folder


def cells(pack: Path, name: str, column: str) -> Iterator[str]:
    with (pack / name).open(encoding="utf-8", newline="") as file:
        yield from (row[column] for row in csv.DictReader(file))


@pytest.mark.parametrize("profile", PROFILES)
def test_the_lists_of_a_pack_add_up(
    profile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "charts_of", lambda *_: ())
    packs = 0
    for seed in range(SEEDS):
        history = random_history(seed, ROWS, profile)
        made = written(history, tmp_path / f"book-{seed}")
        years = Counter(int(row["date"][:4]) for row in history.rows)
        year = years.most_common(1)[0][0]
        pack = tmp_path / f"pack-{seed}"
        try:
            write_audit(str(made), year, pack)
        except DataError:
            continue
        packs += 1
        assert set(cells(pack, "roll_forward.csv", "residual")) <= {"0.00"}
        assert set(cells(pack, "control_totals.csv", "difference")) <= {"0.00"}
        assert set(cells(pack, "bridge.csv", "difference")) <= {"0.00"}
        assert set(cells(pack, "recomputation.csv", "outcome")) <= {"PASS", "SKIP"}
        assert len(set(cells(pack, "sample.csv", "sale_id"))) == len(
            list(cells(pack, "sample.csv", "sale_id"))
        )
    assert packs

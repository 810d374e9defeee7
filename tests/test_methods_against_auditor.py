"""The second engine relieves lots by every method as the fold does."""

from dataclasses import replace

import pytest
from tests.histories import History, random_history
from tests.test_fold_against_auditor import check

METHODS = ("IBKR_MLG", "IBKR_MLL", "IBKR_MSG", "IBKR_MSL", "LOSS_FIRST", "LONG_TERM_FIRST")
"""The others are drawn by the random histories themselves."""

SEEDS = range(60)


def by(method: str, history: History) -> History:
    """The history with all sales by one method; no row names lots, which may be gone then."""
    accounts = [account | {"method": method} for account in history.accounts]
    rows = [
        row | {"lots": "", "method": ""}
        for row in history.rows
        if row["action"] not in {"SET_METHOD", "BASIS_ADJUSTMENT"}
    ]
    return replace(history, accounts=accounts, rows=rows)


@pytest.mark.parametrize("method", METHODS)
def test_two_engines_agree_on_every_method(method: str) -> None:
    for seed in SEEDS:
        check(by(method, random_history(20_000 + seed, 8 + seed % 53)))


@pytest.mark.parametrize("method", METHODS)
def test_two_engines_agree_on_every_method_among_options(method: str) -> None:
    for seed in SEEDS:
        check(by(method, random_history(30_000 + seed, 8 + seed % 53, "options")))

"""The positions and pools of a fold: what it must know of accounts and securities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.averaging import is_fund
from taxlots.book.desk import OWED, Desk, Place
from taxlots.book.tables import (
    NONE,
    Average,
    Pool,
    Position,
    layout,
)
from taxlots.domain.account import Account, AccountKind, Owner
from taxlots.domain.household import wash_sale_party
from taxlots.domain.policy import Policy
from taxlots.domain.security import Security, SecurityKind
from taxlots.domain.view import View
from taxlots.law.covered import COVERED_FROM
from taxlots.law.identical import Identity, Kinship, Membership

OWNER_CODE: Final = {Owner.SELF: kinds.SELF, Owner.SPOUSE: kinds.SPOUSE, Owner.JOINT: kinds.JOINT}

SHORT_SALE_KINDS: Final = frozenset(
    {SecurityKind.STOCK, SecurityKind.ETF, SecurityKind.MUTUAL_FUND, SecurityKind.BOND}
)
"""What sections 1233 and 1259 are applied to; options written are not short sales of stock."""

Table = np.ndarray[Any, np.dtype[Any]]


def table_of(rows: Sequence[tuple[int, ...]], record: type[Any]) -> Table:
    """Rows as a structured array with the fields of a record."""
    return np.array(rows, np.dtype(layout(record)))


def position_tables(
    desk: Desk, places: list[Place], identity: Identity, policy: Policy
) -> dict[str, Table]:
    """Positions with what the fold must know of their accounts and securities, and the pools."""
    securities = _numbered_securities(places, identity)
    account_number = {name: number for number, name in enumerate(desk.accounts)}
    returns: dict[str, int] = {}
    pools: dict[tuple[str, str, str], int] = {}
    averages: list[tuple[int, ...]] = []
    shorted = {symbol for _, symbol, order in places if order == OWED}
    mixed: list[bool] = []
    rows = []
    for account_id, symbol, order in places:
        account = desk.accounts[account_id]
        security = desk.journal.record.securities.get(symbol) or Security(symbol=symbol)
        party = account.id if desk.view is View.BROKER else wash_sale_party(account)
        side = OWED if order == OWED else ""
        pool = pools.setdefault((party, identity.family(symbol), side), len(pools))
        if pool == len(mixed):
            mixed.append(symbol in identity.numbers)
        position = Position(
            pool=pool,
            security=securities[symbol],
            account=account_number[account_id],
            flags=_flags(account, security, policy) | _side(security, order, symbol in shorted),
            owner=OWNER_CODE.get(account.owner, kinds.OTHER_OWNER),
            tax_return=returns.setdefault(account.tax_return, len(returns)),
            multiplier=security.multiplier,
            covered_from=COVERED_FROM[security.kind],
        )
        if (account_id, symbol) in desk.averaging.pairs and not order:
            position.average = len(averages)
            is_on = (account_id, symbol) in desk.averaging.from_start
            averages.append((int(is_on), 0, NONE, 0, 0, 0, 0, 0))
        rows.append(tuple(getattr(position, name) for name in Position.__slots__))
    pool_rows = np.zeros(len(pools), np.dtype(layout(Pool)))
    for name in ("first_candidate", "last_candidate", "first_wait", "last_wait"):
        pool_rows[name] = NONE
    pool_rows["is_mixed"] = mixed
    kinships = [(k.first, k.count, k.underlying) for k in identity.kinships]
    alone = len(securities) - len(kinships)
    kinships += [(0, 0, len(kinships) + n) for n in range(alone)]
    members = [(m.group, m.start_day, m.end_day) for m in identity.memberships]
    return {
        "positions": np.array(rows, np.dtype(layout(Position))),
        "averages": table_of(averages, Average),
        "pools": pool_rows,
        "kinships": np.array(kinships, np.dtype(layout(Kinship))),
        "memberships": np.array(members, np.dtype(layout(Membership))),
    }


def _side(security: Security, order: str, is_shorted: bool) -> int:
    """Held, owed or on its way; and whether short sales of the symbol matter to what is held."""
    flags = kinds.AVERAGED if is_fund(security) else 0
    if is_shorted and security.kind in SHORT_SALE_KINDS:
        flags |= kinds.SHORTED
    if order:
        flags |= kinds.SHORT if order == OWED else kinds.OUTSIDE
    if order == OWED and security.kind is SecurityKind.OPTION:
        flags |= kinds.WRITTEN
    return flags


def _numbered_securities(places: list[Place], identity: Identity) -> dict[str, int]:
    """Securities by number: those with relatives as the identity numbers them, then the rest."""
    numbered = dict(identity.numbers)
    for _, symbol, _ in places:
        numbered.setdefault(symbol, len(numbered))
    return numbered


def _flags(account: Account, security: Security, policy: Policy) -> int:
    flags = 0
    if account.kind.is_tax_deferred:
        flags |= kinds.TAX_DEFERRED
    if account.kind is AccountKind.TAXABLE_MTM_475:
        flags |= kinds.EXEMPT
        if not policy.mtm475_purchase_replaces:
            flags |= kinds.NO_CANDIDATE
    if security.kind.is_exempt_from_1091:
        flags |= kinds.EXEMPT
    return flags


def chain_positions(
    tables: dict[str, Table], places: list[Place], desk: Desk, looked_at: set[str]
) -> None:
    """Chain the positions of each household and symbol, in order of their numbers.

    Those of the symbols that are looked at as a whole, by more than splits, know the first.
    """
    positions = tables["positions"]
    household = {a.id: a.household for a in desk.accounts.values()}
    first: dict[tuple[str, str], int] = {}
    for position in range(len(places) - 1, -1, -1):
        account, symbol, _ = places[position]
        key = (household[account], symbol)
        positions["next_of_symbol"][position] = first.get(key, NONE)
        first[key] = position
    for position, (account, symbol, _) in enumerate(places):
        if symbol in looked_at:
            positions["first_of_symbol"][position] = first[household[account], symbol]

"""What a custodian reports otherwise than before: corrected tax forms, and later exports."""

from __future__ import annotations

from collections.abc import Sequence

from taxlots.domain.money import dollars, dollars_if_known, shares
from taxlots.reports.restated import FormChanged
from taxlots.workflows.custodian_lots import (
    Days,
    Symbols,
    is_covered,
    listed_realized_lots,
)
from taxlots.workflows.import_lots import Statement
from taxlots.workflows.lot_matching import LotFigures
from taxlots.workflows.restated_lines import aligned, difference

Reported = tuple[str, str, LotFigures]
"""Account, symbol and lot."""


def changed_forms(
    before: Sequence[Statement], after: Sequence[Statement], symbols: Symbols
) -> list[FormChanged]:
    """Every figure of a realized lot that the later statements tell otherwise.

    Only days count that the earlier statements cover: a first file corrects nothing.
    """
    old, covered = _reported(before, symbols)
    new, _ = _reported(after, symbols)
    kept = [one for one in new if is_covered(one[2].closed, covered.get(one[0], []))]
    custodian = {s.account: s.custodian for s in after}
    found = []
    for was, now in aligned(old, kept, _sale, lambda a, b: _cells(a[2]) == _cells(b[2])):
        found += _figures(was, now, custodian)
    return found


def _reported(
    statements: Sequence[Statement], symbols: Symbols
) -> tuple[list[Reported], dict[str, list[Days]]]:
    listed, covered, _ = listed_realized_lots(statements, symbols)
    lots = [(account, symbol, lot) for (account, symbol), one in listed.items() for lot in one.lots]
    return lots, dict(covered)


def _sale(one: Reported) -> tuple[object, ...]:
    """Lots of one sale are recognized by account, symbol and days."""
    account, symbol, lot = one
    return account, symbol, lot.closed, lot.days


def _figures(
    was: Reported | None, now: Reported | None, custodian: dict[str, str]
) -> list[FormChanged]:
    one = now or was
    if one is None:
        raise AssertionError("one of two aligned lots is there")
    account, symbol, lot = one
    before = {} if was is None else _cells(was[2])
    after = {} if now is None else _cells(now[2])
    return [
        FormChanged(
            account=account,
            custodian=custodian.get(account, ""),
            symbol=symbol,
            sold="" if lot.closed is None else lot.closed.isoformat(),
            acquired=";".join(day.isoformat() for day in lot.days),
            before_at="" if was is None else was[2].name,
            after_at="" if now is None else now[2].name,
            figure=name,
            before=before.get(name, ""),
            after=after.get(name, ""),
            difference=difference(name, before, after),
        )
        for name in _cells(lot)
        if before.get(name, "") != after.get(name, "")
    ]


def _cells(lot: LotFigures) -> dict[str, str]:
    """What a custodian reports of a realized lot, as text."""
    basis = lot.basis_cents
    gain = None if basis is None else lot.proceeds_cents - basis + lot.disallowed_cents
    return {
        "quantity": shares(lot.quantity) if lot.quantity else "",
        "proceeds": dollars(lot.proceeds_cents),
        "cost_basis": dollars_if_known(basis),
        "wash_sale_loss_disallowed": dollars(lot.disallowed_cents),
        "gain": dollars_if_known(gain),
        "term": lot.term,
    }

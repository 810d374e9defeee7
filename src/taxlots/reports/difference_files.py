"""The files of a comparison of two views, and the same as rows of text."""

from __future__ import annotations

from typing import Any, Final

from taxlots.book.view_differences import Difference
from taxlots.book.view_form import form_row
from taxlots.book.view_pieces import Figures
from taxlots.book.view_reasons import MEANINGS, Reason
from taxlots.domain.account import AccountKind
from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars, dollars_if_known, shares
from taxlots.domain.security import Security, SecurityKind
from taxlots.reports.books_files import problem_table
from taxlots.reports.compared_views import ComparedViews
from taxlots.reports.folders import FAILURE, MANIFEST
from taxlots.reports.rows import text_table
from taxlots.version import __version__

DIFFERENCES: Final = (
    "sale_id",
    "lot_id",
    "broker_lot_id",
    "household",
    "account",
    "symbol",
    "acquired_date",
    "sold_date",
    "quantity",
    "covered",
    "box_1d",
    "box_1e",
    "box_1g",
    "box_2",
    "form_8949_box",
    "column_d",
    "column_e",
    "column_f",
    "column_g",
    "column_h",
    "cost_basis",
    "wash_sale_loss_disallowed",
    "nondeductible_loss",
    "term",
    "difference",
    "reasons",
    "replacements",
    "carried_from",
)
SUMMARY: Final = (
    "year",
    "reasons",
    "pieces",
    "box_1d",
    "box_1e",
    "box_1g",
    "column_h",
    "difference",
)
REASONS: Final = ("reason", "pieces", "meaning")

Rows = list[dict[str, str]]


def difference_rows(found: ComparedViews) -> Rows:
    """A row for each compared piece, in the columns of ``differences.csv``."""
    writer = _Writer(found)
    return [writer.row(one) for one in found.pieces]


def summary_rows(found: ComparedViews) -> Rows:
    """Totals by year of sale and by reasons; the pieces that agree have none."""
    sums: dict[tuple[str, str], list[int]] = {}
    for one in found.pieces:
        ours, theirs = one.pair.taxpayer, one.pair.broker
        key = (str(date_of(one.pair.sold).year), ";".join(one.reasons))
        terms = (
            1,
            0 if theirs is None else theirs.proceeds_cents,
            0 if theirs is None else theirs.basis_cents,
            0 if theirs is None else theirs.disallowed_cents,
            _gain(ours) or 0,
            (_gain(ours) or 0) - (_gain(theirs) or 0),
        )
        total = sums.setdefault(key, [0] * len(terms))
        sums[key] = [a + b for a, b in zip(total, terms, strict=True)]
    return [
        {
            "year": year,
            "reasons": reasons,
            "pieces": str(pieces),
            **{
                name: dollars(cents)
                for name, cents in zip(
                    ("box_1d", "box_1e", "box_1g", "column_h"), money, strict=True
                )
            },
            "difference": str(difference),
        }
        for (year, reasons), (pieces, *money, difference) in sorted(sums.items())
    ]


def reason_rows(found: ComparedViews) -> Rows:
    """Every reason that occurs, in words, and how many pieces it bears on."""
    counts = {reason: sum(reason in one.reasons for one in found.pieces) for reason in Reason}
    return [
        {"reason": reason.value, "pieces": str(count), "meaning": MEANINGS[reason]}
        for reason, count in counts.items()
        if count
    ]


def difference_files(found: ComparedViews) -> dict[str, Any]:
    """The files of a comparison by name: tables, problems and a manifest."""
    return {
        "differences.csv": text_table(DIFFERENCES, difference_rows(found)),
        "summary.csv": text_table(SUMMARY, summary_rows(found)),
        "reasons.csv": text_table(REASONS, reason_rows(found)),
        FAILURE: problem_table(found.taxpayer.problems),
        MANIFEST: manifest_of(found),
    }


def manifest_of(found: ComparedViews) -> dict[str, Any]:
    """What was compared, and how many pieces differ."""
    return {
        "book": found.taxpayer.record.name,
        "engine_version": __version__,
        "as_of": date_of(found.taxpayer.as_of).isoformat(),
        "year": found.year,
        "same_day": found.same_day,
        "statement_date": None
        if found.statement_date is None
        else found.statement_date.isoformat(),
        "pieces": len(found.pieces),
        "differing": len(found.differing),
        "difference": sum(
            (_gain(one.pair.taxpayer) or 0) - (_gain(one.pair.broker) or 0) for one in found.pieces
        ),
    }


class _Writer:
    """Writes rows in the words of one record."""

    def __init__(self, found: ComparedViews) -> None:
        self.record = found.taxpayer.record
        self.ids = found.taxpayer.journal.id
        self.accounts = {account.id: account for account in self.record.accounts}

    def row(self, one: Difference) -> dict[str, str]:
        """One row of ``differences.csv``."""
        pair = one.pair
        account, symbol, _ = pair.place
        ours, theirs = pair.taxpayer, pair.broker
        return {
            "sale_id": self.ids(pair.sale_row),
            "lot_id": "" if ours is None else self.ids(ours.lot_row),
            "broker_lot_id": "" if theirs is None else self.ids(theirs.lot_row),
            "household": self.accounts[account].household,
            "account": account,
            "symbol": symbol,
            "acquired_date": date_of(pair.side.acquired).isoformat(),
            "sold_date": date_of(pair.sold).isoformat(),
            "quantity": shares(pair.side.quantity),
            **_boxes(theirs),
            **self._columns(one),
            "cost_basis": "" if ours is None or ours.is_unknown else dollars(ours.basis_cents),
            "wash_sale_loss_disallowed": "" if ours is None else dollars(ours.disallowed_cents),
            "nondeductible_loss": "" if ours is None else dollars(ours.nondeductible_cents),
            "term": "" if ours is None else _term(ours),
            "difference": _difference(ours, theirs),
            "reasons": ";".join(one.reasons),
            "replacements": ";".join(f"{self.ids(lot)}@{name}" for lot, name in one.replacements),
            "carried_from": ";".join(map(self.ids, one.carried_from)),
        }

    def _columns(self, one: Difference) -> dict[str, str]:
        account, symbol, _ = one.pair.place
        security = self.record.securities.get(symbol) or Security(symbol=symbol)
        is_digital = security.kind is SecurityKind.DIGITAL_ASSET
        form = form_row(one.pair, is_digital=is_digital)
        is_elsewhere = (
            self.accounts[account].kind is AccountKind.TAXABLE_MTM_475
            or security.kind is SecurityKind.SECTION_1256
        )
        return {
            "form_8949_box": "" if is_elsewhere else form.box,
            "column_d": dollars(form.proceeds_cents),
            "column_e": dollars_if_known(form.basis_cents),
            "column_f": form.codes,
            "column_g": dollars(form.adjustment_cents),
            "column_h": dollars_if_known(form.gain_cents),
        }


def _boxes(side: Figures | None) -> dict[str, str]:
    """What the broker's view reports; all blank where it reports nothing."""
    if side is None:
        return dict.fromkeys(("covered", "box_1d", "box_1e", "box_1g", "box_2"), "")
    return {
        "covered": "true" if side.is_covered else "false",
        "box_1d": dollars(side.proceeds_cents),
        "box_1e": "" if side.is_unknown else dollars(side.basis_cents),
        "box_1g": dollars(side.disallowed_cents),
        "box_2": _term(side),
    }


def _term(side: Figures) -> str:
    return "LT" if side.is_long else "ST"


def _gain(side: Figures | None) -> int | None:
    """The gain in cents: 0 where there is no row, None where the basis is unknown."""
    if side is None:
        return 0
    return None if side.is_unknown else side.gain_cents


def _difference(ours: Figures | None, theirs: Figures | None) -> str:
    mine, other = _gain(ours), _gain(theirs)
    return "" if mine is None or other is None else str(mine - other)

"""What the journal says of lots whose basis another taxpayer's basis or tax bears on."""

from __future__ import annotations

from dataclasses import replace

from taxlots.book import kinds
from taxlots.book.desk import Entry
from taxlots.book.journal import Journal
from taxlots.domain.problem import warning
from taxlots.law.s267_related_parties import buyers_gain_basis, buyers_loss_basis
from taxlots.law.s1014_inheritance import inherited_basis
from taxlots.law.s1015_gift import gift_tax_increase
from taxlots.law.s2032_alternate_valuation import elected_basis, may_elect


def with_related_loss(journal: Journal, entry: Entry) -> Entry:
    """The entry of a purchase from a related taxpayer: two bases, if the row says ``related_loss``.

    ``related_loss`` is the loss that section 267(a)(1) denied to the seller.
    """
    denied = int(journal.number["related_loss"].values[entry.row])
    if denied == 0:
        return entry
    return replace(
        entry,
        cents=buyers_gain_basis(entry.cents, denied),
        loss_cents=buyers_loss_basis(entry.cents),
        flags=entry.flags | kinds.DUAL_BASIS,
    )


def gift_tax_addition(journal: Journal, row: int) -> int:
    """What gift tax adds to the basis of a gift, in cents, before the cap of section 1015(d)(1).

    ``basis_increase`` as stated; else, where the row says ``gift_tax`` and ``taxable_gift``, the
    part of the tax that belongs to the appreciation.
    """
    number = journal.number
    if not number["basis_increase"].is_blank[row] or number["gift_tax"].is_blank[row]:
        return int(number["basis_increase"].values[row])
    return gift_tax_increase(
        int(number["gift_tax"].values[row]),
        int(number["taxable_gift"].values[row]),
        int(number["fmv"].values[row]),
        int(number["cost_basis"].values[row]),
    )


def inheritance_basis(journal: Journal, row: int, fmv_cents: int) -> int:
    """Basis of an inheritance: ``alternate_fmv`` under the election, else the value at death.

    A warning is noted where the alternate value is not the lower one, for the estate's must be.
    """
    alternate = journal.number["alternate_fmv"]
    if alternate.is_blank[row]:
        return inherited_basis(fmv_cents)
    if not may_elect(fmv_cents, int(alternate.values[row])):
        journal.add(
            row,
            warning(
                journal.where(row, "alternate_fmv"),
                "ALTERNATE_VALUE_NOT_LOWER",
                f"inheritance {journal.id(row)!r}: the alternate value is not lower than that at "
                "death; it is booked",
                "26 USC 2032(c): the election must lower the value of the estate and its tax; "
                "leave alternate_fmv blank if none was made",
            ),
        )
    return elected_basis(int(alternate.values[row]))

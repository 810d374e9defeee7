"""Donation: which appreciated lots to give up to some value."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from taxlots.domain.money import LIMIT, dollars
from taxlots.domain.problem import UsageError
from taxlots.domain.settings import scaled_value
from taxlots.domain.tax_rate import rate_text
from taxlots.plan.donation import Gift, gifts
from taxlots.workflows.gain_lots import gain_table, holdings_of, rate_of
from taxlots.workflows.plan_page import PlanPage, told_page
from taxlots.workflows.zero_bracket import lot_row

if TYPE_CHECKING:
    from taxlots.workflows.gain_lots import Holdings

COLUMNS: Final = {
    "lot_id": "lot",
    "account": "account",
    "symbol": "symbol",
    "quantity": "quantity",
    "value": "value",
    "gain": "gain",
    "tax_avoided": "tax avoided",
    "deduction_saves": "deduction saves",
}


def donate(
    book: str,
    amount: object,
    *,
    deduction_rate: object = None,
    account: str | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> PlanPage:
    """Long-term lots to give up to an amount of dollars, the highest gain a dollar first.

    ``deduction_rate`` is what a dollar of deduction saves, where the giver itemizes.  UsageError
    where the lots are on several returns and no account is named.
    """
    most = scaled_value(amount, 2)
    if most is None or not 0 < most <= LIMIT:
        raise UsageError(f"--donate {str(amount)[:40]!r} is no amount above zero; write 5000.00")
    rate = 0 if deduction_rate is None else rate_of(deduction_rate, "--deduction-rate")
    holdings = holdings_of(book, account=account, as_of=as_of, known_at=known_at)
    lots = holdings.long_term(account)
    returns = list(dict.fromkeys(holdings.tax_return(lot.account) for lot in lots))
    if len(returns) > 1:
        raise UsageError(f"the lots are on the returns {', '.join(returns)}; name an --account")
    found = gifts(lots, most, holdings.years(returns[0]).two.this, rate) if lots else ()
    told = tuple(_sentences(holdings, found, most, rate))
    rows = [
        {
            **lot_row(gift.lot),
            "tax_avoided": dollars(gift.tax_avoided_cents),
            "deduction_saves": dollars(gift.deduction_cents),
        }
        for gift in found
    ]
    given = sum(gift.lot.value_cents for gift in found)
    name = holdings.books.record.name
    return told_page(
        gain_table(
            f"Lots of {name} to give, up to {dollars(most)}, on {holdings.as_of}", COLUMNS, rows
        ),
        {
            "book": name,
            "as_of": holdings.as_of.isoformat(),
            "lots": rows,
            "given": dollars(given),
            "left": dollars(most - given),
            "tax_avoided": dollars(sum(gift.tax_avoided_cents for gift in found)),
            "deduction_saves": dollars(sum(gift.deduction_cents for gift in found)),
        },
        told,
        holdings.problems,
    )


def _sentences(
    holdings: Holdings, found: tuple[Gift, ...], most_cents: int, rate_ppm: int
) -> Iterator[str]:
    given = sum(gift.lot.value_cents for gift in found)
    avoided = sum(gift.tax_avoided_cents for gift in found)
    yield (
        f"{dollars(given)} is given in shares, {dollars(most_cents - given)} is left for cash; "
        f"selling the shares would cost {dollars(avoided)} of tax"
    )
    if rate_ppm:
        saved = sum(gift.deduction_cents for gift in found)
        yield (
            f"The deduction saves {dollars(saved)} at the stated rate {rate_text(rate_ppm)}, if the"
            " return itemizes; limits by income are not applied (26 USC 170(b): 30 percent of it"
            " for such property, and from 2026 on a floor)"
        )
    else:
        yield "No deduction is counted: state --deduction-rate where the return itemizes"
    if any(0 < holdings.value(one) < one.loss_basis_cents for one in holdings.index.situation.lots):
        yield "Lots that show a loss are never given: sell them, and give the proceeds"

"""The causes of breaks, each a pure test that says what speaks for it; blank if nothing does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from taxlots.domain.money import apportion, dollars, shares
from taxlots.workflows.lot_facts import REORGANIZATIONS, Happening, PositionFacts
from taxlots.workflows.lot_matching import (
    NEAR_DAYS,
    ROUNDED_UNITS,
    LotFigures,
    Pairing,
    basis_of,
    quantity_of,
    reproduces,
)

PENDING_DAYS: Final = 45
"""Within how many days after a transfer its basis may still be on the way."""

OPTIMIZER: Final = "MINTAX"
OPTIMIZERS: Final = frozenset({OPTIMIZER, "IBKR_MLG", "IBKR_MLL", "IBKR_MSG", "IBKR_MSL"})
"""Methods by which a custodian chooses lots for the tax; MINTAX and IBKR_MSL are one order."""
GIVEN: Final = ("gift", "inheritance")


def transfer_pending(pairing: Pairing, facts: PositionFacts) -> str:
    """A transfer brought the shares, and its basis is still on the way."""
    came = _came_by_transfer(pairing, facts)
    recent = [
        h
        for h in facts.happenings
        if h.action in ("TRANSFER_IN", "TRANSFER_OUT", "TRANSFER")
        and 0 <= (facts.as_of - h.day).days <= PENDING_DAYS
    ]
    if came and basis_of(pairing.ours) is None and basis_of(pairing.theirs) is not None:
        return "the lot came by transfer without its basis, and the custodian has the basis now"
    if came and recent and pairing.theirs and basis_of(pairing.theirs) is None:
        return "the lot came by transfer, and the custodian still waits for its basis"
    is_one_sided = not pairing.ours or not pairing.theirs
    if is_one_sided and recent and pairing.quantity_difference:
        row = recent[-1]
        return f"shares are on their way: {row.action} of {row.day} ({row.id})"
    return ""


def _came_by_transfer(pairing: Pairing, facts: PositionFacts) -> bool:
    """Whether a transfer brought a lot: from outside, or from another account of the book."""
    is_moved = any(h.action == "TRANSFER" for h in facts.happenings)
    is_from_elsewhere = any(lot.name not in facts.openings for lot in pairing.ours)
    return bool(_opened_by(pairing, facts, {"TRANSFER_IN"})) or (is_moved and is_from_elsewhere)


def missing_basis(pairing: Pairing, _facts: PositionFacts) -> str:
    """One side has no basis for the lot."""
    if not pairing.ours or not pairing.theirs or pairing.quantity_difference:
        return ""
    ours, theirs = basis_of(pairing.ours), basis_of(pairing.theirs)
    if theirs is None and ours is not None:
        return f"the custodian has no basis for the lot; the book has {dollars(ours)}"
    if ours is None and theirs is not None:
        return f"the book has no basis for the lot; the custodian has {dollars(theirs)}"
    return ""


def initialized_lot(pairing: Pairing, facts: PositionFacts) -> str:
    """One side keeps as a single lot what the other keeps in several.

    What was sold of a single lot bears a day on which nothing was bought: that of its making.
    """
    if pairing.quantity_difference or pairing.has_same_days:
        return ""
    ours, theirs = len(pairing.ours), len(pairing.theirs)
    is_open = all(lot.closed is None for lot in (*pairing.ours, *pairing.theirs))
    if theirs == 1 and ours > 1 and (is_open or is_of_no_purchase(pairing, facts)):
        return f"the custodian keeps as one lot what was bought in {ours}"
    if ours == 1 and theirs > 1 and is_open:
        return f"the book keeps as one lot what the custodian keeps in {theirs}"
    return ""


def is_of_no_purchase(pairing: Pairing, facts: PositionFacts) -> bool:
    """Whether the custodian tells days of purchase, and on none of them the book bought."""
    bought = {opening.day for opening in facts.openings.values()}
    bought |= {day for lot in pairing.ours for day in lot.days}
    told = {day for lot in pairing.theirs for day in lot.days}
    return bool(told) and not told & bought


def gift_or_inherit(pairing: Pairing, facts: PositionFacts) -> str:
    """The lot was given or inherited: its basis came from papers."""
    if pairing.quantity_difference:
        return ""
    given = _opened_by(pairing, facts, {"GIFT_IN", "INHERIT"})
    given += [
        lot
        for lot in pairing.ours
        if lot.name in facts.openings and facts.openings[lot.name].origin in GIVEN
    ]
    return f"the lot {given[0].name} was given or inherited" if given else ""


def wash_adjustment(pairing: Pairing, facts: PositionFacts) -> str:
    """One side disallowed or deferred a loss that the other did not."""
    if pairing.quantity_difference or not pairing.ours or not pairing.theirs:
        return ""
    if pairing.disallowed_difference:
        ours = sum(lot.disallowed_cents for lot in pairing.ours)
        theirs = sum(lot.disallowed_cents for lot in pairing.theirs)
        known = "; as a broker must report it, the book has the same"
        return (
            f"the book disallows {dollars(ours)} of the loss, the custodian {dollars(theirs)}: a"
            " custodian looks at one account and one CUSIP, the law at all accounts of both spouses"
            + (known if is_broker_s(pairing, facts) else "")
        )
    basis = pairing.basis_difference
    if not basis:
        return ""
    ours_wash = sum(lot.wash_cents for lot in pairing.ours)
    theirs_wash = sum(lot.wash_cents for lot in pairing.theirs)
    is_unadjusted_same = basis == theirs_wash - ours_wash
    if is_unadjusted_same and (ours_wash or theirs_wash):
        return (
            f"without deferred losses the basis is the same; the book deferred {dollars(ours_wash)}"
            f" into the lot, the custodian {dollars(theirs_wash)}"
        )
    if -basis in _sums(facts.deferred):
        return f"the difference is a loss of {dollars(-basis)} that the book deferred into the lot"
    return ""


def broker_view(pairing: Pairing, facts: PositionFacts) -> str:
    """The custodian reports as a broker must, and the law asks more of the taxpayer."""
    return "as a broker must report it, the book has it too" if is_broker_s(pairing, facts) else ""


def is_broker_s(pairing: Pairing, facts: PositionFacts) -> bool:
    """Whether the book has the custodian's figures in the view of a broker."""
    keys = {(lot.name, lot.sale) for lot in pairing.ours}
    theirs = tuple(lot for lot in facts.as_broker if (lot.name, lot.sale) in keys)
    seen = Pairing(theirs, pairing.theirs)
    return (
        bool(theirs)
        and bool(pairing.theirs)
        and not seen.quantity_difference
        and seen.basis_difference == 0
        and not seen.proceeds_difference
        and not seen.disallowed_difference
    )


def fee_in_basis(pairing: Pairing, facts: PositionFacts) -> str:
    """The fees of a trade stand in basis or proceeds on one side alone.

    A cent a lot is left to the rounding of the part that is still open.
    """
    if pairing.quantity_difference or not pairing.ours or not pairing.theirs:
        return ""
    slack = len(pairing.ours)
    bought = sum(_fee_share(lot, facts) for lot in pairing.ours)
    basis, proceeds = pairing.basis_difference or 0, pairing.proceeds_difference
    if bought and basis and abs(basis + bought) <= slack:
        return f"the custodian leaves the fees of {dollars(bought)} out of the basis"
    if bought and basis and abs(basis - bought) <= slack:
        return f"the custodian counts the fees of {dollars(bought)} twice, or the book leaves them"
    sold = _sale_fees(pairing, facts)
    if sold and proceeds and abs(abs(proceeds) - sold) <= slack:
        which = "before" if proceeds > 0 else "after"
        return f"the custodian tells proceeds {which} the fees of {dollars(sold)}"
    return ""


def _sale_fees(pairing: Pairing, facts: PositionFacts) -> int:
    """The share of the fees of their sales that falls on our pieces."""
    quantities: dict[str, int] = defaultdict(int)
    for lot in pairing.ours:
        quantities[lot.sale] += lot.quantity
    return sum(
        apportion(facts.sale_fees.get(sale, 0), quantity, facts.sale_quantities.get(sale, quantity))
        for sale, quantity in quantities.items()
    )


def _fee_share(lot: LotFigures, facts: PositionFacts) -> int:
    opening = facts.openings.get(lot.name)
    if opening is None or not opening.quantity:
        return 0
    return apportion(opening.fees_cents, lot.quantity, opening.quantity)


def return_of_capital(pairing: Pairing, facts: PositionFacts) -> str:
    """A distribution lowered the basis on one side alone."""
    basis = pairing.basis_difference
    if not basis or pairing.quantity_difference:
        return ""
    if basis > 0:
        paid = _since(pairing, facts, {"RETURN_OF_CAPITAL", "LIQUIDATION"})
        if paid and basis <= sum(h.cents for h in paid):
            return f"the custodian has not lowered the basis by {paid[-1].id} of {paid[-1].day}"
        return ""
    paid = _since(pairing, facts, {"DIVIDEND"})
    ours, theirs = basis_of(facts.all_ours), basis_of(facts.all_theirs)
    lacking = None if ours is None or theirs is None else ours - theirs
    for count in range(1, len(paid) + 1):
        if sum(h.cents for h in paid[-count:]) in {lacking, -basis}:
            return (
                f"the difference is what {paid[-count].id} paid on {paid[-count].day}: it seems to"
                " have been declared a return of capital afterwards"
            )
    return ""


def average_cost(pairing: Pairing, facts: PositionFacts) -> str:
    """One side averages the basis, the other keeps that of each lot."""
    if pairing.quantity_difference or not pairing.basis_difference:
        return ""
    days = {lot.closed for lot in pairing.theirs}
    lots = [lot for lot in facts.all_theirs if lot.closed in days] or list(pairing.theirs)
    is_theirs = len(lots) > 1 and _cost_alike(lots)
    if is_theirs and not facts.is_averaged:
        return "every lot of the custodian has the same basis a share: it averages"
    if facts.is_averaged and not is_theirs:
        return "the book averages the basis of the position, the custodian keeps each lot's own"
    return ""


def _cost_alike(lots: Sequence[LotFigures]) -> bool:
    """Whether each lot's basis is the average of all, to within a cent."""
    quantity, basis = quantity_of(lots), basis_of(lots)
    if not quantity or basis is None:
        return False
    return all(
        abs((lot.basis_cents or 0) * quantity - basis * lot.quantity) <= quantity for lot in lots
    )


def settle_date(pairing: Pairing, _facts: PositionFacts) -> str:
    """One side has the trade date, the other the settlement date."""
    if pairing.quantity_difference or not pairing.ours or not pairing.theirs:
        return ""
    if pairing.has_same_days and pairing.has_same_close:
        return ""
    ours, theirs = pairing.ours[0], pairing.theirs[0]
    gaps = []
    if not pairing.has_same_close and ours.closed and theirs.closed:
        gaps.append((ours.closed, theirs.closed))
    if not pairing.has_same_days and ours.days and theirs.days:
        gaps.append((ours.days[0], theirs.days[0]))
    if gaps and all(0 < abs((b - a).days) <= NEAR_DAYS for a, b in gaps):
        a, b = gaps[0]
        return f"the book has the trade of {a}, the custodian {b}, within a settlement of it"
    return ""


def drip_rounding(pairing: Pairing, facts: PositionFacts) -> str:
    """Fractions of reinvested dividends are rounded differently."""
    if not _opened_by(pairing, facts, {"REINVEST"}) or not pairing.theirs:
        return ""
    lots = max(len(pairing.ours), len(pairing.theirs))
    shares_off, cents_off = abs(pairing.quantity_difference), abs(pairing.basis_difference or 0)
    if shares_off <= lots * ROUNDED_UNITS and cents_off <= lots:
        return "reinvested fractions are rounded differently"
    return ""


def _reproducing(pairing: Pairing, facts: PositionFacts) -> list[str]:
    """The relief methods under which the book would have what the custodian has."""
    if pairing.quantity_difference or not pairing.is_rest:
        return []
    closed = {lot.closed for lot in pairing.theirs}
    theirs = [lot for lot in facts.all_theirs if lot.closed in closed]
    found = []
    for method, lots in facts.by_method.items():
        mine = [lot for lot in lots if lot.closed in closed]
        if method != facts.method and reproduces(mine, theirs):
            found.append(method)
    return found


def optimizer_lots(pairing: Pairing, facts: PositionFacts) -> str:
    """The custodian's tax lot optimizer chose other lots."""
    found = _reproducing(pairing, facts)
    if found and OPTIMIZERS.issuperset(found):
        return (
            "the custodian has the lots that a tax lot optimizer would choose"
            f" ({' or '.join(sorted(found, reverse=True))}); the book relieves by {facts.method}"
        )
    return ""


def method_mismatch(pairing: Pairing, facts: PositionFacts) -> str:
    """The two sides relieve lots by different methods."""
    return standing_method(pairing, facts) or other_purchases(pairing, facts)


def standing_method(pairing: Pairing, facts: PositionFacts) -> str:
    """Another standing method gives the custodian's lots."""
    methods = _reproducing(pairing, facts)
    if methods:
        return (
            f"with {' or '.join(methods)} the book would have the custodian's lots; it relieves by"
            f" {facts.method}"
        )
    return ""


def other_purchases(pairing: Pairing, facts: PositionFacts) -> str:
    """Other lots were sold than the book relieves, all of them purchases that it knows."""
    bought = {opening.day for opening in facts.openings.values()}
    told = [day for lot in pairing.theirs for day in lot.days]
    has_sold = bool(facts.sale_fees) or any(lot.closed for lot in pairing.theirs)
    if (
        pairing.is_rest
        and pairing.ours
        and told
        and has_sold
        and not pairing.quantity_difference
        and all(set(lot.days) & bought for lot in pairing.theirs)
    ):
        return "both know the same purchases, and other lots of them were sold"
    return ""


def corporate_action(pairing: Pairing, facts: PositionFacts) -> str:
    """A corporate action divided basis or shares differently."""
    if not pairing.ours or not pairing.theirs:
        return ""
    found = _since(pairing, facts, REORGANIZATIONS)
    if not found:
        return ""
    return f"{found[-1].action} of {found[-1].day} ({found[-1].id}) divided basis or shares"


def totals_agree(pairing: Pairing, _facts: PositionFacts) -> str:
    """The totals agree and the lots do not."""
    if pairing.quantity_difference or pairing.basis_difference != 0 or not pairing.is_rest:
        return ""
    quantity, basis = quantity_of(pairing.ours), basis_of(pairing.ours)
    return (
        f"both hold {shares(quantity)} shares with {dollars(basis or 0)}, in other lots: the"
        " difference shows at the first sale"
    )


def quantity_differs(pairing: Pairing, facts: PositionFacts) -> str:
    """One side has shares that the other has not."""
    ours, theirs = quantity_of(pairing.ours), quantity_of(pairing.theirs)
    if ours == theirs or not pairing.quantity_difference:
        return ""
    more = "custodian" if theirs > ours else "book"
    return (
        f"the {more} has {shares(abs(theirs - ours))} {facts.symbol} more: a transaction is missing"
    )


def unexplained(_pairing: Pairing, _facts: PositionFacts) -> str:
    """None of the causes above."""
    return "none of the known causes fits"


def _opened_by(
    pairing: Pairing, facts: PositionFacts, actions: frozenset[str] | set[str]
) -> list[LotFigures]:
    return [
        lot
        for lot in pairing.ours
        if lot.name in facts.openings and facts.openings[lot.name].action in actions
    ]


def _since(
    pairing: Pairing, facts: PositionFacts, actions: frozenset[str] | set[str]
) -> list[Happening]:
    """What happened to the symbol after the first of our lots was acquired, oldest first."""
    days = [day for lot in pairing.ours for day in lot.days]
    return [
        h
        for h in facts.happenings
        if h.action in actions and (not days or h.day >= min(days)) and h.day <= facts.as_of
    ]


def _sums(amounts: Sequence[int]) -> set[int]:
    """Single amounts, and their sum."""
    return {amount for amount in (*amounts, sum(amounts)) if amount}

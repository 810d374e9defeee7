"""What a corporate action's terms come to for the units that one position holds."""

from taxlots.book.tables import Book, Terms
from taxlots.domain.money import apportion, cut


def new_units(b: Book, at: int, units: int) -> int:
    """New units for old ones: those that the row states, else by its ratio, cut to 1e-8."""
    detail = b.details[b.events[at].detail]
    terms = b.terms[detail.terms]
    if terms.units > 0:
        return terms.units
    return cut(units, detail.numerator, detail.denominator)


def cash_cents(terms: Terms, units: int) -> int:
    """Cash for old units: so much a unit, or the total that the row states."""
    return amount_cents(terms.cash_numerator, terms.cash_denominator, units)


def value_cents(terms: Terms, units: int) -> int:
    """Fair market value of new units."""
    return amount_cents(terms.value_numerator, terms.value_denominator, units)


def old_value_cents(terms: Terms, units: int) -> int:
    """Fair market value of old units after the event."""
    return amount_cents(terms.old_value_numerator, terms.old_value_denominator, units)


def amount_cents(numerator: int, denominator: int, units: int) -> int:
    """``numerator / denominator`` cents a unit, rounded once; the total where it is no rate."""
    if denominator == 0:
        return numerator
    return apportion(units, numerator, denominator)

"""Dates that the law attaches to a lot: long-term from when, covered or not."""

from datetime import date, timedelta

COVERED_FROM = {
    "stock": date(2011, 1, 1),
    "etf": date(2012, 1, 1),
    "mutual_fund": date(2012, 1, 1),
    "option": date(2014, 1, 1),
    "bond": date(2014, 1, 1),
    "section_1256": date(2014, 1, 1),
    "digital_asset": date(2026, 1, 1),
}


def first_long_term_day(holding_period_date: date) -> date:
    """The period starts the day after; one year later it is more than a year.

    A period that starts on 29 February is over a year old on 1 March.
    """
    start = holding_period_date + timedelta(days=1)
    try:
        return start.replace(year=start.year + 1)
    except ValueError:
        return date(start.year + 1, 3, 1)


def is_long_term(holding_period_date: date, sold: date, *, always: bool) -> bool:
    return always or sold >= first_long_term_day(holding_period_date)


def is_covered(cell: str, kind: str, acquired: date) -> bool:
    """As the row says; blank follows the dates from which brokers must report basis."""
    if cell:
        return cell.lower() in {"true", "1", "yes"}
    return acquired >= COVERED_FROM[kind]

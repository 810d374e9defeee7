"""Cost basis and the identification of lots.  26 USC 1012."""

from taxlots.domain.money import apportion
from taxlots.law.cites import cites


@cites("26 USC 1012(a)", "Treas. Reg. 1.1012-1(a)")
def cost_of_purchase(gross_cents: int, fees_cents: int) -> int:
    """Cost basis in cents: the price paid with the costs of buying."""
    return gross_cents + fees_cents


@cites("Treas. Reg. 1.1012-1(c)(1)(i)")
def basis_of_part(
    whole_cents: int, whole_units: int, open_cents: int, open_units: int, units: int
) -> int:
    """Basis in cents of the next ``units`` to leave a lot.

    The lot was ``whole_units`` at ``whole_cents``; ``open_units`` at ``open_cents`` are left of
    it.  The parts are differences of one cumulative share, so they always sum to the whole.
    """
    if units == open_units:
        return open_cents
    relieved = whole_units - open_units + units
    return max(0, apportion(whole_cents, relieved, whole_units) - (whole_cents - open_cents))


@cites("Treas. Reg. 1.1012-1(c)(8)")
def identified_in_time(identified_day: int, settle_day: int) -> bool:
    """Whether lots named on ``identified_day`` were adequately identified.

    ``settle_day`` is the earlier of the settlement date and the time that SEC Rule 15c6-1
    sets for settlement.
    """
    return identified_day <= settle_day

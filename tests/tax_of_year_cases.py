"""Cases of kind ``tax_of_year``: what somebody states of a return, and its tax, reckoned by hand.

``input`` has the options of ``taxlots tax``, ``expected`` keys of its JSON; ``told`` are words of
what is said not to be computed.
"""

from typing import Any

from tests.cases import Case

from taxlots.domain.money import dollars
from taxlots.law.tables import YEARS
from taxlots.law.tax_of_year import carried_out
from taxlots.reports.tax_figures import tax_json
from taxlots.workflows.tax_facts import Facts, income_of_facts, tax_of_facts


def reckoned(case: Case) -> dict[str, Any]:
    """The tax of the case as JSON; before the tables begin, what is carried alone."""
    stated = dict(case["input"])
    year = stated.pop("year")
    facts = Facts(**stated)
    if year in YEARS:
        return tax_json(tax_of_facts(year, facts))
    short, long = carried_out(income_of_facts(year, facts))
    return {"carryover_short": dollars(short), "carryover_long": dollars(long)}

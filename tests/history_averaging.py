"""Elections of average basis in random histories, and their revocation."""

from collections.abc import Callable

from tests.history_choices import pick
from tests.history_rows import Scribe

AVERAGED_KINDS = {"mutual_fund", "etf", "stock"}


def elect(scribe: Scribe) -> bool:
    """Only where no standing method averages already."""
    rng = scribe.rng
    account, symbol = pick(rng, list(scribe.accounts)), pick(rng, scribe.symbols)
    kind = scribe.listing(symbol)["kind"]
    if kind not in AVERAGED_KINDS or not scribe.is_taxable(account):
        return False
    if scribe.averages(account, symbol):
        return False
    single = pick(rng, ["", "true", ""])
    scribe.write("ELECT_AVERAGE", account, symbol, single_account=single)
    scribe.elected[account, symbol] = scribe.today
    return True


def revoke(scribe: Scribe) -> bool:
    if not scribe.elected:
        return False
    account, symbol = pick(scribe.rng, list(scribe.elected))
    if scribe.standing_method(account, symbol) == "AVERAGE":
        return False
    del scribe.elected[account, symbol]
    scribe.write("REVOKE_AVERAGE", account, symbol)
    return True


AVERAGING: dict[str, Callable[[Scribe], bool]] = {
    "ELECT_AVERAGE": elect,
    "REVOKE_AVERAGE": revoke,
}

"""Prices as text cells."""


def price_cell(price: int, places: int) -> str:
    """A price in units of ``10**-places`` dollars with at least two decimals."""
    units, rest = divmod(price, 10**places)
    decimals = f"{rest:0{places}d}".rstrip("0")
    return f"{units}.{decimals:0<2}"

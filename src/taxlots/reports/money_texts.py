"""Amounts as tax forms show them."""

from taxlots.domain.money import CENTS_PER_DOLLAR


def accounted(amount_cents: int, *, cents: bool = True) -> str:
    """Dollars with separators, losses in parentheses: ``-123450`` is ``(1,234.50)``.

    Without ``cents``, whole dollars, which the amount has to be.
    """
    dollars, rest = divmod(abs(amount_cents), CENTS_PER_DOLLAR)
    text = f"{dollars:,}.{rest:02}" if cents else f"{dollars:,}"
    return f"({text})" if amount_cents < 0 else text

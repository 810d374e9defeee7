"""Notes that the fold leaves for its owner: what it could not book, and what must be told."""

from taxlots.book.tables import Book


def fault(b: Book, event: int, code: int, quantity: int, available: int) -> None:
    """Note a fault of one event; ``book.kinds`` has the codes, ``book.faults`` the words."""
    tally = b.tally[0]
    note = b.faults[tally.faults]
    tally.faults += 1
    note.event = event
    note.code = code
    note.quantity = quantity
    note.available = available

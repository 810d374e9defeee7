"""Every broker that can be imported."""

from typing import Final

from taxlots.brokers.protocol import HEAD_CHARS, BrokerFile
from taxlots.brokers.schwab import Schwab

BROKERS: Final[dict[str, BrokerFile]] = {reader.name: reader for reader in (Schwab(),)}
"""Readers by the name that ``--broker`` takes.  A new importer is one more line here."""


def sniff(text: str) -> BrokerFile | None:
    """The reader that knows a file by its first lines; None when no one or several do."""
    head = text[:HEAD_CHARS]
    known = [reader for reader in BROKERS.values() if reader.can_read(head)]
    return known[0] if len(known) == 1 else None

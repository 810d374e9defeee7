"""Every broker that can be imported: the modules of this package that have a ``BROKER``."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

import taxlots.brokers
from taxlots.brokers.protocol import HEAD_CHARS, BrokerFile


def _readers() -> dict[str, BrokerFile]:
    names = sorted(module.name for module in iter_modules(taxlots.brokers.__path__))
    modules = (import_module(f"taxlots.brokers.{n}") for n in names if n != "registry")
    readers = [module.BROKER for module in modules if hasattr(module, "BROKER")]
    return {reader.name: reader for reader in readers}


BROKERS: Final[dict[str, BrokerFile]] = _readers()
"""Readers by the name that ``--broker`` takes.  A new importer is one more module."""


def sniff(text: str) -> BrokerFile | None:
    """The reader that knows a file by its first lines; None when no one or several do."""
    head = text[:HEAD_CHARS]
    known = [reader for reader in BROKERS.values() if reader.can_read(head)]
    return known[0] if len(known) == 1 else None

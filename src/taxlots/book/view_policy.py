"""How a broker reads the open questions of section 1091, whatever its customer's policy is."""

from __future__ import annotations

from dataclasses import replace

from taxlots.book.record import Record
from taxlots.domain.policy import Policy


def broker_policy(policy: Policy, *, held_after_sale: bool = True) -> Policy:
    """The policy of a broker's view: the engine's readings, with the record's conventions.

    The readings of section 1091 (D2, D3, D16) are the defaults, for a broker does not ask what its
    customer's are; D1 is ``held_after_sale``, because brokers are known to read it literally.
    What is arithmetic alone (``sub_first``, ``average_rounding``) is the record's.
    """
    readings = Policy(sub_first=policy.sub_first, average_rounding=policy.average_rounding)
    return replace(readings, held_after_sale=held_after_sale)


def brokers_record(record: Record, *, held_after_sale: bool = True) -> Record:
    """The record as a broker reads it."""
    return replace(record, policy=broker_policy(record.policy, held_after_sale=held_after_sale))

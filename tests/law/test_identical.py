"""Substantially identical securities: what the user lists, and a little that is plain (D17)."""

from datetime import date

from taxlots.domain.calendar import day_of
from taxlots.domain.security import IdenticalMember, Security, SecurityKind
from taxlots.law.identical import Identity, identity_of

DAY = day_of(date(2024, 3, 1))


def listed(*members: IdenticalMember, same_index: bool = False, **securities: Security) -> Identity:
    by_symbol = {security.symbol: security for security in securities.values()}
    return identity_of(by_symbol, members, same_index=same_index)


def identical(identity: Identity, acquired: str, sold: str, day: int = DAY) -> bool:
    return identity.replaces(acquired, sold, day)


def test_a_symbol_replaces_itself_and_a_stranger_does_not() -> None:
    identity = listed()
    assert identical(identity, "X", "X")
    assert not identical(identity, "Y", "X")


def test_members_of_one_group_replace_each_other() -> None:
    identity = listed(
        IdenticalMember(group="G", symbol="X"),
        IdenticalMember(group="G", symbol="Y"),
        IdenticalMember(group="H", symbol="Y"),
        IdenticalMember(group="H", symbol="Z"),
    )
    assert identical(identity, "Y", "X")
    assert identical(identity, "X", "Y")
    assert identical(identity, "Z", "Y")
    assert not identical(identity, "Z", "X"), "a group is listed, not inferred"


def test_groups_that_share_a_member_are_one_family() -> None:
    identity = listed(
        IdenticalMember(group="G", symbol="X"),
        IdenticalMember(group="G", symbol="Y"),
        IdenticalMember(group="H", symbol="Y"),
        IdenticalMember(group="H", symbol="Z"),
        IdenticalMember(group="I", symbol="W"),
    )
    assert identity.family("Z") == identity.family("X") == "X"
    assert identity.relatives("Y") == ["X", "Y", "Z"]
    assert identity.family("W") == "W"
    assert identity.family("unheard of") == "unheard of"


def test_membership_counts_from_its_first_to_its_last_day() -> None:
    identity = listed(
        IdenticalMember(group="G", symbol="X"),
        IdenticalMember(group="G", symbol="Y", start=date(2024, 2, 1), end=date(2024, 3, 1)),
    )
    first = day_of(date(2024, 2, 1))
    assert [identical(identity, "Y", "X", day) for day in (first - 1, first, DAY, DAY + 1)] == [
        False,
        True,
        True,
        False,
    ]


def test_one_cusip_and_share_classes_of_one_fund_are_identical() -> None:
    identity = listed(
        a=Security(symbol="A", cusip="123456789"),
        b=Security(symbol="B", cusip="123456789"),
        c=Security(symbol="C", fund="F"),
        d=Security(symbol="D", fund="F"),
    )
    assert identical(identity, "A", "B")
    assert identical(identity, "C", "D")
    assert not identical(identity, "A", "C")


def test_funds_on_one_index_are_identical_by_policy_only() -> None:
    funds = {name: Security(symbol=name, index="500") for name in ("A", "B")}
    assert not identical(listed(**funds), "A", "B")
    assert identical(listed(same_index=True, **funds), "A", "B")


def call_on(underlying: str, symbol: str = "C") -> Security:
    return Security(symbol=symbol, kind=SecurityKind.OPTION, multiplier=100, underlying=underlying)


def test_rev_rul_56_406_a_call_replaces_its_stock_but_not_the_other_way() -> None:
    identity = listed(call=call_on("X"))
    assert identical(identity, "C", "X")
    assert not identical(identity, "X", "C")


def test_a_call_replaces_what_is_identical_with_its_stock() -> None:
    identity = listed(
        IdenticalMember(group="G", symbol="X"),
        IdenticalMember(group="G", symbol="Y"),
        call=call_on("Y"),
    )
    assert identical(identity, "C", "X")


def test_two_calls_on_one_stock_are_two_securities() -> None:
    identity = listed(one=call_on("X", "C1"), other=call_on("X", "C2"))
    assert not identical(identity, "C1", "C2")
    assert identity.family("C1") == identity.family("C2") == identity.family("X")


def test_a_put_replaces_itself_and_what_it_is_listed_with() -> None:
    put = Security(symbol="P", kind=SecurityKind.OPTION, underlying="X", is_put=True)
    assert identical(listed(put=put), "P", "P")
    assert not identical(listed(put=put), "P", "X")
    members = [IdenticalMember(group="G", symbol=symbol) for symbol in ("P", "X")]
    assert identical(listed(*members, put=put), "P", "X")


def test_a_renamed_symbol_keeps_its_groups() -> None:
    members = [IdenticalMember(group="G", symbol=symbol) for symbol in ("OLD", "Y")]
    identity = identity_of({}, members, [("OLD", "NEW")])
    assert identical(identity, "NEW", "OLD")
    assert identical(identity, "OLD", "NEW")
    assert identical(identity, "NEW", "Y")


def test_a_symbol_renamed_twice_is_one_security() -> None:
    identity = identity_of({}, [], [("A", "B"), ("B", "C")])
    assert identical(identity, "C", "A")
    assert identical(identity, "A", "C")

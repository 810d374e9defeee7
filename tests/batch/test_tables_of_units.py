"""The tables of each unit of households, taken apart at once, are those of its households."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from taxlots.batch.linked_households import units_of
from taxlots.batch.part_tables import OWN, accounts_of, of_households, tables_of_units

HOUSEHOLDS = ("ash", "birch", "cedar", "date")
ACCOUNTS = {f"{name}-{n}": name for name in HOUSEHOLDS for n in (1, 2)}
OWNERS = st.sampled_from(["", *ACCOUNTS])
HOUSES = st.sampled_from(["", *HOUSEHOLDS])


def table(columns: dict[str, list[str]]) -> pa.Table:
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})


@given(
    shared=st.sampled_from(["", "birch"]),
    owners=st.lists(st.tuples(OWNERS, HOUSES), max_size=12),
)
def test_units_get_their_rows_and_those_of_everybody_in_order(
    shared: str, owners: list[tuple[str, str]]
) -> None:
    """``shared``: the household whose tax return cedar shares, if any."""
    number = [str(n) for n in range(len(owners))]
    account, household = [one for one, _ in owners], [name for _, name in owners]
    tables = {
        "accounts": table(
            {
                "household": list(ACCOUNTS.values()),
                "account": list(ACCOUNTS),
                "kind": ["taxable"] * len(ACCOUNTS),
                "owner": ["self"] * len(ACCOUNTS),
                "tax_return": [
                    shared or name if name == "cedar" else name for name in ACCOUNTS.values()
                ],
            }
        ),
        "transactions": table({"account": account, "row": number}),
        "cash": table({"account": account, "row": number}),
        "targets": table({"household": household, "row": number}),
        "overrides": table({"account": account, "household": household, "row": number}),
        "prices": table({"symbol": ["ABC"]}),
    }
    units = units_of(accounts_of(tables))

    found = list(tables_of_units(tables, units))

    assert len(found) == (3 if shared else 4)
    for unit, own in zip(units, found, strict=True):
        expected = of_households(tables, unit)
        assert own["prices"] is tables["prices"]
        for name in set(OWN) & set(tables):
            assert own[name].to_pylist() == expected[name].to_pylist(), name
    everybody = [row for row, owner in zip(number, account, strict=True) if not owner]
    assert all(set(everybody) <= set(own["cash"].column("row").to_pylist()) for own in found)

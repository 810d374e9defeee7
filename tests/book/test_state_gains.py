"""Gains by the rules of Pennsylvania: without section 1091, and of each spouse alone."""

import json
from pathlib import Path
from typing import Any

from tests.cli.running import book, taxlots

ACCOUNTS = """household,account,kind,owner,tax_return
home,his,taxable,self,home
home,hers,taxable,spouse,home
home,ours,taxable,joint,home
home,trader,taxable_mtm_475,self,home
home,ira,traditional_ira,self,home
"""
ROWS = """h1,2024-01-03,his,ABC,BUY,100,200.00,,,,,
s1,2024-01-03,hers,XYZ,BUY,10,100.00,,,,,
j1,2024-01-03,ours,XYZ,BUY,10,100.00,,,,,
t1,2024-01-03,trader,XYZ,BUY,10,100.00,,,,,
i1,2024-01-03,ira,XYZ,BUY,10,100.00,,,,,
s2,2024-03-01,hers,XYZ,SELL,10,600.00,,,,,
j2,2024-03-01,ours,XYZ,SELL,10,200.00,,,,,
t2,2024-03-01,trader,XYZ,SELL,10,900.00,,,,,
i2,2024-03-01,ira,XYZ,SELL,10,900.00,,,,,
h2,2024-06-03,his,ABC,SELL,100,100.00,,,,,
h3,2024-06-10,his,ABC,BUY,100,100.00,,,,,
"""
PROFILE = "tax_return,year,filing_status,state,ordinary_income,deductions"


def pennsylvania(folder: Path, columns: str, cells: str) -> dict[str, Any]:
    """The household's tax of 2024, with further columns of its profile."""
    written = book(folder, ROWS, accounts=ACCOUNTS)
    row = f"home,2024,{cells}"
    (written / "profiles.csv").write_text(f"{PROFILE}{columns}\n{row}\n", encoding="utf-8")
    ran = taxlots("tax", written, "--year", "2024", "--json")
    assert ran.status == 0, ran.err
    (found,) = json.loads(ran.out)["returns"]
    assert isinstance(found, dict)
    return found


def test_a_wash_sale_is_a_loss_and_a_spouse_has_no_part_in_it(tmp_path: Path) -> None:
    """His -10,000 and half of 1,000 are no gain; hers are 5,000 and the other half.

    45,000 and the trader's 8,000 are ordinary: 58,500 x 3.07 % = 1,795.95.  The federal return
    has 6,000, because the loss of 10,000 was replaced.
    """
    found = pennsylvania(tmp_path / "book", "", "mfj,PA,60000,15000")
    assert found["net_short"] == "6000.00"
    assert found["state_tax"] == "1795.95"


def test_on_a_return_of_one_gains_and_losses_are_netted(tmp_path: Path) -> None:
    """-10,000 + 5,000 + 1,000 is no gain: 53,000 x 3.07 % = 1,627.10."""
    found = pennsylvania(tmp_path / "book", "", "hoh,PA,60000,15000")
    assert found["state_tax"] == "1627.10"


def test_gains_that_the_profile_states_win(tmp_path: Path) -> None:
    """53,000 + 100 + 200, x 3.07 % = 1,636.31."""
    columns = ",state_gain,state_gain_spouse"
    found = pennsylvania(tmp_path / "book", columns, "mfj,PA,60000,15000,100,200")
    assert found["state_tax"] == "1636.31"


def test_another_state_has_the_federal_gain(tmp_path: Path) -> None:
    """(53,000 + 6,000) x 5 % = 2,950 at a stated rate."""
    found = pennsylvania(tmp_path / "book", ",state_rate", "mfj,VA,60000,15000,0.05")
    assert found["state_tax"] == "2950.00"

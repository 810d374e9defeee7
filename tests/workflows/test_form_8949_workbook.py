"""The workbook of a book shows the wash sales behind column (g), and what it was made from."""

from pathlib import Path

from tests.reports.workbooks import sheets_of

from taxlots.workflows.form_8949 import filed_year
from taxlots.workflows.form_8949_workbook import write_workbook

SAMPLE = Path(__file__).parents[2] / "ledger" / "sample"


def test_the_workbook_of_the_sample_leads_from_schedule_d_to_replacements_and_inputs(
    tmp_path: Path,
) -> None:
    out, again = tmp_path / "forms.xlsx", tmp_path / "again.xlsx"
    write_workbook(filed_year(str(SAMPLE), 2020), out)
    sheets = sheets_of(out)
    wash = {cell.value for cell in sheets["Wash sales"].values()}
    assert {"s2020-0055", "trad-ira", "51.57", "Rev. Rul. 2008-5"} <= wash
    provenance = [cell.value for cell in sheets["Provenance"].values()]
    assert "SHA-256 of transactions.csv" in provenance
    schedule = sheets["Schedule D"]
    net = next(at[1:] for at, cell in schedule.items() if at[0] == "A" and cell.value == "16")
    assert schedule[f"F{net}"].value == "4051.56"
    write_workbook(filed_year(str(SAMPLE), 2020), again)
    assert out.read_bytes() == again.read_bytes()

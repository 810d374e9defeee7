"""Workbooks read back by what the standard says of them (ECMA-376), without the library."""

import re
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import dataclass
from pathlib import Path

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True, slots=True)
class ReadCell:
    """The value of a cell, as text, and its formula where it has one."""

    value: str
    formula: str = ""


ReadSheet = dict[str, ReadCell]


def sheets_of(path: Path) -> dict[str, ReadSheet]:
    """Every sheet by its name, its cells by their place (``B7``)."""
    with zipfile.ZipFile(path) as archive:
        names = [
            one.attrib["name"] for one in _root(archive, "xl/workbook.xml").iter(f"{MAIN}sheet")
        ]
        return {
            name: _cells(_root(archive, f"xl/worksheets/sheet{at}.xml"))
            for at, name in enumerate(names, 1)
        }


def sheet_xml(path: Path, number: int) -> str:
    """The text of one sheet as it stands in the file."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(f"xl/worksheets/sheet{number}.xml").decode()


def calculated(sheets: dict[str, ReadSheet], name: str, place: str) -> float:
    """What a formula of sums, differences and references comes to; other cells as they are."""
    cell = sheets[name].get(place)
    if cell is None:
        return 0.0
    if not cell.formula:
        return float(cell.value)
    body = cell.formula
    if found := re.fullmatch(r"SUM\((.*)\)", body):
        return sum(calculated(sheets, name, one) for one in _places(found[1]))
    total = 0.0
    for sign, sheet, of_sheet in re.findall(r"([+-]?)(?:'([^']+)'!)?([A-Z]+\d+)", body):
        total += (-1 if sign == "-" else 1) * calculated(sheets, sheet or name, of_sheet)
    return total


def _places(arguments: str) -> list[str]:
    found = []
    for one in arguments.split(","):
        column, first, last = re.fullmatch(r"([A-Z]+)(\d+)(?::\1(\d+))?", one).groups()  # type: ignore[union-attr]
        found += [f"{column}{n}" for n in range(int(first), int(last or first) + 1)]
    return found


def _root(archive: zipfile.ZipFile, name: str) -> ET.Element:
    return ET.fromstring(archive.read(name))  # noqa: S314 (our own workbook)


def _cells(root: ET.Element) -> ReadSheet:
    cells = {}
    for one in root.iter(f"{MAIN}c"):
        formula = one.findtext(f"{MAIN}f") or ""
        text = "".join(part.text or "" for part in one.iter(f"{MAIN}t"))
        cells[one.attrib["r"]] = ReadCell(one.findtext(f"{MAIN}v") or text, formula)
    return cells

"""Blank forms with fields named, nested and placed as those of the Internal Revenue Service are.

The forms themselves are not here; these have their field names (``topmostSubform[0].Page1[0].
Table_Line1_Part1[0].Row1[0].f1_03[0]``), counts, order and states of check boxes.
"""

import io
from typing import Any

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

COLUMN_LEFTS = (36, 180, 240, 300, 370, 440, 470, 520)
COLUMN_WIDTHS = (140, 58, 58, 68, 68, 28, 48, 60)
AMOUNT_LEFTS = (300, 370, 445, 510)


class Blank:
    """A form while its fields are put on its pages."""

    def __init__(self, title: str) -> None:
        self.writer = PdfWriter()
        self.writer.add_metadata({"/Title": title})
        self.pages = [self.writer.add_blank_page(612, 792) for _ in range(2)]
        self.nodes: dict[tuple[str, ...], Any] = {}
        self.fields = ArrayObject()

    def text(self, page: int, path: str, left: float, bottom: float, width: float) -> None:
        """A text field, 12 points high."""
        self._field(page, path, (left, bottom, width), {"/FT": NameObject("/Tx")})

    def button(self, page: int, path: str, left: float, bottom: float, state: str) -> None:
        """A check box with its name for being checked."""
        looks = DictionaryObject()
        for one in (state, "/Off"):
            stream = StreamObject()
            stream.set_data(b"0 0 8 8 re S")
            stream[NameObject("/BBox")] = ArrayObject(FloatObject(n) for n in (0, 0, 8, 8))
            looks[NameObject(one)] = self.writer._add_object(stream)
        look = DictionaryObject({NameObject("/N"): looks})
        told = {"/FT": NameObject("/Btn"), "/AS": NameObject("/Off"), "/AP": look}
        self._field(page, path, (left, bottom, 8), told)

    def made(self) -> bytes:
        """The PDF, with a layer of XFA as the forms have it."""
        form = {
            NameObject("/Fields"): self.fields,
            NameObject("/XFA"): TextStringObject("<xdp/>"),
        }
        self.writer.root_object[NameObject("/AcroForm")] = DictionaryObject(form)
        out = io.BytesIO()
        self.writer.write(out)
        return out.getvalue()

    def _field(
        self, page: int, path: str, box: tuple[float, float, float], told: dict[str, Any]
    ) -> None:
        names = ("topmostSubform", f"Page{page + 1}", *path.split("/"))
        parent = self._node(tuple(f"{name}[0]" for name in names[:-1]))
        left, bottom, width = box
        corners = (left, bottom, left + width, bottom + 12)
        leaf = names[-1] if names[-1].endswith("]") else f"{names[-1]}[0]"
        field = DictionaryObject(
            {
                NameObject("/Subtype"): NameObject("/Widget"),
                NameObject("/Rect"): ArrayObject(FloatObject(c) for c in corners),
                NameObject("/T"): TextStringObject(leaf),
                NameObject("/Parent"): parent.indirect_reference,
                NameObject("/F"): NumberObject(4),
                **{NameObject(key): value for key, value in told.items()},
            }
        )
        reference = self.writer._add_object(field)
        parent["/Kids"].append(reference)
        sheet = self.pages[page]
        if "/Annots" not in sheet:
            sheet[NameObject("/Annots")] = ArrayObject()
        sheet["/Annots"].append(reference)  # type: ignore[attr-defined]

    def _node(self, names: tuple[str, ...]) -> Any:
        if names in self.nodes:
            return self.nodes[names]
        node = DictionaryObject({NameObject("/T"): TextStringObject(names[-1])})
        node[NameObject("/Kids")] = ArrayObject()
        reference = self.writer._add_object(node)
        self.nodes[names] = node
        if len(names) == 1:
            self.fields.append(reference)
        else:
            parent = self._node(names[:-1])
            node[NameObject("/Parent")] = parent.indirect_reference
            parent["/Kids"].append(reference)
        return node


def blank_8949(year: int = 2025, *, title: str | None = None) -> bytes:
    """Form 8949: that of 2025 has 11 rows a page and six boxes, earlier ones 14 and three."""
    is_new = year >= 2025
    rows, boxes = (11, 6) if is_new else (14, 3)
    form = Blank(f"{year} Form 8949" if title is None else title)
    for page in range(2):
        table = f"Table_Line1_Part{page + 1}" if is_new else "Table_Line1"
        names = [f"f{page + 1}_{n:02}" if is_new else f"f{page + 1}_{n}" for n in range(3)]
        form.text(page, names[1], 36, 740, 380)
        form.text(page, names[2], 430, 740, 150)
        # The boxes of digital assets stand beside the others.
        for box in range(boxes):
            place = (40.0 if box < 3 else 320.0, 640.0 - 14 * (box % 3))
            form.button(page, f"c{page + 1}_1[{box}]", *place, f"/{box + 1}")
        number = 3
        for row in range(rows):
            bottom = 540 - 24 * row
            for left, width in zip(COLUMN_LEFTS, COLUMN_WIDTHS, strict=True):
                # Only the numbers of the first row have zeros before them.
                leaf = f"f{page + 1}_{number:02}" if is_new else f"f{page + 1}_{number}"
                form.text(page, f"{table}/Row{row + 1}/{leaf}", left, bottom, width)
                number += 1
        for column in range(3, 8):
            left, width = COLUMN_LEFTS[column], COLUMN_WIDTHS[column]
            form.text(page, f"f{page + 1}_{number}", left, 540 - 24 * rows - 10, width)
            number += 1
    return form.made()


def blank_schedule_d(year: int = 2025) -> bytes:
    """Schedule D (Form 1040) of 2025."""
    form = Blank(f"{year} Schedule D (Form 1040)")
    form.text(0, "f1_1", 36, 740, 380)
    form.text(0, "f1_2", 430, 740, 150)
    form.button(0, "c1_1[0]", 400, 700, "/1")
    form.button(0, "c1_1[1]", 430, 700, "/2")
    number, bottom = 3, 660
    for part, rows, singles in (
        ("I", ("1a", "1b", "2", "3"), 4),
        ("II", ("8a", "8b", "9", "10"), 5),
    ):
        for row in rows:
            for left in AMOUNT_LEFTS:
                form.text(0, f"Table_Part{part}/Row{row}/f1_{number}", left, bottom, 60)
                number += 1
            bottom -= 30
        for _ in range(singles):
            form.text(0, f"f1_{number}", 510, bottom, 60)
            number += 1
            bottom -= 20
    for number, bottom in ((1, 740), (2, 640), (3, 600), (4, 480)):
        form.text(1, f"f2_{number}", 510, bottom, 60)
    for number, bottom in ((1, 700), (2, 560), (3, 420)):
        form.button(1, f"c2_{number}[0]", 60, bottom, "/1")
        form.button(1, f"c2_{number}[1]", 60, bottom - 20, "/2")
    return form.made()

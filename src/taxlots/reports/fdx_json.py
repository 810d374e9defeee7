"""The envelope of tax documents of the Financial Data Exchange (FDX), with exact amounts.

JSON's own writer makes floats of amounts, so that every member comes as the JSON text that it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

from taxlots.version import __version__

FORM: Final = "tax1099B"
DETAILS: Final = "securityDetails"

Detail = Mapping[str, str]
"""One sale: names of FDX, and JSON texts."""


def text(value: str) -> str:
    """A string as JSON text."""
    return json.dumps(value, ensure_ascii=False)


def flag(value: bool) -> str:  # noqa: FBT001 - the value is all there is to say
    """A truth value as JSON text."""
    return "true" if value else "false"


def document(year: int, forms: Iterable[str]) -> str:
    """The document of a tax year, of forms that ``form`` wrote."""
    head = json.dumps({"taxYear": year, "softwareId": f"taxlots {__version__}"})
    listed = ",\n".join(forms)
    return f'{head[:-1]}, "forms": [\n{listed}\n]}}\n'


def form(account: str, year: int, made: str, details: Iterable[Detail]) -> str:
    """The sales of one account, a line each; ``made`` is the ISO day of the form."""
    head = json.dumps(
        {"taxYear": year, "taxFormDate": made, "corrected": False, "accountNumber": account},
        ensure_ascii=False,
    )
    rows = (", ".join(f'"{name}": {told}' for name, told in one.items()) for one in details)
    listed = ",\n".join(f"    {{{row}}}" for row in rows)
    return f'  {{"{FORM}": {head[:-1]}, "{DETAILS}": [\n{listed}\n  ]}}}}'

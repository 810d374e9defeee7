"""From the bytes of a downloaded file to text, and what of it may be shown."""

import re

from taxlots.brokers.ofx_encoding import declared_encoding
from taxlots.domain.problem import Problem, error

_ACCOUNT_NUMBER = re.compile(r"(?<!\d)\d{4}-\d{4}(?!\d)|\d{7,}")
_REMEDY = (
    "Download the file again and import it as it is. A spreadsheet that saved it must save it"
    " as 'CSV UTF-8'."
)


def decode(content: bytes, file: str) -> str | Problem:
    """The text of a custodian's file: UTF-8, with or without a byte order mark.

    An OFX file that declares another encoding is read in that one.  Nothing else is tried.  A wrong
    guess would go unnoticed, and the usual other encodings come from a spreadsheet that has
    changed the file in other ways too.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return error(file, "WRONG_ENCODING", "The file is UTF-16, not UTF-8.", _REMEDY)
    try:
        text = content.decode(declared_encoding(content) or "utf-8-sig")
    except UnicodeDecodeError as bad:
        line = content.count(b"\n", 0, bad.start) + 1
        message = f"The file is not UTF-8: line {line} has the byte 0x{content[bad.start]:02x}."
        return error(f"{file}:{line}", "WRONG_ENCODING", message, _REMEDY)
    return not_text(text, file) or text


def not_text(text: str, file: str) -> Problem | None:
    """The problem of text that was decoded wrongly, if it shows."""
    for sign, what in (("\0", "NUL characters"), ("\ufffd", "characters that were lost")):
        if sign in text:
            line = text.count("\n", 0, text.index(sign)) + 1
            message = f"Line {line} has {what}: the file is not UTF-8 text."
            return error(f"{file}:{line}", "WRONG_ENCODING", message, _REMEDY)
    return None


def masked(text: str) -> str:
    """The text with account numbers cut to their last four digits."""
    return _ACCOUNT_NUMBER.sub(lambda found: "..." + found.group()[-4:], text)

"""Starting a book: an empty folder or database, or a copy of the sample household."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Final

from taxlots.domain.action import COLUMNS
from taxlots.domain.problem import UsageError
from taxlots.reports.fresh_folder import fresh_beside
from taxlots.workflows.gather import is_database

ACCOUNT_COLUMNS: Final = (
    "household",
    "account",
    "kind",
    "owner",
    "tax_return",
    "method",
    "custodian",
    "drip",
    "data_from",
    "data_through",
)

SETTINGS: Final = """name = {name}

# How open questions of law are read.  These are the defaults; remove a # to change one.
[policy]
# held_after_sale = true            # D1: only shares still held after the sale order replace
# sold_before_counts = false        # D2: shares sold before the loss sale do not
# count_older_than_sold = true      # D3: shares older than those sold do, if in the window
# spouse_basis_step_up = true       # D8: a spouse's replacement takes the loss into its basis
# sub_first = "adjusted"            # D12: of a partly adjusted lot, that part leaves first

# What a dollar of gain costs, for harvest: the rates of the marginal dollar.
[tax_profile]
# filing_status = "mfj"
# short_rate = 0.358
# long_rate = 0.188

[harvest]
# min_loss = 100.00                 # dollars a lot
# min_loss_percent = 2.0            # of the lot's basis
"""

README: Final = """# {name}

A book for `taxlots`: plain files that you keep, in UTF-8.

| file | holds |
|---|---|
| `book.toml` | its name, and the settings |
| `accounts.csv` | a line for each account: `household,account,kind,owner` are needed; \
`kind` is `taxable`, `traditional_ira`, `roth_ira`, ...; `owner` is `self`, `spouse`, `joint`, ... |
| `transactions.csv` | the journal, oldest line first: `id,date,account,symbol,action,quantity`, \
and `amount` or `price` and `fees` |

The other files of a book (`securities.csv`, `identical.csv`, `prices.csv`, `proxies.csv`, ...)
may be added when they are needed.

```
household,account,kind,owner
me,brokerage,taxable,self
```
```
id,date,account,symbol,action,quantity,price
t1,2024-01-02,brokerage,VTI,BUY,10,236.21
```

Then: `taxlots verify .`, `taxlots lots .`, `taxlots gains .`
"""


def init_folder(folder: Path, *, sample: bool = False) -> list[str]:
    """Make a new book in a folder and return the names of its files.

    The folder appears with all of its files or not at all.  Raises UsageError where there is
    something already, or where it cannot be written.
    """
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
    if folder.exists() or folder.is_symlink():
        raise UsageError(f"{folder} is there already; name a new folder")
    with fresh_beside(folder) as fresh:
        if sample:
            with sample_folder() as source:
                shutil.copytree(source, fresh, dirs_exist_ok=True)
        else:
            _write_empty(fresh, folder.absolute().name)
        fresh.rename(folder)
    held = [path for path in folder.rglob("*") if path.is_file()]
    return sorted(path.relative_to(folder).as_posix() for path in held)


def init_database(url: str, *, sample: bool = False, actor: str, now: datetime) -> None:
    """Make a new database for a book, with the sample household in it where that is asked.

    ``now`` is when that was recorded, by ``actor``.  Raises UsageError where there is one already.
    """
    from taxlots.ledger.migrate import create

    create(url)
    if sample:
        from taxlots.workflows.import_files import import_files

        with sample_folder() as source:
            import_files(url, [source], actor=actor, now=now)


def init_book(target: str, *, sample: bool, actor: str, now: datetime) -> list[str]:
    """Make a new book at a folder's path or a database URL; returns the files of a folder."""
    if is_database(target):
        init_database(target, sample=sample, actor=actor, now=now)
        return []
    return init_folder(Path(target), sample=sample)


@contextmanager
def sample_folder() -> Iterator[Path]:
    """The sample household: inside an installed package, or in the checkout."""
    import taxlots

    packaged = files("taxlots") / "sample"
    if packaged.is_dir():
        from importlib.resources import as_file

        with as_file(packaged) as folder:
            yield folder
        return
    checkout = Path(str(taxlots.__file__)).parents[2] / "ledger" / "sample"
    if not (checkout / "book.toml").is_file():
        raise UsageError("this installation has no sample; name the book without --sample")
    yield checkout


def _write_empty(folder: Path, name: str) -> None:
    contents = {
        "book.toml": SETTINGS.format(name=json.dumps(name, ensure_ascii=False)),
        "accounts.csv": ",".join(ACCOUNT_COLUMNS) + "\n",
        "transactions.csv": ",".join(COLUMNS) + "\n",
        "README.md": README.format(name=name),
    }
    for file, text in contents.items():
        (folder / file).write_text(text, encoding="utf-8")

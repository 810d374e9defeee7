"""``taxlots audit``."""

from __future__ import annotations

from typing import Annotated

import typer

from taxlots.cli.options import AsOfOption, BookArgument, JsonOption, KnownAtOption, OutOption

YearOption = Annotated[
    int,
    typer.Option(
        "--year", metavar="YYYY", min=1900, max=2199, help="The tax year.", show_default=False
    ),
]
ReturnOption = Annotated[
    str | None,
    typer.Option("--tax-return", metavar="NAME", help="Only this return (default: all together)."),
]
SeedOption = Annotated[
    int, typer.Option("--seed", metavar="N", min=0, help="Which random sample to draw.")
]
SampleOption = Annotated[
    int, typer.Option("--sample", metavar="N", min=0, help="How many sales to draw at random.")
]
AboveOption = Annotated[
    str,
    typer.Option(
        "--above", metavar="DOLLARS", help="Explain every sale with at least these proceeds."
    ),
]


def audit(
    book: BookArgument,
    year: YearOption,
    out: OutOption,
    tax_return: ReturnOption = None,
    seed: SeedOption = 1,
    sample: SampleOption = 25,
    above: AboveOption = "10000",
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the audit pack of a tax year: lists, charts and explanations that need no software.

    DIR then holds index.html, README.md, one CSV file for each question that an auditor asks, and
    audit-pack-YYYY.zip with all of them. Run twice, it is the same to the byte.
    """
    from taxlots.cli.outcome import count_warnings
    from taxlots.cli.printing import counted, print_json
    from taxlots.cli.progress import working
    from taxlots.domain.money import dollars
    from taxlots.workflows.audit import write_audit
    from taxlots.workflows.audit_choices import AuditChoices, dollars_given
    from taxlots.workflows.gather import day, moment

    choices = AuditChoices(seed=seed, sample=sample, above_cents=dollars_given(above))
    with working(f"auditing {book}"):
        pack = write_audit(
            book,
            year,
            out,
            tax_return=tax_return,
            as_of=day(as_of),
            known_at=moment(known_at),
            choices=choices,
        )
    page = pack.page
    state = "provisional" if page.is_provisional else "final"
    if as_json:
        totals = {t.label: t.text if t.cents is None else dollars(t.cents) for t in page.totals}
        print_json(
            {
                "out": str(out),
                "archive": pack.archive,
                "state": state,
                "totals": totals,
                "rows": pack.rows,
                "remarks": [*page.state, *page.remarks],
            }
        )
    else:
        print(f"{year} on {page.tax_return}: {state}")
        for remark in (*page.state, *page.remarks):
            print(f"- {remark}")
        print(f"{out} holds {counted(len(pack.rows), 'list')}; open {out / 'index.html'}")
        print(f"The same in one file: {out / pack.archive}")
    count_warnings(pack.scope.books.problems, book)

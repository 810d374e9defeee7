"""``[rebalance.mandate.shorts]``: who may be short, of what, and how far."""

from taxlots.domain.account import Account, AccountKind, Owner
from taxlots.domain.short_mandate import account_problems, shorts_from


def account(name: str, kind: AccountKind) -> Account:
    return Account(id=name, household="home", kind=kind, owner=Owner.SELF, tax_return="r")


def test_percentages_are_exact_and_regulation_t_is_the_least_margin() -> None:
    stated, problems = shorts_from(
        {
            "shorts": {
                "accounts": ["margin"],
                "most_percent": 12.5,
                "symbols": ["XOM"],
                "margin_percent": 160,
                "borrow_percent": 1.25,
                "borrow": {"GME": 40},
            }
        }
    )
    assert not problems
    assert (stated.accounts, stated.symbols) == (("margin",), ("XOM",))
    assert (stated.most_ppm, stated.margin_ppm) == (125_000, 1_600_000)
    assert (stated.borrow_of("XOM"), stated.borrow_of("GME")) == (12_500, 400_000)
    _, (problem,) = shorts_from(
        {"shorts": {"accounts": ["m"], "most_percent": 5, "margin_percent": 149}}
    )
    assert "12 CFR 220.12(c)" in problem.message


def test_accounts_and_how_far_are_needed() -> None:
    _, (problem,) = shorts_from({"shorts": {"accounts": ["m"]}})
    assert problem.where.endswith(":most_percent")
    _, problems = shorts_from({"shorts": {"most_percent": 5, "acounts": ["m"]}})
    assert any(one.where.endswith(":accounts") for one in problems)
    assert any("acounts" in one.message for one in problems)
    assert not shorts_from({"shorts": {"borrow": {"XOM": 2}}})[1]


def test_no_account_that_may_secure_no_loan_is_short() -> None:
    """26 USC 408(e)(4), 4975(c)(1)(B): the assets of an IRA or a plan secure no loan."""
    accounts = [
        account("margin", AccountKind.TAXABLE),
        account("ira", AccountKind.ROTH_IRA),
        account("plan", AccountKind.PLAN_401K),
        account("child", AccountKind.CUSTODIAL),
    ]
    names = ["margin", "ira", "plan", "child", "nowhere"]
    stated, _ = shorts_from({"shorts": {"accounts": names, "most_percent": 5}})
    problems = {
        one.message.split(" ")[0]: one.message for one in account_problems(stated, accounts)
    }
    assert set(problems) == {"ira", "plan", "child", "There"}
    assert "408(e)(4)" in problems["ira"]

"""The rules of law: every public function of ``taxlots.law``, by module and name."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from functools import cache

from tests.cases import own_cases

from taxlots import law

NO_RULES = {"cites", "tables"}
"""Modules that hold no rule: the record of citations, and the amounts of each tax year."""

Rule = Callable[..., object]


@cache
def rules() -> dict[str, Rule]:
    """``s1091_wash_sale.in_window`` and its like, with their functions."""
    names = [module.name for module in pkgutil.iter_modules(law.__path__)]
    modules = [importlib.import_module(f"{law.__name__}.{name}") for name in names]
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": member
        for module in modules
        if module.__name__.rpartition(".")[2] not in NO_RULES
        for name, member in vars(module).items()
        if inspect.isfunction(member)
        and member.__module__ == module.__name__
        and not name.startswith("_")
    }


def cases_of(rule: str) -> list[str]:
    """The ids of the cases that show a rule, in order."""
    return sorted(case["id"] for case in own_cases() if rule in case["rules"])

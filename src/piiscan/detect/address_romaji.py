"""Japanese addresses in Latin letters: 1-2-3 Marunouchi, Chiyoda-ku, Tokyo 100-0005."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from piiscan.detect.automaton import Automaton, build

PREFECTURES = (  # noqa: SIM905 - a list of forty-seven lines says no more
    "Hokkaido Aomori Iwate Miyagi Akita Yamagata Fukushima Ibaraki Tochigi Gunma Saitama Chiba Tokyo Kanagawa Niigata Toyama Ishikawa Fukui "
    "Yamanashi Nagano Gifu Shizuoka Aichi Mie Shiga Kyoto Osaka Hyogo Nara Wakayama Tottori Shimane Okayama Hiroshima Yamaguchi Tokushima "
    "Kagawa Ehime Kochi Fukuoka Saga Nagasaki Kumamoto Oita Miyazaki Kagoshima Okinawa"
).split()
_PREF = "|".join(PREFECTURES)
_GATES = ("-ku", "-shi", "-gun", "-cho", "-machi", "-ken", "Tokyo", "Osaka", "Kyoto", " City")
_LAST = frozenset((*PREFECTURES, "-shi", "-gun", "-cho", " City"))
"""Every such address ends with one of these, perhaps with a postcode behind it."""
SIGNS = tuple(dict.fromkeys((*_GATES, *PREFECTURES)))
_BUILDING = (
    r"(?:(?:#?[0-9]{1,4}[A-Z]?,? )?(?:[A-Z][\w'.&]{0,20} ){0,4}(?:[A-Z][\w'.&]{0,20} )?"
    r"(?:Heights|Haitsu|Bldg\.?|Building|Mansion|Manshon|House|Court|Tower|Residence|Apt\.?|Apartments?|Corpo|Copo|Maison|Park|Hills)"
    r"(?: #?[0-9]{1,4}[A-Z]?)?(?: [0-9]{1,2}F)?, ?|(?:Room |Apt\.? |#)?[0-9]{1,4}[A-Z]?, )?"
)
_NUMBER = r"(?:[0-9]{1,4}(?:-[0-9]{1,4}){1,3}|[0-9]{1,2}[- ]?[Cc]home,? ?[0-9]{1,4}(?:-[0-9]{1,4}){0,2}|[0-9]{1,4})"
_WORD = r"[A-Z][A-Za-z\u0100-\u016b'\u2019]{1,20}(?:-[A-Za-z]{2,14}){0,2}"
_ADDRESS = re.compile(
    rf"(?<![\w\-.#]){_BUILDING}{_NUMBER},? (?:{_WORD}(?:, ?| )){{1,6}}?"
    rf"(?:(?:{_PREF})(?:[- ](?:ken|to|fu|Prefecture|Pref\.?))?|{_WORD}(?<=-shi|-gun|-cho)|{_WORD} City)"
    r"(?:,? ?(?:\u3012 ?)?[0-9]{3}-[0-9]{4})?(?![\w\-])"
)
_MARK = re.compile(r"-(?:ku|shi|gun|cho|machi|mura|son|ken)\b|[Cc]home| City\b|[0-9]{3}-[0-9]{4}$")


def romaji_addresses(text: str, found: Sequence[tuple[int, str]] | None = None) -> Iterator[tuple[int, int]]:
    """Places of such addresses in a text. A number and a prefecture alone are none: a ward, city, section or postcode has to be there.

    `found` are the places of `SIGNS`, in the order of their ends, where somebody has looked for them already.
    """
    signs = found if found is not None else [(start, SIGNS[number]) for start, _, number in _signs().find(text)]
    if not any(sign in _GATES for _, sign in signs):
        return
    done = -1
    for start, sign in signs:
        if start < done or sign not in _LAST:
            continue
        low, end = text.rfind("\n", 0, start) + 1, text.find("\n", start)
        done = len(text) if end < 0 else end
        for match in _ADDRESS.finditer(text, low, done):  # no such address goes over a line's end
            if _MARK.search(match.group()):
                yield match.span()


@cache
def _signs() -> Automaton:
    return build(SIGNS)

"""Identifiers with right check digits, computed here from what the issuing bodies publish, not with the product's own code.

Card numbers are test numbers that payment providers publish. All other numbers are drawn at random.
"""

from __future__ import annotations

from random import Random

TEST_CARDS = (
    "4111111111111111",
    "4012888888881881",
    "4242424242424242",
    "4000056655665556",
    "5555555555554444",
    "5105105105105100",
    "2223003122003222",
    "3530111333300000",
    "3566002020360505",
    "378282246310005",
    "371449635398431",
    "30569309025904",
    "36259600000004",
    "6011111111111117",
    "6200000000000005",
)
BANKS = (
    ("みずほ銀行", "渋谷支店"),
    ("三菱UFJ銀行", "新宿支店"),
    ("三井住友銀行", "梅田支店"),
    ("りそな銀行", "上野支店"),
    ("横浜銀行", "川崎支店"),
    ("千葉銀行", "柏支店"),
    ("福岡銀行", "博多支店"),
    ("北洋銀行", "大通支店"),
    ("京都信用金庫", "西陣支店"),
    ("楽天銀行", "第一営業支店"),
)
AREA_CODES = (
    "03",
    "06",
    "011",
    "022",
    "025",
    "043",
    "045",
    "048",
    "052",
    "054",
    "075",
    "078",
    "082",
    "086",
    "092",
    "096",
    "0422",
    "0466",
    "0798",
)
COMMISSIONS = ("10", "22", "30", "44", "45", "54", "61", "62", "63", "73", "90", "97")
PLATES = (
    "品川",
    "練馬",
    "足立",
    "横浜",
    "湘南",
    "名古屋",
    "なにわ",
    "和泉",
    "神戸",
    "福岡",
    "札幌",
    "大宮",
    "千葉",
    "広島",
)


def digits(rng: Random, count: int, first: str = "0123456789") -> str:
    """Random digits."""
    return rng.choice(first) + "".join(rng.choice("0123456789") for _ in range(count - 1))


def hexadecimal(rng: Random, count: int) -> str:
    """Random hexadecimal digits, as in hashes."""
    return "".join(rng.choice("0123456789abcdef") for _ in range(count))


def _sum(body: str, weights: str) -> int:
    return sum(int(d) * int(w) for d, w in zip(body, weights, strict=True))


def my_number(rng: Random) -> str:
    """個人番号."""
    body = digits(rng, 11)
    rest = _sum(body, "65432765432") % 11
    return body + ("0" if rest < 2 else str(11 - rest))


def licence(rng: Random) -> str:
    """運転免許証番号."""
    body = rng.choice(COMMISSIONS) + f"{rng.randint(0, 24):02}" + digits(rng, 6)
    return f"{body}{(11 - _sum(body, '5432765432') % 11) % 10}{rng.choice('0001')}"


def corporate(rng: Random) -> str:
    """法人番号."""
    body = "0" + digits(rng, 3, "1") + "01" + digits(rng, 6)
    total = sum(int(d) * (1 + n % 2) for n, d in enumerate(reversed(body)))
    return f"{9 - total % 9}{body}"


def _luhn_digit(body: str) -> str:
    total = 0
    for n, d in enumerate(reversed(body)):
        doubled = int(d) * (2 - n % 2)
        total += doubled // 10 + doubled % 10
    return str(-total % 10)


def card(rng: Random) -> str:
    """A card number in a range of published test numbers, for lists where everybody has another one."""
    body = rng.choice(("411111", "424242", "555555", "510510", "353011", "356600")) + digits(rng, 9)
    return body + _luhn_digit(body)


def insurer(rng: Random) -> str:
    """保険者番号 of eight digits."""
    body = f"{rng.choice(('01', '06', '31', '34', '39'))}{rng.randint(1, 47):02}{digits(rng, 3)}"
    return body + _luhn_digit(body)


def jan(rng: Random) -> str:
    """A JAN code."""
    body = rng.choice(("45", "49")) + digits(rng, 10)
    total = sum(int(d) * (3 if n % 2 else 1) for n, d in enumerate(body))
    return body + str(-total % 10)


def parcel(rng: Random) -> str:
    """A parcel number of twelve digits."""
    body = digits(rng, 11, "123456789")
    return f"{body}{int(body) % 7}"


def iban(rng: Random) -> str:
    """An IBAN of a country that issues them."""
    country, bank = rng.choice((("DE", ""), ("GB", "WEST"), ("FR", ""), ("NL", "ABNA")))
    lengths = {"DE": 18, "GB": 14, "FR": 23, "NL": 10}
    body = bank + digits(rng, lengths[country])
    number = int("".join(str(int(c, 36)) for c in body + country + "00"))
    return f"{country}{98 - number % 97:02}{body}"


def mobile(rng: Random) -> str:
    """A mobile number, ten-digit groups by hyphens."""
    return f"{rng.choice(('090', '080', '070'))}-{digits(rng, 4, '12345678')}-{digits(rng, 4)}"


def fixed(rng: Random) -> str:
    """A fixed line."""
    area = rng.choice(AREA_CODES)
    return f"{area}-{digits(rng, 6 - len(area), '3') if area in ('03', '06') else digits(rng, 6 - len(area), '2')}-{digits(rng, 4)}"


def passport(rng: Random) -> str:
    """旅券番号."""
    return rng.choice("TM") + rng.choice("HKRSZ") + digits(rng, 7)


def residence_card(rng: Random) -> str:
    """在留カード番号."""
    return rng.choice("ABCDEFGHLU") + rng.choice("ABHKLM") + digits(rng, 8) + rng.choice("ACDEFG") + rng.choice("AB")


def pension(rng: Random) -> str:
    """基礎年金番号."""
    return digits(rng, 4, "1234567") + "-" + digits(rng, 6)


def employment(rng: Random) -> str:
    """雇用保険被保険者番号."""
    return digits(rng, 4, "15") + "-" + digits(rng, 6) + "-" + digits(rng, 1)


def plate(rng: Random) -> str:
    """車両番号."""
    serial = f"{rng.randint(10, 99)}-{rng.randint(10, 99)}"
    return (
        f"{rng.choice(PLATES)} {rng.choice(('300', '330', '500', '580'))} {rng.choice('さすせそたちつてと')} {serial}"
    )


def grouped(number: str, separator: str, *sizes: int) -> str:
    """Digits in groups."""
    parts, at = [], 0
    for size in sizes:
        parts.append(number[at : at + size])
        at += size
    return separator.join(parts)


_FULL = str.maketrans(
    "0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "０１２３４５６７８９－ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ",
)


def full(text: str) -> str:
    """Full width."""
    return text.translate(_FULL)

"""Made-up people with everything that papers say about them, each value in one of the ways people write it."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from random import Random

from . import numbers as n
from .material import DOMAINS, Material, Name
from .pages import Value

_KANJI_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
_ERAS = ((date(2019, 5, 1), "令和", "R"), (date(1989, 1, 8), "平成", "H"), (date(1926, 12, 25), "昭和", "S"))


def half_kana(text: str) -> str:
    """Half-width katakana."""
    return "".join(_HALF.get(c, c) for c in text)


def _half_table() -> dict[str, str]:
    table: dict[str, str] = {}
    for code in range(0xFF66, 0xFF9E):
        plain = unicodedata.normalize("NFKC", chr(code))
        table[plain] = chr(code)
        for mark, half in (("\u3099", "ﾞ"), ("\u309a", "ﾟ")):
            both = unicodedata.normalize("NFC", plain + mark)
            if len(both) == 1:
                table[both] = chr(code) + half
    return table


_HALF = _half_table()


def hiragana(text: str) -> str:
    """Katakana as hiragana."""
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


def wareki(day: date, style: int) -> str:
    """A date in an era."""
    for start, era, letter in _ERAS:
        if day >= start:
            year = day.year - start.year + 1
            if style == 0:
                return f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"
            return f"{letter}{year}.{day.month}.{day.day}"
    return day.isoformat()


def western(day: date, style: int) -> str:
    """A date by the common era."""
    return (
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month:02}/{day.day:02}",
        day.isoformat(),
        f"{day.year}.{day.month}.{day.day}",
    )[style % 4]


class People:
    """Draws people and writes their values. One person's values are drawn when asked for, so that every paper has its own."""

    def __init__(self, rng: Random, material: Material) -> None:
        self.rng = rng
        self.material = material

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return self.rng.random() < share

    def person(self) -> Person:
        """Somebody new."""
        return Person(self, self.material.name())


class Person:
    """One made-up person."""

    def __init__(self, people: People, name: Name) -> None:
        self._people = people
        self.rng = people.rng
        self.name = name
        self.born = date(1946, 1, 1) + timedelta(days=self.rng.randint(0, 21_500))
        self.mail = self._mail()
        self.number = n.mobile(self.rng)

    def __repr__(self) -> str:
        return "<made-up person>"

    def _some(self, *choices: str) -> str:
        return self.rng.choice(choices)

    # names

    def full(self, gap: str | None = None) -> Value:
        """氏名, with a blank or without."""
        gap = self._some("", " ", "　") if gap is None else gap
        return Value("PERSON", f"{self.name.surname}{gap}{self.name.given}")

    def surname(self) -> Value:
        """Surname alone."""
        return Value("PERSON", self.name.surname)

    def kana(self, style: str = "") -> Value:
        """フリガナ."""
        text = f"{self.name.surname_kana}{self._some(' ', '　', '')}{self.name.given_kana}"
        style = style or self._some("full", "full", "half", "hira")
        return Value("JP_NAME_KANA", {"full": text, "half": half_kana(text), "hira": hiragana(text)}[style])

    def latin(self) -> Value:
        """Romaji."""
        surname, given = self.name.surname_latin, self.name.given_latin
        return Value(
            "PERSON",
            self._some(
                f"{given.title()} {surname.title()}", f"{surname.upper()} {given.title()}", f"{surname} {given}".title()
            ),
        )

    # contact

    def _mail(self) -> str:
        surname, given = self.name.surname_latin, self.name.given_latin
        local = self._some(
            f"{surname}.{given}",
            f"{given[0]}.{surname}",
            f"{surname}_{self.rng.randint(1, 99)}",
            f"{given}{self.rng.randint(1970, 2005)}",
            f"{surname}-{given[:2]}+news",
        )
        return f"{local}@{self.rng.choice(DOMAINS)}"

    def email(self) -> Value:
        """Mail address."""
        return Value("EMAIL_ADDRESS", self.mail)

    def mobile(self) -> Value:
        """Mobile number in one of its spellings."""
        return Value("PHONE_NUMBER", self._spelled(self.number))

    def home(self) -> Value:
        """Fixed line."""
        return Value("PHONE_NUMBER", self._spelled(n.fixed(self.rng), land=True))

    def fax(self) -> Value:
        """Fax."""
        return Value("JP_FAX", n.fixed(self.rng))

    def _spelled(self, number: str, *, land: bool = False) -> str:
        head, middle, tail = number.split("-")
        plain = number.replace("-", "")
        return self._some(
            number,
            number,
            number,
            n.full(number),
            f"{head}({middle}){tail}" if not land else f"({head}){middle}-{tail}",
            plain,
            f"{head} {middle} {tail}",
            f"+81-{head[1:]}-{middle}-{tail}",
            number.replace("-", "ー"),
            f"{head}‐{middle}‐{tail}",
        )

    def address(self, *, broken: bool = False) -> tuple[Value | None, Value]:
        """郵便番号 (None where none is known) and 住所."""
        place = self._people.material.place()
        if place.whole:
            return None, Value("JP_ADDRESS", place.whole)
        text = f"{'' if self._people.chance(0.2) else place.prefecture}{place.city}{place.town}{self._block()}"
        if self._people.chance(0.45):
            gap = self._some(" ", "　", "\n　　　" if broken else " ")
            text += gap + self._people.material.pick(self._people.material.buildings)
        return (
            Value("JP_POSTAL_CODE", self._some(place.code, place.code, n.full(place.code))) if place.code else None
        ), Value("JP_ADDRESS", text)

    def _block(self) -> str:
        a, b, c = self.rng.randint(1, 9), self.rng.randint(1, 40), self.rng.randint(1, 30)
        kanji = str(a).translate(_KANJI_DIGITS)
        return self._some(
            f"{a}-{b}-{c}",
            f"{a}-{b}-{c}",
            f"{a}丁目{b}番{c}号",
            f"{a}丁目{b}-{c}",
            n.full(f"{a}-{b}-{c}"),
            f"{kanji}丁目{b}番地{c}",
            f"{b * 31}番地{a}",
            f"{b * 17}",
            f"{a}－{b}",
        )

    def postal(self) -> Value:
        """郵便番号."""
        return Value("JP_POSTAL_CODE", self._people.material.pick(self._people.material.places)[0])

    # attributes

    def birth(self) -> Value:
        """生年月日."""
        style = self.rng.randint(0, 5)
        return Value("DATE_OF_BIRTH", western(self.born, style) if style < 4 else wareki(self.born, style - 4))

    def age(self) -> str:
        """年齢 in years."""
        return str(2026 - self.born.year)

    def sex(self) -> str:
        """性別."""
        return self._some("男", "女", "男性", "女性")

    # identifiers

    def my_number(self) -> Value:
        """個人番号."""
        return Value("JP_MY_NUMBER", self._boxes(n.my_number(self.rng), 4, 4, 4))

    def licence(self) -> Value:
        """運転免許証番号."""
        number = n.licence(self.rng)
        return Value("JP_DRIVER_LICENSE", self._some(number, number, n.full(number)))

    def card(self) -> Value:
        """Card number."""
        number = self.rng.choice(n.TEST_CARDS)
        sizes = {14: (4, 6, 4), 15: (4, 6, 5)}.get(len(number), (4, 4, 4, 4))
        return Value("CREDIT_CARD", self._boxes(number, *sizes))

    def _boxes(self, number: str, *sizes: int) -> str:
        return self._some(
            number,
            n.grouped(number, "-", *sizes),
            n.grouped(number, " ", *sizes),
            n.full(number),
            n.grouped(n.full(number), "－", *sizes),
            n.grouped(number, "　", *sizes),
        )

    def insurer(self) -> Value:
        """保険者番号."""
        return Value("JP_HEALTH_INSURANCE", n.insurer(self.rng))

    def iban(self) -> Value:
        """IBAN."""
        number = n.iban(self.rng)
        return Value("IBAN_CODE", self._some(number, " ".join(number[i : i + 4] for i in range(0, len(number), 4))))

    def pension(self) -> Value:
        """基礎年金番号."""
        number = n.pension(self.rng)
        return Value("JP_PENSION_NUMBER", self._some(number, number, number.replace("-", ""), n.full(number)))

    def employment(self) -> Value:
        """雇用保険被保険者番号."""
        number = n.employment(self.rng)
        return Value("JP_EMPLOYMENT_INSURANCE", self._some(number, number, number.replace("-", ""), n.full(number)))

    def passport(self) -> Value:
        """旅券番号."""
        number = n.passport(self.rng)
        return Value("JP_PASSPORT", self._some(number, number, n.full(number)))

    def residence_card(self) -> Value:
        """在留カード番号."""
        number = n.residence_card(self.rng)
        return Value("JP_RESIDENCE_CARD", self._some(number, number, n.full(number)))

    def juminhyo(self) -> Value:
        """住民票コード."""
        return Value("JP_JUMINHYO_CODE", n.digits(self.rng, 11, "12345678"))

    def account(self) -> Value:
        """口座番号."""
        return Value("JP_BANK_ACCOUNT", self._some(number := n.digits(self.rng, 7), n.full(number)))

    def yucho(self) -> tuple[Value, Value]:
        """記号 and 番号."""
        return Value("JP_YUCHO_ACCOUNT", f"1{self._some('05', '23', '73')}{self.rng.randint(0, 9)}0"), Value(
            "JP_YUCHO_ACCOUNT", n.digits(self.rng, 7, "123456789") + "1"
        )

    def member(self) -> Value:
        """会員番号."""
        return Value(
            "MEMBER_ID",
            self._some(
                f"M{n.digits(self.rng, 8)}",
                n.digits(self.rng, 10, "123456789"),
                f"{n.digits(self.rng, 4)}-{n.digits(self.rng, 6)}",
            ),
        )

    def employee(self) -> Value:
        """社員番号."""
        return Value(
            "EMPLOYEE_ID",
            self._some(f"E{n.digits(self.rng, 5)}", n.digits(self.rng, 6, "123456789"), f"A-{n.digits(self.rng, 4)}"),
        )

    def plate(self) -> Value:
        """車両番号."""
        return Value("JP_VEHICLE_PLATE", n.plate(self.rng))

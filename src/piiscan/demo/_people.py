"""Made-up persons. Names are common surnames and given names drawn at random, numbers are drawn too and carry right check digits.

Streets are real up to the town; block numbers are larger than any that exists. Mail addresses are under example domains, card
numbers are published test numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from piiscan.demo._model import Plant

COMPANY = "株式会社ほしぞら雑貨店(架空)"
COMPANY_SHORT = "ほしぞら雑貨店"

_SURNAMES = """佐藤:サトウ:sato 鈴木:スズキ:suzuki 髙橋:タカハシ:takahashi 田中:タナカ:tanaka 伊藤:イトウ:ito 渡辺:ワタナベ:watanabe
山本:ヤマモト:yamamoto 中村:ナカムラ:nakamura 小林:コバヤシ:kobayashi 加藤:カトウ:kato 吉田:ヨシダ:yoshida 山田:ヤマダ:yamada
佐々木:ササキ:sasaki 山口:ヤマグチ:yamaguchi 松本:マツモト:matsumoto 井上:イノウエ:inoue 木村:キムラ:kimura 斎藤:サイトウ:saito
清水:シミズ:shimizu 山﨑:ヤマザキ:yamazaki 池田:イケダ:ikeda 橋本:ハシモト:hashimoto 阿部:アベ:abe 石川:イシカワ:ishikawa
長谷川:ハセガワ:hasegawa 前田:マエダ:maeda 藤田:フジタ:fujita 岡田:オカダ:okada 後藤:ゴトウ:goto 近藤:コンドウ:kondo"""
_GIVEN = """太郎:タロウ:taro 花子:ハナコ:hanako 健一:ケンイチ:kenichi 美咲:ミサキ:misaki 大輔:ダイスケ:daisuke 陽子:ヨウコ:yoko
翔太:ショウタ:shota 由美子:ユミコ:yumiko 拓也:タクヤ:takuya 真理子:マリコ:mariko 和也:カズヤ:kazuya 恵子:ケイコ:keiko
直樹:ナオキ:naoki 久美子:クミコ:kumiko 悠斗:ユウト:yuto 結衣:ユイ:yui 浩二:コウジ:koji 智子:トモコ:tomoko
さくら:サクラ:sakura 蓮:レン:ren 明美:アケミ:akemi 隆:タカシ:takashi 千尋:チヒロ:chihiro 慎吾:シンゴ:shingo"""
_PLACES = """100-0005:東京都千代田区丸の内 150-0001:東京都渋谷区神宮前 160-0022:東京都新宿区新宿 220-0012:神奈川県横浜市西区みなとみらい
530-0001:大阪府大阪市北区梅田 460-0008:愛知県名古屋市中区栄 060-0001:北海道札幌市中央区北一条西 980-0021:宮城県仙台市青葉区中央
730-0011:広島県広島市中区基町 810-0001:福岡県福岡市中央区天神 650-0021:兵庫県神戸市中央区三宮町 260-0013:千葉県千葉市中央区中央
330-0846:埼玉県さいたま市大宮区大門町 920-0853:石川県金沢市本町 510-0085:三重県四日市市諏訪町 900-0015:沖縄県那覇市久茂地"""
_BUILDINGS = ("", "", "コーポ星空201号室", "メゾン架空305", "ハイツみほん102", "レジデンス例703号室")
_DOMAINS = ("example.jp", "example.co.jp", "example.ne.jp", "example.com")
_CARDS = (
    "4111111111111111",
    "5555555555554444",
    "3530111333300000",
    "378282246310005",
    "4012888888881881",
    "3566002020360505",
)
_YUCHO = ("05", "23", "73")  # branches 058, 238 and 738 exist
_BANKS = (("0001", "001"), ("0005", "001"), ("0009", "001"), ("0010", "100"))

FIELDS = {
    "member_id": "MEMBER_ID",
    "employee_id": "EMPLOYEE_ID",
    "name": "PERSON",
    "kana": "JP_NAME_KANA",
    "birth": "DATE_OF_BIRTH",
    "zip": "JP_POSTAL_CODE",
    "address": "JP_ADDRESS",
    "phone": "PHONE_NUMBER",
    "email": "EMAIL_ADDRESS",
    "my_number": "JP_MY_NUMBER",
    "licence": "JP_DRIVER_LICENSE",
    "passport": "JP_PASSPORT",
    "residence_card": "JP_RESIDENCE_CARD",
    "pension": "JP_PENSION_NUMBER",
    "employment": "JP_EMPLOYMENT_INSURANCE",
    "card": "CREDIT_CARD",
    "account": "JP_BANK_ACCOUNT",
    "yucho": "JP_YUCHO_ACCOUNT",
}
"""Attributes of a person and the entity type of their values."""


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up person with everything a company might know."""

    surname: str
    given: str
    kana: str
    member_id: str
    employee_id: str
    birth: str
    sex: str
    zip: str
    address: str
    phone: str
    email: str
    my_number: str
    licence: str
    passport: str
    residence_card: str
    pension: str
    employment: str
    card: str
    bank: str
    branch: str
    account: str
    yucho: str

    @property
    def name(self) -> str:
        """Surname and given name with a blank."""
        return f"{self.surname} {self.given}"

    def __repr__(self) -> str:
        return "<made-up person>"


def my_number(body: str) -> str:
    """Eleven digits and their check digit."""
    total = sum(int(d) * w for d, w in zip(body, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True))
    return body + str(0 if total % 11 <= 1 else 11 - total % 11)


def licence(body: str) -> str:
    """Ten digits, their check digit, and no reissue."""
    total = sum(int(d) * w for d, w in zip(body, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True))
    return f"{body}{(11 - total % 11) % 10}0"


def corporate_number(base: str) -> str:
    """The check digit and the twelve digits it is for."""
    total = sum(int(d) * (1 if n % 2 == 0 else 2) for n, d in enumerate(reversed(base)))
    return f"{9 - total % 9}{base}"


def jan(body: str) -> str:
    """Twelve digits and their check digit."""
    total = sum(int(d) * (1 if n % 2 == 0 else 3) for n, d in enumerate(body))
    return body + str(-total % 10)


class Maker:
    """Draws persons who differ in every value that identifies (cards excepted: there are few test numbers)."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._used: set[str] = set()
        self._serial = 0

    def people(self, count: int) -> list[Person]:
        """`count` new persons."""
        return [self._person() for _ in range(count)]

    def digits(self, count: int, first: str = "123456789") -> str:
        """Random digits, the first from `first`, never given twice: ask for enough of them, or the supply runs out."""
        while True:
            text = self.random.choice(first) + "".join(self.random.choice("0123456789") for _ in range(count - 1))
            if text not in self._used:
                self._used.add(text)
                return text

    def _name(self) -> tuple[list[str], list[str]]:
        for _ in range(200):
            surname = self.random.choice(_SURNAMES.split()).split(":")
            given = self.random.choice(_GIVEN.split()).split(":")
            if surname[0] + given[0] not in self._used:
                break
        self._used.add(surname[0] + given[0])
        return surname, given

    def _person(self) -> Person:
        self._serial += 1
        pick, (surname, given) = self.random.choice, self._name()
        code, town = pick(_PLACES.split()).split(":")
        block = f"{pick('789')}丁目{self.random.randint(901, 999)}番{self._serial + 100}号"
        bank, branch = pick(_BANKS)
        eight = self.digits(8)
        return Person(
            surname=surname[0],
            given=given[0],
            kana=f"{surname[1]} {given[1]}",
            member_id=f"PC{self.digits(8)}",
            employee_id=f"E{self.digits(6)}",
            birth=(date(1950, 1, 1) + timedelta(days=self.random.randint(0, 19_000))).isoformat(),
            sex=pick("男女"),
            zip=code,
            address=" ".join(filter(None, (town + block, pick(_BUILDINGS)))),
            phone=f"{pick(('090', '080', '070'))}-1{eight[1:4]}-{eight[4:]}",
            email=f"{surname[2]}.{given[2]}{self._serial}@{pick(_DOMAINS)}",
            my_number=my_number(self.digits(11)),
            licence=licence(f"30{self.random.randint(80, 99)}{self.digits(6)}"),
            passport=f"T{pick('KRSZ')}{self.digits(7)}",
            residence_card=f"{pick('ABCDU')}{pick('HKLM')}{self.digits(8)}{pick('EFG')}A",
            pension=f"{pick('1234')}{self.random.randint(100, 999)}-{self.digits(6)}",
            employment=f"{pick('15')}{self.random.randint(100, 999)}-{self.digits(6)}-{pick('123456789')}",
            card=pick(_CARDS),
            bank=bank,
            branch=branch,
            account=self.digits(7),
            yucho=f"1{pick(_YUCHO)}{pick('0123456789')}0-{self.digits(7)}1",
        )


def plants(people: Iterable[Person], fields: Sequence[str], hint: str = "") -> list[Plant]:
    """What is planted when these fields of these persons are written once each, as they are."""
    persons = list(people)
    return [(FIELDS[name], [str(getattr(p, name)) for p in persons], hint or name) for name in fields if name in FIELDS]


def wareki(iso: str) -> str:
    """A date in the Japanese era: 昭和55年1月2日."""
    day = date.fromisoformat(iso)
    era, start = ("平成", 1988) if day >= date(1989, 1, 8) else ("昭和", 1925)
    year = day.year - start
    return f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def half_kana(kana: str) -> str:
    """Half-width katakana, as banks write it: no small letters."""
    small = str.maketrans("ァィゥェォッャュョ", "アイウエオツヤユヨ")
    return "".join(_HALF.get(char, char) for char in kana.translate(small))


def _half_table() -> dict[str, str]:
    import unicodedata

    table = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF61, 0xFF9E)}
    for code in range(0x30AB, 0x30FB):
        parts = unicodedata.normalize("NFD", chr(code))
        if len(parts) == 2 and parts[0] in table:
            table[chr(code)] = table[parts[0]] + ("ﾞ" if parts[1] == "\u3099" else "ﾟ")
    return table


_HALF = _half_table()

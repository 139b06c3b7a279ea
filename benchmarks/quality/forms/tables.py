"""Lists of people: tables with all kinds of headers, and the same as delimited or aligned text. The number of people in them is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from . import numbers as n
from .material import DEPARTMENTS
from .pages import Document, Part, Row, Value, joined
from .people import People, Person

Column = tuple[tuple[str, ...], Callable[[Person], Part]]
COLUMNS: dict[str, Column] = {
    "name": (
        ("氏名", "お名前", "name", "顧客名", "会員氏名", "shimei", "Name", "氏　名", "従業員名", "契約者"),
        lambda p: p.full(" "),
    ),
    "surname": (("姓", "苗字", "last_name", "sei", "名字"), lambda p: p.surname()),
    "given": (("名", "first_name", "mei", "下の名前"), lambda p: Value("PERSON", p.name.given)),
    "kana": (
        ("フリガナ", "カナ", "氏名カナ", "kana", "ふりがな", "ﾌﾘｶﾞﾅ", "name_kana"),
        lambda p: Value("JP_NAME_KANA", f"{p.name.surname_kana} {p.name.given_kana}"),
    ),
    "postal": (("郵便番号", "〒", "zip", "postal_cd"), lambda p: p.postal()),
    "address": (("住所", "住所1", "address", "ご住所", "現住所", "送付先住所", "jusho"), lambda p: p.address()[1]),
    "phone": (
        ("電話番号", "TEL", "携帯", "tel", "phone", "連絡先", "電話", "keitai"),
        lambda p: Value("PHONE_NUMBER", p.number),
    ),
    "email": (("メールアドレス", "email", "E-mail", "mail", "メール", "mail_address"), lambda p: p.email()),
    "birth": (
        ("生年月日", "birthday", "誕生日", "birth_date"),
        lambda p: Value("DATE_OF_BIRTH", p.born.isoformat().replace("-", "/")),
    ),
    "sex": (("性別", "sex"), lambda p: p.sex()),
    "age": (("年齢", "age"), lambda p: p.age()),
    "member": (
        ("会員番号", "会員No", "member_id", "顧客番号", "お客様番号"),
        lambda p: Value("MEMBER_ID", n.digits(p.rng, 8, "123456789")),
    ),
    "employee": (
        ("社員番号", "従業員番号", "employee_no", "社員No"),
        lambda p: Value("EMPLOYEE_ID", f"{n.digits(p.rng, 6, '123456789')}"),
    ),
    "my_number": (
        ("個人番号", "マイナンバー", "my_number", "個人番号（本人）"),
        lambda p: Value("JP_MY_NUMBER", n.my_number(p.rng)),
    ),
    "licence": (("免許証番号", "運転免許証番号", "menkyo_no"), lambda p: Value("JP_DRIVER_LICENSE", n.licence(p.rng))),
    "pension": (("基礎年金番号", "年金番号", "nenkin_no"), lambda p: Value("JP_PENSION_NUMBER", n.pension(p.rng))),
    "employment": (
        ("雇用保険被保険者番号", "雇用保険番号", "koyo_hoken_no"),
        lambda p: Value("JP_EMPLOYMENT_INSURANCE", n.employment(p.rng)),
    ),
    "residence_card": (
        ("在留カード番号", "zairyu_card_no"),
        lambda p: Value("JP_RESIDENCE_CARD", n.residence_card(p.rng)),
    ),
    "passport": (("旅券番号", "パスポート番号", "passport_no"), lambda p: Value("JP_PASSPORT", n.passport(p.rng))),
    "card": (("カード番号", "クレジットカード番号", "card_no"), lambda p: Value("CREDIT_CARD", n.card(p.rng))),
    "account": (("口座番号", "koza_no", "account_number"), lambda p: Value("JP_BANK_ACCOUNT", n.digits(p.rng, 7))),
    "bank": (("銀行名", "金融機関名"), lambda p: p.rng.choice(n.BANKS)[0]),
    "branch": (("支店名", "支店"), lambda p: p.rng.choice(n.BANKS)[1]),
    "department": (("部署", "所属", "department"), lambda p: p.rng.choice(DEPARTMENTS)),
    "note": (("備考", "memo", "メモ"), lambda p: p.rng.choice(("", "", "要返信", "DM不要", "午前中希望", "2回目"))),
    "joined": (
        ("登録日", "入会日", "created_at"),
        lambda p: f"20{p.rng.randint(15, 26)}/{p.rng.randint(1, 12):02}/{p.rng.randint(1, 28):02}",
    ),
    "amount": (("購入金額", "金額", "amount"), lambda p: str(p.rng.randint(500, 98_000))),
    "order": (("注文番号", "order_no"), lambda p: n.digits(p.rng, 10, "123456789")),
}
SHAPES: dict[str, tuple[str, ...]] = {
    "members": ("member", "name", "kana", "birth", "sex", "postal", "address", "phone", "email", "joined"),
    "contacts": ("name", "email", "phone"),
    "split": ("surname", "given", "kana", "phone", "address"),
    "mailing": ("postal", "address", "name"),
    "staff": ("employee", "name", "kana", "department", "birth", "phone"),
    "payroll": ("employee", "name", "my_number", "pension", "bank", "branch", "account"),
    "identities": ("name", "licence", "passport", "residence_card", "employment"),
    "cards": ("name", "card", "amount", "joined"),
    "survey": ("name", "age", "sex", "email", "note"),
    "orders": ("order", "joined", "name", "phone", "address", "amount"),
    "names-only": ("name", "department"),
    "kana-only": ("kana", "phone", "note"),
}


class Tables:
    """Writes lists."""

    def __init__(self, rng: Random, people: People) -> None:
        self.rng = rng
        self.people = people

    def _header(self, keys: tuple[str, ...]) -> Row:
        latin = self.rng.random() < 0.25
        row = []
        for key in keys:
            labels = self.people.material.part(COLUMNS[key][0]) or list(COLUMNS[key][0])
            latins = [label for label in labels if label.isascii()]
            row.append(self.rng.choice(latins if latin and latins else labels))
        return tuple(row)

    def rows(self, shape: str, count: int, repeats: float) -> tuple[list[Row], int]:
        """Rows without header; how many people they are about. A share of the rows is about people that came before."""
        keys, known, rows = SHAPES[shape], list[tuple[Person, dict[str, Part]]](), list[Row]()
        for _ in range(count):
            if known and self.rng.random() < repeats:
                person, fixed = self.rng.choice(known)
            else:
                person, fixed = self.people.person(), {}
                fixed = {
                    key: COLUMNS[key][1](person) for key in keys if key not in {"order", "amount", "joined", "note"}
                }
                known.append((person, fixed))
            rows.append(tuple(fixed.get(key) or COLUMNS[key][1](person) for key in keys))
        return rows, len(known)

    def table(self, shape: str, name: str, form: str) -> Document:
        """One table. `form` is how it is written: table, bare (no header), two (a title line above the header), csv, tsv, pipes, wide."""
        count = self.rng.choice((5, 8, 12, 20, 40, 60))
        repeats = 0.35 if shape in {"orders", "cards"} else self.rng.choice((0.0, 0.0, 0.1))
        rows, persons = self.rows(shape, count, repeats)
        header = self._header(SHAPES[shape])
        genre = f"list-{form}"
        if form in {"csv", "tsv", "pipes", "wide"}:
            separator = {"csv": ",", "tsv": "\t", "pipes": " | ", "wide": "　　"}[form]
            return joined(genre, name, [header, *rows[:20]], separator)
        head: list[Row] = [] if form == "bare" else [header]
        if form == "two":
            head.insert(0, ("2026年度 名簿（社外秘）", *[""] * (len(header) - 1)))
        return Document(name, genre, rows=(*head, *rows), head=len(head), persons=persons)


def tables(rng: Random, people: People, count: int) -> Iterator[Document]:
    """`count` tables of every shape and form."""
    make = Tables(rng, people)
    for shape in SHAPES:
        for form in ("table", "table", "bare", "two", "csv", "tsv", "pipes", "wide"):
            if form == "bare" and shape in {"payroll", "identities", "survey", "names-only", "kana-only", "cards"}:
                continue
            for number in range(count):
                yield make.table(shape, f"list-{shape}-{form}-{number:03}-{rng.randint(0, 9999):04}", form)

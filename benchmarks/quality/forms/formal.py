"""Forms, contracts, HR papers."""

from __future__ import annotations

from . import numbers as n
from .desk import LAYOUTS, Desk
from .material import DEPARTMENTS
from .pages import Document, Page, Value
from .people import wareki


class Formal(Desk):
    """Papers with fields."""

    def make_form_application(self, name: str) -> Document:
        """申込書."""
        page, who = Page(), self.people.person()
        title = self.rng.choice(
            (
                "会員入会申込書",
                "サービス利用申込書",
                "ポイントカード申込書",
                "お客様カード",
                "資料請求フォーム",
                "イベント参加申込",
            )
        )
        page.line(title).line(f"申込日：{self._day()}").add("\n")
        keys = [
            "name",
            *self._some("kana"),
            *self._some("birth"),
            *self._some("sex", 0.4),
            *self._some("age", 0.3),
            "address",
            "mobile",
            *self._some("home", 0.3),
            *self._some("email"),
            *self._some("member", 0.4),
        ]
        self.fields(page, who, keys, self.rng.choice(LAYOUTS))
        page.line().line("※ご記入いただいた個人情報は、ご連絡のためにのみ利用いたします。")
        return page.document(name, "form-application")

    def make_form_identifiers(self, name: str) -> Document:
        """本人確認書類 and numbers of all kinds behind their labels."""
        page, who = Page(), self.people.person()
        page.line(
            self.rng.choice(("本人確認書類 届出", "身分証明書控え", "入社手続き書類", "番号届出書", "従業員基礎情報"))
        ).add("\n")
        numbers = [
            "my_number",
            "licence",
            "card",
            "insurer",
            "pension",
            "employment",
            "passport",
            "residence_card",
            "juminhyo",
            "account",
            "member",
            "employee",
            "plate",
        ]
        keys = ["name", *self.rng.sample(numbers, 4), *self._some("mobile", 0.4)]
        self.fields(page, who, keys, self.rng.choice(LAYOUTS))
        return page.document(name, "form-identifiers")

    def make_form_lookalikes(self, name: str) -> Document:
        """Labelled numbers that are nobody's: tracking, orders, serials, codes, some with check digits that fit."""
        page, rng = Page(), self.rng
        before, between, after = rng.choice(LAYOUTS)
        rows = [
            ("お問い合わせ番号", n.parcel(rng)), ("送り状番号", n.parcel(rng)), ("注文番号", n.my_number(rng)), ("受注No", n.digits(rng, 12)), ("JANコード", n.jan(rng)),
            ("法人番号", n.corporate(rng)), ("製造番号", n.licence(rng)), ("伝票番号", n.digits(rng, 7)), ("管理番号", n.digits(rng, 10)), ("シリアル番号", n.passport(rng)),
            ("型番", f"AB{n.digits(rng, 8)}CD"), ("登録番号", f"T{n.corporate(rng)}"), ("処理日時", f"2026{rng.randint(1, 12):02}{rng.randint(1, 28):02}{rng.randint(10, 23)}{rng.randint(10, 59)}"),
            ("取引ID", rng.choice(("4", "5")) + n.digits(rng, 15)), ("金額", f"{rng.randint(1, 99)},{n.digits(rng, 3)},{n.digits(rng, 3)}円"), ("数量", n.digits(rng, 5, "123456789")),
            ("事業所番号", n.employment(rng)), ("ロット番号", n.pension(rng)), ("出庫番号", n.digits(rng, 11, "123456789")), ("工事番号", f"{n.digits(rng, 3)}-{n.digits(rng, 4)}"),
        ]  # fmt: skip
        for label, value in rng.sample(rows, 7):
            page.add(before, label, between, value, after)
        return page.document(name, "form-lookalikes")

    def make_form_boxes(self, name: str) -> Document:
        """A printed form: several labels in a line, label above value, one digit a box."""
        page, who, rng = Page(), self.people.person(), self.rng
        code, address = who.address()
        page.line("┌──────────────────────────────┐").line("│　給与所得者の扶養控除等(異動)申告書　│").line(
            "├──────────────────────────────┤"
        )
        page.line("│フリガナ　", who.kana("full"), "　│ 生年月日 ", who.birth(), " │")
        page.line("│氏　名　　", who.full(" "), " ㊞ │ 性別 ", who.sex(), " │").line("├──────────────────────────────┤")
        boxed = " ".join(n.my_number(rng)) if rng.random() < 0.5 else "│".join(n.my_number(rng))
        page.line("│個人番号 │", Value("JP_MY_NUMBER", boxed), "│")
        if code:
            page.line("│住所 〒", code, " ", address, " │")
        else:
            page.line("│住所　", address, "　│")
        page.line("│電話 ", who.mobile(), "　FAX ", who.fax(), " │").line("└──────────────────────────────┘")
        return page.document(name, "form-boxes")

    def make_form_contract(self, name: str) -> Document:
        """契約書 with both parties at the end."""
        page, who, officer = Page(), self.people.person(), self.people.person()
        company = self.company()
        _, address = who.address()
        page.line("業務委託契約書").line()
        page.line(
            f"{company}（以下「甲」という。）と", who.full(), "（以下「乙」という。）は、次のとおり契約を締結する。"
        ).line()
        page.line("第1条（目的）　甲は、別紙記載の業務を乙に委託し、乙はこれを受託する。")
        page.line(f"第2条（期間）　本契約の期間は、{self._day()}から1年間とする。")
        page.line("第3条（報酬）　甲は乙に対し、月額金350,000円（税別）を支払う。").line()
        page.line(self._day()).line().line(f"甲　　{company}")
        page.line(
            "　　　", self.rng.choice(("代表取締役　", "代表取締役社長 ", "代表者　")), officer.full(), "　印"
        ).line()
        page.line("乙　　住所　", address)
        page.line("　　　氏名　", who.full(), "　印")
        return page.document(name, "form-contract")

    def make_form_bank(self, name: str) -> Document:
        """口座振替依頼書."""
        page, who = Page(), self.people.person()
        bank, branch = self.rng.choice(n.BANKS)
        page.line("預金口座振替依頼書").line()
        if self.people.chance(0.3):
            symbol, number = who.yucho()
            page.line("金融機関：ゆうちょ銀行").line("記号：", symbol, "　番号：", number)
        elif self.people.chance(0.5):
            page.line(f"金融機関名　{bank}").line(f"支店名　{branch}").line("預金種目　普通").line(
                self.label("account"), "　", who.account()
            )
        else:
            page.line(f"振込先：{bank} {branch} {self.rng.choice(('普通', '普通預金', '（普）'))} ", who.account())
        page.line(
            self.rng.choice(("口座名義", "口座名義人", "名義人（カナ）", "口座名義（カナ）")),
            "　",
            who.kana(self.rng.choice(("full", "half"))),
        )
        page.line("お届け電話番号　", who.mobile())
        return page.document(name, "form-bank")

    def make_form_payment(self, name: str) -> Document:
        """Card payment slip."""
        page, who = Page(), self.people.person()
        page.line("クレジットカード決済申込書").line()
        page.line(self.label("card"), "：", who.card()).line("有効期限：12/29")
        page.line(self.rng.choice(("カード名義", "名義人", "Cardholder Name", "card_holder")), "：", who.latin())
        page.line("ご請求金額：", f"{self.rng.randint(3, 99)},800円").line("お申込者：", who.full(" "), "　様").line(
            "TEL：", who.mobile()
        )
        return page.document(name, "form-payment")

    def make_form_foreign(self, name: str) -> Document:
        """Foreign employee: residence card, passport, name in katakana and latin letters."""
        page, who = Page(), self.people.person()
        before, between, after = self.rng.choice(LAYOUTS[:6])
        material = self.people.material
        for label, value in (
            (self.rng.choice(("氏名", "氏名（カタカナ）", "お名前")), Value("PERSON", material.pick(material.foreign))),
            (
                self.rng.choice(("氏名（英字）", "Name", "ローマ字氏名")),
                Value("PERSON", material.pick(material.foreign_latin)),
            ),
            ("国籍", "ベトナム"),
            (self.label("residence_card"), who.residence_card()),
            (self.label("passport"), who.passport()),
            ("在留期限", "2027年3月31日"),
            (self.label("mobile"), who.mobile()),
        ):
            page.add(before, label, between, value, after)
        return page.document(name, "form-foreign")

    def make_hr_resume(self, name: str) -> Document:
        """履歴書."""
        page, who = Page(), self.people.person()
        code, address = who.address(broken=True)
        page.line("履 歴 書　　", self._day(), "現在").line().line("ふりがな　", who.kana("hira")).line(
            "氏　　名　", who.full("　")
        )
        page.line(
            "生年月日　", Value("DATE_OF_BIRTH", wareki(who.born, 0)), f"生（満{who.age()}歳）　性別　{who.sex()}"
        )
        page.add("現住所　")
        page.line("〒", code, "　") if code else page
        page.line(address).line("電話　", who.home(), "　携帯　", who.mobile()).line("E-mail　", who.email()).line()
        page.line("学歴・職歴").line("平成15年4月　県立若葉高等学校 入学").line(
            "平成18年3月　県立若葉高等学校 卒業"
        ).line(f"平成22年4月　{self.company()} 入社").line("令和3年6月　一身上の都合により退職").line(
            "　　　　　　　　　　　　　　以上"
        )
        return page.document(name, "hr-resume")

    def make_hr_payslip(self, name: str) -> Document:
        """給与明細."""
        page, who, rng = Page(), self.people.person(), self.rng
        page.line("給与支給明細書　2026年10月分").line(f"{self.company()}　{rng.choice(DEPARTMENTS)}")
        page.line(self.label("employee"), " ", who.employee(), "　氏名 ", who.full(" "), rng.choice(("", " 殿", " 様")))
        page.line("基本給 285,000　残業手当 32,400　通勤手当 12,800").line(
            "健康保険 14,250　厚生年金 26,535　雇用保険 1,980"
        ).line(f"差引支給額 {rng.randint(210, 330)},{n.digits(rng, 3)}")
        return page.document(name, "hr-payslip")

    def make_hr_tax(self, name: str) -> Document:
        """源泉徴収票."""
        page, who, payer = Page(), self.people.person(), self.company()
        spouse = self.people.person()
        code, address = who.address()
        del code
        page.line("令和7年分　給与所得の源泉徴収票").line("支払を受ける者").line("　住所又は居所　", address).line(
            "　個人番号　", who.my_number()
        ).line("　（フリガナ）", who.kana("full")).line("　氏名　", who.full("　"))
        page.line("種別　支払金額　給与所得控除後の金額　源泉徴収税額").line("給料・賞与　5,240,000　3,752,000　98,600")
        page.line("控除対象配偶者　氏名　", spouse.full("　"), "　個人番号　", spouse.my_number()).line(
            f"支払者　法人番号 {n.corporate(self.rng)}　名称 {payer}"
        )
        return page.document(name, "hr-tax")

    def make_hr_notice(self, name: str) -> Document:
        """人事異動."""
        page = Page()
        page.line(f"人事異動のお知らせ（{self._day()}付）").line()
        for _ in range(self.rng.randint(3, 6)):
            who = self.people.person()
            style = self.rng.randint(0, 3)
            if style == 0:
                page.line(
                    "・", who.full(" "), f"（旧：{self.rng.choice(DEPARTMENTS)} → 新：{self.rng.choice(DEPARTMENTS)}）"
                )
            elif style == 1:
                page.line(
                    f"{self.rng.choice(DEPARTMENTS)} 課長　", who.full("　"), f"（{self.rng.choice(DEPARTMENTS)} 主任）"
                )
            elif style == 2:
                page.line("昇任　部長　", who.full())
            else:
                page.line(f"{self.rng.choice(DEPARTMENTS)}長　", who.full(" "))
        return page.document(name, "hr-notice")

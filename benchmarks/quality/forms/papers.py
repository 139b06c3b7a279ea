"""Papers with personal data: forms, contracts, mails, minutes, notes, labels, logs, HR sheets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from . import numbers as n
from .material import COMPANIES, DEPARTMENTS
from .pages import Document, Page, Part, Value, template
from .people import People, Person, wareki

LABELS: dict[str, tuple[str, ...]] = {
    "name": ("氏名", "お名前", "名前", "ご氏名", "氏　名", "契約者名", "申込者氏名", "ご本人氏名", "会員氏名", "顧客名", "利用者氏名", "shimei", "name", "Full Name", "契約者氏名", "お客様名", "ご契約者様名", "受取人", "従業員氏名", "患者氏名", "保護者氏名"),
    "kana": ("フリガナ", "ふりがな", "カナ", "氏名カナ", "お名前(カナ)", "ﾌﾘｶﾞﾅ", "氏名（カナ）", "シメイ", "kana", "name_kana", "カナ氏名"),
    "birth": ("生年月日", "誕生日", "生年月日（西暦）", "お誕生日", "birthday", "date_of_birth", "Date of Birth", "DOB", "birth_date"),
    "postal": ("郵便番号", "〒", "zip", "postal_code", "郵便番号(〒)", "yubin_bango"),
    "address": ("住所", "ご住所", "現住所", "住　所", "自宅住所", "お届け先住所", "送付先", "jusho", "address", "居住地", "連絡先住所", "本人住所", "Address"),
    "mobile": ("電話番号", "携帯電話", "TEL", "携帯", "ご連絡先", "連絡先電話番号", "日中の連絡先", "ＴＥＬ", "℡", "tel", "denwa", "Phone", "mobile_phone", "お電話番号", "緊急連絡先"),
    "home": ("自宅電話", "固定電話", "ご自宅TEL", "home_tel"),
    "fax": ("FAX", "ＦＡＸ", "FAX番号", "ファックス", "fax_no"),
    "email": ("メールアドレス", "E-mail", "Eメール", "email", "mail", "e-mail address", "Ｅ－ｍａｉｌ", "連絡先メール"),
    "my_number": ("個人番号", "マイナンバー", "個人番号（マイナンバー）", "my_number", "本人の個人番号", "kojin_bango", "マイナンバー(12桁)", "Individual Number", "支払を受ける者の個人番号"),
    "licence": ("運転免許証番号", "免許証番号", "免許番号", "免許証No.", "driver_license_no", "menkyo_no", "運転免許証の番号", "Driver's License No."),
    "card": ("カード番号", "クレジットカード番号", "card_number", "ご利用カード番号", "Card No.", "クレジットカード", "決済カード番号", "card_no", "カードNo"),
    "insurer": ("保険者番号", "hokensha_no"),
    "pension": ("基礎年金番号", "年金番号", "年金手帳番号", "nenkin_no", "基礎年金番号（10桁）", "basic_pension_number"),
    "employment": ("雇用保険被保険者番号", "雇用保険番号", "雇用保険 被保険者番号", "koyo_hoken_no", "雇用保険者番号"),
    "passport": ("旅券番号", "パスポート番号", "Passport No.", "passport_number", "パスポートNo", "旅券の番号"),
    "residence_card": ("在留カード番号", "在留カードNo.", "zairyu_card_no", "Residence Card Number", "在留カード等番号"),
    "juminhyo": ("住民票コード", "juminhyo_code", "住基コード"),
    "member": ("会員番号", "会員No.", "会員ID", "ポイントカード番号", "お客様番号", "member_id", "kaiin_no", "顧客番号", "メンバーズカードNo", "Member No."),
    "employee": ("社員番号", "従業員番号", "社員No", "職員番号", "employee_id", "shain_no", "社員コード", "Employee ID"),
    "plate": ("車両番号", "登録番号（車両）", "ナンバー", "自動車登録番号", "車のナンバー"),
    "account": ("口座番号", "普通預金口座番号", "account_no", "koza_bango", "口座No."),
    "age": ("年齢", "満年齢", "age"),
    "sex": ("性別", "gender", "sex"),
}
LAYOUTS: tuple[tuple[str, str, str], ...] = (
    ("", "：", "\n"),
    ("", "： ", "\n"),
    ("", ": ", "\n"),
    ("", "　", "\n"),
    ("", "\t", "\n"),
    ("【", "】", "\n"),
    ("【", "】\n", "\n"),
    ("■", "\n", "\n\n"),
    ("■ ", "：", "\n"),
    ("・", " ", "\n"),
    ("[", "] ", "\n"),
    ("", "\n", "\n"),
    ("| ", " | ", " |\n"),
    ("│", "│", "│\n├────┼──────────┤\n"),
    ("", " = ", "\n"),
    ('  "', '": "', '",\n'),
    ("", "=", "\n"),
    ("<td>", "</td><td>", "</td>\n"),
    ("", "(必須)：", "\n"),
    ("", "…………", "\n"),
    ("", "　：　", "\n"),
    ("* ", " : ", "\n"),
    ("", " / ", "\n"),
)


class Papers:
    """Writes papers, one generator function for each genre."""

    def __init__(self, rng: Random, people: People) -> None:
        self.rng = rng
        self.people = people
        self.labels = {key: people.material.part(words) or list(words) for key, words in LABELS.items()}

    def label(self, key: str) -> str:
        """One of the labels of an attribute."""
        return self.rng.choice(self.labels[key])

    def company(self) -> str:
        """A company."""
        return self.rng.choice(COMPANIES)

    def _day(self) -> str:
        month, day = self.rng.randint(1, 12), self.rng.randint(1, 28)
        return self.rng.choice((f"2026年{month}月{day}日", f"2026/{month:02}/{day:02}", f"令和8年{month}月{day}日"))

    def fields(self, page: Page, who: Person, keys: list[str], layout: tuple[str, str, str]) -> None:
        """Labelled values, all in one layout."""
        before, between, after = layout
        for key in keys:
            if key == "address":
                code, address = who.address(broken=between.endswith("：") and after == "\n")
                if code and self.people.chance(0.5):
                    page.add(before, self.label("postal"), between, code, after)
                    code = None
                page.add(before, self.label(key), between)
                if code:
                    page.add(self.rng.choice(("〒", "〒 ")), code, self.rng.choice((" ", "　", "\n" if after == "\n" and between != "\t" else " ")))
                page.add(address, after)
                continue
            page.add(before, self.label(key), between, getattr(who, {"name": "full"}.get(key, key))(), after)

    def genres(self) -> dict[str, Callable[[str], Document]]:
        """The kinds of paper by name."""
        return {name[5:].replace("_", "-"): getattr(self, name) for name in dir(self) if name.startswith("make_")}

    # forms

    def make_form_application(self, name: str) -> Document:
        """申込書."""
        page, who = Page(), self.people.person()
        title = self.rng.choice(("会員入会申込書", "サービス利用申込書", "ポイントカード申込書", "お客様カード", "資料請求フォーム", "イベント参加申込"))
        page.line(title).line(f"申込日：{self._day()}").add("\n")
        keys = ["name", *self._some("kana"), *self._some("birth"), *self._some("sex", 0.4), *self._some("age", 0.3), "address", "mobile", *self._some("home", 0.3), *self._some("email"), *self._some("member", 0.4)]
        self.fields(page, who, keys, self.rng.choice(LAYOUTS))
        page.line().line("※ご記入いただいた個人情報は、ご連絡のためにのみ利用いたします。")
        return page.document(name, "form-application")

    def _some(self, key: str, share: float = 0.6) -> list[str]:
        return [key] if self.people.chance(share) else []

    def make_form_identifiers(self, name: str) -> Document:
        """本人確認書類 and numbers of all kinds behind their labels."""
        page, who = Page(), self.people.person()
        page.line(self.rng.choice(("本人確認書類 届出", "身分証明書控え", "入社手続き書類", "番号届出書", "従業員基礎情報"))).add("\n")
        numbers = ["my_number", "licence", "card", "insurer", "pension", "employment", "passport", "residence_card", "juminhyo", "account", "member", "employee", "plate"]
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
        page.line("┌──────────────────────────────┐").line("│　給与所得者の扶養控除等(異動)申告書　│").line("├──────────────────────────────┤")
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
        page.line(f"{company}（以下「甲」という。）と", who.full(), "（以下「乙」という。）は、次のとおり契約を締結する。").line()
        page.line("第1条（目的）　甲は、別紙記載の業務を乙に委託し、乙はこれを受託する。")
        page.line(f"第2条（期間）　本契約の期間は、{self._day()}から1年間とする。")
        page.line("第3条（報酬）　甲は乙に対し、月額金350,000円（税別）を支払う。").line()
        page.line(self._day()).line().line(f"甲　　{company}")
        page.line("　　　", self.rng.choice(("代表取締役　", "代表取締役社長 ", "代表者　")), officer.full(), "　印").line()
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
            page.line(f"金融機関名　{bank}").line(f"支店名　{branch}").line("預金種目　普通").line(self.label("account"), "　", who.account())
        else:
            page.line(f"振込先：{bank} {branch} {self.rng.choice(('普通', '普通預金', '（普）'))} ", who.account())
        page.line(self.rng.choice(("口座名義", "口座名義人", "名義人（カナ）", "口座名義（カナ）")), "　", who.kana(self.rng.choice(("full", "half"))))
        page.line("お届け電話番号　", who.mobile())
        return page.document(name, "form-bank")

    def make_form_payment(self, name: str) -> Document:
        """Card payment slip."""
        page, who = Page(), self.people.person()
        page.line("クレジットカード決済申込書").line()
        page.line(self.label("card"), "：", who.card()).line("有効期限：12/29")
        page.line(self.rng.choice(("カード名義", "名義人", "Cardholder Name", "card_holder")), "：", who.latin())
        page.line("ご請求金額：", f"{self.rng.randint(3, 99)},800円").line("お申込者：", who.full(" "), "　様").line("TEL：", who.mobile())
        return page.document(name, "form-payment")

    def make_form_foreign(self, name: str) -> Document:
        """Foreign employee: residence card, passport, name in katakana and latin letters."""
        page, who = Page(), self.people.person()
        before, between, after = self.rng.choice(LAYOUTS[:6])
        material = self.people.material
        for label, value in (
            (self.rng.choice(("氏名", "氏名（カタカナ）", "お名前")), Value("PERSON", material.pick(material.foreign))),
            (self.rng.choice(("氏名（英字）", "Name", "ローマ字氏名")), Value("PERSON", material.pick(material.foreign_latin))),
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
        page.line("履 歴 書　　", self._day(), "現在").line().line("ふりがな　", who.kana("hira")).line("氏　　名　", who.full("　"))
        page.line("生年月日　", Value("DATE_OF_BIRTH", wareki(who.born, 0)), f"生（満{who.age()}歳）　性別　{who.sex()}")
        page.add("現住所　")
        page.line("〒", code, "　") if code else page
        page.line(address).line("電話　", who.home(), "　携帯　", who.mobile()).line("E-mail　", who.email()).line()
        page.line("学歴・職歴").line("平成15年4月　県立若葉高等学校 入学").line("平成18年3月　県立若葉高等学校 卒業").line(f"平成22年4月　{self.company()} 入社").line("令和3年6月　一身上の都合により退職").line("　　　　　　　　　　　　　　以上")
        return page.document(name, "hr-resume")

    def make_hr_payslip(self, name: str) -> Document:
        """給与明細."""
        page, who, rng = Page(), self.people.person(), self.rng
        page.line("給与支給明細書　2026年10月分").line(f"{self.company()}　{rng.choice(DEPARTMENTS)}")
        page.line(self.label("employee"), " ", who.employee(), "　氏名 ", who.full(" "), rng.choice(("", " 殿", " 様")))
        page.line("基本給 285,000　残業手当 32,400　通勤手当 12,800").line("健康保険 14,250　厚生年金 26,535　雇用保険 1,980").line(f"差引支給額 {rng.randint(210, 330)},{n.digits(rng, 3)}")
        return page.document(name, "hr-payslip")

    def make_hr_tax(self, name: str) -> Document:
        """源泉徴収票."""
        page, who, payer = Page(), self.people.person(), self.company()
        spouse = self.people.person()
        code, address = who.address()
        del code
        page.line("令和7年分　給与所得の源泉徴収票").line("支払を受ける者").line("　住所又は居所　", address).line("　個人番号　", who.my_number()).line("　（フリガナ）", who.kana("full")).line("　氏名　", who.full("　"))
        page.line("種別　支払金額　給与所得控除後の金額　源泉徴収税額").line("給料・賞与　5,240,000　3,752,000　98,600")
        page.line("控除対象配偶者　氏名　", spouse.full("　"), "　個人番号　", spouse.my_number()).line(f"支払者　法人番号 {n.corporate(self.rng)}　名称 {payer}")
        return page.document(name, "hr-tax")

    def make_hr_notice(self, name: str) -> Document:
        """人事異動."""
        page = Page()
        page.line(f"人事異動のお知らせ（{self._day()}付）").line()
        for _ in range(self.rng.randint(3, 6)):
            who = self.people.person()
            style = self.rng.randint(0, 3)
            if style == 0:
                page.line("・", who.full(" "), f"（旧：{self.rng.choice(DEPARTMENTS)} → 新：{self.rng.choice(DEPARTMENTS)}）")
            elif style == 1:
                page.line(f"{self.rng.choice(DEPARTMENTS)} 課長　", who.full("　"), f"（{self.rng.choice(DEPARTMENTS)} 主任）")
            elif style == 2:
                page.line("昇任　部長　", who.full())
            else:
                page.line(f"{self.rng.choice(DEPARTMENTS)}長　", who.full(" "))
        return page.document(name, "hr-notice")

    # letters

    def _signature(self, page: Page, who: Person, company: str) -> None:
        style = self.rng.randint(0, 3)
        rule = self.rng.choice(("-" * 30, "━" * 20, "=" * 32, "--", "*" * 24))
        page.line(rule)
        if style == 0:
            page.line(company).line(self.rng.choice(DEPARTMENTS), "　", who.full(" "))
        elif style == 1:
            page.line(who.full("　"), "（", who.kana("hira"), "）").line(f"{company} {self.rng.choice(DEPARTMENTS)}")
        elif style == 2:
            page.line(f"{company} {self.rng.choice(DEPARTMENTS)}").line(who.full(" "), " / ", who.latin())
        else:
            page.line(who.full(" ")).line(company)
        page.line(self.rng.choice(("TEL: ", "TEL：", "Tel ", "携帯：")), who.mobile()).line(self.rng.choice(("Mail: ", "E-mail：", "✉ ")), who.email()).line(rule)

    def make_mail_business(self, name: str) -> Document:
        """A mail with headers and a signature."""
        page, sender, to, third = Page(), self.people.person(), self.people.person(), self.people.person()
        company, other = self.company(), self.company()
        if self.people.chance(0.7):
            page.line("From: ", sender.full(self.rng.choice((" ", ""))), " <", sender.email(), ">").line("To: ", to.full(" "), "様 <", to.email(), ">")
            page.line("Cc: ", third.email()).line("Date: Tue, 17 Nov 2026 10:12:45 +0900").line(f"Subject: 【{company}】お見積りの件").line()
        page.line(other).line(f"{self.rng.choice(DEPARTMENTS)}").line(to.surname(), self.rng.choice((" 様", "様", "　様"))).line()
        page.line("いつもお世話になっております。").line(company, "の", sender.surname(), "です。").line()
        page.line("先日ご依頼いただきましたお見積りを添付にてお送りいたします。").line("ご不明な点がございましたら、弊社の", third.surname(), "までご連絡ください。").line("何卒よろしくお願い申し上げます。").line()
        self._signature(page, sender, company)
        return page.document(name, "mail-business")

    def make_mail_support(self, name: str) -> Document:
        """A customer's mail."""
        page, who = Page(), self.people.person()
        _, address = who.address()
        product = self.rng.choice(("加湿器", "コーヒーメーカー", "掃除機", "電気ケトル"))
        page.line("お客様相談室 御中").line().line(f"先月購入した{product}の件で問い合わせます。電源が入らず困っています。")
        page.line("交換品は ", address, " に送ってください。").line("日中は ", who.mobile(), " に電話をください。メールは ", who.email(), " です。").line().line(who.full(self.rng.choice((" ", "", "　"))))
        return page.document(name, "mail-support")

    def make_mail_quoted(self, name: str) -> Document:
        """A reply with a quoted mail in it."""
        page, a, b = Page(), self.people.person(), self.people.person()
        page.line(a.surname(), "さん").line().line("お疲れさまです。", b.surname(), "です。了解しました。明日の会議でご説明ください。").line()
        page.line("> ", b.surname(), "部長").line("> お世話になります。", a.surname(), "です。").line("> 来週の納品について、倉庫の担当者に確認しました。").line("> ")
        page.line("2026年11月3日(火) 9:15 ", a.full(" "), " <", a.email(), ">:").line(">> 資料の件、承知しました。")
        return page.document(name, "mail-quoted")

    def make_mail_fax(self, name: str) -> Document:
        """FAX送付状."""
        page, to, sender = Page(), self.people.person(), self.people.person()
        page.line("ＦＡＸ送付状").line().line(f"宛先：{self.company()}　", to.full(" "), " 様").line("FAX：", to.fax()).line(f"発信元：{self.company()}　担当：", sender.surname()).line("TEL：", sender.home(), "　FAX：", sender.fax()).line("件名：発注書送付の件　枚数：本紙含め2枚")
        return page.document(name, "mail-fax")

    def make_mail_card(self, name: str) -> Document:
        """A business card."""
        page, who = Page(), self.people.person()
        _, address = who.address()
        code = who.postal()
        page.line(self.company()).line(f"{self.rng.choice(DEPARTMENTS)}　{self.rng.choice(('部長', '課長', '主任', 'マネージャー', ''))}").line(who.full(self.rng.choice((" ", "　")))).line(who.latin()).line("〒", code).line(address)
        page.line("TEL ", who.home(), " / FAX ", who.fax()).line("携帯 ", who.mobile()).line(who.email())
        return page.document(name, "mail-card")

    def make_minutes(self, name: str) -> Document:
        """議事録."""
        page = Page()
        who = [self.people.person() for _ in range(6)]
        page.line("第12回 業務改善会議 議事録").line(f"日時：{self._day()} 10:00～11:30").line("場所：本社3階 第2会議室")
        style = self.rng.randint(0, 3)
        if style == 0:
            page.line("出席者：", who[0].full(""), "、", who[1].full(""), "、", who[2].full(""), "、", who[3].full(""))
        elif style == 1:
            page.line("出席者：", who[0].surname(), "部長、", who[1].surname(), "課長、", who[2].surname(), "、", who[3].surname(), "（敬称略）")
        elif style == 2:
            page.line("【出席者】").line(f"{self.rng.choice(DEPARTMENTS)}　", who[0].full(" "), "、", who[1].full(" ")).line(f"{self.rng.choice(DEPARTMENTS)}　", who[2].full(" "), "、", who[3].full(" "))
        else:
            page.line("参加者").line("・", who[0].full(" ")).line("・", who[1].full(" ")).line("・", who[2].full(" "), "（オンライン）").line("・", who[3].full(" "))
        page.line(self.rng.choice(("記録：", "議事録作成：", "書記　", "作成者：")), who[4].surname()).line().line("1. 前回の確認事項について")
        page.line("　", who[0].surname(), self.rng.choice(("：", "部長：", "氏より、")), "資料に基づき説明があった。").line("　", who[1].surname(), "：在庫の回転率を月次で報告してほしい。")
        page.line("2. 新システムの移行計画").line("　→ ", who[2].surname(), "さんが11月末までに案を作成する。").line("　→ 仕入先との調整は", who[3].surname(), "課長が担当。").line("次回：12月8日（火）")
        return page.document(name, "minutes")

    # operations

    def make_note_support(self, name: str) -> Document:
        """問い合わせ対応記録."""
        page, who, staff = Page(), self.people.person(), self.people.person()
        page.line(f"受付日時：2026/11/{self.rng.randint(10, 28)} 14:{self.rng.randint(10, 59)}　受付番号：{n.digits(self.rng, 8)}").line("対応者：", staff.surname())
        page.line("お客様：", who.full(" "), " 様（", who.kana("full"), "）").line("連絡先：", who.mobile())
        page.line("内容：", who.surname(), "様より入電。注文品が届かないとのこと。送り状番号 ", n.parcel(self.rng), " を確認し、配送会社に照会。")
        page.line("折り返し希望：平日18時以降。ご家族の", self.people.person().full(""), "様が受け取る可能性あり。")
        return page.document(name, "note-support")

    def make_note_chat(self, name: str) -> Document:
        """Chat export."""
        page = Page()
        who = [self.people.person() for _ in range(3)]
        for n_line, (speaker, words) in enumerate(((0, "お疲れさまです。明日の棚卸しの件です"), (1, "了解です。9時に倉庫集合でお願いします"), (2, "少し遅れるかもしれません"), (0, "大丈夫です。鍵は私が開けておきます"))):
            style = self.rng.choice(("[10:{m}] ", "2026/11/20 10:{m} ", "10:{m}\t"))
            page.line(style.format(m=12 + n_line), who[speaker].full(" "), self.rng.choice((": ", "\t", "　")), words)
        return page.document(name, "note-chat")

    def make_label_delivery(self, name: str) -> Document:
        """Parcel label."""
        page, to, sender = Page(), self.people.person(), self.people.person()
        for title, who in (("お届け先", to), ("ご依頼主", sender)):
            code, address = who.address(broken=True)
            page.line(f"【{title}】")
            page.line("〒", code or who.postal()).line(address).line(who.full(" "), self.rng.choice((" 様", "　様", "様"))).line("TEL ", who.mobile())
        page.line(f"品名：{self.rng.choice(('食品', '衣類', '書籍'))}　お問い合わせ番号 {n.grouped(n.parcel(self.rng), '-', 4, 4, 4)}")
        return page.document(name, "label-delivery")

    def make_log_application(self, name: str) -> Document:
        """Application log."""
        page, rng = Page(), self.rng
        for second in range(6):
            who = self.people.person()
            stamp = f"2026-11-20T10:15:{second:02}.{n.digits(rng, 3)}+09:00"
            style = rng.randint(0, 4)
            if style == 0:
                page.line(stamp, " INFO  login ok user=", who.email(), f" session={n.hexadecimal(rng, 16)}")
            elif style == 1:
                page.line(stamp, ' DEBUG POST /members {"name":"', who.full(""), '","tel":"', Value("PHONE_NUMBER", who.number), '"}')
            elif style == 2:
                page.line(stamp, " WARN  mail bounced <", who.email(), "> code=550")
            elif style == 3:
                page.line(stamp, " INFO  顧客情報を更新しました 氏名=", who.full(" "), " 電話=", Value("PHONE_NUMBER", who.number))
            else:
                page.line(stamp, f" INFO  batch finished rows={n.digits(rng, 6, '123')} elapsed_ms={n.digits(rng, 5, '123')} trace={n.digits(rng, 12)}")
        return page.document(name, "log-application")

    def make_log_payment(self, name: str) -> Document:
        """A payment log with card numbers that should not be there."""
        page, rng = Page(), self.rng
        for line in range(4):
            who = self.people.person()
            card = Value("CREDIT_CARD", rng.choice(n.TEST_CARDS))
            page.line(f"2026-11-20 10:15:{line:02} [payment] order={n.digits(rng, 10)} ", rng.choice(("pan=", "card_number=", "card=", "cardNo:")), card, f" amount={n.digits(rng, 4, '123')} result=OK trace={n.digits(rng, 16, '789')}")
            page.line(f"2026-11-20 10:15:{line:02} [notify] to=", who.email(), " status=sent")
        return page.document(name, "log-payment")

    def make_data_json(self, name: str) -> Document:
        """JSON of a member."""
        page, who = Page(), self.people.person()
        code, address = who.address()
        page.line("{").line('  "id": ', n.digits(self.rng, 5, "123"), ",").line('  "name": "', who.full(" "), '",').line('  "nameKana": "', who.kana("full"), '",').line('  "zip": "', code or who.postal(), '",').line('  "address": "', address, '",')
        page.line('  "phone": "', Value("PHONE_NUMBER", who.number), '",').line('  "mail": "', who.email(), '",').line('  "birthday": "', Value("DATE_OF_BIRTH", who.born.isoformat()), '",').line('  "created_at": "2026-11-20T10:00:00Z"').line("}")
        return page.document(name, "data-json")

    def make_prose_contact(self, name: str) -> Document:
        """Running text with phones, mails, cards, postal codes, IBANs, among other numbers."""
        page, rng = Page(), self.rng
        who = [self.people.person() for _ in range(7)]
        pieces: list[tuple[str, dict[str, Part]]] = [
            ("お急ぎの場合は{a}までお電話ください。受付は9:00-17:00、番号札は12-34です。", {"a": who[0].mobile()}),
            ("資料は{a}宛てにお送りください（容量は20MBまで、版は1.2.3.4）。", {"a": who[1].email()}),
            ("決済に使われたのは{a}で、金額は1,234,567円、承認番号は004512でした。", {"a": who[2].card()}),
            ("返送先は〒{a}です。2026-11-20から2026-12-05の間にお送りください。", {"a": who[3].postal()}),
            ("海外への送金は{a}宛てに行い、手数料は2,500円でした。", {"a": who[4].iban()}),
            ("前の番号{a}は解約済みで、いまは{b}が使われています。", {"a": who[5].home(), "b": who[5].mobile()}),
            ("{a}に連絡したところ不通、{b}からの返信待ちです。", {"a": who[6].mobile(), "b": who[6].email()}),
            ("図3-2-1に示すとおり、試験片100-0001から100-0020までは基準値0.45-0.62を満たした。", {}),
            (f"注文4{n.digits(rng, 15)}の出荷は12時、在庫コードは{n.jan(rng)}である。", {}),
        ]
        rng.shuffle(pieces)
        for text, values in pieces[: rng.randint(5, 9)]:
            template(page, text, values).add(rng.choice(("\n", "")))
        return page.document(name, "prose-contact")

    def make_prose_notice(self, name: str) -> Document:
        """Company news with names in sentences."""
        page, rng = Page(), self.rng
        who = [self.people.person() for _ in range(5)]
        pieces: list[tuple[str, dict[str, Part]]] = [
            ("{a}さんが11月の優秀社員に選ばれました。", {"a": who[0].full("")}),
            ("講師には{a}氏をお迎えし、店舗運営についてお話しいただきます。", {"a": who[1].full("")}),
            ("株式会社ハルカゼの{a}代表取締役は、新店舗の開業を発表した。", {"a": who[2].full("")}),
            ("産休に入る{a}さんの後任は{b}さんです。", {"a": who[3].surname(), "b": who[4].surname()}),
            ("新商品は桜あんぱんと松風せんべいで、石川県と福島県の店舗から順次販売する。", {}),
            ("今回の改装では照明と什器を入れ替え、山口店と長野店を先行させる。", {}),
        ]
        rng.shuffle(pieces)
        for text, values in pieces:
            template(page, text, values).add("\n")
        return page.document(name, "prose-notice")


def papers(rng: Random, people: People, count: int) -> Iterator[Document]:
    """`count` papers of every genre."""
    for genre, make in sorted(Papers(rng, people).genres().items()):
        for number in range(count):
            yield make(f"{genre}-{number:03}")

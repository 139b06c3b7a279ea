"""What every writer of papers has at hand: labels, layouts, companies, days."""

from __future__ import annotations

from random import Random

from .material import COMPANIES
from .pages import Page
from .people import People, Person

LABELS: dict[str, tuple[str, ...]] = {
    "name": (
        "氏名",
        "お名前",
        "名前",
        "ご氏名",
        "氏　名",
        "契約者名",
        "申込者氏名",
        "ご本人氏名",
        "会員氏名",
        "顧客名",
        "利用者氏名",
        "shimei",
        "name",
        "Full Name",
        "契約者氏名",
        "お客様名",
        "ご契約者様名",
        "受取人",
        "従業員氏名",
        "患者氏名",
        "保護者氏名",
    ),
    "kana": (
        "フリガナ",
        "ふりがな",
        "カナ",
        "氏名カナ",
        "お名前(カナ)",
        "ﾌﾘｶﾞﾅ",
        "氏名（カナ）",
        "シメイ",
        "kana",
        "name_kana",
        "カナ氏名",
    ),
    "birth": (
        "生年月日",
        "誕生日",
        "生年月日（西暦）",
        "お誕生日",
        "birthday",
        "date_of_birth",
        "Date of Birth",
        "DOB",
        "birth_date",
    ),
    "postal": ("郵便番号", "〒", "zip", "postal_code", "郵便番号(〒)", "yubin_bango"),
    "address": (
        "住所",
        "ご住所",
        "現住所",
        "住　所",
        "自宅住所",
        "お届け先住所",
        "送付先",
        "jusho",
        "address",
        "居住地",
        "連絡先住所",
        "本人住所",
        "Address",
    ),
    "mobile": (
        "電話番号",
        "携帯電話",
        "TEL",
        "携帯",
        "ご連絡先",
        "連絡先電話番号",
        "日中の連絡先",
        "ＴＥＬ",
        "℡",
        "tel",
        "denwa",
        "Phone",
        "mobile_phone",
        "お電話番号",
        "緊急連絡先",
    ),
    "home": ("自宅電話", "固定電話", "ご自宅TEL", "home_tel"),
    "fax": ("FAX", "ＦＡＸ", "FAX番号", "ファックス", "fax_no"),
    "email": ("メールアドレス", "E-mail", "Eメール", "email", "mail", "e-mail address", "Ｅ－ｍａｉｌ", "連絡先メール"),
    "my_number": (
        "個人番号",
        "マイナンバー",
        "個人番号（マイナンバー）",
        "my_number",
        "本人の個人番号",
        "kojin_bango",
        "マイナンバー(12桁)",
        "Individual Number",
        "支払を受ける者の個人番号",
    ),
    "licence": (
        "運転免許証番号",
        "免許証番号",
        "免許番号",
        "免許証No.",
        "driver_license_no",
        "menkyo_no",
        "運転免許証の番号",
        "Driver's License No.",
    ),
    "card": (
        "カード番号",
        "クレジットカード番号",
        "card_number",
        "ご利用カード番号",
        "Card No.",
        "クレジットカード",
        "決済カード番号",
        "card_no",
        "カードNo",
    ),
    "insurer": ("保険者番号", "hokensha_no"),
    "pension": (
        "基礎年金番号",
        "年金番号",
        "年金手帳番号",
        "nenkin_no",
        "基礎年金番号（10桁）",
        "basic_pension_number",
    ),
    "employment": ("雇用保険被保険者番号", "雇用保険番号", "雇用保険 被保険者番号", "koyo_hoken_no", "雇用保険者番号"),
    "passport": ("旅券番号", "パスポート番号", "Passport No.", "passport_number", "パスポートNo", "旅券の番号"),
    "residence_card": (
        "在留カード番号",
        "在留カードNo.",
        "zairyu_card_no",
        "Residence Card Number",
        "在留カード等番号",
    ),
    "juminhyo": ("住民票コード", "juminhyo_code", "住基コード"),
    "member": (
        "会員番号",
        "会員No.",
        "会員ID",
        "ポイントカード番号",
        "お客様番号",
        "member_id",
        "kaiin_no",
        "顧客番号",
        "メンバーズカードNo",
        "Member No.",
    ),
    "employee": (
        "社員番号",
        "従業員番号",
        "社員No",
        "職員番号",
        "employee_id",
        "shain_no",
        "社員コード",
        "Employee ID",
    ),
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


class Desk:
    """Draws labels and layouts; the writers of single kinds of paper build on it."""

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
                    page.add(
                        self.rng.choice(("〒", "〒 ")),
                        code,
                        self.rng.choice((" ", "　", "\n" if after == "\n" and between != "\t" else " ")),
                    )
                page.add(address, after)
                continue
            page.add(before, self.label(key), between, getattr(who, {"name": "full"}.get(key, key))(), after)

    def _some(self, key: str, share: float = 0.6) -> list[str]:
        return [key] if self.people.chance(share) else []

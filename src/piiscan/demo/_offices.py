"""The files of head office: 総務, 人事, 経理."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from piiscan.demo._book import OWN_ACCOUNT, bank_file, locked_xlsx, xlsx
from piiscan.demo._model import Share
from piiscan.demo._office import docx, ods, odt, pptx, rtf
from piiscan.demo._pack import csv_text, seven_zip, zip_bytes
from piiscan.demo._pdf import write_pdf
from piiscan.demo._people import COMPANY, Maker, Person, corporate_number, half_kana, plants, wareki

CONTACT = ("name", "phone")
FULL = ("name", "kana", "zip", "address", "phone", "email")


def general_affairs(share: Share, maker: Maker, staff: Sequence[Person]) -> None:
    """総務: rosters, visitors, contracts, rules, minutes."""
    share.add("総務/社員名簿_2024年度.xlsx", _roster(staff), _roster_plants(staff))
    share.add(
        "総務/規程/個人情報保護規程.txt",
        (
            f"{COMPANY} 個人情報保護規程\r\n\r\n第1条(目的) この規程は、個人情報の取扱いについて定める。\r\n"
            "第2条第1項第3号 氏名、生年月日、住所、電話番号その他の記述をいう。\r\n"
            "第3条 個人番号(マイナンバー)は、法令に定める事務以外に利用しない。\r\n"
        ).encode(),
    )
    share.add(
        "総務/議事録/経営会議_20240605.docx",
        docx(
            [
                "経営会議 議事録",
                "日時 2024年6月5日 10時から11時30分",
                "売上は前年比103.2%、客単価は2,480円。",
                "次回は7月3日とする。",
            ],
            header=COMPANY,
            author="総務部",
        ),
    )
    visitors = maker.people(8)
    rows = [["日付", "会社名", "氏名", "電話番号", "用件"]]
    rows += [["2024/05/14", "株式会社みほん商事", p.name, p.phone, "打合せ"] for p in visitors]
    share.add("総務/来訪者記録_2024-05.csv", csv_text(rows).encode("cp932"), plants(visitors, CONTACT, "表"))
    _contracts(share, maker)
    drivers = maker.people(5)
    cars = [["車両番号", "運転者", "免許証番号", "有効期限"]]
    cars += [[f"品川 300 あ {10 + n}-{20 + n}", p.name, p.licence, "2026-08-31"] for n, p in enumerate(drivers)]
    share.add(
        "総務/社用車/運転者台帳.ods",
        ods({"運転者": cars}, author="総務部"),
        [
            *plants(drivers, ("name", "licence"), "シート 運転者"),
            ("JP_VEHICLE_PLATE", [f"品川 300 あ {10 + n}-{20 + n}" for n in range(5)], "シート 運転者"),
        ],
    )
    companies = [["法人番号", "商号", "区分"]]
    companies += [[corporate_number(f"0{maker.digits(11)}"), f"株式会社見本{n}産業", "仕入先"] for n in range(1, 21)]
    share.add("総務/取引先法人一覧.csv", csv_text(companies).encode("utf-8-sig"))


def _roster(staff: Sequence[Person]) -> bytes:
    """Two header lines with merged cells, a title above, a hidden sheet, a remark."""

    def fill(book: Any, sheet: Any) -> None:
        bold = book.add_format({"bold": True, "align": "center"})
        sheet.merge_range(0, 0, 0, 6, f"{COMPANY} 社員名簿", bold)
        sheet.merge_range(1, 0, 2, 0, "社員番号", bold)
        sheet.merge_range(1, 1, 1, 2, "氏名", bold)
        sheet.write_row(2, 1, ["漢字", "フリガナ"], bold)
        sheet.merge_range(1, 3, 1, 6, "連絡先", bold)
        sheet.write_row(2, 3, ["郵便番号", "住所", "電話番号", "メールアドレス"], bold)
        for number, p in enumerate(staff, 3):
            sheet.write_row(number, 0, [p.employee_id, p.name, p.kana, p.zip, p.address, p.phone, p.email])
        sheet.write_comment(3, 1, f"{staff[0].name}さんは育休中。連絡は {staff[0].phone} へ", {"author": "総務部"})

    emergency: list[Sequence[object]] = [["社員番号", "緊急連絡先電話番号"], *[[p.employee_id, p.phone] for p in staff]]
    return xlsx({"名簿": fill, "緊急連絡先": emergency}, hidden=("緊急連絡先",), author="総務部")


def _roster_plants(staff: Sequence[Person]) -> list[tuple[str, list[str], str]]:
    found = [(kind, list(values), hint) for kind, values, hint in plants(staff, ("employee_id", *FULL), "シート 名簿")]
    found += [
        (kind, list(v), hint) for kind, v, hint in plants(staff, ("employee_id", "phone"), "非表示シート 緊急連絡先")
    ]
    return [*found, ("PERSON", [staff[0].name], "コメント"), ("PHONE_NUMBER", [staff[0].phone], "コメント")]


def _contracts(share: Share, maker: Maker) -> None:
    a, b, c = maker.people(3)
    share.add(
        "総務/契約/業務委託契約書.pdf",
        write_pdf(
            [
                [
                    "業務委託契約書",
                    f"甲 {COMPANY}",
                    f"乙 氏名 {a.name}",
                    f"住所 〒{a.zip} {a.address}",
                    f"電話番号 {a.phone}",
                ],
                ["別紙 作業内容", "1. 店頭販促物の作成", "2. 納品は毎月末日とする"],
            ],
            info={"Title": "業務委託契約書", "Author": b.name},
            note=f"押印済み。原本は{b.name}が保管",
        ),
        plants([a], ("name", "zip", "address", "phone"), "1ページ"),
        [("PERSON", [b.name], "文書のプロパティ"), ("PERSON", [b.name], "注釈")],
    )
    share.add(
        "総務/契約/出店申込書(フォーム).pdf",
        write_pdf(
            [["出店申込書", "下の欄に入力してください"]],
            fields={"氏名": c.name, "電話番号": c.phone, "メールアドレス": c.email},
        ),
        plants([c], ("name", "phone", "email"), "フォーム欄"),
    )
    share.add(
        "総務/契約/賃貸借契約書_スキャン.pdf",
        write_pdf([], scanned_pages=3),
        [("PERSON", [a.name], "画像のページ")],
        readable=False,
    )
    applicant = maker.people(1)[0]
    share.add(
        "総務/入館証申請書.docx",
        docx(
            ["入館証申請書", "下記のとおり申請します。"],
            table=[
                ["氏名", applicant.name],
                ["フリガナ", applicant.kana],
                ["生年月日", wareki(applicant.birth)],
                ["住所", f"〒{applicant.zip} {applicant.address}"],
                ["電話番号", applicant.phone],
            ],
            header="社外秘 総務部",
            comment=f"本人確認済み(運転免許証番号 {applicant.licence})",
            author="総務部",
        ),
        plants([applicant], ("name", "kana", "zip", "address", "phone"), "表"),
        [("DATE_OF_BIRTH", [wareki(applicant.birth)], "表"), ("JP_DRIVER_LICENSE", [applicant.licence], "コメント")],
    )


def personnel(share: Share, maker: Maker, staff: Sequence[Person]) -> None:
    """人事: My Numbers, salaries, social insurance, applicants, appraisals."""
    share.add("人事/マイナンバー/個人番号収集一覧.xlsx", _my_numbers(staff), _my_number_plants(staff))
    share.add(
        "人事/給与/給与振込_202405.txt",
        bank_file(staff, kind="11", amount=241_000),
        plants(staff, ("employee_id", "account"), "データレコード"),
        [("JP_BANK_ACCOUNT", [OWN_ACCOUNT], "ヘッダーレコード(自社)")],
        [("JP_NAME_KANA", [half_kana(p.kana) for p in staff], "データレコード")],
    )
    first = staff[1]
    share.add(
        "人事/給与/源泉徴収票_令和5年分.pdf",
        write_pdf(
            [
                [
                    "令和5年分 給与所得の源泉徴収票",
                    f"支払を受ける者 住所 {first.address}",
                    f"氏名 {first.name} フリガナ {first.kana}",
                    f"個人番号 {first.my_number}",
                    f"生年月日 {wareki(first.birth)}",
                    "支払金額 4,812,300円 源泉徴収税額 98,400円 社会保険料等の金額 702,115円",
                ]
            ],
            info={"Title": "源泉徴収票"},
        ),
        plants([first], ("address", "name", "kana", "my_number"), "1ページ"),
        [("DATE_OF_BIRTH", [wareki(first.birth)], "1ページ")],
    )
    _applicants(share, maker)
    rows = [["社員番号", "氏名", "生年月日", "基礎年金番号", "雇用保険被保険者番号"]]
    rows += [[p.employee_id, p.name, wareki(p.birth), p.pension, p.employment] for p in staff]
    share.add(
        "人事/社会保険/資格取得届一覧.csv",
        csv_text(rows).encode("cp932"),
        plants(staff, ("employee_id", "name", "pension", "employment"), "表"),
        [("DATE_OF_BIRTH", [wareki(p.birth) for p in staff], "列 生年月日")],
    )
    foreign = maker.people(4)
    rows = [["氏名", "旅券番号", "在留カード番号", "在留期間の満了日"]]
    rows += [[p.name, p.passport, p.residence_card, "2026-03-31"] for p in foreign]
    share.add(
        "人事/外国籍従業員/在留カード確認.tsv",
        csv_text(rows, "\t").encode(),
        plants(foreign, ("name", "passport", "residence_card"), "表"),
    )
    share.add(
        "人事/評価/人事評価シート.rtf",
        rtf(
            ["人事評価シート", f"社員番号 {staff[2].employee_id}", f"氏名 {staff[2].name}", "評価 B+ 目標達成率 92%"],
            author="人事部",
        ),
        plants([staff[2]], ("employee_id", "name"), "本文"),
    )
    share.add(
        "人事/扶養控除等申告書_控え.odt",
        odt(
            [
                "給与所得者の扶養控除等(異動)申告書",
                f"あなたの氏名 {staff[3].name}",
                f"あなたの個人番号 {staff[3].my_number}",
                f"あなたの住所 {staff[3].address}",
            ],
            author="人事部",
        ),
        plants([staff[3]], ("name", "my_number", "address"), "本文"),
    )
    left = maker.people(6)
    old = csv_text([["氏名", "電話番号", "退職日"], *[[p.name, p.phone, "2022-03-31"] for p in left]]).encode("cp932")
    share.add("人事/退職者/退職者一覧.7z", seven_zip("退職者一覧.csv", old))
    share.note("人事/退職者/退職者一覧.7z!/退職者一覧.csv", plants(left, CONTACT, "表"))


def _my_numbers(staff: Sequence[Person]) -> bytes:
    """Numbers as text on one sheet, as numbers on the other: Excel then keeps them as floating point."""

    def as_numbers(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["社員番号", "個人番号"])
        for row, p in enumerate(staff, 1):
            sheet.write_string(row, 0, p.employee_id)
            sheet.write_number(row, 1, float(p.my_number))

    text: list[Sequence[object]] = [
        ["社員番号", "氏名", "個人番号"],
        *([p.employee_id, p.name, p.my_number] for p in staff),
    ]
    return xlsx({"本人": text, "取込用": as_numbers}, author="人事部")


def _my_number_plants(staff: Sequence[Person]) -> list[tuple[str, list[str], str]]:
    found = [(k, list(v), h) for k, v, h in plants(staff, ("employee_id", "name", "my_number"), "シート 本人")]
    return found + [(k, list(v), h) for k, v, h in plants(staff, ("employee_id", "my_number"), "シート 取込用(数値)")]


def _applicants(share: Share, maker: Maker) -> None:
    import json

    named, *others = maker.people(5)
    history = docx(
        [
            "履歴書",
            f"氏名 {named.name}",
            f"現住所 {named.address}",
            f"電話 {named.phone}",
            "学歴・職歴",
            "志望動機 接客の経験を生かしたい",
        ],
        author=named.name,
    )
    path = f"人事/採用/履歴書_{named.surname}{named.given}.docx"
    share.add(path, history, plants([named], ("name", "address", "phone"), "本文"))
    share.note(
        path, [("PERSON", [named.surname + named.given], "ファイル名"), ("PERSON", [named.name], "文書のプロパティ")]
    )
    records = [{"氏名": p.name, "メールアドレス": p.email, "電話番号": p.phone, "状態": "一次面接"} for p in others]
    share.add(
        "人事/採用/応募者.json",
        json.dumps({"応募者": records}, ensure_ascii=False, indent=1).encode(),
        plants(others, ("name", "email", "phone"), "JSON"),
    )
    share.add(
        "人事/研修/新入社員研修.pptx",
        pptx(
            [
                (["新入社員研修", "個人情報の取扱い"], ""),
                (["当日の流れ", "10:00 集合"], f"欠席の連絡は{others[0].name}({others[0].phone})まで"),
            ],
            author="人事部",
        ),
        plants([others[0]], CONTACT, "スライド2のノート"),
    )


def accounting(share: Share, maker: Maker, customers: Sequence[Person]) -> None:
    """経理: transfers, refunds, invoices."""
    payees = maker.people(6)
    share.add(
        "経理/総合振込_20240531.txt",
        bank_file(payees),
        plants(payees, ("account",), "データレコード"),
        [("JP_BANK_ACCOUNT", [OWN_ACCOUNT], "ヘッダーレコード(自社)")],
        [("JP_NAME_KANA", [half_kana(p.kana) for p in payees], "データレコード")],
    )
    refunds = list(customers[:8])
    rows: list[Sequence[object]] = [
        ["会員番号", "氏名", "金融機関コード", "支店コード", "預金種目", "口座番号", "口座名義", "返金額"]
    ]
    rows += [[p.member_id, p.name, p.bank, p.branch, "普通", p.account, half_kana(p.kana), 3_980] for p in refunds]
    yucho: list[Sequence[object]] = [["氏名", "ゆうちょ記号番号"], *([p.name, p.yucho] for p in refunds[:3])]
    share.add(
        "経理/返金/返金先口座.xlsx",
        xlsx({"銀行": rows, "ゆうちょ": yucho}, author="経理部"),
        plants(refunds, ("member_id", "name", "account"), "シート 銀行"),
        [("JP_NAME_KANA", [half_kana(p.kana) for p in refunds], "シート 銀行")],
        plants(refunds[:3], ("name", "yucho"), "シート ゆうちょ"),
    )
    share.add(
        "経理/請求書_見本1産業.pdf",
        write_pdf(
            [
                [
                    "請求書",
                    "株式会社見本1産業 御中",
                    f"登録番号 T{corporate_number('010401000001')}",
                    "合計 128,040円(税込)",
                ]
            ]
        ),
    )
    monthly: list[Sequence[object]] = [
        ["年月", "売上高", "客数", "客単価"],
        *([f"2024-{m:02d}", 4_812_300 + m * 31_700, 1_940 + m, 2_480] for m in range(1, 13)),
    ]
    share.add("経理/統計/月次売上.csv", csv_text(monthly).encode("cp932"))
    share.add("経理/統計/月次売上.xlsx", xlsx({"2024": monthly}, author="経理部"))
    pay = csv_text([["社員番号", "支給額"]]).encode("cp932")
    share.add("経理/様式/給与取込様式.zip", zip_bytes({"給与取込様式.csv": pay}, names="cp932"))
    locked = locked_xlsx(
        xlsx({"役員": [["氏名", "口座番号"], *[[p.name, p.account] for p in payees]]}), "hoshizora2024"
    )
    if locked:
        share.add(
            "経理/役員報酬(パスワード付).xlsx",
            locked,
            plants(payees, ("name", "account"), "シート 役員"),
            readable=False,
        )

"""The files of the shops, the online shop, support, promotion."""

from __future__ import annotations

import json
from collections.abc import Sequence
from xml.sax.saxutils import escape

from piiscan.demo._book import mail, mbox, old_mail, sqlite_file, xlsx
from piiscan.demo._legacy import xls
from piiscan.demo._model import Share
from piiscan.demo._office import odp, ods, rtf
from piiscan.demo._pack import bz, csv_text, gz, xz
from piiscan.demo._pdf import write_pdf
from piiscan.demo._people import COMPANY, COMPANY_SHORT, Maker, Person, jan, plants, wareki

CONTACT = ("name", "phone")
POSTAL = ("name", "zip", "address")
MEMBER = ("member_id", "name", "kana", "birth", "zip", "address", "phone", "email")
MEMBER_HEADS = ["会員番号", "氏名", "フリガナ", "生年月日", "郵便番号", "住所", "電話番号", "メールアドレス"]
SUPPORT = ("お客様相談室", "support@example.co.jp")


def members_csv(people: Sequence[Person], heads: Sequence[str] = MEMBER_HEADS) -> str:
    """A point-card list as the shop system exports it."""
    rows: list[list[object]] = [[*heads, "ポイント残高"]]
    rows += [[*(str(getattr(p, name)) for name in MEMBER), 100 + n] for n, p in enumerate(people)]
    return csv_text(rows)


def shops(share: Share, maker: Maker, customers: Sequence[Person], scale: int) -> None:
    """店舗: card lists, shifts, lost property, accidents, daily sales; more members and days with `scale`."""
    for number, shop in enumerate(("新宿店", "梅田店", "天神店")):
        own = customers[number::3]
        share.add(f"店舗/{shop}/ポイントカード会員.csv", members_csv(own).encode("cp932"), plants(own, MEMBER, "表"))
        clerks = maker.people(4)
        shift: list[list[object]] = [["氏名", "携帯電話", *(f"{d}日" for d in range(1, 8))]]
        shift += [[p.name, p.phone, "早", "早", "休", "遅", "遅", "早", "休"] for p in clerks]
        share.add(
            f"店舗/{shop}/シフト表_6月.xlsx", xlsx({"6月": shift}, author=shop), plants(clerks, CONTACT, "シート 6月")
        )
        for day in range(1, 1 + 2 * scale):
            sales = [["JANコード", "商品名", "数量", "金額"]]
            sales += [[jan(f"49{maker.digits(10)}"), f"雑貨{n}", "3", "1,320"] for n in range(12)]
            share.add(f"店舗/{shop}/日報/売上日報_202406{day:02d}.csv", csv_text(sales).encode("cp932"))
    regulars = maker.people(10)
    ledger: list[list[str | float]] = [["得意先台帳(旧システム)"], ["会員番号", "氏名", "電話番号", "ポイント"]]
    ledger += [[p.member_id, p.name, p.phone, 120.0 + n] for n, p in enumerate(regulars)]
    share.add(
        "店舗/旧システム/得意先台帳_2008.xls",
        xls({"台帳": ledger, "Sheet2": [["空きシート"]]}),
        plants(regulars, ("member_id", *CONTACT), "シート 台帳"),
    )
    owner, victim = maker.people(2)
    lost = f"落とし物台帳\n2024年6月2日 財布(黒) 届出人 {owner.surname}様\n連絡先 {owner.phone}\n"
    share.add("店舗/新宿店/落とし物台帳.txt", _euc(lost), [("PHONE_NUMBER", [owner.phone], "3行目")])
    share.add(
        "店舗/梅田店/事故報告書.rtf",
        rtf(
            ["事故報告書", f"お客様 {victim.name} 様({victim.phone})が入口で転倒。", f"ご住所 {victim.address}"],
            author="梅田店",
        ),
        plants([victim], ("name", "phone", "address"), "本文"),
    )


def _euc(text: str) -> bytes:
    """EUC-JP has no 髙 and 﨑: shop terminals write the common forms."""
    return text.translate(str.maketrans("髙﨑", "高崎")).encode("euc_jp")


def online(share: Share, maker: Maker, customers: Sequence[Person]) -> None:
    """EC: shop database, orders, exports, logs, pages, program code."""
    share.add("EC/データベース/shop.db", *_database(customers))
    orders = customers[:15]
    lines = [
        {"order_id": f"A{1000 + n}", "customer": {"name": p.name, "tel": p.phone}, "total": 5_480}
        for n, p in enumerate(orders)
    ]
    share.add(
        "EC/受注/orders_202406.jsonl",
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode(),
        plants(orders, CONTACT, "customer"),
    )
    items = "".join(
        f"<order><氏名>{escape(p.name)}</氏名><郵便番号>{p.zip}</郵便番号><お届け先住所>{escape(p.address)}</お届け先住所></order>\n"
        for p in orders
    )
    share.add(
        "EC/受注/出荷指示.xml",
        f'<?xml version="1.0" encoding="UTF-8"?>\n<orders>\n{items}</orders>\n'.encode(),
        plants(orders, POSTAL, "XML"),
    )
    share.add(
        "EC/会員/会員一覧_export.csv",
        b"\xef\xbb\xbf" + members_csv(customers).encode(),
        plants(customers, MEMBER, "表"),
    )
    _payments(share, customers)
    page = customers[3]
    share.add(
        "EC/ページ/会員情報確認.html",
        (
            '<!DOCTYPE html><html lang="ja"><head><meta charset="Shift_JIS"><title>会員情報確認</title></head><body><form><table>'
            f'<tr><th>お名前</th><td><input name="name" value="{escape(page.name)}"></td></tr>'
            f"<tr><th>ご住所</th><td>{escape(page.address)}</td></tr><tr><th>お電話番号</th><td>{page.phone}</td></tr>"
            f'</table><input type="hidden" name="email" value="{page.email}"></form></body></html>\n'
        ).encode("cp932"),
        plants([page], ("name", "address", "phone", "email"), "入力欄と表"),
    )
    share.add(
        "EC/ページ/お問い合わせフォーム.html",
        (
            '<!DOCTYPE html><html lang="ja"><head><meta charset="UTF-8"><title>お問い合わせ</title></head><body><form>'
            '<label>お名前<input name="name"></label><label>電話番号<input name="tel" placeholder="03-0000-0000"></label></form></body></html>\n'
        ).encode(),
    )
    products = [["JANコード", "商品名", "税込価格", "在庫"]]
    products += [[jan(f"45{maker.digits(10)}"), f"星空マグカップ{n}", "1,650", str(n)] for n in range(60)]
    share.add("EC/商品/カタログ.csv", csv_text(products).encode("cp932"))
    share.add("EC/商品/価格表.xlsx", xlsx({"価格表": products}, author="EC部"))
    code = "def tax_included(price: int) -> int:\n    # 税込価格を返す\n    return price * 110 // 100\n"
    share.add("EC/プログラム/price.py", code.encode())
    share.add("EC/プログラム/config.json", b'{"timeout": 30, "retry": 3, "endpoint": "https://api.example.jp/v1/"}\n')


def _database(customers: Sequence[Person]) -> tuple[bytes, list[tuple[str, list[str], str]]]:
    script = """
        CREATE TABLE customers (member_id TEXT PRIMARY KEY, name TEXT, kana TEXT, birth TEXT, zip TEXT, address TEXT, phone TEXT, email TEXT);
        CREATE TABLE orders (order_id INTEGER PRIMARY KEY, member_id TEXT, total INTEGER, note TEXT);
        CREATE TABLE products (jan TEXT, title TEXT, price INTEGER);
    """
    people = [[str(getattr(p, name)) for name in MEMBER] for p in customers]
    orders = [
        [5_000 + n, p.member_id, 3_300, f"のし希望 {p.name}様" if n % 5 == 0 else ""] for n, p in enumerate(customers)
    ]
    data = sqlite_file(
        script, {"customers": people, "orders": orders, "products": [[jan("450000000001"), "星空ノート", 550]]}
    )
    found = [(kind, list(values), hint) for kind, values, hint in plants(customers, MEMBER, "表 customers")]
    found.append(("MEMBER_ID", [p.member_id for p in customers], "表 orders"))
    found.append(("PERSON", [p.name for p in customers[::5]], "表 orders の備考"))
    return data, found


def _payments(share: Share, customers: Sequence[Person]) -> None:
    payers = customers[:6]
    lines = [
        f"2024-06-0{n + 1} 12:00:0{n} INFO payment card={p.card} 有効期限=12/27 amount=5480 result=OK"
        for n, p in enumerate(payers)
    ]
    share.add("EC/ログ/payment.log", "\n".join([*lines, ""]).encode(), plants(payers, ("card",), "行ごと"))
    slips = [f"カード番号 {p.card} 有効期限 11/28 セキュリティコード 73{n}" for n, p in enumerate(payers)]
    share.add(
        "EC/ログ/決済デバッグ.txt.bz2",
        bz("\r\n".join([*slips, ""]).encode("cp932")),
    )
    share.note(
        "EC/ログ/決済デバッグ.txt.bz2!/決済デバッグ.txt",
        plants(payers, ("card",), "行ごと"),
        [("CREDIT_CARD_SAD", [f"73{n}" for n in range(len(payers))], "行ごと")],
    )
    hits = [
        f'203.0.113.{n} - - [01/Jun/2024:16:00:0{n} +0900] "GET /mypage?email={p.email} HTTP/1.1" 200 512'
        for n, p in enumerate(payers)
    ]
    share.add("EC/ログ/access.log", "\n".join([*hits, ""]).encode(), plants(payers, ("email",), "行ごと"))


def support(share: Share, maker: Maker, customers: Sequence[Person]) -> None:
    """カスタマーサポート: mails old and new, call notes, chats."""
    a, b, c, d = maker.people(4)
    share.add(
        "カスタマーサポート/メール/返品について.eml",
        old_mail(
            (a.name, a.email),
            SUPPORT[1],
            f"返品について①({a.name})",
            f"{COMPANY_SHORT} 御中\n\n{a.name}です。①の返品をお願いします。\n電話 {a.phone}\n住所 {a.address}",
        ),
        [("PERSON", [a.name] * 3, "From、件名、本文"), ("EMAIL_ADDRESS", [a.email], "From")],
        plants([a], ("phone", "address"), "本文"),
    )
    table = csv_text([["氏名", "電話番号"], [b.name, b.phone], [c.name, c.phone]]).encode("cp932")
    path = "カスタマーサポート/メール/名簿送付.eml"
    share.add(
        path,
        mail(
            (b.name, b.email),
            SUPPORT,
            "参加者名簿",
            "名簿をお送りします。",
            attachment=("参加者名簿.csv", table),
            serial=2,
        ),
        plants([b], ("name", "email"), "From"),
    )
    share.note(f"{path}!/参加者名簿.csv", plants([b, c], CONTACT, "表"))
    path = "カスタマーサポート/メール/お届け先変更.eml"
    share.add(
        path,
        mail(
            SUPPORT,
            (d.name, d.email),
            "お届け先変更の確認",
            "HTML をご覧ください。",
            html=f"<p>{d.name}様</p><p>新しいお届け先: 〒{d.zip} {d.address}</p>",
            serial=3,
        ),
        plants([d], ("name", "email"), "To"),
    )
    share.note(f"{path}!/part-2.html", plants([d], POSTAL, "HTML 本文"))
    writers = customers[6:12]
    mails = [
        mail(
            (p.name, p.email),
            SUPPORT,
            "在庫の問い合わせ",
            f"{p.name}と申します。連絡先は {p.phone} です。",
            serial=10 + n,
        )
        for n, p in enumerate(writers)
    ]
    share.add(
        "カスタマーサポート/過去メール.mbox",
        mbox(mails),
    )
    for number, writer in enumerate(writers, 1):
        member = f"カスタマーサポート/過去メール.mbox!/message-{number:04}.eml"
        share.note(member, plants([writer], ("name", "email"), "From"), plants([writer], CONTACT, "本文"))
    history = [
        ["受付日", "氏名", "電話番号", "内容"],
        *(["2024/06/01", p.name, p.phone, "配送状況の確認"] for p in writers),
    ]
    share.add(
        "カスタマーサポート/問い合わせ履歴.txt",
        csv_text(history, "\t").encode("utf-16"),
        plants(writers, CONTACT, "表"),
    )
    note = f"電話メモ 6/3 14:10\n{c.surname}様より。折り返し {c.phone} へ。\n"
    share.add(
        "カスタマーサポート/電話メモ.txt", _euc_free(note).encode("iso2022_jp"), [("PHONE_NUMBER", [c.phone], "2行目")]
    )
    chats = [{"from": "customer", "text": f"{p.name}です。メールは {p.email} です"} for p in writers]
    share.add(
        "カスタマーサポート/チャットログ.jsonl.gz",
        gz("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in chats).encode()),
    )
    share.note(
        "カスタマーサポート/チャットログ.jsonl.gz!/チャットログ.jsonl", plants(writers, ("name", "email"), "text")
    )


def _euc_free(text: str) -> str:
    return text.translate(str.maketrans("髙﨑", "高崎"))


def promotion(share: Share, maker: Maker, customers: Sequence[Person]) -> None:
    """販促: mailing lists, campaign entries, leaflets."""
    bought = maker.people(15)
    share.add(
        "販促/DM/DMリスト_最終版(2).csv",
        csv_text([p.zip, p.address, f"{p.name} 様"] for p in bought).encode("cp932"),
        plants(bought, POSTAL, "見出しのない表"),
    )
    labels = "\r\n".join(f"〒{p.zip}\r\n{p.address}\r\n{p.name} 様\r\n" for p in bought[:6])
    share.add("販促/DM/宛名ラベル.txt", labels.encode("utf-16"), plants(bought[:6], POSTAL, "4行ごと"))
    entries = [["応募番号", "お名前", "年齢", "メールアドレス", "生年月日"]]
    entries += [[str(n), p.name, "35", p.email, wareki(p.birth)] for n, p in enumerate(customers[12:24], 1)]
    share.add(
        "販促/キャンペーン/応募者.ods",
        ods({"応募": entries}, author="販促部"),
        plants(customers[12:24], ("name", "email"), "シート 応募"),
        [
            ("DATE_OF_BIRTH", [wareki(p.birth) for p in customers[12:24]], "シート 応募"),
            ("AGE", ["35"] * len(customers[12:24]), "シート 応募"),
        ],
    )
    winner = customers[0]
    share.add(
        "販促/キャンペーン/当選はがき.pdf",
        write_pdf([[f"〒{winner.zip}", winner.address, f"{winner.name} 様", "ご当選おめでとうございます"]]),
        plants([winner], POSTAL, "1ページ"),
    )
    share.add(
        "販促/チラシ/夏の星空フェア.odp",
        odp([["夏の星空フェア", "全品10%オフ"], ["7月1日から7月7日まで"]], author="販促部"),
    )
    news = [f"{p.email}\t{p.name} 様\t配信済み" for p in customers[:10]]
    share.add("販促/メルマガ/配信結果.txt.xz", xz("\n".join([*news, ""]).encode()))
    share.note("販促/メルマガ/配信結果.txt.xz!/配信結果.txt", plants(customers[:10], ("email", "name"), "行ごと"))
    share.add("販促/チラシ/会社案内.txt", f"{COMPANY}\nお問い合わせ info@example.co.jp 0120-000-123\n".encode())

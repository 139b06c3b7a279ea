"""Business papers about nobody: what a scan must be silent about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from . import numbers as n
from .material import COMPANIES, Material
from .pages import Document, Row

GOODS = """松風どらやき|山口外郎|千歳飴|桜餅 6個入|越前そば乾麺|小倉羊羹|富士山型マグカップ|伊万里小皿|九谷焼湯呑|南部鉄瓶 0.8L|藍染のれん|檜まな板|信楽茶碗|今治タオル 3枚組|ステンレス水筒 500ml|レザー手帳カバー|LEDデスクライト|木製ハンガー 10本組
ハーブティー カモミール|紅玉りんごジュース|新潟コシヒカリ 5kg|本田味噌 白|桃太郎トマト苗|花子とアンの絵葉書|若松ぬり箸|山本海苔 詰合せ|森のくまさんグミ|佐藤錦 1kg|長崎カステラ|吉野葛 200g|ボールペン 赤|マリー石けん|ジャスミン精油
クリアファイル A4 10枚|単3形乾電池 4本|はさみ 左利き用|付箋 75mm角|カラーペン 12色|修正テープ 5m|防災ラジオ|電源タップ 6口|延長コード 3m|USBケーブル 1m|マウスパッド|加湿器 4L|電気ケトル 1.2L|卓上扇風機|珪藻土マット|風呂いす|洗濯ネット 大|物干しハンガー
ステンレスボウル 24cm|シリコンへら|計量カップ|鉄フライパン 26cm|耐熱ガラス皿|木のスプーン|保存容器 3点|お弁当箱 2段|水切りかご|ふきん 5枚組|緑茶 100g|ほうじ茶ティーバッグ|有機コーヒー豆 中煎り|米酢 500ml|醤油 1L|だしパック 30袋|全粒粉 1kg
いちごジャム|はちみつ 300g|オリーブオイル|黒糖かりんとう|玄米せんべい|チョコクッキー|塩キャラメル|冷凍うどん 5食|レトルトカレー 中辛|ツナ缶 3缶|ドライフルーツ|無添加みそ|浅漬けの素|あんこ 400g|トートバッグ 生成|折りたたみ傘|レインコート L|綿の靴下 3足""".replace(
    "\n", "|"
).split("|")
CITIES = "札幌市 仙台市 新潟市 金沢市 長野市 静岡市 名古屋市 京都市 大阪市 神戸市 岡山市 広島市 松山市 高松市 福岡市 長崎市 熊本市 鹿児島市 那覇市 宮崎市 山口市 千葉市 福島市".split()
STEMS = "青葉 北斗 三河 山手 大和 若松 千代田 中川 松岡 井上 森田 宮本 東海 日進 光陽 泉 高砂 共栄 田中 鈴木 本田 石川 小松 長谷川".split()
KINDS = "工業 商事 物産 精機 製作所 建設 運輸 電機 印刷 食品 化成 興産 商店 設計事務所".split()


class Clean:
    """Writes papers that hold no personal data."""

    def __init__(self, rng: Random, material: Material) -> None:
        self.rng = rng
        self.material = material

    def genres(self) -> dict[str, Callable[[str], Document]]:
        """The kinds of paper by name."""
        return {name[5:].replace("_", "-"): getattr(self, name) for name in dir(self) if name.startswith("make_")}

    def _lines(self, name: str, genre: str, lines: list[str]) -> Document:
        return Document(name, genre, "\n".join(lines) + "\n", clean=True)

    def _rows(self, name: str, genre: str, rows: list[tuple[str, ...]]) -> Document:
        table: tuple[Row, ...] = tuple(rows)
        return Document(name, genre, rows=table, head=1, clean=True)

    def _company(self) -> str:
        stem, kind = self.rng.choice(STEMS), self.rng.choice(KINDS)
        return self.rng.choice(
            (
                f"株式会社{stem}{kind}",
                f"{stem}{kind}株式会社",
                f"有限会社{stem}{kind}",
                f"㈱{stem}{kind}",
                self.rng.choice(COMPANIES),
            )
        )

    def _place(self) -> tuple[str, str]:
        place = self.material.place(whole=False)
        return (
            place.code or "100-0005",
            f"{place.prefecture}{place.city}{place.town}{self.rng.randint(1, 5)}-{self.rng.randint(1, 20)}-{self.rng.randint(1, 20)}",
        )

    def _yen(self) -> str:
        return f"{self.rng.randint(1, 98)},{n.digits(self.rng, 3)}"

    def make_catalogue(self, name: str) -> Document:
        """Goods with codes and prices."""
        rng = self.rng
        rows = [("品番", "商品名", "JANコード", "税抜価格", "税込価格", "入数", "サイズ", "発売日")]
        for _ in range(rng.randint(15, 60)):
            rows.append(
                (
                    f"{rng.choice('ABKTM')}{rng.choice('ABST')}-{n.digits(rng, 6)}",
                    rng.choice(GOODS),
                    n.jan(rng),
                    self._yen(),
                    self._yen(),
                    str(rng.randint(1, 48)),
                    f"{rng.randint(5, 90)}×{rng.randint(5, 90)}×{rng.randint(1, 40)}",
                    f"2026/{rng.randint(1, 12):02}/{rng.randint(1, 28):02}",
                )
            )
        return self._rows(name, "clean-catalogue", rows)

    def make_price_text(self, name: str) -> Document:
        """A price list as text."""
        rng = self.rng
        lines = [f"価格表（2026年{rng.randint(1, 12)}月改定）", ""]
        for _ in range(rng.randint(12, 40)):
            lines.append(
                rng.choice(
                    (
                        f"{rng.choice(GOODS)}　{self._yen()}円（税込）",
                        f"No.{n.digits(rng, 7)} {rng.choice(GOODS)} … ¥{self._yen()}",
                        f"{n.jan(rng)}\t{rng.choice(GOODS)}\t{self._yen()}\t在庫{rng.randint(0, 900)}",
                    )
                )
            )
        return self._lines(name, "clean-price-text", lines)

    def make_corporations(self, name: str) -> Document:
        """Companies with corporate numbers and main phones."""
        rows = [("法人番号", "商号又は名称", "郵便番号", "本店所在地", "代表電話", "FAX", "資本金(千円)", "設立年月日")]
        for _ in range(self.rng.randint(10, 50)):
            code, place = self._place()
            rows.append(
                (
                    n.corporate(self.rng),
                    self._company(),
                    code,
                    place,
                    n.fixed(self.rng),
                    n.fixed(self.rng),
                    self._yen(),
                    f"{self.rng.randint(1950, 2015)}/{self.rng.randint(1, 12):02}/01",
                )
            )
        return self._rows(name, "clean-corporations", rows)

    def make_suppliers_text(self, name: str) -> Document:
        """Suppliers as text."""
        lines = ["仕入先一覧", ""]
        for _ in range(self.rng.randint(6, 15)):
            code, place = self._place()
            lines += [
                f"{self._company()}",
                f"　法人番号 {n.corporate(self.rng)}　登録番号 T{n.corporate(self.rng)}",
                f"　本社：〒{code} {place}",
                f"　代表電話：{n.fixed(self.rng)}",
                "",
            ]
        return self._lines(name, "clean-suppliers-text", lines)

    def make_stores(self, name: str) -> Document:
        """Shops."""
        rows = [("店舗コード", "店舗名", "店舗住所", "店舗電話番号", "営業時間", "駐車場")]
        for _ in range(self.rng.randint(8, 40)):
            rows.append(
                (
                    n.digits(self.rng, 4),
                    f"{self.rng.choice(CITIES)[:-1]}{self.rng.choice(('駅前', '東口', '中央', 'イオンモール', '本'))}店",
                    self._place()[1],
                    n.fixed(self.rng),
                    "10:00～21:00",
                    f"{self.rng.randint(0, 300)}台",
                )
            )
        return self._rows(name, "clean-stores", rows)

    def make_code_python(self, name: str) -> Document:
        """A program."""
        rng = self.rng
        lines = [
            "import logging",
            "from dataclasses import dataclass",
            "",
            "VERSION = '2.14.0'",
            f"BUILD = {n.digits(rng, 12)}",
            f"TRACE = '{n.hexadecimal(rng, 32)}'",
            "",
            "@dataclass",
            "class 商品:",
            "    品番: str",
            "    価格: int",
            "",
            "def mark_last_page(page: int, last: int) -> bool:",
            '    """最後のページなら印を付ける。"""',
            "    return page == last",
            "",
            "# 自作ではなく標準ライブラリを使う",
            "SQL = 'SELECT name, tel, address FROM customers WHERE id = ?'",
            "label = {'name': '氏名', 'tel': '電話番号', 'mail': 'メールアドレス'}",
            f"TIMEOUT_MS = {rng.randint(1000, 99999)}",
            "for item in iterator:",
            "    logging.info('処理件数 %d 件', item.count)",
        ]
        return self._lines(name, "clean-code-python", lines)

    def make_code_sql(self, name: str) -> Document:
        """A schema."""
        rng = self.rng
        lines = [
            "CREATE TABLE members (",
            "  member_id BIGINT NOT NULL COMMENT '会員番号',",
            "  name VARCHAR(64) COMMENT '氏名',",
            "  kana VARCHAR(64) COMMENT 'フリガナ',",
            "  birthday DATE COMMENT '生年月日',",
            "  tel VARCHAR(16) COMMENT '電話番号',",
            "  zip CHAR(8) COMMENT '郵便番号',",
            "  address VARCHAR(255) COMMENT '住所',",
            "  my_number CHAR(12) COMMENT '個人番号 ※保存禁止'",
            ");",
        ]
        for _ in range(rng.randint(5, 20)):
            lines.append(
                f"INSERT INTO items VALUES ({n.digits(rng, 8, '123')}, '{rng.choice(GOODS)}', '{n.jan(rng)}', {rng.randint(100, 9999)}, '2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02} 10:00:00');"
            )
        return self._lines(name, "clean-code-sql", lines)

    def make_log_system(self, name: str) -> Document:
        """A machine log."""
        rng, lines = self.rng, []
        for number in range(rng.randint(20, 80)):
            stamp = f"2026-11-20T{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{number % 60:02}.{n.digits(rng, 3)}Z"
            lines.append(
                rng.choice(
                    (
                        f"{stamp} INFO request_id={n.hexadecimal(rng, 8)}-{n.hexadecimal(rng, 4)} status=200 bytes={n.digits(rng, 6)}",
                        f"{stamp} DEBUG epoch={1_760_000_000_000 + rng.randint(0, 9_999_999_999)} thread-{rng.randint(1, 64)}",
                        f"{stamp} WARN disk /dev/sda1 {rng.randint(50, 99)}% used, inode {n.digits(rng, 10)}",
                        f"{stamp} ERROR code=E{n.digits(rng, 5)} 接続がタイムアウトしました",
                        f"{stamp} INFO build 2026112010{n.digits(rng, 2)} sha={n.hexadecimal(rng, 40)}",
                    )
                )
            )
        return self._lines(name, "clean-log-system", lines)

    def make_statistics(self, name: str) -> Document:
        """Figures by city."""
        rows = [("地域", "世帯数", "人口", "前年比", "65歳以上", "男", "女", "面積(km2)")]
        for city in self.rng.sample(CITIES, 15):
            rows.append(
                (
                    city,
                    f"{self.rng.randint(50, 900)},{n.digits(self.rng, 3)}",
                    str(self.rng.randint(100_000, 2_000_000)),
                    f"{self.rng.uniform(97, 103):.1f}%",
                    f"{self.rng.randint(20, 35)}%",
                    str(self.rng.randint(50_000, 900_000)),
                    str(self.rng.randint(50_000, 900_000)),
                    f"{self.rng.uniform(50, 1500):.2f}",
                )
            )
        return self._rows(name, "clean-statistics", rows)

    def make_specification(self, name: str) -> Document:
        """A specification."""
        rng = self.rng
        lines = [
            f"製品仕様書　型番 {rng.choice('ABX')}{rng.choice('RST')}-{n.digits(rng, 4)}",
            "",
            "1. 定格",
            f"　電源　AC100V 50/60Hz　消費電力 {rng.randint(10, 900)}W",
            f"　外形寸法　{rng.randint(100, 900)}×{rng.randint(100, 900)}×{rng.randint(50, 400)}mm",
            "2. 環境条件",
            "　使用温度　-10～40℃　湿度 20-80%RH（結露なきこと）",
            f"3. 適合規格　JIS C {rng.randint(1000, 9999)}-{rng.randint(1, 9)}、ISO 9001、IEC 6{n.digits(rng, 4)}-1",
            "4. ソフトウェア",
            f"　ファームウェア {rng.randint(1, 9)}.{rng.randint(0, 20)}.{rng.randint(0, 99)}.{rng.randint(1000, 9999)}　部品番号 {n.digits(rng, 3)}-{n.digits(rng, 4)}-{n.digits(rng, 4)}",
            f"　製造番号 {n.digits(rng, 12)}　ロット {n.digits(rng, 8)}",
            "5. 保守部品　ネジM3×8、座金、ゴム足、マーク付きカバー",
        ]
        return self._lines(name, "clean-specification", lines)

    def make_rules(self, name: str) -> Document:
        """Rules of employment."""
        rng = self.rng
        lines = ["就業規則（抄）", ""]
        for article in range(1, rng.randint(10, 25)):
            lines.append(
                f"第{article}条（{rng.choice(('目的', '適用範囲', '労働時間', '休憩', '年次有給休暇', '服務', '個人情報の管理', '賃金の支払', '表彰', '懲戒'))}）　"
                + rng.choice(
                    (
                        "従業員は、氏名、住所又は電話番号に変更があったときは、速やかに会社に届け出なければならない。",
                        f"会社は、前条第{rng.randint(1, 4)}項の規定にかかわらず、所轄労働基準監督署長の許可を受けたときはこの限りでない。",
                        "個人番号は、法令に定める事務の範囲を超えて利用してはならない。",
                        f"始業は午前{rng.randint(8, 9)}時、終業は午後{rng.randint(5, 6)}時とし、休憩は60分とする。",
                        f"この規則は、令和{rng.randint(2, 8)}年4月1日から施行する。",
                        "代表取締役は、部長及び課長に前項の権限を委任することができる。",
                        "会社は、障害、病歴その他の要配慮個人情報を本人の同意なく取得しない。",
                    )
                )
            )
        return self._lines(name, "clean-rules", lines)

    def make_schedule(self, name: str) -> Document:
        """Dates and places."""
        rng, lines = self.rng, ["年間行事予定", ""]
        for month in range(1, 13):
            lines.append(
                f"{month}月{rng.randint(1, 28)}日（{rng.choice('月火水木金')}）{rng.randint(9, 17)}:00-{rng.randint(18, 21)}:30　{rng.choice(('棚卸', '安全衛生委員会', '新商品説明会', '部門長会議', '防災訓練', '店長会', '決算報告会'))}　{rng.choice(CITIES)}{rng.choice(('会場', '第1会議室', '支店', '物流センター'))}"
            )
        return self._lines(name, "clean-schedule", lines)

    def make_shipping(self, name: str) -> Document:
        """Tracking and orders without people."""
        rng = self.rng
        rows = [("注文番号", "送り状番号", "出荷日時", "品番", "数量", "重量(kg)", "配送センター", "状態")]
        for _ in range(rng.randint(10, 60)):
            rows.append(
                (
                    n.digits(rng, 12, "123456789"),
                    n.parcel(rng),
                    f"2026112{rng.randint(0, 9)}{rng.randint(10, 23)}{rng.randint(10, 59)}",
                    f"K-{n.digits(rng, 5)}",
                    str(rng.randint(1, 40)),
                    f"{rng.uniform(0.1, 20):.1f}",
                    f"{rng.choice(CITIES)[:-1]}センター",
                    rng.choice(("配達完了", "輸送中", "持出中")),
                )
            )
        return self._rows(name, "clean-shipping", rows)

    def make_ledger(self, name: str) -> Document:
        """Bookings."""
        rng = self.rng
        rows = [("伝票番号", "計上日", "借方科目", "貸方科目", "金額", "摘要", "部門コード")]
        for _ in range(rng.randint(10, 60)):
            rows.append(
                (
                    n.digits(rng, 7),
                    f"2026/{rng.randint(1, 12)}/{rng.randint(1, 28)}",
                    rng.choice(("仕入高", "旅費交通費", "消耗品費", "通信費")),
                    rng.choice(("買掛金", "現金", "普通預金", "未払金")),
                    str(rng.randint(1000, 9_999_999)),
                    f"{self._company()} {rng.choice(('11月分', '請求書No.' + n.digits(rng, 6), '口座振替'))}",
                    n.digits(rng, 4),
                )
            )
        return self._rows(name, "clean-ledger", rows)

    def make_faq(self, name: str) -> Document:
        """Questions and answers with business contacts."""
        rng = self.rng
        lines = [
            "よくあるご質問",
            "",
            "Q. 届いた商品のサイズが合いません。",
            "A. 到着後8日以内にマイページから交換をお申し込みください。",
            "Q. 電話で注文できますか。",
            f"A. フリーダイヤル 0120-{n.digits(rng, 3)}-{n.digits(rng, 3)}（9:00～18:00、日曜休）で承ります。",
            "Q. 問い合わせ先を教えてください。",
            "A. info@example.co.jp または support@example.co.jp までお寄せください。",
            "Q. 退会するとポイントはどうなりますか。",
            "A. お客様の氏名・住所・電話番号などの個人情報とともに削除されます。",
            "Q. 振込先はどこですか。",
            "A. ご注文後のメールでお知らせします。",
            rng.choice(GOODS) + "は季節限定商品です。",
        ]
        return self._lines(name, "clean-faq", lines)

    def make_release_notes(self, name: str) -> Document:
        """Release notes."""
        rng, lines = self.rng, ["# リリースノート", ""]
        for minor in range(rng.randint(4, 12)):
            lines += [
                f"## v3.{minor}.{rng.randint(0, 9)} (2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02})",
                f"- イテレータの終端処理を修正 (#{rng.randint(1000, 9999)})",
                f"- マークアップの最終ページが欠ける問題を修正 [CVE-2026-{n.digits(rng, 5)}]",
                f"- ライブラリを {rng.randint(1, 9)}.{rng.randint(0, 99)}.{rng.randint(0, 99)} に更新、コミット {n.hexadecimal(rng, 10)}",
                "- メイン画面の配色、フォント、パスワード入力欄の表示を改善",
            ]
        return self._lines(name, "clean-release-notes", lines)

    def make_branches(self, name: str) -> Document:
        """Sales by branch, branch names that are surnames too."""
        rows = [("支店", "区分", "4月", "5月", "6月", "合計", "達成率")]
        for stem in self.rng.sample(STEMS + [city[:-1] for city in CITIES], 20):
            a, b, c = (self.rng.randint(1000, 99_999) for _ in range(3))
            rows.append(
                (
                    stem,
                    self.rng.choice(("直営", "加盟")),
                    str(a),
                    str(b),
                    str(c),
                    str(a + b + c),
                    f"{self.rng.randint(80, 120)}%",
                )
            )
        return self._rows(name, "clean-branches", rows)

    def make_menu(self, name: str) -> Document:
        """A menu and plants: words that look like names."""
        rng = self.rng
        words = "桜 楓 葵 椿 茜 梓 百合 菫 撫子 若葉 青葉 千草 小町 乙女 太陽 光 希望 未来 美咲 大和 武蔵 長門 金剛 榛名 霧島 ひかり のぞみ こだま みずほ さくら つばめ はやぶさ".split()
        lines = ["列車・客室・品種 名称一覧", ""] + [
            f"{rng.choice(('客室', '列車', '品種', 'コース', '会議室', 'サーバー'))}　{word}　{rng.randint(1, 40)}号　{self._yen()}円"
            for word in rng.sample(words, 20)
        ]
        return self._lines(name, "clean-menu", lines)

    def make_invoice_company(self, name: str) -> Document:
        """An invoice between companies, the bank account of a company."""
        rng = self.rng
        bank, branch = rng.choice(n.BANKS)
        lines = [
            "請求書",
            f"請求番号 {n.digits(rng, 8)}　発行日 2026年11月{rng.randint(1, 28)}日",
            "",
            f"{self._company()} 御中",
            "",
            self._company(),
            f"登録番号 T{n.corporate(rng)}",
            "",
            f"ご請求金額 ￥{self._yen()},000-（税込）",
            "",
            f"{rng.choice(GOODS)}　{rng.randint(1, 50)}個　{self._yen()}円",
            "",
            f"お振込期限 2026年12月{rng.randint(1, 28)}日",
            f"取引銀行 {bank} {branch}",
        ]
        return self._lines(name, "clean-invoice-company", lines)

    def make_manual(self, name: str) -> Document:
        """An operating manual."""
        rng = self.rng
        lines = ["会員管理システム 操作手順", ""]
        steps = (
            "「氏名」欄に姓と名を全角で入力します。",
            "電話番号はハイフンなしの半角数字（例：000-0000-0000）で入力してください。",
            "住所は都道府県から選択し、番地と建物名を続けて入力します。",
            "個人番号の入力欄は表示されません。",
            "担当者が承認すると、部長へ通知メールが送信されます。",
            "カード番号は下4桁のみ ************1111 のように表示されます。",
            "郵便番号を入力すると住所が自動で補完されます。",
            "ログイン後、[顧客] - [検索] を選び、会員番号で検索します。",
        )
        lines += [f"{number}. {text}" for number, text in enumerate(rng.sample(steps, rng.randint(5, 8)), 1)]
        return self._lines(name, "clean-manual", lines)


def clean_papers(rng: Random, material: Material, count: int) -> Iterator[Document]:
    """`count` papers of every genre."""
    for genre, make in sorted(Clean(rng, material).genres().items()):
        for number in range(count):
            yield make(f"clean-{genre}-{number:03}")

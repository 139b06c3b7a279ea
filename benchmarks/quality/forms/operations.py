"""Support notes, chats, parcel labels, logs, data, running text."""

from __future__ import annotations

from . import numbers as n
from .desk import Desk
from .pages import Document, Page, Part, Value, template


class Operations(Desk):
    """What daily work leaves behind."""

    def make_note_support(self, name: str) -> Document:
        """問い合わせ対応記録."""
        page, who, staff = Page(), self.people.person(), self.people.person()
        page.line(
            f"受付日時：2026/11/{self.rng.randint(10, 28)} 14:{self.rng.randint(10, 59)}　受付番号：{n.digits(self.rng, 8)}"
        ).line("対応者：", staff.surname())
        page.line("お客様：", who.full(" "), " 様（", who.kana("full"), "）").line("連絡先：", who.mobile())
        page.line(
            "内容：",
            who.surname(),
            "様より入電。注文品が届かないとのこと。送り状番号 ",
            n.parcel(self.rng),
            " を確認し、配送会社に照会。",
        )
        page.line("折り返し希望：平日18時以降。ご家族の", self.people.person().full(""), "様が受け取る可能性あり。")
        return page.document(name, "note-support")

    def make_note_chat(self, name: str) -> Document:
        """Chat export."""
        page = Page()
        who = [self.people.person() for _ in range(3)]
        for n_line, (speaker, words) in enumerate(
            (
                (0, "お疲れさまです。明日の棚卸しの件です"),
                (1, "了解です。9時に倉庫集合でお願いします"),
                (2, "少し遅れるかもしれません"),
                (0, "大丈夫です。鍵は私が開けておきます"),
            )
        ):
            style = self.rng.choice(("[10:{m}] ", "2026/11/20 10:{m} ", "10:{m}\t"))
            page.line(style.format(m=12 + n_line), who[speaker].full(" "), self.rng.choice((": ", "\t", "　")), words)
        return page.document(name, "note-chat")

    def make_label_delivery(self, name: str) -> Document:
        """Parcel label."""
        page, to, sender = Page(), self.people.person(), self.people.person()
        for title, who in (("お届け先", to), ("ご依頼主", sender)):
            code, address = who.address(broken=True)
            page.line(f"【{title}】")
            page.line("〒", code or who.postal()).line(address).line(
                who.full(" "), self.rng.choice((" 様", "　様", "様"))
            ).line("TEL ", who.mobile())
        page.line(
            f"品名：{self.rng.choice(('食品', '衣類', '書籍'))}　お問い合わせ番号 {n.grouped(n.parcel(self.rng), '-', 4, 4, 4)}"
        )
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
                page.line(
                    stamp,
                    ' DEBUG POST /members {"name":"',
                    who.full(""),
                    '","tel":"',
                    Value("PHONE_NUMBER", who.number),
                    '"}',
                )
            elif style == 2:
                page.line(stamp, " WARN  mail bounced <", who.email(), "> code=550")
            elif style == 3:
                page.line(
                    stamp,
                    " INFO  顧客情報を更新しました 氏名=",
                    who.full(" "),
                    " 電話=",
                    Value("PHONE_NUMBER", who.number),
                )
            else:
                page.line(
                    stamp,
                    f" INFO  batch finished rows={n.digits(rng, 6, '123')} elapsed_ms={n.digits(rng, 5, '123')} trace={n.digits(rng, 12)}",
                )
        return page.document(name, "log-application")

    def make_log_payment(self, name: str) -> Document:
        """A payment log with card numbers that should not be there."""
        page, rng = Page(), self.rng
        for line in range(4):
            who = self.people.person()
            card = Value("CREDIT_CARD", rng.choice(n.TEST_CARDS))
            page.line(
                f"2026-11-20 10:15:{line:02} [payment] order={n.digits(rng, 10)} ",
                rng.choice(("pan=", "card_number=", "card=", "cardNo:")),
                card,
                f" amount={n.digits(rng, 4, '123')} result=OK trace={n.digits(rng, 16, '789')}",
            )
            page.line(f"2026-11-20 10:15:{line:02} [notify] to=", who.email(), " status=sent")
        return page.document(name, "log-payment")

    def make_data_json(self, name: str) -> Document:
        """JSON of a member."""
        page, who = Page(), self.people.person()
        code, address = who.address()
        page.line("{").line('  "id": ', n.digits(self.rng, 5, "123"), ",").line(
            '  "name": "', who.full(" "), '",'
        ).line('  "nameKana": "', who.kana("full"), '",').line('  "zip": "', code or who.postal(), '",').line(
            '  "address": "', address, '",'
        )
        page.line('  "phone": "', Value("PHONE_NUMBER", who.number), '",').line('  "mail": "', who.email(), '",').line(
            '  "birthday": "', Value("DATE_OF_BIRTH", who.born.isoformat()), '",'
        ).line('  "created_at": "2026-11-20T10:00:00Z"').line("}")
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
            ("前の電話番号{a}は解約済みで、いまは{b}が使われています。", {"a": who[5].home(), "b": who[5].mobile()}),
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

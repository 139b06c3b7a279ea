"""Mails, fax covers, business cards, minutes."""

from __future__ import annotations

from .desk import Desk
from .material import DEPARTMENTS
from .pages import Document, Page
from .people import Person


class Letters(Desk):
    """What people write to each other."""

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
        page.line(self.rng.choice(("TEL: ", "TEL：", "Tel ", "携帯：")), who.mobile()).line(
            self.rng.choice(("Mail: ", "E-mail：", "✉ ")), who.email()
        ).line(rule)

    def make_mail_business(self, name: str) -> Document:
        """A mail with headers and a signature."""
        page, sender, to, third = Page(), self.people.person(), self.people.person(), self.people.person()
        company, other = self.company(), self.company()
        if self.people.chance(0.7):
            page.line("From: ", sender.full(self.rng.choice((" ", ""))), " <", sender.email(), ">").line(
                "To: ", to.full(" "), "様 <", to.email(), ">"
            )
            page.line("Cc: ", third.email()).line("Date: Tue, 17 Nov 2026 10:12:45 +0900").line(
                f"Subject: 【{company}】お見積りの件"
            ).line()
        page.line(other).line(f"{self.rng.choice(DEPARTMENTS)}").line(
            to.surname(), self.rng.choice((" 様", "様", "　様"))
        ).line()
        page.line("いつもお世話になっております。").line(company, "の", sender.surname(), "です。").line()
        page.line("先日ご依頼いただきましたお見積りを添付にてお送りいたします。").line(
            "ご不明な点がございましたら、弊社の", third.surname(), "までご連絡ください。"
        ).line("何卒よろしくお願い申し上げます。").line()
        self._signature(page, sender, company)
        return page.document(name, "mail-business")

    def make_mail_support(self, name: str) -> Document:
        """A customer's mail."""
        page, who = Page(), self.people.person()
        _, address = who.address()
        product = self.rng.choice(("加湿器", "コーヒーメーカー", "掃除機", "電気ケトル"))
        page.line("お客様相談室 御中").line().line(
            f"先月購入した{product}の件で問い合わせます。電源が入らず困っています。"
        )
        page.line("交換品は ", address, " に送ってください。").line(
            "日中は ", who.mobile(), " に電話をください。メールは ", who.email(), " です。"
        ).line().line(who.full(self.rng.choice((" ", "", "　"))))
        return page.document(name, "mail-support")

    def make_mail_quoted(self, name: str) -> Document:
        """A reply with a quoted mail in it."""
        page, a, b = Page(), self.people.person(), self.people.person()
        page.line(a.surname(), "さん").line().line(
            "お疲れさまです。", b.surname(), "です。了解しました。明日の会議でご説明ください。"
        ).line()
        page.line("> ", b.surname(), "部長").line("> お世話になります。", a.surname(), "です。").line(
            "> 来週の納品について、倉庫の担当者に確認しました。"
        ).line("> ")
        page.line("2026年11月3日(火) 9:15 ", a.full(" "), " <", a.email(), ">:").line(">> 資料の件、承知しました。")
        return page.document(name, "mail-quoted")

    def make_mail_fax(self, name: str) -> Document:
        """FAX送付状."""
        page, to, sender = Page(), self.people.person(), self.people.person()
        page.line("ＦＡＸ送付状").line().line(f"宛先：{self.company()}　", to.full(" "), " 様").line(
            "FAX：", to.fax()
        ).line(f"発信元：{self.company()}　担当：", sender.surname()).line(
            "TEL：", sender.home(), "　FAX：", sender.fax()
        ).line("件名：発注書送付の件　枚数：本紙含め2枚")
        return page.document(name, "mail-fax")

    def make_mail_card(self, name: str) -> Document:
        """A business card."""
        page, who = Page(), self.people.person()
        _, address = who.address()
        code = who.postal()
        page.line(self.company()).line(
            f"{self.rng.choice(DEPARTMENTS)}　{self.rng.choice(('部長', '課長', '主任', 'マネージャー', ''))}"
        ).line(who.full(self.rng.choice((" ", "　")))).line(who.latin()).line("〒", code).line(address)
        page.line("TEL ", who.home(), " / FAX ", who.fax()).line("携帯 ", who.mobile()).line(who.email())
        return page.document(name, "mail-card")

    def make_minutes(self, name: str) -> Document:
        """議事録."""
        page = Page()
        who = [self.people.person() for _ in range(6)]
        page.line("第12回 業務改善会議 議事録").line(f"日時：{self._day()} 10:00～11:30").line(
            "場所：本社3階 第2会議室"
        )
        style = self.rng.randint(0, 3)
        if style == 0:
            page.line("出席者：", who[0].full(""), "、", who[1].full(""), "、", who[2].full(""), "、", who[3].full(""))
        elif style == 1:
            page.line(
                "出席者：",
                who[0].surname(),
                "部長、",
                who[1].surname(),
                "課長、",
                who[2].surname(),
                "、",
                who[3].surname(),
                "（敬称略）",
            )
        elif style == 2:
            page.line("【出席者】").line(
                f"{self.rng.choice(DEPARTMENTS)}　", who[0].full(" "), "、", who[1].full(" ")
            ).line(f"{self.rng.choice(DEPARTMENTS)}　", who[2].full(" "), "、", who[3].full(" "))
        else:
            page.line("参加者").line("・", who[0].full(" ")).line("・", who[1].full(" ")).line(
                "・", who[2].full(" "), "（オンライン）"
            ).line("・", who[3].full(" "))
        page.line(self.rng.choice(("記録：", "議事録作成：", "書記　", "作成者：")), who[4].surname()).line().line(
            "1. 前回の確認事項について"
        )
        page.line(
            "　", who[0].surname(), self.rng.choice(("：", "部長：", "氏より、")), "資料に基づき説明があった。"
        ).line("　", who[1].surname(), "：在庫の回転率を月次で報告してほしい。")
        page.line("2. 新システムの移行計画").line("　→ ", who[2].surname(), "さんが11月末までに案を作成する。").line(
            "　→ 仕入先との調整は", who[3].surname(), "課長が担当。"
        ).line("次回：12月8日（火）")
        return page.document(name, "minutes")

"""What the ledger says to people, in Japanese and English."""

from __future__ import annotations

import re
from dataclasses import dataclass

EVIDENCE_HEADS = {
    "ja": ("piiscan:ID", "列", "提案した値", "状態", "根拠"),
    "en": ("piiscan:ID", "column", "proposed value", "state", "evidence"),
}
MAX_TEXT = 32_767
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_WORDS = {
    "legend": (
        "作成: {date} (piiscan 実行{run})  黄: piiscanの提案(要確認)  灰: 未確認  白: 記入欄。濃い見出しはJIS Q 15001の特定で最低限求められる項目です。",
        "Made {date} (piiscan run {run}). Yellow: proposed by piiscan, to be confirmed. Grey: unknown. Dark headings: the minimum that JIS Q 15001 asks for.",
    ),
    "row-state": ("状態", "state"),
    "confirmed-by": ("確認者", "confirmed by"),
    "confirmed-on": ("確認日", "confirmed on"),
    "state.proposed": ("推定", "proposed"),
    "state.confirmed": ("確定", "confirmed"),
    "state.unknown": ("未確認", "unknown"),
    "help": (
        (
            "1. 黄色の欄はpiiscanの提案です。正しければそのまま、違えば書き直してください。\n"
            "2. 灰色の欄は人が記入します(利用目的の通知方法、同意、委託先、廃棄方法など)。\n"
            "3. 確認が済んだ行は「状態」を「確定」にし、「確認者」と「確認日」を記入してください。\n"
            "4. 次回は piiscan ledger -o 新しいファイル.xlsx --merge このファイル.xlsx を実行します。書かれた内容は変わりません。\n"
            "   右側の「piiscan:」で始まる列と「piiscan」で始まるシートだけが更新され、新しく見つかったもの、なくなったもの、変わったものが一覧になります。\n"
            "5. 少なくとも年に1回、および変更があったときに見直してください。"
        ),
        (
            "1. Yellow cells are proposals. Leave them if they are right, write over them if not.\n"
            "2. Grey cells are for people (notice, consent, processors, disposal and so on).\n"
            "3. Set the state of a confirmed row to 'confirmed' and fill in who and when.\n"
            "4. Next time run: piiscan ledger -o NEW.xlsx --merge THIS.xlsx. What people wrote stays as it is.\n"
            "   Only columns and sheets whose names begin with 'piiscan' change; they list what is new, missing and changed.\n"
            "5. Review the ledger at least once a year and whenever something changes."
        ),
    ),
    "sheet.differences": ("piiscan 差分", "piiscan differences"),
    "sheet.additions": ("piiscan 追加候補", "piiscan additions"),
    "sheet.mapping": ("piiscan 列の対応", "piiscan columns"),
    "head.kind": ("区分", "kind"),
    "head.sheet": ("シート", "sheet"),
    "head.row": ("行", "row"),
    "head.name": ("台帳の名称", "name in the ledger"),
    "head.column": ("項目", "column"),
    "head.before": ("台帳の記載", "in the ledger"),
    "head.after": ("今回の検査結果", "found now"),
    "head.heading": ("台帳の見出し", "heading in the ledger"),
    "head.meant": ("読んだ項目", "read as"),
    "head.possible": ("書ける項目(-は対象外)", "possible columns (- for none)"),
    "head.place": ("場所", "place"),
    "head.do": ("確認してほしいこと", "what to do"),
    "missing-in-ledger": ("見つかったが台帳にない", "found but not in the ledger"),
    "missing-in-scan": ("台帳にあるが見つからない", "in the ledger but not found"),
    "outside": ("検査の対象外の場所", "outside the scanned places"),
    "changed": ("変わった", "changed"),
    "maybe": ("対応が確かでない", "match not certain"),
    "do.add": ("台帳に追加するか、不要なら廃棄してください", "add it to the ledger, or dispose of it"),
    "do.gone": (
        "廃棄・移動した場合は台帳に記録し、そうでなければ保管場所の記載を確認してください",
        "record its disposal or move, or correct the place",
    ),
    "do.outside": (
        "紙か、検査していない場所と思われます。人が現物を確認してください",
        "seems to be paper or a place that was not scanned: check by hand",
    ),
    "do.items": ("台帳にない項目が見つかりました。項目に追加してください", "new data items were found: add them"),
    "do.count": (
        "件数が大きく変わりました。理由を確認してください",
        "the number of persons changed much: find out why",
    ),
    "do.access": (
        "アクセスできる範囲が広がっている可能性があります。権限を見直してください",
        "access may be wider than written: review the rights",
    ),
    "do.retention": (
        "保管期限を過ぎている可能性があります。廃棄を検討してください",
        "retention may have passed: consider disposal",
    ),
    "do.maybe": (
        "同じものか確認し、同じなら「piiscan:ID」の列にこのIDを記入してください",
        "if it is the same, write this ID into the column piiscan:ID",
    ),
    "do.specific": (
        "マイナンバーが見つかりました。特定個人情報として管理してください",
        "My Numbers were found: handle them as specific personal information",
    ),
    "do.sensitive": (
        "要配慮個人情報が見つかりました。台帳に明記してください",
        "special care-required information was found: say so",
    ),
    "col.items": ("検出された項目", "items found"),
    "col.count": ("検出された件数", "persons found"),
    "col.access": ("実際のアクセス範囲", "actual access"),
    "col.place": ("実際の場所", "actual place"),
    "col.check": ("要確認", "to check"),
    "col.seen": ("最終検査日", "last scanned"),
    "new-items": ("新しい項目: {items}", "new items: {items}"),
    "none": ("なし", "none"),
}


def safe(text: str) -> str:
    """Text that a cell can hold."""
    return _NOT_XML.sub("\ufffd", text)[:MAX_TEXT]


@dataclass(frozen=True, slots=True)
class LedgerWords:
    """The wording in one language."""

    lang: str = "ja"

    def __call__(self, key: str, **values: object) -> str:
        """A sentence with its blanks filled."""
        return _WORDS[key][0 if self.lang == "ja" else 1].format(**values)

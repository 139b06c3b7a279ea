"""The columns of a ledger: those that JIS Q 15001 asks for, those that are customary, and how companies head them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `required` are those of the identification clause; `heads` are other headings seen for it."""

    id: str
    ja: str
    en: str
    width: int = 16
    required: bool = False
    heads: tuple[str, ...] = ()


def _c(ident: str, ja: str, en: str, width: int = 16, heads: str = "", *, required: bool = False) -> Column:
    return Column(ident, ja, en, width, required, tuple(heads.split()))


COLUMNS = (
    _c("number", "No", "No", 6, "番号 管理番号 項番 整理番号 台帳番号 台帳No # 通番"),
    _c(
        "name",
        "個人情報の名称",
        "name",
        30,
        "名称 個人情報名 個人情報名称 個人情報 個人情報資産名 情報資産名 資産名 帳票名 書類名 ファイル名 媒体名 台帳名 情報名 管理対象 個人データ名",
    ),
    _c(
        "items",
        "個人情報の項目",
        "data items",
        34,
        "項目 記載項目 含まれる項目 含まれる個人情報 個人情報項目 個人情報の内容 内容 データ項目 情報の項目 取扱項目 主な項目 個人情報の内訳",
        required=True,
    ),
    _c(
        "count",
        "件数(概数)",
        "persons (approx.)",
        12,
        "件数 人数 保有件数 概数 件数概算 データ件数 保有数 取扱件数 数量 本人の数",
    ),
    _c("subject", "本人の区分", "data subjects", 14, "データ主体 対象者 本人 対象 本人区分 個人の区分 本人の種類"),
    _c("purpose", "利用目的", "purpose of use", 30, "使用目的 目的 利用の目的 取得目的 利用目的等", required=True),
    _c(
        "acquired",
        "取得の形態",
        "how acquired",
        18,
        "取得形態 取得方法 取得区分 直接書面 直接間接 取得の方法 入手方法 収集方法",
    ),
    _c("route", "取得経路・取得元", "source", 18, "取得経路 取得元 取得先 入手経路 入手先 提供元 収集元"),
    _c("notice", "明示・通知・公表の方法", "notice", 18, "明示 通知 公表 明示方法 通知方法 公表方法 利用目的の通知"),
    _c("consent", "本人同意の有無", "consent", 14, "同意 本人同意 同意の有無 同意有無 同意取得"),
    _c(
        "place",
        "保管場所",
        "place",
        36,
        "保管先 保存場所 保存先 格納場所 格納先 所在 所在地 場所 設置場所 保管ロケーション パス フォルダ フォルダー URL",
        required=True,
    ),
    _c("medium", "媒体", "medium", 10, "媒体種別 媒体区分 形態 保管媒体 記録媒体 紙電子"),
    _c(
        "method", "保管方法", "how kept", 24, "保存方法 管理方法 保管形態 安全管理 安全管理措置 保護方法", required=True
    ),
    _c(
        "access",
        "アクセス権を有する者",
        "who has access",
        26,
        "アクセス権 アクセス権者 アクセス権限 アクセス権限者 閲覧者 利用者 取扱者 取扱担当者 利用部門 アクセス者 アクセス可能者 利用範囲",
        required=True,
    ),
    _c("use_until", "利用期限", "used until", 14, "利用期間 使用期限 使用期間", required=True),
    _c(
        "keep_until",
        "保管期限",
        "kept until",
        18,
        "保管期間 保存期間 保存期限 保有期間 保存年限 保管年限",
        required=True,
    ),
    _c("disposal", "廃棄・消去方法", "disposal", 16, "廃棄方法 消去方法 廃棄 消去 処分方法 廃棄消去 削除方法"),
    _c(
        "sensitive",
        "要配慮個人情報",
        "special care-required",
        14,
        "要配慮 要配慮の有無 機微 機微情報 センシティブ 要配慮個人情報の有無",
    ),
    _c("my_number", "特定個人情報", "My Number", 12, "特定個人情報該当 特定個人情報の有無 マイナンバー 個人番号"),
    _c(
        "held",
        "保有個人データ",
        "retained personal data",
        12,
        "保有個人データ該当 開示対象 開示対象個人情報 開示対象該当",
    ),
    _c(
        "provided",
        "第三者提供・共同利用",
        "provided to others",
        18,
        "第三者提供 共同利用 提供 提供先 第三者提供先 外部提供",
    ),
    _c("entrusted", "委託先・委託内容", "entrusted to", 18, "委託 委託先 委託の有無 委託内容 外部委託"),
    _c("abroad", "外国への移転", "moved abroad", 12, "外国移転 越境 外国 海外移転 外国第三者提供"),
    _c(
        "department",
        "管理部門",
        "department",
        16,
        "部門 部署 主管部署 管理部署 所管 所管部署 主管 担当部署 担当部門 所管部門",
    ),
    _c("owner", "管理責任者", "responsible person", 16, "責任者 管理者 個人情報管理責任者 管理担当者 担当者 所有者"),
    _c("risk", "リスク", "risk", 10, "リスク分析 リスク分析No リスク値 重要度 ランク 機密区分 リスク評価"),
    _c("found", "特定日", "identified on", 12, "登録日 特定年月日 作成日 登録年月日"),
    _c("reviewed", "最終確認日", "last seen", 12, "最終見直し日 見直し日 更新日 確認日 棚卸日 最終更新日"),
    _c("next_review", "次回見直し日", "next review", 12, "次回見直し 見直し期限 次回棚卸日"),
    _c("note", "備考", "remarks", 30, "メモ 特記事項 補足 コメント"),
)
BY_ID = {column.id: column for column in COLUMNS}
PREFIX = "piiscan:"
"""Headings of the columns that piiscan adds to a company's workbook begin so."""
KEY_HEAD = "piiscan:ID"
_DROPPED = re.compile(r"[\s　・／/、,\-－―_:：*＊※\[\]【】「」『』<>＜＞.。]|[(（][^()（）]*[)）]")
_MARKED = re.compile(r"(?:の有無|等|など|欄)$")


def normal_head(text: str) -> str:
    """A heading as it is compared: folded, without blanks, signs and brackets with remarks."""
    folded = unicodedata.normalize("NFKC", text).lower()
    bare = _DROPPED.sub("", folded) or folded.strip("()（） ")
    return _MARKED.sub("", bare)


@cache
def _heads() -> dict[str, str]:
    found: dict[str, str] = {}
    for column in COLUMNS:
        for head in (column.ja, column.en, *column.heads):
            found.setdefault(normal_head(head), column.id)
    return found


def column_of(heading: str) -> str | None:
    """The column that a heading means; None when it says nothing known. With several lines or levels, the last part that is known decides."""
    whole = _heads().get(normal_head(heading))
    if whole or not heading.strip():
        return whole
    parts = [part for part in re.split(r"[\n/／>＞]", heading) if part.strip()]
    for part in reversed(parts):
        if found := _heads().get(normal_head(part)):
            return found
    return None

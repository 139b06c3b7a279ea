"""Words of column names: what is a note, an amount, the name of a thing. Data for :mod:`piiscan.detect.headers`."""

from __future__ import annotations

import re

NOTE = re.compile(
    r"[(\[【<〔](?:必須|任意|必ず|required|optional|半角|全角|ハイフン|例|記入|税|yyyy|\d+桁)[^)\]】>〕]*[)\]】>〕]",
    re.IGNORECASE,
)
TAIL = re.compile(
    r"(?:区分|フラグ|日|日時|日付|件数|人数|回数|数|数量|有無|可否|種別|種類|金額|額|円|率|順|枚数|点数|ポイント|状態|同意|希望|形式|名称|"
    r"flag|flg|kbn|type|count|date|at|status|num|cnt|len|length|size|verified|confirmed|valid|hash)$"
)
NOT_PERSONS = re.compile(
    r"商品|品名|製品|会社|企業|法人|店舗|店名|支店|部署|部門|学校|病院|施設|建物|町名|市名|銀行|ファイル|ホスト|サーバ|ブランド|メーカ|カテゴリ|"
    r"プラン|コース|キャンペーン|イベント|倉庫|団体|組織|項目|列名|テーブル|shohin|shouhin|kaisha|tenpo|busho|hinmei"
)
COMPANIES = re.compile(
    r"会社名|企業名|法人名|法人番号|商号|名称|屋号|店舗名|店名|支店名|営業所|事業所|取引先|仕入先|得意先|請求先|メーカー名|"
    r"company|corporation|supplier|vendor|shop_?name|store_?name|branch_?name|kaisha|tenpo",
    re.IGNORECASE,
)
"""Columns that name companies or shops."""
NOT_PAYMENT = re.compile(
    r"ポイント|会員|メンバー|診察|ギフト|図書|プリペイド|社員|入館|point|member|gift|prepaid|staff"
)
NOT_STREETS = re.compile(r"メール|mail|ip|mac|url|web|wallet|リンク", re.IGNORECASE)
QUIET = re.compile(
    r"(?:金額|単価|価格|数量|個数|在庫|合計|小計|税込|税抜|売上|品番|型番|品目|商品(?:コード|番号|id)|jan(?:コード|code|cd)?|ean|isbn|sku|"
    r"注文番号|受注番号|伝票番号|追跡番号|送り状番号|問い合わせ番号|お問い合わせ番号|取引番号|請求番号|法人番号|会社法人等番号|バージョン|"
    r"タイムスタンプ|日時|更新日|登録日|作成日|発行日|注文日|出荷日|"
    r"amount|price|qty|quantity|total|stock|version|revision|timestamp|createdat|updatedat|orderno|orderid|ordernumber|slipno|"
    r"trackingno|trackingnumber|invoiceno|productcode|itemcode|hojinbango|corporatenumber)$"
)
_NOT_PERSON_WORDS_TEXT = (
    "product item goods company corp shop store file host server domain brand maker category plan course campaign event dept department"
    " project table column class method function package module branch bank school city building folder dir image tag group role device"
    " browser system application app service display nick screen login path schema sheet"
)
NOT_PERSON_WORDS = frozenset(_NOT_PERSON_WORDS_TEXT.split())
_GENERIC_TEXT = (
    "no id 番号 項番 連番 通番 行番号 備考 摘要 メモ コメント 内容 詳細 件名 タイトル 日付 日時 登録日 更新日 作成日 注文日 発行日 入会日 金額 単価 価格 数量 "
    "合計 小計 商品 商品名 商品コード 品番 品名 型番 jan janコード 店舗 店舗名 店舗コード 会社 会社名 部署 部署名 役職 区分 種別 状態 ステータス ランク "
    "伝票番号 受注番号 支払方法 所属 所属部署 部門 部課名 担当部署 勤務地 勤務先 学年 クラス 組 "
    "url name date amount price qty quantity total status note notes memo comment type code key value created updated "
    "department dept position busho shozoku "
    "createdat updatedat version title description product store shop rank point ポイント 連絡先 性別 年齢 年 月 日 項目 値 sku 在庫 追跡番号 法人番号"
)
GENERIC = frozenset(_GENERIC_TEXT.split())
PARTS = frozenset(
    {"姓", "名", "セイ", "メイ", "電話", "メール", "年", "月", "日", "市区町村", "番地", "建物", "都道府県"}
)
"""Second lines of two-line headers, which mean something only below their group."""

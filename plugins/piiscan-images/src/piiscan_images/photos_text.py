"""The words of the worklist, Japanese for whoever fills it in."""

from __future__ import annotations

from typing import Final

COLUMNS: Final = {
    "ja": (
        ("公開", 9), ("掲載開始", 12), ("掲載ページ", 44), ("画像", 34), ("顔の数", 8), ("顔の確度", 9), ("人物名の記録", 11),
        ("位置情報", 9), ("その他の検出", 26), ("手がかり", 18), ("保管場所", 22), ("同意の状態", 14), ("同意を得た日", 13),
        ("同意書の保管場所", 20), ("対応(継続・差替・ぼかし・削除)", 24), ("確認者", 12), ("確認日", 12), ("項目の識別子", 44),
    ),
    "en": (
        ("published", 9), ("since", 12), ("pages", 44), ("picture", 34), ("faces", 8), ("certainty", 9), ("names recorded", 11),
        ("positions", 9), ("other findings", 26), ("hints", 18), ("store", 22), ("consent", 14), ("consent given on", 13),
        ("where the consent is kept", 20), ("action (keep, replace, blur, remove)", 24), ("checked by", 12), ("checked on", 12), ("item", 44),
    ),
}  # fmt: skip
"""Title and width; those from consent to the day of checking are left empty."""

EMPTY: Final = ("",) * 6

WORDS: Final = {
    "ja": {
        "public": "公開中",
        "not-public": "非公開",
        "unknown": "不明",
        "not-counted": "未計測",
        "sheet.public": "公開中の写真",
        "sheet.others": "公開されていない・不明",
        "sheet.about": "このリストについて",
        "more-pages": "ほか{n}ページ",
        "none": "該当する写真はありません",
    },
    "en": {
        "public": "yes",
        "not-public": "no",
        "unknown": "unknown",
        "not-counted": "not counted",
        "sheet.public": "Published",
        "sheet.others": "Not published or unknown",
        "sheet.about": "About",
        "more-pages": "and {n} more",
        "none": "no such picture",
    },
}

ABOUT: Final = {
    "ja": (
        "人が写っている、または人の名前が記録されている写真の一覧です。同意の状態などの空欄に記入してお使いください。",
        "公開されている写真を先に並べています。公開かどうかと掲載ページは、CMS(WordPress など)を検査したときに分かります。",
        "掲載開始は、CMS の公開日または登録日です。分からないときは、検査で最初に見つけた日です。",
        "顔の数は機械による推定で、見落としも誤りもあります。誰であるかは調べていません。「未計測」は、顔を数える設定(faces)がないことを表します。",
        "「手がかり」は、ファイル名や説明にある語(お客様、集合写真など)です。写っている人がいるとは限りません。",
        "一覧にない写真に人が写っていないことを保証するものではありません。",
    ),
    "en": (
        "Pictures that show people or record their names. Fill in the empty columns.",
        "Published pictures come first. Whether and on which pages a picture is published is known where a CMS was scanned.",
        "'since' is the date of publication or upload in the CMS; where that is unknown, the day a scan first saw it.",
        "Faces are counted by a program, which misses some and invents some. Nobody is identified. 'not counted': the setting faces is off.",
        "'hints' are words in the file name or caption; they need not mean that somebody is shown.",
        "A picture that is not listed may still show people.",
    ),
}  # fmt: skip

HINTS: Final = (
    "お客様", "お客さま", "来店", "来場", "集合写真", "記念写真", "社員", "スタッフ", "店長", "子ども", "こども", "キッズ", "モデル",
    "スナップ", "イベント", "店内", "インタビュー", "受賞", "表彰", "入学", "卒業", "成人式", "七五三", "結婚", "家族",
    "staff", "portrait", "selfie", "group photo", "interview", "customer",
)  # fmt: skip
"""Words beside photos of people; セール alone stands beside goods."""

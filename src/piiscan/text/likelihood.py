"""How likely a decoded text is to be text: a small model of character classes and what follows what.

The encodings of Japan share their byte values, so a wrong one often decodes without error; only the look of the result tells. Each
character costs the logarithm of its probability, so readings of the same bytes compare even where they differ in length.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import pairwise

# Frequent in business papers, addresses and names; finer than "JIS level 1" for short strings such as one name.
_FREQUENT = (
    "一二三四五六七八九十百千万円年月日時分人名氏様御社会員番号電話住所県市区町村都府道郡字丁目地山田中川木本村井上下大小高橋佐藤"
    "鈴伊渡辺林加吉松清斎斉石原野坂岡島前後内外東西南北京阪神奈千葉埼玉福愛知兵庫広静岐茨城栃群馬新潟長富宮森池浜崎久保近今金竹"
    "太郎子美恵智和正明春夏秋冬男女生性別学校業種職先店客顧注文商品購入申込受付登録利用者契約書書類表票紙料費税計合数量価格支払請"
    "求口座銀行振込普通当座定期給与課部長主任担当責連絡送届配達便発着出荷返事情報個管理台帳規則法令第条項件案内説確認承変更削除追"
    "加修理完了開始終止無有不可能要必須未済対応方式法的全体最初次回度以下上下左右間内容関係者場合使用作成実施設定方検査結果評価問"
    "題答案会議資料添付参照付記載備考同意目的言語文章思見食行来話読書聞立持待取入出手足心身体力気病院医師診断薬保険証健康介護児童"
    "施設国民自動車運転免許土地建物面積所有権家族父母親兄弟姉妹夫妻子供世帯現在過去自宅勤務"
)

CONTROL, UNASSIGNED = "c", "u"

# class -> (log probability of one character of it after something else, and after its own kind)
_COST: dict[str, tuple[float, float]] = {
    "a": (-6.2, -4.3),  # ASCII letters and digits
    "s": (-5.5, -4.5),  # ASCII space, newline, punctuation
    "h": (-6.0, -5.0),  # hiragana
    "k": (-8.0, -5.0),  # katakana
    "K": (-7.2, -6.6),  # frequent kanji
    "1": (-10.0, -9.4),  # other JIS level 1 kanji
    "2": (-13.6, -13.0),  # JIS level 2 kanji
    "x": (-18.0, -17.0),  # any other ideograph
    "j": (-7.0, -6.0),  # Japanese punctuation, full-width letters and digits
    "w": (-9.5, -4.4),  # half-width kana
    "p": (-12.0, -10.0),  # half-width Japanese punctuation
    "l": (-8.6, -7.6),  # Latin letters with accents
    "m": (-10.5, -10.0),  # other signs of cp1252
    "y": (-11.5, -9.5),  # other signs of JIS X 0208
    "o": (-16.0, -11.0),  # other letters: Arabic, Thai, Hangul ...
    CONTROL: (-14.0, -12.0),
    UNASSIGNED: (-21.0, -19.0),
}
_EXTRA = {
    ("K", "w"): -3.0,  # kanji and half-width kana hardly ever touch
    ("1", "w"): -3.0,
    ("2", "w"): -3.0,
    ("w", "K"): -3.0,
    ("w", "1"): -3.0,
    ("w", "2"): -3.0,
    ("h", "w"): -3.0,
    ("w", "h"): -3.0,
    ("p", "p"): -3.0,
    ("a", "2"): -2.0,
    ("2", "a"): -2.0,
    ("a", "1"): -1.0,
    ("1", "a"): -1.0,
    ("h", "l"): -6.0,
    ("K", "l"): -6.0,
    ("1", "l"): -6.0,
    ("2", "l"): -6.0,
    ("l", "m"): -2.0,
    ("m", "l"): -2.0,
    ("m", "m"): -2.0,
    ("l", "l"): -1.5,
}


class _Classes(dict[int, str]):
    """Code point to class, filled as characters turn up."""

    def __missing__(self, code: int) -> str:
        kind = self[code] = _classify(chr(code), code)
        return kind


@cache
def _classes() -> _Classes:
    table = _Classes()
    for rows, kind in ((range(16, 48), "1"), (range(48, 85), "2"), (range(1, 3), "y"), (range(6, 9), "y")):
        for row in rows:
            raw = b"".join(bytes((row + 0xA0, cell + 0xA0)) for cell in range(1, 95))
            table.update((ord(c), kind) for c in raw.decode("euc_jp", "ignore"))
    table.update((ord(c), "K") for c in _FREQUENT)
    table.update((ord(c), "j") for c in "、。・「」（）『』【】〒：；？！／～〜－―‐…々〇→※〈〉［］●○■□◆◇★☆①②③④⑤㈱℡№")
    return table


_RANGES = (
    (0x00, 0x1F, CONTROL),
    (0x20, 0x7E, "s"),
    (0x7F, 0x9F, CONTROL),
    (0xA0, 0xBF, "m"),
    (0xC0, 0x17F, "l"),
    (0x2010, 0x203A, "m"),
    (0x2460, 0x24FF, "y"),
    (0x2500, 0x25FF, "y"),
    (0x3000, 0x303F, "j"),
    (0x3040, 0x309F, "h"),
    (0x30A0, 0x30FF, "k"),
    (0x3200, 0x33FF, "y"),
    (0x3400, 0x9FFF, "x"),
    (0xD800, 0xF8FF, UNASSIGNED),
    (0xF900, 0xFAFF, "x"),
    (0xFF01, 0xFF5E, "j"),
    (0xFF61, 0xFF65, "p"),
    (0xFF66, 0xFF9F, "w"),
    (0xFFE0, 0xFFE6, "j"),
    (0xFFF0, 0xFFFF, UNASSIGNED),
)


def _classify(char: str, code: int) -> str:
    if char in "\t\n\r\f":
        return "s"
    if char.isascii() and char.isalnum():
        return "a"
    for low, high, kind in _RANGES:
        if low <= code <= high:
            return kind
    if 0x1F000 <= code <= 0x1FAFF:
        return "m"
    if 0x20000 <= code <= 0x3FFFF:
        return "x"
    return "o" if char.isalpha() or char.isprintable() else UNASSIGNED


def log_likelihood(text: str) -> float:
    """Logarithm of the probability of `text`; compare only readings of the same bytes."""
    kinds = text.translate(_classes())
    if not kinds:
        return 0.0
    total = _COST[kinds[0]][0]
    for (before, kind), count in Counter(pairwise(kinds)).items():
        cost = _COST[kind][before == kind] + _EXTRA.get((before, kind), 0.0)
        total += cost * count
    return total


def share_of(text: str, kinds: str) -> float:
    """The share of the characters of `text` that are of the given classes."""
    found = text.translate(_classes())
    return sum(found.count(k) for k in kinds) / len(found) if found else 0.0

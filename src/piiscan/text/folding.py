"""Folds spellings of the same value together, on short spans, with the way back to the original kept.

Nobody folds a whole text: findings must point into the text as given, and a pass over everything is what made such tools slow. A span that
a pattern found is folded, checked, and its offsets mapped back.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cache

DIGIT_CLASS = "0-9０-９"
"""Digits, for use inside ``[...]`` of a pattern."""

HYPHENS = r"\-－−‐‑‒–—―ーｰ─━﹣﹘˗⁃➖⁻︱︲ㅡ゠〰"
"""What people and programs write for a hyphen between digits, for use inside ``[...]``. (U+4E00, kanji one, is left out: :func:`fold` takes it.)"""

SPACES = " \t\u00a0\u3000\u2000-\u200a\u202f\u205f"
"""Spaces within a line, for use inside ``[...]``."""

INVISIBLE = "\u00ad\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f\U000e0100-\U000e01ef"
"""Characters without a width: soft hyphen, zero-width spaces, variation selectors; for use inside ``[...]``."""

_HYPHEN_CHARS = frozenset("-－−‐‑‒–—―ーｰ─━﹣﹘˗⁃➖⁻︱︲ㅡ゠〰")
_SPACE_CHARS = frozenset("\t\u00a0\u3000\u202f\u205f") | {chr(c) for c in range(0x2000, 0x200B)}
_MARKS = {"\u3099": "\u3099", "\u309a": "\u309a", "ﾞ": "\u3099", "ﾟ": "\u309a", "゛": "\u3099", "゜": "\u309a"}
_WORDS = {
    "㈱": "(株)", "㈲": "(有)", "㈳": "(社)", "㈶": "(財)", "㍿": "株式会社", "㍾": "明治", "㍽": "大正", "㍼": "昭和", "㍻": "平成", "㋿": "令和",
    "℡": "TEL", "№": "No", "㏄": "cc", "㎡": "m2", "〜": "~", "～": "~", "￥": "¥", "￠": "¢", "￡": "£", "￢": "¬", "￤": "¦",
}  # fmt: skip

# Old, popular and vendor forms to the form of dictionaries. For matching only, never for output.
_VARIANTS = (
    "髙高 﨑崎 嵜崎 邉辺 邊辺 齋斎 齊斉 德徳 瀨瀬 濵浜 濱浜 嶋島 嶌島 㠀島 澤沢 廣広 國国 會会 櫻桜 眞真 淸清 靑青 惠恵 冨富 渕淵 渊淵 舘館 栁柳 "
    "桒桑 橫横 增増 寬寛 𠮷吉 鷗鴎 龍竜 黑黒 敎教 歷歴 曆暦 緖緒 郞郎 閒間 靜静 瀧滝 條条 榮栄 營営 圓円 應応 奧奥 壽寿 實実 寶宝 當当 藏蔵 豐豊 "
    "邨村 鐵鉄 鐡鉄 關関 雜雑 靈霊 顯顕 驛駅 鷄鶏 鹽塩 麥麦 龜亀 齒歯 體体 區区 醫医 賣売 讀読 變変 學学 縣県 繩縄 總総 聰聡 聲声 與与 萬万 薗園 "
    "藝芸 藥薬 號号 螢蛍 衞衛 裝装 覺覚 觀観 證証 譽誉 豫予 貳弐 賴頼 轉転 辯弁 瓣弁 辨弁 邇迩 遙遥 鄕郷 鄉郷 釋釈 鑛鉱 隱隠 雙双 髮髪 鬪闘 默黙 "
    "禮礼 祿禄 禪禅 稻稲 穗穂 穰穣 粹粋 絲糸 經経 綠緑 緣縁 繪絵 繼継 續続 纖繊 缺欠 罐缶 羣群 膽胆 臺台 舊旧 莊荘 晝昼 晉晋 曉暁 枩松 栢柏 桝枡 "
    "桧檜 桺柳 棧桟 樂楽 樓楼 樞枢 檢検 權権 歐欧 步歩 殘残 每毎 氣気 沒没 涉渉 溫温 滿満 澁渋 澀渋 濟済 灣湾 燈灯 爐炉 爭争 爲為 狀状 獨独 瑤瑶 "
    "畫画 畧略 疊畳 發発 盡尽 盜盗 碎砕 穎頴 竝並 籔薮 藪薮 來来 佛仏 假仮 傳伝 價価 儉倹 兒児 兩両 內内 册冊 凉涼 勞労 勳勲 勵励 匇匆 卽即 參参 "
    "吳呉 㐂喜 單単 嚴厳 囑嘱 圍囲 團団 圖図 埜野 堯尭 塲場 壯壮 壹壱 處処 姬姫 姸妍 娛娯 寢寝 將将 專専 尙尚 屆届 屬属 峯峰 峽峡 嵓巌 巖巌 巢巣 "
    "帶帯 幷并 廳庁 廰庁 彌弥 彈弾 徑径 從従 徵徴 恆恒 悅悦 惡悪 愼慎 懷懐 戀恋 戰戦 戲戯 戶戸 拔抜 拂払 拜拝 擇択 擔担 據拠 擧挙 擴拡 攝摂 收収 "
    "效効 敍叙 數数 斷断 旣既 昻昂 晄晃 晳晰 曾曽 鉃鉄 鈬鐸 鋪舗 槇槙 槗橋 𣘺橋 𠀋丈 𡈽土 圡土 𡌛坊 﨔欅 祗祇 籠篭 蘓蘇 躰体 隂陰 靏鶴 靍鶴 霍鶴 "
    "麴麹 麵麺 黃黄 點点 黨党 齡齢 仭仞 劒剣 劍剣 劔剣 剱剣 剝剥 匤匡 厓崖 廚厨 吞呑 噓嘘 囓噛 嚙噛 塡填 屢屡 嶽岳 搔掻 攢攅 昿曠 淨浄 淺浅 渴渇 "
    "潛潜 潑溌 焰焔 煇輝 燒焼 瀆涜 蟬蝉 蠟蝋 蠅蝿 蠶蚕 賤賎 軀躯 醬醤 頰頬 顚顛 驒騨 鹼鹸 麪麺 "
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded span. `offsets[i]` is the index in the original of the character that `text[i]` comes from; the last one is its length."""

    text: str = field(repr=False)
    offsets: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that `text[start:end]` covers, with marks that were folded into it."""
        if start >= end:
            return self.offsets[start], self.offsets[start]
        last = self.offsets[end - 1]
        after = bisect_left(self.offsets, last + 1, lo=end)
        return self.offsets[start], self.offsets[min(after, len(self.offsets) - 1)]


def fold(span: str) -> Folded:
    """Fold a short span: widths, kana, invisible characters, hyphens between digits, common ligatures.

    Circled and raised numbers become spaces, since they are no part of a number. Kanji stay; see :func:`fold_kanji`.
    """
    if span.isascii():
        return Folded(span, tuple(range(len(span) + 1)))
    out: list[str] = []
    offsets: list[int] = []
    table = _table()
    for index, char in enumerate(span):
        if char in _MARKS and out and _join_mark(out, _MARKS[char]):
            continue
        for piece in table.get(char, char):
            out.append(piece)
            offsets.append(index)
    _fold_hyphens(out)
    offsets.append(len(span))
    return Folded("".join(out), tuple(offsets))


def fold_digits(token: str) -> str:
    """Fold a token of digits, letters, hyphens and spaces, one to one: the quick way of the digit stage."""
    return token if token.isascii() else token.translate(_digits())


def fold_kanji(text: str) -> str:
    """Dictionary forms of variant kanji (髙→高), one to one; variation selectors are dropped. For matching only."""
    return text if text.isascii() else text.translate(_kanji())


def fold_text(text: str) -> str:
    """`fold` without the way back, for labels, headers and dictionary entries."""
    return fold(text).text


def _join_mark(out: list[str], mark: str) -> bool:
    """Put a voicing mark onto the kana before it; False when it does not fit there."""
    joined = unicodedata.normalize("NFC", out[-1] + mark)
    if len(joined) == 1:
        out[-1] = joined
    return len(joined) == 1


def _fold_hyphens(out: list[str]) -> None:
    """Turn what looks like a hyphen into one, if digits stand on both sides (spaces between allowed)."""
    for index, char in enumerate(out):
        if char == "一":
            if _is_digit(out, index - 1) and _is_digit(out, index + 1):
                out[index] = "-"
        elif char != "-" and char in _HYPHEN_CHARS and _digit_beside(out, index, -1) and _digit_beside(out, index, 1):
            out[index] = "-"


def _is_digit(out: list[str], index: int) -> bool:
    return 0 <= index < len(out) and "0" <= out[index] <= "9"


def _digit_beside(out: list[str], index: int, step: int) -> bool:
    index += step
    while 0 <= index < len(out) and out[index] == " ":
        index += step
    return _is_digit(out, index)


@cache
def _table() -> dict[str, str]:
    """Character to its folded form: empty for the invisible, several characters for ligatures."""
    table = {chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)}
    table.update({chr(c): unicodedata.normalize("NFKC", chr(c)) for c in range(0xFF61, 0xFF9E)})
    table.update(dict.fromkeys(_invisible(), ""))
    table.update(dict.fromkeys(_SPACE_CHARS, " "))
    table.update(dict.fromkeys(_fake_digits(), " "))
    table.update(_WORDS)
    # Only between digits, and the long vowel sign must survive as a letter elsewhere.
    table.update({"－": "－", "ｰ": "ー"})
    return table


def _invisible() -> set[str]:
    codes = [0xAD, *range(0x200B, 0x2010), 0x2060, 0xFEFF, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]
    return set(map(chr, codes))


def _fake_digits() -> set[str]:
    ranges = (
        (0x2070, 0x2090),
        (0x2460, 0x249C),
        (0x24EA, 0x2500),
        (0x2776, 0x2794),
        (0x3251, 0x3260),
        (0x32B1, 0x32C0),
    )
    codes = [0xB2, 0xB3, 0xB9, *(c for low, high in ranges for c in range(low, high))]
    return {chr(c) for c in codes} - {"⁻"}


@cache
def _digits() -> dict[int, str]:
    table = {c: chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)}
    table.update({ord(c): "-" for c in _HYPHEN_CHARS})
    table.update({ord(c): " " for c in _SPACE_CHARS | _fake_digits()})
    return table


@cache
def _kanji() -> dict[int, str | None]:
    table: dict[int, str | None] = {ord(c): None for c in _invisible()}
    compat = (c for low, high in ((0xF900, 0xFB00), (0x2F800, 0x2FA20)) for c in range(low, high))
    for code in compat:
        unified = unicodedata.normalize("NFC", chr(code))
        if len(unified) == 1 and unified != chr(code):
            table[code] = unified
    variants = {pair[0]: pair[1] for pair in _VARIANTS.split() if pair[0] != pair[1]}
    table.update({ord(old): new for old, new in variants.items()})
    for code, new in list(table.items()):
        if new in variants:
            table[code] = variants[new]
    return table

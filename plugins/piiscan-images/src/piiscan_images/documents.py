"""Scans of identity documents, by what they are called and how they look. Each sign alone means little; the more agree, the surer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, NamedTuple

from piiscan_images.faces import Face

_KINDS: Final = (
    ("個人番号カード", r"マイナンバー|個人番号(?:カード|通知)|通知カード|my[-_ ]?number"),
    ("運転免許証", r"免許証|運転免許|menkyo|driv(?:er'?s?|ing)[-_ ]?licen[cs]e"),
    ("健康保険証", r"保険証|資格確認書|hoken[-_ ]?sho|health[-_ ]?insurance[-_ ]?card"),
    ("在留カード", r"在留カード|特別永住者証明書|zairyu|residence[-_ ]?card"),
    ("旅券", r"パスポート|旅券|passport"),
    ("住民票など", r"住民票|戸籍(?:謄本|抄本)|住基カード|印鑑(?:登録)?証明|juminhyo"),
    ("手帳", r"障害者手帳|療育手帳|年金手帳|母子(?:健康)?手帳"),
    ("学生証など", r"学生証|社員証|身分証|本人確認(?:書類|資料)|gakusei[-_ ]?sho|id[-_ ]?card|kakunin[-_ ]?shorui"),
)  # fmt: skip
_NOT = re.compile(
    r"ケース|カバー|ホルダ|入れ|ポーチ|財布|用紙|記入例|見本|サンプル|アイコン|ロゴ|バナー|ボタン|写真機|用写真|返納|取得|更新のお知らせ|案内|説明"
    r"|case|cover|holder|wallet|sample|icon|logo|banner|button|template|mock|illust|stock|thumb"
)
_WORDS: Final = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)
_ON_IT = re.compile(
    r"運転免許証|個人番号カード|通知カード|被保険者証|資格確認書|在留カード|特別永住者証明書|日本国旅券|公安委員会|保険者番号|国籍・地域"
    r"|P<[A-Z]{3}[A-Z<]{5}|JAPAN PASSPORT"
)
_CARD, _PASSPORT = 85.6 / 53.98, 125 / 88
_SAME = 0.05
SMALLEST: Final = 240


class Scan(NamedTuple):
    """A picture that seems to be one. `kind` is a word of ours, `evidence` what spoke for it."""

    kind: str
    confidence: float
    evidence: tuple[str, ...]


def looks_like(name: str, size: tuple[int, int], faces: Sequence[Face] | None, text: str = "") -> Scan | None:
    """What kind of document a picture seems to be. `faces` is None where they were not counted, `text` what OCR read."""
    if min(size) < SMALLEST:
        return None
    plain = unicodedata.normalize("NFKC", name).casefold()
    named = next((kind for kind, word in _WORDS if word.search(plain)), "")
    if named and _NOT.search(plain):
        named = ""
    printed = _ON_IT.search(unicodedata.normalize("NFKC", re.sub(r"[ \t　]", "", text))) is not None
    shape = _shape(size)
    portrait = faces is not None and sum(_is_portrait(face) for face in faces) == 1 and len(faces) <= 2
    evidence = tuple(
        word
        for word, holds in (("name", named), ("shape", shape), ("portrait", portrait), ("printed-words", printed))
        if holds
    )
    confidence = _confidence(bool(named), shape, portrait, printed)
    return Scan(named or "本人確認書類", confidence, evidence) if confidence else None


def _confidence(named: bool, shape: bool, portrait: bool, printed: bool) -> float:
    """One sign is a hint, two independent ones make it likely; only words printed on the document itself go beyond medium."""
    if named:
        return 0.9 if printed else 0.7 if shape and portrait else 0.6 if shape or portrait else 0.5
    if printed:
        return 0.85 if shape or portrait else 0.6
    return 0.35 if shape and portrait else 0.0


def _shape(size: tuple[int, int]) -> bool:
    ratio = max(size) / min(size)
    return any(abs(ratio / wanted - 1) < _SAME for wanted in (_CARD, _PASSPORT))


def _is_portrait(face: Face) -> bool:
    """A small face at a side, as on licences, cards and passports; not one that fills the picture."""
    left, top, right, bottom = face.box
    width, middle = right - left, (left + right) / 2
    return 60 <= width <= 320 and (middle < 420 or middle > 580) and bottom - top < 700

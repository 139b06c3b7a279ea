"""How an address goes on after its municipality: town, section, numbers, building, room; and where it ends."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from piiscan.detect.gazetteer import SPELLINGS, Gazetteer
from piiscan.detect.names_evidence import KANJI
from piiscan.text.folding import HYPHENS

Level = Literal["pref", "city", "town", "block", "room"]

_DIGITS = "0-9０-９"
_KANJI_DIGITS = "一二三四五六七八九十百千〇壱弐参拾廿"
_N = rf"(?:(?![0０])[{_DIGITS}]{{1,5}}|[{_KANJI_DIGITS}]{{1,6}})"
_HY = rf"[{HYPHENS}]"
_WIDE = f"{KANJI}ぁ-ゖァ-ヺーヶケノｦ-ﾟ"
_JOIN = rf"(?:{_HY}|[のノ之](?={_N}))"
_UNITS = (
    rf"第?{_N}地割|[東西南北]?{_N}条(?:通り?)?[東西南北中]?(?={_N}|[ 　]|$)|[東西南北]?{_N}(?:丁目|町目|丁)[東西南北中]?"
    rf"|[東西南北]?{_N}線[東西南北]?(?={_N})|{_N}通り?(?={_N})|{_N}番(?:地|町)?(?:割)?|{_N}号[東西南北](?={_N})|{_N}号(?!室|棟|館|[^線]?線|店|車)"
)
_NUMBERS = re.compile(
    rf"[ 　]?(?:(?:{_UNITS})(?:{_JOIN}|[ 　](?={_N}(?:丁目|番|号|{_HY}|$|\n)))?)*"
    rf"(?:[甲乙丙丁イロハ]?{_N}(?:[ 　]?{_JOIN}[ 　]?{_N})*(?:番地|番|号(?!室|棟|館))?(?:[のノ]?{_N}(?:号(?!室|棟))?)?"
    rf"(?:・{_N}(?![年月日時人名円]))*)?"
)
_STRONG = re.compile(
    rf"丁目|番地|番|地割|条|[{_DIGITS}]{_HY}[{_DIGITS}]|[{_KANJI_DIGITS}]{_HY}[{_KANJI_DIGITS}]|[{_DIGITS}][のノ][{_DIGITS}]"
)
_BARE_LAST = re.compile(rf"[甲乙丙丁イロハ]?{_N}$")
_KANJI_LAST = re.compile(rf"(?:^|[^{_KANJI_DIGITS}丁条])([{_KANJI_DIGITS}]+)$")
_NOT_A_NUMBER_AFTER = re.compile(
    r"[年月日時分秒人名円個件歳才回台位点戦勝敗箇億万倍軒頭本枚冊つ世社校店票度割話部章節項目区国㎞㎡%％]"
    r"|[,，](?=[0-9]{3}(?![0-9\-－]))|[./:](?=[0-9])"
    r"|[かヶカケヵ](?:所|国|月|年|村|町)|(?:km|kg|cm|mm|m[^a-z]|GB|MB|ha|[+])"
)
_SECTION = re.compile(rf"[ 　]?(?:大字|小字|字)?[{_WIDE}]{{1,12}}?(?=[ 　]?(?:{_UNITS}|[甲乙丙丁イロハ]?[{_DIGITS}]))")
_MARKED_SECTION = re.compile(r"[ 　]?(?:大字|小字|字)")
_FREE_TOWN = re.compile(
    rf"[ 　]?[{_WIDE}]{{1,18}}?(?=[ 　]?(?:第?{_N}(?:丁目|番|地割|条)"
    rf"|[甲乙丙丁イロハ]?[{_DIGITS}]{{1,5}}(?:{_HY}|番|丁|$|[\s、。）)」│｜|])"
    rf"|(?<=[町村])[{_DIGITS}]{{1,5}}(?![{_DIGITS}年月日時分人名円個件歳回台%％つ])))"
)
_STREETS = re.compile(
    rf"(?:[ 　]?(?:{_N}(?:丁目?|筋目))?[^\s0-9０-９、。（(]{{0,14}}?(?:上る|下る|上ル|下ル|上がる|下がる|東入る|西入る|東入ル|西入ル|東入|西入|東側|西側|角))"
    r"{1,4}[ 　]?"
)
_UNKNOWN_CITY = re.compile(
    rf"[ 　]?(?:[{KANJI}ぁ-ん]{{1,5}}郡[{KANJI}ぁ-んァ-ヶ]{{1,6}}?[町村]|[{KANJI}ぁ-んァ-ヶ]{{1,6}}?[市区]|[{KANJI}ぁ-ん]{{1,4}}[町村])"
)
_BUILDING_WORDS = (
    "マンション|ハイツ|コーポ|メゾン|レジデンス|アパート|ビルヂング|ビルディング|ビル|タワー|荘|寮|団地|住宅|会館|ハウス|パレス|コート|ヒルズ|"
    "プラザ|スクエア|スクウェア|ガーデン|テラス|センター|学校|病院|庁舎|宿舎|公舎|官舎|社宅|ハイム|ヴィラ|ビラ|シティ|キャッスル|グランド|"
    "ドミール|カーサ|エステート|フラット|ホームズ|ライオンズ|ステージ|アーク|ホール|倉庫|工場|ホテル|旅館|教会|保育園|幼稚園|役所|役場|公民館|"
    "図書館|本館|別館|新館|号館|号棟|[A-ZＡ-Ｚ東西南北]棟|様方|方$|気付|内$|店|前$|支所|公園|寺|神社|駅|局|院|園|館|舎"
)
_NAME_CHARS = rf"[〇○◯{KANJI}ァ-ヺーヶケノＡ-Ｚａ-ｚA-Za-z0-9０-９・＆&'’ｦ-ﾟ.．第]"
_D = f"[{_DIGITS}]"
_NOT_A_PHONE = rf"(?![0０]{_D}{{1,4}}{_HY})"
_ROOM_NUMBER = rf"[A-ZＡ-Ｚ]?{_HY}?{_D}{{1,5}}(?:{_HY}{_D}{{1,5}})?(?:号室|号棟|号|階|室|[FＦ])?"
_MORE_FLOORS = rf"(?:[、,・]{_D}{{1,3}}(?:階|号室|[FＦ]))*"
_ROOM = rf"(?:[ 　]?{_NOT_A_PHONE}{_ROOM_NUMBER}{_MORE_FLOORS}(?![{_DIGITS}年月日時]))"
_SURE_ROOM = re.compile(
    rf"[ 　]?[A-ZＡ-Ｚ]?{_HY}?[{_DIGITS}]{{1,5}}(?:号室|階|号棟|室|[FＦ](?![A-Za-z]))|[ 　][A-ZＡ-Ｚ]{_HY}?[{_DIGITS}]{{2,4}}(?![{_DIGITS}A-Za-z])"
)
_BUILDING = re.compile(
    rf"[ 　]?(?={_NAME_CHARS}{{0,30}}?(?:{_BUILDING_WORDS}))"
    rf"({_NAME_CHARS}|の(?=[{KANJI}ァ-ヺ])|[ 　](?=[ァ-ヺA-ZＡ-Ｚ]{_NAME_CHARS}{{0,30}}?(?:{_BUILDING_WORDS}))){{2,30}}"
)
_BUILDING_END = re.compile(rf"^.*(?:{_BUILDING_WORDS})(?:[A-ZＡ-ＺⅠ-Ⅹ]+)?(?:{_ROOM})*|^.*?{_ROOM}(?:号室|階|[FＦ])")
_ROOM_AFTER = re.compile(rf"(?:{_ROOM})+")
_ROOMED = re.compile(
    rf"[ 　]?{_NAME_CHARS}{{2,24}}?(?:[ 　]{_NAME_CHARS}{{1,16}}?)?"
    rf"(?:[ 　]?[A-ZＡ-Ｚ]?{_HY}?{_D}{{1,5}}(?:号室|階|号棟|号|[FＦ](?![A-Za-z])))(?:[、,・　 ]?{_D}{{1,5}}(?:階|号室|[FＦ]))*"
)
_PLAIN_ROOM = re.compile(
    rf"[ 　]?[ァ-ヺ][ァ-ヺー・]{{2,20}}(?:[{KANJI}ぁ-ゖァ-ヺーA-Za-z・]{{0,12}})[ 　]?(?:[A-ZＡ-Ｚ東西南北]棟[ 　]?)?"
    rf"{_NOT_A_PHONE}[A-ZＡ-Ｚ]?{_HY}?{_D}{{2,4}}(?:号室?|室|階|[FＦ])?(?=[\s、。，,）)」│｜|\"]|$)"
    rf"|[ 　]?[ァ-ヺ][ァ-ヺー・]{{2,20}}(?:[{KANJI}ぁ-ゖァ-ヺー]{{0,12}})[ 　]?{_D}{{1,2}}(?:階|[FＦ])(?![A-Za-z])"
)
"""A building that no word gives away: a name that begins in katakana, and the number of a room at the end of the field."""
_HOUSE = re.compile(
    rf"(?![^\n]{{0,30}}(?:会社|商店|事務所|法人|御中|様|TEL|電話))[{KANJI}ァ-ヺーＡ-ＺA-Z・]{{1,16}}"
    rf"(?:マンション|ハイツ|コーポ|メゾン|レジデンス|アパート|荘|寮|団地|ビル|タワー|ハウス|住宅)[ 　]?(?:{_ROOM})?"
)
"""A house that stands in a line of its own below its address."""
_WIDE_GAP = re.compile(r"[ 　]{2,8}(?=[^\s])")
_NEXT_LINE = re.compile(rf"\r?\n[ \t　]{{0,8}}(?=[{KANJI}ァ-ヺＡ-ＺA-Z])")
_LINE_END = re.compile(r"[ \t　]*(?:\r?\n|$|[│｜|])")
_REMARK = re.compile(
    rf"{_HY}?[ 　]?[（(](?=[^（）()\n]{{0,24}}(?:地番|未定|非公開|棟|号室|号|階|ビル|マンション|ハイツ|荘|様方|方|内|丁目|駐車))[^（）()\n]{{1,24}}[)）]"
    rf"|{_HY}?以下[ 　]*(?:未定|非公開|省略|余白|略)|{_HY}(?=[\s、。，,）)」│｜|]|$)"
)
"""What forms add behind: where the plot is, which wing, that the rest is not known yet; a hyphen that nothing follows."""
_TOWN_ALONE = re.compile(rf"[{_WIDE}]{{2,14}}?(?=[ 　]?(?:{_N}丁目|{_N}番|[{_DIGITS}]{{1,4}}{_HY}[{_DIGITS}]))")
_HAS_BUILDING = re.compile(_BUILDING_WORDS)
_NUMBER_END = re.compile(rf"号室|号棟|{_HY}[A-ZＡ-Ｚ][{_DIGITS}]{{0,4}}(?![A-Za-z0-9])")
_LINE_REST = re.compile(
    rf"[ 　]?(?:大字|小字|字)?[{KANJI}ァ-ヶー]{{1,16}}(?=[ \t　\r\"']*(?:\n|$)|です|[ 　]{{1,2}}(?:TEL|Tel|電話|0[{_DIGITS}]{{1,4}}{_HY}))"
)
_NOT_REST = re.compile(
    "(?:店|社|局|駅|校|院|館|所|部|課|会|場|園|線|道|長|様|名|年|月|日|です|ます|こと|の|は|が|に|を|で|と)$"
)
_GOES_ON = re.compile(r"[ァ-ヺー・A-Za-zＡ-Ｚａ-ｚ]*")
_PLACE_IN_NAME = re.compile(rf"[{KANJI}ァ-ヺーの]{{0,10}}{_ROOM}")
_NOT_AFTER_CITY = re.compile(
    "[はがをにでとへもの、。]|立(?![石野花町山川岩場神目売])|役所|役場|議|長(?=[、。はがのにを]|$)|内[のにでは]|民|営|職員|税|政|有[のは地]"
    "|出身|在住|観光|消防|教育|全域|大会|選出|発(?=[のはへ、。着行 　0-9]|$)|行き"
)
_KANA_BUILDING = re.compile(
    rf"[ 　][ぁ-ゖ]{{2,8}}(?:ハイツ|荘|ビル|コーポ|マンション|団地|住宅|寮|アパート|ハウス|コート|館|ホーム)(?:{_ROOM})?"
)
_WITHOUT_TOWN = re.compile(
    rf"(?<=[市町村])[1-9１-９][{_DIGITS}]{{1,4}}(?=[ 　][{KANJI}ァ-ヺ]{{2,}}|[\s、。）)」│｜|]|$)(?![ 　][年月日人件円台回])"
)
"""Municipalities without towns: 龍ケ崎市3710."""
_ONLY_CHOME = re.compile(rf"[ 　]?[東西南北]?{_N}丁目?[東西南北]?")
_PHONE = re.compile(rf"[ 　]?(?:TEL|Tel|tel|電話|℡|FAX|携帯)|[ 　]?0[{_DIGITS}]{{1,4}}{_HY}")


class Address(NamedTuple):
    """An address in a text, and what of it was known."""

    start: int
    end: int
    level: Level
    prefecture: bool
    town: bool
    unique: bool
    strong: bool = False
    """Whether its numbers have the form of an address (丁目, 番地, hyphens) rather than being a bare number."""


class AddressGrammar:
    """Reads an address that begins at a given place of folded text."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def from_prefecture(self, text: str, start: int, end: int) -> Address:
        """The address whose prefecture is ``text[start:end]``."""
        position = _blank(text, end)
        found = self._gazetteer.city_end(text, position, text[start:end])
        if found:
            return self._after_city(text, start, found[0], found[1], prefecture=True)
        guess = _UNKNOWN_CITY.match(text, end)
        if guess:
            return self._after_city(text, start, guess.end(), (), prefecture=True)
        return Address(start, end, "pref", prefecture=True, town=False, unique=True)

    def from_city(self, text: str, start: int, end: int) -> Address:
        """The address whose municipality is ``text[start:end]``, without a prefecture before it."""
        return self._after_city(text, start, end, self._gazetteer.names[text[start:end]], prefecture=False)

    def from_town(self, text: str, start: int) -> Address | None:
        """The address that begins with a town here: only where a label says that one stands here."""
        town = _TOWN_ALONE.match(text, start)
        if town is None:
            return None
        found = self._numbered(
            text, town.end(), Address(start, town.end(), "city", prefecture=False, town=False, unique=True)
        )
        return found if found.strong and found.level in ("block", "room") else None

    def _after_city(self, text: str, start: int, end: int, numbers: tuple[int, ...], *, prefecture: bool) -> Address:
        known = {self._gazetteer.municipalities[n].prefecture for n in numbers}
        unique = len(known) == 1
        base = Address(start, end, "city", prefecture=prefecture, town=False, unique=unique)
        position = self._streets(text, end) if known == {"京都府"} else end
        town = self._town(text, _blank(text, position), numbers)
        if town is not None:
            return self._numbered(
                text, town, Address(start, town, "town", prefecture=prefecture, town=True, unique=unique)
            )
        if _NOT_AFTER_CITY.match(text, end):
            return base
        free = _FREE_TOWN.match(text, position)
        if free and numbers:
            found = self._numbered(text, free.end(), base)
            sure = found.strong or found.level == "room" or free.group()[-1] in "町村"
            if found.level != "city":
                return found if sure or not text[found.end : found.end + 1].strip() else base
        rest = _LINE_REST.match(text, position) if numbers else None
        if rest and re.search("町|字|村", rest.group()) and not _NOT_REST.search(rest.group()):
            return Address(start, rest.end(), "town", prefecture=prefecture, town=False, unique=unique)
        direct = self._numbered(text, position, base)
        plain = prefecture and numbers and direct.level in ("block", "room") and _WITHOUT_TOWN.match(text, end)
        return direct if direct.strong or plain else base

    def _streets(self, text: str, position: int) -> int:
        """The end of Kyoto's street directions: 寺町通御池上る."""
        match = _STREETS.match(text, position, position + 48)
        return match.end() if match else position

    def _town(self, text: str, position: int, numbers: tuple[int, ...]) -> int | None:
        marked = _MARKED_SECTION.match(text, position)
        folded = text[position : position + 24].translate(SPELLINGS)  # its kanji are folded already
        for offset in ([marked.end() - position] if marked else []) + [0]:
            found = self._gazetteer.town_end(folded, offset, numbers)
            if found:
                return position + found[0]
        return None

    def _numbered(self, text: str, position: int, so_far: Address) -> Address:
        """Section, numbers, building and room after the town."""
        end = _numbers_end(text, position)
        if end == position:
            section = _SECTION.match(text, position)
            if section:
                end = _numbers_end(text, section.end())
                marked = _MARKED_SECTION.match(section.group()) or section.group()[-1] in "町村"
                sure = marked or _STRONG.search(text, section.end(), end) or not text[end : end + 1].strip("、,，)）」")
                sure = sure or (so_far.prefecture and _ends_here(text, end))
                if end == section.end() or not sure:
                    end = position
        if end == position:
            return self._to_line_end(text, position, so_far)
        strong = bool(_STRONG.search(text, position, end))
        last = self._building(text, end)
        if remark := _REMARK.match(text, last):
            last = remark.end()
        level: Level = "room" if last > end else "block"
        if level == "block" and so_far.town and _ONLY_CHOME.fullmatch(text, position, end):
            level = "town"
        return Address(so_far.start, last, level, so_far.prefecture, so_far.town, so_far.unique, strong)

    def _to_line_end(self, text: str, position: int, so_far: Address) -> Address:
        """A section without numbers belongs to the address where nothing else stands in the line."""
        rest = _LINE_REST.match(text, position)
        if rest is None or not so_far.town or _NOT_REST.search(rest.group()):
            return so_far
        return Address(so_far.start, rest.end(), "town", so_far.prefecture, so_far.town, so_far.unique)

    def _building(self, text: str, position: int) -> int:
        """The end of building and room; `position` where there is none."""
        if _PHONE.match(text, position):
            return position
        for pattern in (_NUMBER_END, _SURE_ROOM, _KANA_BUILDING):
            if found := pattern.match(text, position):
                return found.end()
        if found := _PLAIN_ROOM.match(text, position):
            return found.end()
        line = _NEXT_LINE.match(text, position)
        found = line and (_PLAIN_ROOM.match(text, line.end()) or _HOUSE.match(text, line.end()))
        if found and _LINE_END.match(text, found.end()):
            return found.end()
        wide = _WIDE_GAP.match(text, position)
        if wide and (found := _ROOMED.match(text, wide.end())) and _HAS_BUILDING.search(found.group()):
            return found.end()
        roomed = _ROOMED.match(text, position)
        if roomed and (_HAS_BUILDING.search(roomed.group()) or roomed.group().endswith(("階", "号室"))):
            return roomed.end()
        match = _BUILDING.match(text, position)
        if match is None:
            return position
        inner = _BUILDING_END.match(match.group())
        if inner is None:
            return position
        end = position + inner.end()
        going_on = _GOES_ON.match(text, end)
        end = going_on.end() if going_on else end
        room = _ROOM_AFTER.match(text, end) or _PLACE_IN_NAME.match(text, end)
        if room and not _PHONE.match(text, end):
            end = room.end()
        return end


def _ends_here(text: str, end: int) -> bool:
    """Whether a blank follows a number, and then nothing that it counts."""
    return text[end : end + 1] in (" ", "　") and not _NOT_A_NUMBER_AFTER.match(text, end + 1)


def _blank(text: str, position: int) -> int:
    return position + 1 if text[position : position + 1] in (" ", "　") else position


def _numbers_end(text: str, start: int) -> int:
    """The end of the numbers that start here; `start` where there are none, or where they count something else."""
    match = _NUMBERS.match(text, start)
    if match is None or not match.group().strip():
        return start
    end = match.end()
    while end > start and _counts(text, start, end):
        end = _without_last(text, start, end)
    body = text[start:end].strip(" 　")
    return end if body else start


def _counts(text: str, start: int, end: int) -> bool:
    """Whether the last number belongs to what follows it: 3人, 1月, or is a kanji numeral inside a word."""
    if not _BARE_LAST.search(text, start, end):
        return False
    if _NOT_A_NUMBER_AFTER.match(text, end) or text[end : end + 1].isdigit():
        return True
    kanji = _KANJI_LAST.search(text[start:end])
    following = text[end : end + 1] if not text.startswith("です", end) else ""
    return bool(kanji and following and (following.isalpha() or following in KANJI))


def _without_last(text: str, start: int, end: int) -> int:
    match = _BARE_LAST.search(text[start:end])
    cut = start + match.start() if match else start
    while cut > start and (re.match(_HY, text[cut - 1]) or text[cut - 1] in "のノ之 　"):
        cut -= 1
    return cut

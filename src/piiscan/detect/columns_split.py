"""Values written over several columns: 姓 and 名, tel01 to tel03, 年 月 日, one digit a box. They are joined and judged as one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from piiscan.detect.columns_names import name_pair
from piiscan.detect.headers import header_key


@dataclass(frozen=True, slots=True)
class Part:
    """One role in a family of columns: header keys (as a regular expression over the whole key) that mean it."""

    role: str
    keys: str


@dataclass(frozen=True, slots=True)
class Family:
    """Columns that together hold one value of one of `types`. All `required` roles must be there; parts are joined by `glue`."""

    types: tuple[str, ...]
    parts: tuple[Part, ...]
    glue: str
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Columns of a table (0-based, in reading order) that hold one value."""

    types: tuple[str, ...]
    columns: tuple[int, ...]
    glue: str
    header: str


_WHOSE = r"(?P<whose>[a-z]*?|.*?)"
_NAME = Family(
    ("PERSON",),
    (
        Part(
            "sei",
            rf"{_WHOSE}(?:姓|名字|苗字|氏|氏名姓|お?名前姓|sei|namesei|shimeisei|lastname|familyname|surname|myoji|name0?1)",
        ),
        Part("mei", rf"{_WHOSE}(?:名|下の名前|氏名名|お?名前名|mei|namemei|shimeimei|firstname|givenname|name0?2)"),
    ),
    " ",
    ("sei", "mei"),
)
_KANA = Family(
    ("JP_NAME_KANA",),
    (
        Part(
            "sei",
            rf"{_WHOSE}(?:せい|セイ|姓カナ|姓かな|カナ姓|(?:フリガナ|ふりがな)[姓セせ]い?イ?|seikana|kanasei|namekanasei|lastnamekana|kana0?1|furigana(?:sei|0?1))",
        ),
        Part(
            "mei",
            rf"{_WHOSE}(?:めい|メイ|名カナ|名かな|カナ名|(?:フリガナ|ふりがな)[名メめ]い?イ?|meikana|kanamei|namekanamei|firstnamekana|kana0?2|furigana(?:mei|0?2))",
        ),
    ),
    " ",
    ("sei", "mei"),
)


def _numbered(stem: str, count: int) -> tuple[Part, ...]:
    return tuple(Part(str(n), rf"{_WHOSE}(?:{stem})0?{n}") for n in range(1, count + 1))


_PHONE_STEM = r"tel|telno|telnum|phone|phonenumber|電話番号?|電話|携帯電話?番号?|denwa|denwabango|keitai|mobile"
_PHONE = Family(("PHONE_NUMBER", "JP_PHONE_MOBILE", "JP_PHONE_FIXED"), _numbered(_PHONE_STEM, 3), "-", ("1", "2", "3"))
_FAX = Family(("JP_FAX", "PHONE_NUMBER"), _numbered(r"fax|faxno|ファックス|fax番号", 3), "-", ("1", "2", "3"))
_ZIP = Family(
    ("JP_POSTAL_CODE",),
    _numbered(r"zip|zipcode|zipno|postalcode|postcode|postcd|yubin|yubinno|郵便番号|〒", 2),
    "-",
    ("1", "2"),
)
_BIRTH = Family(
    ("DATE_OF_BIRTH", "JP_DATE_OF_BIRTH"),
    (
        Part("era", r".*(?:生年月日|誕生日|birth).*(?:元号|年号|和暦|era|gengo)"),
        Part(
            "y",
            r"(?:.*(?:生年月日|誕生日|生まれ).*年|生年|誕生年|.*birthyear|birthy|birthdayyear|dobyear|yearofbirth|birth0?1)",
        ),
        Part(
            "m",
            r"(?:.*(?:生年月日|誕生日|生まれ).*月|生月|誕生月|.*birthmonth|birthm|birthdaymonth|dobmonth|monthofbirth|birth0?2)",
        ),
        Part(
            "d",
            r"(?:.*(?:生年月日|誕生日|生まれ).*日|生日|誕生日|.*birthday|.*birthdate|birthd|birthdayday|dobday|dayofbirth|birth0?3)",
        ),
    ),
    "-",
    ("y", "m", "d"),
)
_ADDRESS = Family(
    ("JP_ADDRESS",),
    (
        Part("pref", rf"{_WHOSE}(?:都道府県名?|県名?|pref|prefname|prefecture|kenname|ken|todofuken)"),
        Part("city", rf"{_WHOSE}(?:市区町村名?|市区郡町?村?|市町村|市区|city|cityname|shikuchoson)"),
        Part("town", rf"{_WHOSE}(?:町名|町域|大字|丁目|town|chome|住所0?1|addr(?:ess)?(?:line)?0?1|jusho0?1)"),
        Part(
            "street",
            rf"{_WHOSE}(?:番地|番地以下|町名番地|丁目番地|以降の住所|それ以降の住所|street|banchi|住所0?2|addr(?:ess)?(?:line)?0?2|jusho0?2)",
        ),
        Part(
            "building",
            rf"{_WHOSE}(?:建物名?|建物名?部屋番号|マンション名?|ビル名|building|tatemono|住所0?3|addr(?:ess)?(?:line)?0?3|jusho0?3)",
        ),
    ),
    "",
    (),
)
_BANK = Family(
    ("JP_BANK_ACCOUNT",),
    (
        Part("bank", r"(?:.*(?:銀行|金融機関)(?:コード|番号|名)?|ginko(?:code|name|cd)?|bank(?:code|name|cd)?)"),
        Part(
            "branch",
            r"(?:.*(?:支店|店舗|本支店)(?:コード|番号|名)?|店番|shiten(?:code|name|cd)?|branch(?:code|name|cd)?)",
        ),
        Part("kind", r"(?:.*(?:預金種目|口座種別|預金種別|口座種類|科目)|kozashubetsu|kouzashubetsu|accounttype)"),
        Part("account", r"(?:.*口座番号|kozano|kouzano|kouzabangou?|kozabango|accountno|accountnumber|bankaccount)"),
    ),
    "-",
    ("bank", "account"),
)
FAMILIES = (_KANA, _NAME, _PHONE, _FAX, _ZIP, _BIRTH, _ADDRESS, _BANK)
_ZERO_DECIMALS = re.compile(r"\.0+$")
_DIGIT = re.compile(r"[0-9０-９](?:\.0)?")
_COMPILED = {id(p): re.compile(p.keys) for f in FAMILIES for p in f.parts}


Cells = Callable[[int], Sequence[str]]
"""The first filled cells of a column."""


def find_groups(names: Sequence[str], groups: Sequence[str], cells: Cells) -> list[Group]:
    """The families of columns in a table with these headers. No column is in two groups."""
    keys = [header_key(g + n) if g and g != n else header_key(n) for n, g in zip(names, groups, strict=True)]
    taken: set[int] = set()
    found = _boxes(names, cells)
    for group in found:
        taken.update(group.columns)
    for family in FAMILIES:
        for columns in _members(family, keys, taken):
            group = Group(family.types, columns, family.glue, " + ".join(names[c] for c in columns))
            if _plausible(family, group, cells):
                taken.update(columns)
                found.append(group)
    found += _unnamed_pairs(names, cells, taken)
    return found


def _unnamed_pairs(names: Sequence[str], cells: Cells, taken: set[int]) -> Iterator[Group]:
    """Surname and given name in neighbouring columns without a heading, told by their cells."""
    last = -1
    for i, (first, second) in enumerate(pairwise(names)):
        if i <= last or first or second or not taken.isdisjoint((i, i + 1)):
            continue
        kind = name_pair(cells(i), cells(i + 1))
        if kind:
            last = i + 1
            yield Group((kind,), (i, i + 1), " ", "")


def _members(family: Family, keys: Sequence[str], taken: set[int]) -> list[tuple[int, ...]]:
    """Sets of columns that are this family, one for each owner (注文者, 届け先), in the order of the columns."""
    owners: dict[str, dict[str, int]] = {}
    last = ""
    for i, key in enumerate(keys):
        if i in taken or not key:
            continue
        for part in family.parts:
            match = _COMPILED[id(part)].fullmatch(key)
            if match is None:
                continue
            whose = match.groupdict().get("whose") or ""
            if part.role in owners.get(whose, {}):
                whose = f"{whose}#{i}" if part is family.parts[0] else last
            if part.role not in owners.setdefault(whose, {}):
                owners[whose][part.role] = i
                last = whose
                break
    return [tuple(sorted(roles.values())) for roles in owners.values() if _complete(family, roles)]


def _complete(family: Family, roles: dict[str, int]) -> bool:
    if family is _ADDRESS:  # a place without town and number is no address of a person
        return len(roles) >= 2 and not {"town", "street"}.isdisjoint(roles)
    return all(role in roles for role in family.required)


def _plausible(family: Family, group: Group, cells: Cells) -> bool:
    """Whether the cells are parts and not whole values (tel1 and tel2 may be two telephone numbers)."""
    if family not in {_PHONE, _FAX, _ZIP, _BIRTH}:
        return True
    longest = 5 if family is not _BIRTH else 4
    for i in group.columns:
        seen = cells(i)
        if sum(len(_ZERO_DECIMALS.sub("", c.strip())) <= longest for c in seen) < 0.8 * len(seen):
            return False
    return True


def _boxes(names: Sequence[str], cells: Cells) -> list[Group]:
    """Runs of seven or more columns of single digits under one heading (forms with a box a digit)."""
    found: list[Group] = []
    start = 0
    while start < len(names):
        end = start + 1
        if names[start]:
            stem = re.sub(r"[0-9０-９]+$", "", names[start])
            while end < len(names) and (not names[end] or (re.sub(r"[0-9０-９]+$", "", names[end]) == stem)):
                end += 1
        run = [i for i in range(start, end) if _single_digits(cells(i))] if end - start >= 7 else []
        if len(run) >= 7 and run[0] == start:
            found.append(Group((), tuple(run), "", re.sub(r"[0-9０-９]+$", "", names[start])))
        start = end
    return found


def _single_digits(cells: Sequence[str]) -> bool:
    return len(cells) > 0 and all(_DIGIT.fullmatch(c.strip()) for c in cells)

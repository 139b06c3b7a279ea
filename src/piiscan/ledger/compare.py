"""Their rows and ours: which belong together, and what differs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from piiscan.ledger.columns import normal_head
from piiscan.ledger.matching import fold, match, same_step, step_keys, steps
from piiscan.ledger.model import Row
from piiscan.ledger.propose import over_retention
from piiscan.ledger.sheet import TheirRow

COUNT_SHARE = 0.2
"""A number of persons has changed when it differs by more than this share."""
_NARROW = (
    "のみ",
    "限",
    "担当",
    "部",
    "課",
    "室",
    "係",
    "責任者",
    "管理者",
    "人事",
    "総務",
    "経理",
    "店長",
    "only",
    "manager",
)
_WIDE = ("全社", "全員", "全従業", "公開", "一般", "誰でも", "everyone", "public", "all ")
_ELECTRONIC = re.compile(
    r"[\\/]|://|サーバ|フォルダ|ドライブ|クラウド|システム|データベース|\bDB\b|PC|パソコン|server|drive|bucket|電子",
    re.IGNORECASE,
)
_PAPER = ("紙", "キャビネット", "書庫", "金庫", "ファイルボックス", "棚", "ロッカー", "倉庫", "paper", "cabinet")
_DATE = re.compile(r"(20[0-9]{2})[-/年.](1[0-2]|0?[1-9])[-/月.](3[01]|[12][0-9]|0?[1-9])")


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the list of differences. `kind` and `todo` are keys of the wording."""

    kind: str
    todo: str
    ours: Row | None = None
    theirs: TheirRow | None = None
    column: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`matched` are their rows with those of ours that belong to them."""

    matched: tuple[tuple[TheirRow, tuple[Row, ...]], ...]
    differences: tuple[Difference, ...]

    def of_kind(self, kind: str) -> tuple[Difference, ...]:
        """The differences of a kind."""
        return tuple(d for d in self.differences if d.kind == kind)


def compare(
    theirs: Sequence[TheirRow],
    ours: Sequence[Row],
    title: Callable[[str], str],
    *,
    share: float = COUNT_SHARE,
    today: date | None = None,
) -> Comparison:
    """Match by key, then by place and name, and list the differences. `title` names an entity type; `share` is the change of counts that matters."""
    pairs, maybe = match(theirs, ours)
    differences = [*_missing(theirs, ours, pairs, maybe)]
    matched = []
    groups: dict[int, list[Row]] = {}
    for row in ours:
        if row.holding.key in pairs:
            groups.setdefault(id(pairs[row.holding.key]), []).append(row)
    for their in theirs:
        if found := tuple(groups.get(id(their), ())):
            matched.append((their, found))
            differences += _changes(their, found, title, share, today or datetime.now().astimezone().date())
    return Comparison(tuple(matched), tuple(differences))


def _missing(
    theirs: Sequence[TheirRow], ours: Sequence[Row], pairs: dict[str, TheirRow], maybe: dict[str, TheirRow]
) -> Iterable[Difference]:
    for row in ours:
        key = row.holding.key
        if key in maybe:
            yield Difference("maybe", "do.maybe", row, maybe[key], after=row.text("place"))
        elif key not in pairs:
            yield Difference("missing-in-ledger", "do.add", row, after=row.text("place"))
    taken = {id(row) for row in (*pairs.values(), *maybe.values())}
    scanned = _Scanned(ours)
    for their in theirs:
        if id(their) not in taken:
            inside = scanned.holds(their)
            yield Difference(
                "missing-in-scan" if inside else "outside",
                "do.gone" if inside else "do.outside",
                None,
                their,
                before=their.text("place"),
            )


class _Scanned:
    """The names of folders that were scanned, and whether a place of theirs seems to be among them."""

    def __init__(self, ours: Iterable[Row]) -> None:
        self._steps: dict[str, set[str]] = {}
        for place in {f"{row.holding.source}/{row.holding.folder}" for row in ours}:
            for step in steps(place):
                for key in step_keys(step):
                    self._steps.setdefault(key, set()).add(step)

    def holds(self, their: TheirRow) -> bool:
        """Whether a place is electronic, not paper, and shares a step with what was scanned."""
        written = their.text("place")
        place = f"{written} {their.text('medium')}"
        if any(word in place for word in _PAPER) and not _ELECTRONIC.search(written):
            return False
        return bool(_ELECTRONIC.search(place)) and any(self._knows(step) for step in set(steps(written)))

    def _knows(self, step: str) -> bool:
        return any(same_step(own, step) for key in step_keys(step) for own in self._steps.get(key, ()))


def _changes(
    their: TheirRow, ours: tuple[Row, ...], title: Callable[[str], str], share: float, today: date
) -> Iterable[Difference]:
    first = ours[0]
    if new := new_items(their, ours, title):
        yield Difference("changed", "do.items", first, their, "items", their.text("items"), "、".join(new))
    if (
        "my_number" in their.texts
        and _says_no(their.text("my_number"))
        and any("JP_MY_NUMBER" in r.holding.entities for r in ours)
    ):
        yield Difference("changed", "do.specific", first, their, "my_number", their.text("my_number"), "有")
    if (
        "sensitive" in their.texts
        and _says_no(their.text("sensitive"))
        and any(t.startswith("SENS_") for r in ours for t in r.holding.entities)
    ):
        yield Difference("changed", "do.sensitive", first, their, "sensitive", their.text("sensitive"), "有")
    before, after = number_in(their.text("count")), sum(row.holding.persons for row in ours)
    if (
        before is not None
        and after
        and abs(after - before) > share * max(before, 1)
        and not _within(their, before, after)
    ):
        yield Difference("changed", "do.count", first, their, "count", their.text("count"), f"{after:,}")
    widest = next((r for r in ours if r.holding.breadth in ("company", "public")), None)
    if widest and not any(word in fold(their.text("access")) for word in _WIDE):
        narrow = any(word in their.text("access") for word in _NARROW)
        if narrow or widest.holding.breadth == "public" or not their.text("access"):
            yield Difference(
                "changed", "do.access", widest, their, "access", their.text("access"), widest.text("access")
            )
    if ended := _retention(their, ours, today):
        yield Difference("changed", "do.retention", first, their, "keep_until", their.text("keep_until"), ended)


def new_items(their: TheirRow, ours: Iterable[Row], title: Callable[[str], str]) -> list[str]:
    """Names of kinds of information that the row does not speak of."""
    said = normal_head(f"{their.text('items')} {their.text('name')}")
    names = {title(entity): entity for row in ours for entity in row.holding.entities}
    return [name for name, entity in names.items() if not _mentioned(name, entity, said)]


_ALSO = {
    "PERSON": ("氏名", "名前", "姓名", "名簿"),
    "JP_NAME_KANA": ("フリガナ", "ふりがな", "カナ", "氏名", "名簿"),
    "EMAIL_ADDRESS": ("メール", "mail", "アドレス"),
    "PHONE_NUMBER": ("電話", "tel", "連絡先"),
    "JP_ADDRESS": ("住所", "所在地", "連絡先", "宛先"),
    "JP_POSTAL_CODE": ("郵便", "住所", "〒", "宛先"),
    "DATE_OF_BIRTH": ("生年月日", "誕生日", "年齢"),
    "AGE": ("年齢", "生年月日", "年代"),
    "GENDER": ("性別",),
    "MEMBER_ID": ("会員番号", "顧客番号", "会員no", "顧客コード", "会員id", "番号"),
    "EMPLOYEE_ID": ("社員番号", "従業員番号", "社員no", "社員コード", "番号"),
    "JP_MY_NUMBER": ("個人番号", "マイナンバー"),
    "CREDIT_CARD": ("カード番号", "クレジット", "カード情報"),
    "JP_BANK_ACCOUNT": ("口座",),
    "JP_YUCHO_ACCOUNT": ("口座", "ゆうちょ", "記号番号"),
    "INCOME": ("給与", "年収", "所得", "報酬", "賃金"),
    "HR_DOCUMENT": ("履歴書", "職歴", "評価", "人事", "経歴"),
}


def _mentioned(name: str, entity: str, said: str) -> bool:
    return any(normal_head(word) in said for word in (*re.split(r"[・、(（]", name), *_ALSO.get(entity, ())) if word)


def number_in(text: str) -> int | None:
    """The number of a count as people write it: 約1,200件, 3万人, 1万2千, 1.5千; None where there is none. A date beside it is no count."""
    folded = _MOMENT.sub(" ", unicodedata.normalize("NFKC", text).replace(",", ""))
    found = _COUNT.search(folded) or _COUNT_BARE.search(folded)
    if found is None:
        return None
    return round(sum(float(n) * _UNITS[unit] for n, unit in _PART.findall(found[1])))


_UNITS = {"": 1, "百": 100, "千": 1000, "万": 10_000, "億": 10**8}
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([百千万億]?)")
_NUMBERS = r"((?:[0-9]+(?:\.[0-9]+)?\s*[億万千百]\s*)*[0-9]+(?:\.[0-9]+)?\s*[百千万億]?)"
_COUNT = re.compile(_NUMBERS + r"\s*(?:件|名|人|枚|通|部|レコード|records|persons|people)")
_COUNT_BARE = re.compile(_NUMBERS)
_MOMENT = re.compile(
    r"(?:20|19)[0-9]{2}\s*(?:[-/.][0-9]{1,2}(?:[-/.][0-9]{1,2})?|年度?(?:\s*[0-9]{1,2}月)?(?:\s*[0-9]{1,2}日)?)"
    r"|(?:令和|平成|[RH])\s*[0-9]{1,2}(?:[-/.][0-9]{1,2}){0,2}年?度?(?:[0-9]{1,2}月)?(?:[0-9]{1,2}日)?"
)
"""Year and month that people write beside a count."""


def _within(their: TheirRow, before: int, after: int) -> bool:
    """Whether a count that is a bound (1,000件以上, 50件未満) still holds."""
    text = their.text("count")
    return ("以上" in text and after >= before) or (
        ("以下" in text or "未満" in text or "以内" in text) and after <= before
    )


def _says_no(text: str) -> bool:
    return fold(text).strip() in ("無", "なし", "無し", "×", "x", "-", "ー", "no", "該当なし", "非該当", "否", "")


def _retention(their: TheirRow, ours: tuple[Row, ...], today: date) -> str:
    """Words saying that the retention has passed; empty otherwise. Their own date goes before the table's years."""
    if match := _DATE.search(unicodedata.normalize("NFKC", their.text("keep_until"))):
        try:
            until = date(*map(int, match.groups()))
        except ValueError:
            return ""
        return f"{until.isoformat()} < {today.isoformat()}" if until < today else ""
    years = re.search(
        r"(?<![0-9])([0-9]{1,2})\s*年(?![0-9月度])", unicodedata.normalize("NFKC", their.text("keep_until"))
    )
    if years:
        newest = max((r.holding.newest for r in ours if r.holding.newest), default=None)
        passed = newest is not None and (today - newest.date()).days > int(years[1]) * 366
        return newest.date().isoformat() if passed and newest else ""
    return (
        ""
        if their.text("keep_until")
        else next((f"{old}年" for r in ours if (old := over_retention(r.holding, today))), "")
    )

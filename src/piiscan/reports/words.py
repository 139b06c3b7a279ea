"""The wording of reports in Japanese and English: names of kinds, states and reasons, and places as people say them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from piiscan import problems
from piiscan.model import Locator, Severity

_SEVERITIES = {
    Severity.CRITICAL: ("重大", "critical"),
    Severity.HIGH: ("高", "high"),
    Severity.MEDIUM: ("中", "medium"),
    Severity.LOW: ("低", "low"),
    Severity.INFO: ("情報", "info"),
    Severity.NONE: ("なし", "none"),
}
_STATES = {
    "scanned": ("検査済", "scanned"),
    "partial": ("一部検査", "partly scanned"),
    "skipped": ("対象外", "not in scope"),
    "failed": ("検査失敗", "failed"),
    "unchanged": ("変更なし", "unchanged"),
    "gone": ("消滅", "gone"),
}
_CATEGORIES = {
    "spi": ("特定個人情報", "Specific personal information (My Number)"),
    "sens": ("要配慮個人情報", "Special care-required"),
    "idcode": ("個人識別符号", "Individual identification code"),
    "pci": ("カード情報", "Payment card data"),
    "pi": ("個人情報", "Personal information"),
    "rel": ("個人関連情報", "Person-related information"),
    "none": ("-", "-"),
}
_CHANGES = {
    "new": ("新しく見つかった", "new"),
    "gone": ("なくなった", "gone"),
    "changed": ("内容が変わった", "changed"),
    "grown": ("増えた", "grown"),
    "shrunk": ("減った", "shrunk"),
    "exposed": ("公開範囲が広がった", "more exposed"),
}
_RUN_STATUS = {
    "running": ("実行中", "running"),
    "done": ("完了", "done"),
    "interrupted": ("中断", "interrupted"),
    "failed": ("異常終了", "failed"),
}
_BREADTHS = {
    "person": ("本人のみ", "one person"),
    "group": ("部署など限られた範囲", "a group"),
    "company": ("社内の全員", "the whole company"),
    "public": ("社外に公開", "public"),
}
# {v} is the value of the step.
_STEPS_JA = {
    "part": "部分「{v}」",
    "header": "ヘッダー「{v}」",
    "sheet": "シート「{v}」",
    "table": "表「{v}」",
    "cell": "セル{v}",
    "row": "{v}行目",
    "page": "{v}ページ",
    "slide": "スライド{v}",
    "notes": "ノート{v}",
    "comment": "コメント{v}",
    "property": "プロパティ「{v}」",
    "line": "{v}行目",
    "record": "{v}件目",
    "path": "項目「{v}」",
    "tag": "タグ「{v}」",
    "name": "名前",
    "beside": "付記「{v}」",
    "code": "コード{v}",
    "face": "顔{v}",
    "picture": "画像({v})",
    "box": "位置(左,上,右,下 ‰){v}",
}
_STEPS_EN = {
    "part": "part “{v}”",
    "header": "header “{v}”",
    "sheet": "sheet “{v}”",
    "table": "table “{v}”",
    "cell": "cell {v}",
    "row": "row {v}",
    "page": "page {v}",
    "slide": "slide {v}",
    "notes": "notes {v}",
    "comment": "comment {v}",
    "property": "property “{v}”",
    "line": "line {v}",
    "record": "record {v}",
    "path": "field “{v}”",
    "tag": "tag “{v}”",
    "name": "its name",
    "beside": "its {v}",
    "code": "code {v}",
    "face": "face {v}",
    "picture": "the picture ({v})",
    "box": "at (left,top,right,bottom ‰) {v}",
}


def describe(locator: Locator, lang: str = "ja") -> str:
    """A place as a person says it: 「シート「会員」 C列」. Empty for the item as a whole."""
    steps = _STEPS_JA if lang == "ja" else _STEPS_EN
    return (" " if lang == "ja" else ", ").join(_step(steps, kind, value, lang) for kind, value in locator.steps)


def _step(steps: Mapping[str, str], kind: str, value: str, lang: str) -> str:
    if kind == "column":
        return _column(value, lang)
    form = steps.get(kind)
    if form is None:
        return f"{kind} {value}"
    return form.format(v=value).strip()


def _column(value: str, lang: str) -> str:
    """``C``, ``3``, ``氏名`` or, as tables name them, position and header together: ``3 氏名``."""
    position, _, header = value.partition(" ")
    if not (position.isascii() and (position.isdigit() or re.fullmatch("[A-Z]{1,3}", position))):
        position, header = "", value
    if lang == "ja":
        place = f"{position}列目" if position.isdigit() else f"{position}列"
        return f"{place}「{header}」" if header else place
    return " ".join(filter(None, ["column", position, f"“{header}”" if header else ""]))


@dataclass(frozen=True)
class Words:
    """Wording in one language. `types` are rows of the taxonomy by id; by default the built-in ones."""

    lang: str = "ja"
    types: Mapping[str, Mapping[str, Any]] | None = field(default=None, repr=False)

    @property
    def _n(self) -> int:
        return 0 if self.lang == "ja" else 1

    @cached_property
    def _types(self) -> Mapping[str, Mapping[str, Any]]:
        return self.types if self.types is not None else built_in_types()

    def __call__(self, key: str, **values: object) -> str:
        """A sentence of ``templates/words.toml``, with its blanks filled."""
        return sentences()[key][self.lang if self.lang == "ja" else "en"].format(**values)

    def entity(self, entity_type: str) -> str:
        """The name of a kind of information; its id where only a plugin knows it."""
        row = self._types.get(entity_type, {})
        return str(row.get(self.lang) or row.get("en") or entity_type)

    def law(self, entity_type: str) -> str:
        """What the law says about it, in Japanese; may be empty."""
        return str(self._types.get(entity_type, {}).get("law_ja", ""))

    def severity(self, severity: Severity) -> str:
        """重大, 高, 中, 低, 情報."""
        return _SEVERITIES[severity][self._n]

    def state(self, state: str) -> str:
        """検査済, 一部検査, 対象外, 検査失敗, 変更なし, 消滅."""
        return self._of(_STATES, state)

    def category(self, category: str) -> str:
        """The legal class."""
        return self._of(_CATEGORIES, category)

    def change(self, kind: str) -> str:
        """A kind of change."""
        return self._of(_CHANGES, kind)

    def run_status(self, status: str) -> str:
        """How a run ended."""
        return self._of(_RUN_STATUS, status)

    def breadth(self, breadth: str) -> str:
        """Who may open an item; empty where it is not known."""
        return self._of(_BREADTHS, breadth)

    def problem(self, code: str) -> str:
        """Why something was not read."""
        return problems.message(code, self.lang) if code else ""

    def hint(self, code: str) -> str:
        """What to do about it."""
        return problems.hint(code, self.lang)

    def describe(self, locator: Locator) -> str:
        """A place as a person says it."""
        return describe(locator, self.lang)

    def entities(self, counts: Mapping[str, int], most: int = 0) -> str:
        """``氏名 3、電話番号 2``, most frequent first; with `most`, no more than so many."""
        ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        shown = ranked[: most or None]
        comma = "、" if self.lang == "ja" else ", "
        rest = len(ranked) - len(shown)
        more = [self("more", n=rest)] if rest else []
        return comma.join([f"{self.entity(kind)} {count:,}" for kind, count in shown] + more)

    def moment(self, when: datetime | None) -> str:
        """Date and time in the time zone of this machine."""
        if when is None:
            return ""
        try:
            local = when.astimezone()
        except (OverflowError, ValueError):
            local = when
        day = f"{local.year}年{local.month}月{local.day}日" if self.lang == "ja" else f"{local:%Y-%m-%d}"
        return f"{day} {local:%H:%M}"

    def size(self, size: int | None) -> str:
        """Bytes for people."""
        if size is None:
            return ""
        number = float(size)
        for unit in ("B", "KB", "MB", "GB"):
            if number < 1024:
                return f"{number:,.0f} {unit}" if unit == "B" else f"{number:,.1f} {unit}"
            number /= 1024
        return f"{number:,.1f} TB"

    def _of(self, table: Mapping[str, tuple[str, str]], key: str) -> str:
        return table[key][self._n] if key in table else key


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """The sentences of reports, by key and language."""
    path = Path(__file__).with_name("templates") / "words.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def built_in_types() -> Mapping[str, Mapping[str, Any]]:
    """The taxonomy that comes with piiscan, by id. Read by itself: a mistake in a rule must not stop a report."""
    from piiscan.rules.builtin import builtin_folder

    try:
        rows = tomllib.loads((builtin_folder() / "taxonomy.toml").read_text(encoding="utf-8")).get("type", [])
    except (OSError, ValueError):
        return {}
    return {row["id"]: row for row in rows if "id" in row}

"""The company's own addresses, phones, domains and mail addresses."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from piiscan.config import Settings, load_settings
from piiscan.detect.allow import AllowList
from piiscan.detect.engine import Detector, build_detector
from piiscan.errors import RuleError
from piiscan.model import ColumnDetection, TableSegment, TextSegment
from piiscan.plugins import load_plugins
from piiscan.rules.loader import load_rules
from piiscan.scanner import Scanner


def detector(allow: Mapping[str, list[str]]) -> Detector:
    """A detector with an allow-list."""
    registry = load_plugins(entry_points=False)
    return build_detector(registry, load_rules(allow=allow, validators=registry.validators))


@pytest.mark.parametrize(
    ("kind", "entry", "same", "other"),
    [
        (
            "PHONE_NUMBER",
            "03-1234-5678",
            ["０３（１２３４）５６７８", "+81-3-1234-5678", "0312345678"],
            ["03-1234-5679"],
        ),
        (
            "EMAIL_ADDRESS",
            "@example.co.jp",
            ["taro@example.co.jp", "Ａ@EXAMPLE.co.jp"],
            ["taro@example.com", "a@notexample.co.jp"],
        ),
        ("EMAIL_ADDRESS", "example.co.jp", ["taro@mail.example.co.jp"], ["taro@example.co.jp.evil.com"]),
        ("EMAIL_ADDRESS", "taro@example.jp", ["Taro@Example.jp"], ["hanako@example.jp"]),
        (
            "URL_WITH_USER_ID",
            "example.co.jp",
            ["https://www.example.co.jp/users/1"],
            ["https://example.org/example.co.jp"],
        ),
        ("MEMBER_ID", "/T-{D}{4}/", ["T-0001", "Ｔ-９９９９"], ["T-00011", "U-0001"]),
        (
            "JP_ADDRESS",
            "東京都千代田区丸の内1-1-1",
            ["千代田区丸の内一丁目1番1号", "東京都千代田区丸の内１－１－１ ○○ビル5階"],
            ["東京都千代田区丸の内1-1-10", "東京都千代田区丸の内1-1", "東京都千代田区丸の内1-1-1-301"],
        ),
    ],
)
def test_what_an_entry_allows(kind: str, entry: str, same: list[str], other: list[str]) -> None:
    """Spelling does not matter, everything else does."""
    allow = AllowList({kind: [entry]})
    assert [allow.allows(kind, value) for value in same] == [True] * len(same)
    assert [allow.allows(kind, value) for value in other] == [False] * len(other)
    assert not allow.allows("PERSON", entry)


def test_an_allowed_value_is_explained_and_not_reported() -> None:
    """Nor is another reading of the same place."""
    own = detector({"PHONE_NUMBER": ["03-1234-5678"]})
    text = TextSegment(text="代表 03-1234-5678 携帯 090-1234-5678")
    assert [text.text[d.start : d.end] for d in own.text(text)] == ["090-1234-5678"]
    assert "allowed" in {v.outcome for v in own.explain(text)}


def test_allowed_cells_are_not_counted() -> None:
    """A column without them, and no column of them only."""
    own = detector({"EMAIL_ADDRESS": ["@example.co.jp"]})

    def rows(values: list[str]) -> list[int]:
        table = TableSegment(batches=iter([pl.DataFrame({"a": values})]), header=("メールアドレス",))
        return [d.rows for d in own.scan(table) if isinstance(d, ColumnDetection)]

    assert rows(["a@example.co.jp", "b@example.org", "c@example.com"]) == [2]
    assert rows(["a@example.co.jp", "b@example.co.jp"]) == []


def test_entries_come_from_files_and_settings(tmp_path: Path) -> None:
    """Both add up, and a change makes scanned items due again."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "own.toml").write_text(
        '[ruleset]\nid = "own"\ntitle_ja = "x"\ntitle_en = "x"\n[allow]\nPHONE_NUMBER = ["03-1234-5678"]\n',
        encoding="utf-8",
    )
    (tmp_path / "piiscan.toml").write_text(
        '[rules]\nfolders = ["rules"]\nallow = { EMAIL_ADDRESS = ["@example.co.jp"] }\n', encoding="utf-8"
    )
    settings = load_settings(tmp_path / "piiscan.toml")
    scanner = Scanner(settings=settings)
    assert scanner.scan_text("電話 03-1234-5678 taro@example.co.jp") == []
    assert settings.digest() != Settings().digest()
    assert scanner.rules.digest != load_rules([folder]).digest != load_rules().digest
    assert "example" not in repr(settings.rules)


@pytest.mark.parametrize("allow", [{"NO_SUCH_TYPE": ["x"]}, {"PHONE_NUMBER": ["/[/"]}, {"PHONE_NUMBER": [" "]}])
def test_a_wrong_entry_is_an_error(allow: dict[str, list[str]]) -> None:
    """An unknown type, a broken pattern, an empty value."""
    with pytest.raises(RuleError):
        load_rules(allow=allow)

"""Masks and fingerprints give nothing away."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiscan.errors import ConfigError
from piiscan.model import Detection, TextSegment
from piiscan.privacy import FingerprintKey, Redactor, canonical, load_key, mask
from piiscan.scanner import Scanner

KEY = FingerprintKey(bytes(range(32)))
KINDS = ("none", "last4", "first1", "email", "phone", "area", "year", "length")
ALLOWED = {"none": 0, "last4": 4, "first1": 1, "phone": 2, "length": 0}


@pytest.mark.parametrize("kind", KINDS)
@given(value=st.text(alphabet="0123456789山田太郎東京都千代田区abc@.- ", min_size=1, max_size=30))
def test_masks_never_show_more_than_allowed(kind: str, value: str) -> None:
    """A mask shows at most the characters its kind allows, whatever the value."""
    shown = mask(value, kind)
    if kind in ALLOWED:
        kept = [c for c in shown if c not in "*-()" and kind != "length"]
        assert len(kept) <= ALLOWED[kind]
    # A municipality alone is its own area; everything else must have lost something.
    assert kind == "area" or len(value.strip()) < 4 or value.strip() not in shown


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("4111-1111-1111-1234", "last4", "****1234"),
        ("1234", "last4", "****"),
        ("山田 太郎", "first1", "山***"),
        ("taro.yamada@example.co.jp", "email", "t***@example.co.jp"),
        ("０９０－１２３４－５６７８", "phone", "***-****-**78"),
        ("東京都千代田区丸の内1-1-1", "area", "東京都千代田区***"),
        ("1980-01-02", "year", "1980-**-**"),
        ("昭和55年1月2日", "year", "****-**-**"),
        ("123456789018", "none", ""),
    ],
)
def test_masks(value: str, kind: str, shown: str) -> None:
    """What a person sees of typical values."""
    assert mask(value, kind) == shown


def test_same_value_has_one_fingerprint_in_every_spelling() -> None:
    """Width, hyphens, spaces and case make no difference; the type and the key do."""
    spellings = ("090-1234-5678", "０９０－１２３４－５６７８", "09012345678", "090 1234 5678")
    assert len({KEY.sign("PHONE_NUMBER", canonical(s)) for s in spellings}) == 1
    assert KEY.sign("PHONE_NUMBER", "1") != KEY.sign("MEMBER_ID", "1")
    assert KEY.sign("PHONE_NUMBER", "1") != FingerprintKey(bytes(32)).sign("PHONE_NUMBER", "1")


def test_my_number_leaves_place_and_count_only() -> None:
    """Neither mask nor fingerprint of a My Number is made."""
    rules = Scanner().rules
    segment = TextSegment(text="マイナンバー 123456789018", first_line=1)
    detection = Detection(entity_type="JP_MY_NUMBER", start=7, end=19, confidence=0.9, rule="r", recognizer="d")
    finding = Redactor(rules, KEY).of_text(segment, detection)
    assert (finding.mask, finding.fingerprint, finding.sketch) == ("", "", ())
    assert "9018" not in repr(finding)


def test_key_is_hidden_and_travels_to_workers() -> None:
    """The secret is in no repr; a pickled copy signs the same."""
    assert bytes(range(32)).hex() not in repr(KEY)
    assert pickle.loads(pickle.dumps(KEY)).sign("X", "1") == KEY.sign("X", "1")


def test_key_file_is_made_once_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first use makes the file, readable by its owner only; later ones read the same key."""
    monkeypatch.delenv("PIISCAN_KEY")
    file = tmp_path / "keys" / "key"
    first = load_key(file)
    assert load_key(file).id == first.id
    if sys.platform != "win32":
        assert file.stat().st_mode & 0o077 == 0
    assert [p.name for p in file.parent.iterdir()] == ["key"]


def test_two_first_runs_at_once_agree_on_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes that make the key at the same time end with the same one."""
    monkeypatch.delenv("PIISCAN_KEY")
    code = f"from piiscan.privacy import load_key; from pathlib import Path; print(load_key(Path({str(tmp_path / 'k')!r})).id)"
    processes = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert len({p.communicate()[0] for p in processes}) == 1


def test_wrong_key_is_a_configuration_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is no hexadecimal string says so without repeating it."""
    monkeypatch.setenv("PIISCAN_KEY", "not-hex-secret")
    with pytest.raises(ConfigError) as raised:
        load_key()
    assert "not-hex-secret" not in str(raised.value)

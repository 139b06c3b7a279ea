"""Codes in pictures: what they hold is judged as text, where they lead is compared with the list and with the last scan."""

from __future__ import annotations

from pathlib import Path

import pytest
from image_samples import detector, qr, read, saved
from PIL import Image

from piiscan import Scanner, Settings
from piiscan.inventory.store import Inventory
from piiscan.model import Attribute, Problem, TextSegment
from piiscan_images.codes import contents
from piiscan_images.targets import target_of

VCARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN;CHARSET=UTF-8:髙橋;花子;;;\r\nTEL;TYPE=CELL:090-8765-4321\r\nEMAIL:hanako@example.co.jp\r\n"
    "ADR:;;丸の内1-1-1;千代田区;東京都;100-0005;日本\r\nEND:VCARD"
)


def kinds(readings: list) -> set[str]:
    return {d.entity_type for r in readings if isinstance(r, TextSegment) for d in detector().text(r)}


@pytest.mark.parametrize(
    "text",
    [
        VCARD,
        "MECARD:N:髙橋,花子;SOUND:タカハシ,ハナコ;TEL:09087654321;EMAIL:hanako@example.co.jp;ADR:東京都千代田区丸の内1-1-1;;",
        "お名前：髙橋 花子\n電話：090-8765-4321 mail: hanako@example.co.jp\n住所：東京都千代田区丸の内1-1-1",
    ],
)
def test_a_contact_in_a_code(text: str) -> None:
    """Name, phone, mail and address of a contact code are found, with the place of the code in the picture."""
    readings = read(saved(qr(text), "PNG"), "a.png")
    assert {"PERSON", "PHONE_NUMBER", "EMAIL_ADDRESS", "JP_ADDRESS"} <= kinds(readings)
    (place,) = {r.locator for r in readings if isinstance(r, TextSegment)}
    left, top, right, bottom = map(int, place.get("box").split(","))
    assert place.get("code") == "1"
    assert 50 < left < right < 950
    assert 50 < top < bottom < 950


def test_codes_in_shift_jis() -> None:
    """Old Japanese codes hold Shift_JIS bytes without saying so."""
    readings = read(saved(qr("氏名：髙橋 花子 様、電話番号：090-8765-4321".encode("cp932")), "PNG"), "a.png")
    assert {"PERSON", "PHONE_NUMBER"} <= kinds(readings)


def test_passwords_of_networks() -> None:
    """A network's code gives its password away."""
    assert contents("WIFI:T:WPA;S:shop-back;P:s3cr3t\\;x;;") == "T: WPA\nSSID: shop-back\nパスワード: s3cr3t;x"


def test_numbers_of_goods_are_no_personal_number() -> None:
    """Bar codes of goods are left out."""
    import zxingcpp

    code = zxingcpp.create_barcode("4901234567894", zxingcpp.BarcodeFormat.EAN13)
    picture = Image.new("L", (600, 300), 255)
    picture.paste(Image.fromarray(code.to_image(scale=3)).convert("L"), (50, 50))
    assert not any(isinstance(r, TextSegment) for r in read(saved(picture, "PNG"), "a.png"))


def test_both_codes_of_a_picture() -> None:
    """Every code of a picture is read, in reading order, also one that lies on its side."""
    one, two = qr("https://a.example.jp/"), qr("https://b.example.jp/").rotate(90, expand=True)
    picture = Image.new("L", (one.width + two.width, max(one.height, two.height)), 200)
    picture.paste(one, (0, 0))
    picture.paste(two, (one.width, 0))
    found = [r for r in read(saved(picture, "PNG"), "a.png") if isinstance(r, Attribute) and r.watch]
    assert [(r.value, r.locator.get("code")) for r in found] == [
        ("https://a.example.jp/", "1"),
        ("https://b.example.jp/", "2"),
    ]


OWN = ("https://shop.example.co.jp/pay/", "qr.example.co.jp")


@pytest.mark.parametrize(
    "text",
    ["https://shop.example.co.jp/pay/0012", "https://qr.example.co.jp/x?y=1", "HTTPS://QR.EXAMPLE.CO.JP/28180104"],
)
def test_own_targets(text: str) -> None:
    """Addresses below an entry, and everything of a host by https, are the company's own."""
    target = target_of(text, OWN)
    assert target is not None
    assert target.known
    assert target.odd == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://shop.example.co.jp/pay/../evil", ""),
        ("https://shop.example.co.jp/paying", ""),
        ("https://shop.example.co.jp:8443/pay/1", ""),
        ("http://qr.example.co.jp/x", "no-encryption"),
        ("https://qr.example.co.jp@evil.example/x", "user-before-host"),
        ("https://qr.example.co.jp.evil.example/x", "resembles-own-host"),
        ("https://qr-example-co-jp.evil.example/", "resembles-own-host"),
        ("https://qr.examp1e.co.jp/", "resembles-own-host"),
        ("https://qr.exarnple.co.jp/", "resembles-own-host"),
        ("https://shop.exmple.co.jp/", "resembles-own-host"),
        ("https://xn--exmple-cua.jp/", "other-script-in-host"),
        ("https://192.0.2.7/pay", "address-instead-of-host"),
        ("https://3221225991/pay", "address-instead-of-host"),
        ("https://bit.ly/abc", "shortened"),
        ("javascript:alert(1)", "active-content"),
        ("https://[::bad/", "not-an-address"),
    ],
)
def test_targets_that_are_not_own(text: str, reason: str) -> None:
    """What is not on the list is not known, and the tricks of pasted codes are named."""
    target = target_of(text, OWN)
    assert target is not None
    assert not target.known
    assert reason in {*target.odd, ""}
    assert bool(reason) == bool(target.odd)


def emv(*fields: tuple[str, str]) -> str:
    body = "".join(f"{key}{len(value):02}{value}" for key, value in fields) + "6304"
    crc = 0xFFFF
    for byte in body.encode():
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return f"{body}{crc:04X}"


def test_payment_codes() -> None:
    """Codes of EMVCo are payments; a wrong check sum or another country is odd. The check sum is that of the specification."""
    good = emv(
        ("00", "01"),
        ("01", "11"),
        ("26", "0012example.shop"),
        ("52", "5411"),
        ("53", "392"),
        ("58", "JP"),
        ("59", "SHOP"),
        ("60", "TOKYO"),
    )
    assert target_of(good, ()).kind == "payment"
    assert target_of(good, ()).odd == ()
    assert target_of(good, (good,)).known
    assert target_of(good[:-1] + ("0" if good[-1] != "0" else "1"), ()).odd == ("wrong-check-sum",)
    assert target_of(emv(("00", "01"), ("58", "XX")), ()).odd == ("other-country",)
    # Annex of EMVCo's merchant-presented specification 1.1, the example of a payload.
    example = (
        "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT6007BEIJING"
        "64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016A0112233449988770708123456786304A13A"
    )
    assert target_of(example, ()).odd == ("other-country",)


@pytest.mark.parametrize(
    "text", ["山田太郎", "tel:0312345678", "geo:35.68,139.76", "12345678901", "MECARD:N:x;;", "a b: c"]
)
def test_contents_that_lead_nowhere(text: str) -> None:
    """Contacts, numbers and plain text have no target to be compared."""
    assert target_of(text, OWN) is None


def test_a_number_in_a_code_is_never_kept_as_fingerprint() -> None:
    """The code on the back of a My Number card holds the number: it is judged as text and not watched."""
    readings = read(saved(qr("個人番号 123456789018"), "PNG"), "a.png")
    assert not any(isinstance(r, Attribute) and r.watch for r in readings)
    assert "JP_MY_NUMBER" in kinds(readings)


@pytest.fixture
def shop(tmp_path: Path):
    """Scan a folder with one poster that shows this code, again and again into one inventory."""

    def scan(target: str, **options: object) -> list[tuple[str, str, tuple[str, ...]]]:
        (tmp_path / "in").mkdir(exist_ok=True)
        qr(target).save(tmp_path / "in" / "レジ横.png")
        url = f"sqlite:///{(tmp_path / 'i.db').as_posix()}"
        Scanner(settings=Settings(inventory=url, jobs=1, plugin={"images": options})).scan(tmp_path / "in")
        with Inventory.open(url) as store:
            assert not [p for p in store.problems() if isinstance(p, Problem)]
            assert target.encode() not in (tmp_path / "i.db").read_bytes()
            return [
                (f.entity_type, str(f.locator).partition(";")[0], f.evidence)
                for f in store.findings()
                if f.entity_type.startswith("QR")
            ]

    return scan


def test_a_code_pasted_over_another(shop) -> None:
    """The first scan knows nothing odd; after another code was pasted over the poster's, its target is a finding, and stays one."""
    assert shop("https://pay.example.jp/shop/1") == []
    changed = [("QR_TARGET_CHANGED", "code=1", ("changed-since-last-scan",))]
    assert shop("https://pay.example.com/shop/1") == changed
    assert shop("https://pay.example.com/shop/1") == changed
    assert shop("https://pay.example.com/shop/1", qr_allowed=["https://pay.example.com/"]) == []


def test_a_code_that_is_not_on_the_list(shop) -> None:
    """With a list, a target that is not on it is a finding from the first scan on; one that is on it may change."""
    assert shop("https://pay.example.jp/shop/1", qr_allowed=["pay.example.jp"]) == []
    assert shop("https://pay.example.jp/shop/2", qr_allowed=["pay.example.jp"]) == []
    ((kind, _, evidence),) = shop("https://pay.examp1e.jp/shop/2", qr_allowed=["pay.example.jp"])
    assert kind == "QR_TARGET_UNEXPECTED"
    assert {"odd:resembles-own-host", "not-on-list", "kind:web"} == set(evidence)

"""The parts that need no server: targets, passwords, the refusal of writes, references to pictures, what is withheld."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from piiscan.errors import SourceError, UsageError
from piiscan.model import Finding, Item, ItemResult, Locator, Severity, State
from piiscan_cms import piiscan_sources
from piiscan_cms.address import parse
from piiscan_cms.credentials import login
from piiscan_cms.faults import RefusedError, refusal, retry_after
from piiscan_cms.kinds._wp_usage import Page, Uses, plain
from piiscan_cms.kinds.wordpress import WordPressOptions, WordPressSource
from piiscan_cms.options import CmsOptions
from piiscan_cms.web import METHODS, ReadOnlyError, Web, check_reads
from piiscan_cms.withholding import Withholding

SITE = "wordpress+https://shop.example/blog/"


def test_targets() -> None:
    """Host, port and folder are taken as written; an item's uri leads back to its site and its place there."""
    address = parse("wordpress+https://Shop.Example:8443/店/blog")
    assert address.url == "https://shop.example:8443/%E5%BA%97/blog/"
    uri = address.uri("templates/theme//頁")
    assert uri.isascii()
    assert address.part_of(uri) == "templates/theme//頁"
    assert parse(uri).part == "templates/theme//頁"
    assert parse(uri).base == address.base
    assert parse("wordpress+https://日本.example/").host.startswith("xn--")
    assert parse("wordpress+http://[::1]:8080/").origin == "http://[::1]:8080"


@pytest.mark.parametrize(
    "target", ["wordpress+https://", "wordpress+ftp://h/", "wordpress+https://h:x/", "wordpress+https://h/?p=1"]
)
def test_wrong_targets(target: str) -> None:
    """What is no site is refused with a sentence."""
    with pytest.raises(UsageError):
        WordPressSource.from_target(target)


def test_a_password_in_a_target_is_refused_and_not_repeated() -> None:
    """Nor is a user; what people paste by mistake must not travel on in a message."""
    with pytest.raises(UsageError) as caught:
        WordPressSource.from_target("wordpress+https://me:hush@shop.example/")
    assert "hush" not in str(caught.value)
    with pytest.raises(UsageError) as wrong:
        WordPressSource.from_target(SITE, options={"password": "hush"})
    assert "hush" not in str(wrong.value)


def test_where_the_password_comes_from(tmp_path: Path) -> None:
    """Options by reference first, then variables by the target's name, then by its host."""
    address = parse(SITE)
    file = tmp_path / "secret"
    file.write_text("from file\nsecond line\n", encoding="utf-8")

    def found(environ: dict[str, str], **options: object) -> tuple[str, str] | None:
        account = login(address, "店", CmsOptions.model_validate(options), environ)
        return None if account is None else (account.user, account.password)

    by_host = {"PIISCAN_CMS_USER_SHOP_EXAMPLE": "u", "PIISCAN_CMS_PASSWORD_SHOP_EXAMPLE": "p"}
    assert found({}) is None
    assert found(by_host) == ("u", "p")
    assert found(by_host | {"PIISCAN_CMS_PASSWORD__": "named"}) == ("u", "named")
    assert found(by_host | {"X": "x"}, user="me", password_env="X") == ("me", "x")
    assert found(by_host, password_file=str(file)) == ("u", "from file")
    assert found(by_host, anonymous=True) is None
    assert "p" not in repr(login(address, "", CmsOptions(), by_host)).replace("password", "").replace("piiscan", "")


@pytest.mark.parametrize("options", [{"user": "me"}, {"password_env": "NOT_SET"}, {"password_file": "/nowhere"}])
def test_half_an_account_is_an_error(options: dict[str, str]) -> None:
    """Nobody should scan as a stranger because a variable was not set."""
    with pytest.raises(SourceError) as caught:
        login(parse(SITE), "", CmsOptions.model_validate(options), {})
    assert caught.value.code == "access-denied"


def test_no_password_without_tls() -> None:
    """Except to this machine itself."""
    options = CmsOptions(user="me", password_env="X")
    with pytest.raises(SourceError):
        login(parse("wordpress+http://shop.example/"), "", options, {"X": "x"})
    assert login(parse("wordpress+http://127.0.0.1:80/"), "", options, {"X": "x"}) is not None


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "post", "MOVE"])
def test_no_request_that_writes_can_be_sent(method: str) -> None:
    """The one way out refuses before anything is sent: nothing listens at this address, and none is asked."""
    web = Web(parse("wordpress+http://127.0.0.1:9/"), CmsOptions())
    with pytest.raises(ReadOnlyError):
        web.open("http://127.0.0.1:9/", {}, method=method)
    web.close()


def test_a_get_that_stands_for_another_method_is_refused() -> None:
    """WordPress takes ?_method=DELETE and X-HTTP-Method-Override for the method."""
    for url, headers, body in (
        ("https://h/wp-json/x?_method=DELETE", {}, None), ("https://h/?a=1&_method=", {}, None), ("https://h/?%5Fmethod=PUT", {}, None),
        ("https://h/", {"X-HTTP-Method-Override": "PUT"}, None), ("https://h/", {}, b"x"),
    ):  # fmt: skip
        with pytest.raises(ReadOnlyError):
            check_reads("GET", url, headers, body)
    for method in METHODS:
        check_reads(method, "https://h/wp-json/x?method=1", {}, None)


def test_what_answers_mean() -> None:
    """Gone, denied, busy and others apart; of the server's words only its error code is kept."""
    codes = {status: refusal(status, b"").code for status in (400, 401, 403, 404, 410, 429, 500, 503)}
    assert codes == {400: "io-error", 401: "access-denied", 403: "access-denied", 404: "vanished", 410: "vanished",
                     429: "try-later", 500: "try-later", 503: "try-later"}  # fmt: skip
    error = refusal(403, '{"code":"rest_forbidden<b>","message":"山田太郎 may not"}'.encode())
    assert error.detail == "HTTP 403 rest_forbiddenb"
    copy = pickle.loads(pickle.dumps(RefusedError("vanished", "HTTP 404", 404)))
    assert (copy.code, copy.detail, copy.status) == ("vanished", "HTTP 404", 404)


def test_how_long_to_wait() -> None:
    """Seconds, or a date; nonsense is nothing."""
    assert retry_after({"Retry-After": "7"}) == 7
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 60 < (retry_after({"Retry-After": later}) or 0) <= 91
    assert retry_after({"Retry-After": "soon"}) is None
    assert retry_after({}) is None


def test_references_to_pictures() -> None:
    """Classes, blocks, galleries old and new, scaled and original addresses, escaped ones; other numbers are none."""
    uses = Uses()
    for number, text in enumerate((
        '<img class="alignleft wp-image-12 x">', '<!-- wp:cover {"url":"x","id":13} -->', '<!-- wp:media-text {"mediaId":14,"mediaType":"image"} -->',
        '[gallery size="full" ids="15, 16"]', '<!-- wp:gallery {"ids":[17,18]} -->', '<img src="/wp-content/uploads/2026/01/a-1024x768.jpg?x=1">',
        '{"src":"https:\\/\\/h\\/wp-content\\/uploads\\/2026\\/01\\/%E5%BA%97-scaled.jpg"}', '<!-- wp:paragraph {"id":19} --> wp-imagery-20',
    )):  # fmt: skip
        uses.add(Page(f"https://h/{number}", public=True), text)

    def of(number: int, *files: str) -> list[str]:
        return [page.url[-1] for page in uses.of(number, iter(files))]

    assert [of(n) for n in (12, 13, 14, 15, 16, 17, 18, 19, 20)] == [
        ["0"],
        ["1"],
        ["2"],
        ["3"],
        ["3"],
        ["4"],
        ["4"],
        [],
        [],
    ]
    assert of(1, "https://h/wp-content/uploads/2026/01/a.jpg") == ["5"]
    assert of(2, "https://cdn/wp-content/uploads/2026/01/店.jpg") == ["6"]
    assert of(3, "https://h/wp-content/uploads/2025/01/a.jpg") == []
    assert (
        plain("/wp-content/uploads/2026/01/b-300x200.png")
        == plain("https://h/wp-content/uploads/2026/01/b.png")
        == "2026/01/b.png"
    )


def test_hostile_pages_come_to_an_end() -> None:
    """Very long runs of what references begin with, and pictures inside a page: a runaway pattern would take hours."""
    for unit in ("/", "a/b+", '<!-- wp:image {"x":1,', "[gallery ", '"ids":[1,', "/uploads/", "-300x200", "wp-image-"):
        Uses().add(Page("https://h/", public=True), unit * (400_000 // len(unit)))


def _result(media_type: str | None, *places: Locator) -> ItemResult:
    item = Item(uri="x://y", source="s", name="n", attributes={"text.caption": "店長の山田", "media.public": "true"})
    findings = tuple(
        Finding(
            entity_type="PERSON",
            category="c",
            severity=Severity.LOW,
            confidence=1.0,
            locator=p,
            count=1,
            mask="",
            rule="r",
            recognizer="r",
        )
        for p in places
    )
    return ItemResult(item=item, state=State.SCANNED, findings=findings, media_type=media_type)


def test_captions_that_name_somebody_are_withheld() -> None:
    """Kept where nothing was found in them, replaced by what was found, taken away where nobody looked."""
    told = Withholding().attributes
    assert told(_result("image/png")) == {}
    assert told(_result("image/png", Locator.of(tag="Artist"))) == {}
    assert told(_result("image/png", Locator.of(beside="caption"))) == {"text.caption": "(PERSON)"}
    assert told(_result("image/png", Locator.of(name="1"))) == {"text.caption": "(PERSON)"}
    assert told(_result(None)) == {"text.caption": ""}


def test_kinds_are_found_by_their_modules() -> None:
    """Each module of `kinds` brings a source with options of its own."""
    sources = {s.kind: s for s in piiscan_sources()}
    assert sources["wordpress"] is WordPressSource
    assert sources["wordpress"].Options is WordPressOptions
    assert all(s.claims(f"{scheme}://h/") for s in sources.values() for scheme in s.schemes)

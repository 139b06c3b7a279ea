"""A real WordPress that is busy, breaks off, refuses, or answers something else; nothing is silently less, and nothing is asked too often."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cms_site import MANY

from piiscan.errors import SourceError
from piiscan.limits import Budget, Limits
from piiscan.model import Item, Problem
from piiscan.protocols import ReadContext

pytestmark = pytest.mark.server

BUSY = {"kind": "text/html", "body": b"<h1>Briefly unavailable for scheduled maintenance.</h1>"}


def listed(source: Any) -> tuple[list[str], list[Problem]]:
    entries = list(source.items())
    items = [e.uri.partition("#")[2] for e in entries if isinstance(e, Item)]
    return items, [e for e in entries if isinstance(e, Problem)]


def once(proxy: Any, part: str, fault: Any) -> None:
    """The first request whose path holds `part` goes wrong."""
    left = [fault]
    proxy.fault = lambda _method, path: left.pop() if left and part in path else None


@pytest.mark.parametrize("status", [429, 503, 502])
def test_a_busy_site_is_asked_again(source: Any, proxy: Any, status: int) -> None:
    """After what it asks for, and what was listed is complete."""
    once(proxy, "/media", proxy.Fault(status, headers={"Retry-After": "0"}, **BUSY))
    items, problems = listed(source("chief", part="media", usage=False))
    assert len(items) >= MANY + 3
    assert problems == []


def test_a_site_that_stays_busy_is_for_the_next_run(source: Any, proxy: Any) -> None:
    """One list that cannot be had is a problem of that list; the others come."""
    proxy.fault = lambda _m, path: (
        proxy.Fault(503, headers={"Retry-After": "0"}, **BUSY) if "/v2/pages" in path else None
    )
    items, problems = listed(source("chief", attempts=2))
    assert [(p.code, p.item.partition("#")[2], p.detail) for p in problems] == [
        ("list-failed", "pages/", "try-later HTTP 503")
    ]
    assert any(item.startswith("media/") for item in items)


def test_a_long_wait_is_not_waited(source: Any, proxy: Any) -> None:
    """Maintenance that takes ten minutes is left for the next run at once."""
    proxy.fault = lambda _m, path: proxy.Fault(503, headers={"Retry-After": "600"}, **BUSY)
    items, problems = listed(source("chief", patience=5))
    assert (items, [p.detail for p in problems]) == ([], ["try-later HTTP 503"])
    assert len(proxy.seen) == 1


@pytest.mark.parametrize("cut", [0, 700])
def test_a_cut_connection(source: Any, proxy: Any, cut: int) -> None:
    """Before and in the middle of a list."""
    once(proxy, "/media?", proxy.Fault(cut=cut))
    items, problems = listed(source("chief", part="media", usage=False))
    assert len(items) >= MANY + 3
    assert problems == []


def test_a_wrong_password_is_sent_once(source: Any, proxy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sites lock out who tries again; and the password is in no message."""
    one = source("chief")
    monkeypatch.setenv("TEST_PASSWORD", "wrong-and-secret")
    items, problems = listed(one)
    assert items == []
    assert [p.code for p in problems] == ["list-failed"]
    assert problems[0].detail.startswith("access-denied HTTP 401 ")
    assert "wrong-and-secret" not in repr(problems)
    assert one.address.base == problems[0].item
    item = Item(uri=one.address.uri("posts/1"), source="", name="", attributes={"cms.route": "/wp/v2/posts"})
    for _ in range(3):
        with pytest.raises(SourceError):
            list(one.read(item, ReadContext(item=item, budget=Budget(Limits()))))
    assert len([s for s in proxy.seen if s.secret]) == 1


def test_a_revoked_password(source: Any, site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What worked yesterday and was revoked lists nothing, rather than what strangers see."""
    site.passwords["temporary"] = site.user("temporary", "editor")
    assert listed(source("temporary", part="pages"))[1] == []
    site.php("WP_Application_Passwords::delete_all_application_passwords(get_user_by('login', 'temporary')->ID);")
    items, problems = listed(source("temporary"))
    assert items == []
    assert "wrong or revoked" in problems[0].detail or problems[0].detail.endswith("incorrect_password")
    site.php("wp_delete_user(get_user_by('login', 'temporary')->ID);")


def test_a_server_that_swallows_the_account(source: Any, proxy: Any) -> None:
    """Web servers that do not pass on the header make every account a stranger: said, with the remedy."""
    body = json.dumps({"code": "rest_not_logged_in", "message": "You are not currently logged in."}).encode()
    proxy.fault = lambda _m, path: proxy.Fault(401, kind="application/json", body=body) if "users/me" in path else None
    items, problems = listed(source("chief"))
    assert items == []
    assert "does not pass on the Authorization header" in problems[0].detail


@pytest.mark.parametrize(("fault", "detail"), [
    ({"status": 200, "kind": "text/html", "body": b"<html>Welcome</html>"}, "no WordPress REST interface here (HTML instead of JSON)"),
    ({"status": 404, "kind": "text/html", "body": b"<html>?</html>"}, "no WordPress REST interface here (HTTP 404)"),
    ({"status": 200, "kind": "application/json", "body": b"[1]"}, "no WordPress REST interface here (other JSON)"),
    ({"status": 403, "kind": "application/json", "body": b'{"code":"rest_disabled","message":"no"}'}, "access-denied HTTP 403 rest_disabled"),
    ({"status": 301, "body": b"", "headers": {"Location": "https://www.shop.example/wp-json/"}},
     "access-denied leads to another host (www.shop.example), which is not followed"),
])  # fmt: skip
def test_no_interface(source: Any, proxy: Any, fault: dict[str, Any], detail: str) -> None:
    """Disabled, behind a firewall's page, moved to another name, or no WordPress at all: one problem that says which."""
    proxy.fault = lambda _m, _p: proxy.Fault(**fault)
    items, problems = listed(source("chief"))
    assert (items, [p.detail for p in problems]) == ([], [detail])


def test_a_page_in_place_of_a_list(source: Any, proxy: Any) -> None:
    """A firewall's page in the middle of a listing is that list's problem."""
    proxy.fault = lambda _m, path: proxy.Fault(200, kind="text/html", body=b"<html>?") if "page=2" in path else None
    items, problems = listed(source("chief", part="media", usage=False))
    assert [p.detail for p in problems] == ["io-error HTML instead of JSON"]
    assert len(items) == 100


def test_an_entry_that_crashes_the_site_costs_only_itself(source: Any, site: Any) -> None:
    """A plugin that dies on one picture makes every list with it an error 500: the rest is had around it, and the one is named."""
    number = site.made["visit"]["id"]
    crash = site.root / "wp-content/mu-plugins/crash.php"
    crash.write_text(
        "<?php add_filter('rest_prepare_attachment', function ($r, $post) {"
        f" if ($post->ID == {number}) {{ http_response_code(500); exit('broken'); }} return $r; }}, 10, 2);",
        encoding="utf-8",
    )
    try:
        items, problems = listed(source("chief", part="media", usage=False, attempts=2))
    finally:
        crash.unlink()
    assert f"media/{number}" not in items
    assert len(items) >= MANY + 2
    assert [(p.code, p.item.partition("#")[2]) for p in problems] == [("list-failed", "media/")]
    assert "HTTP 500 (entry " in problems[0].detail


def test_something_is_deleted_while_it_is_listed(source: Any, site: Any, proxy: Any) -> None:
    """Pages shift then, and the last is no more: WordPress refuses it. Nothing slips through between them."""
    extra = [site.send("POST", "/wp/v2/voice", {"title": f"v{n}", "status": "publish"})["id"] for n in range(2)]
    site.php(
        "for ($i = 0; $i < 98; $i++) wp_insert_post(['post_type' => 'voice', 'post_title' => 'w' . $i, 'post_status' => 'draft', 'post_content' => 'x']);"
    )
    done: list[int] = []

    def before(_method: str, path: str) -> None:
        if "/voice" in path and "page=2" in path and not done:
            done.append(1)
            site.send("DELETE", f"/wp/v2/voice/{extra[0]}?force=true")

    proxy.before = before
    items, problems = listed(source("chief", part="voice"))
    proxy.reset()
    now, _ = listed(source("chief", part="voice"))
    site.php(
        "foreach (get_posts(['post_type' => 'voice', 'post_status' => 'any', 'numberposts' => -1, 's' => 'w']) as $p) wp_delete_post($p->ID, true);"
    )
    assert done
    assert len(now) == 100
    assert problems == []
    assert set(now) <= set(items)


def test_files_on_another_host_are_said_to_be_there(source: Any, site: Any) -> None:
    """Pictures that were moved to a delivery network are not fetched unless the options name it, and do not pass for read."""
    move = site.root / "wp-content/mu-plugins/cdn.php"
    move.write_text(
        "<?php add_filter('wp_get_attachment_url', fn($u) => preg_replace('#^http://[^/]+#', 'https://cdn.example', $u));",
        encoding="utf-8",
    )
    try:
        one = source("chief", part=f"media/{site.made['visit']['id']}")
        item = next(e for e in one.items() if isinstance(e, Item))
    finally:
        move.unlink()
    assert item.attributes["cms.file"].startswith("https://cdn.example/")
    with pytest.raises(SourceError) as caught:
        one.content(item).head()
    assert (caught.value.code, "cdn.example" in caught.value.detail) == ("access-denied", True)


def test_a_protected_folder_of_files_is_not_public(source: Any, site: Any, proxy: Any) -> None:
    """Where the web server asks for a log-in before it gives files, pictures are not public, and say why they were not read."""
    proxy.fault = lambda _m, path: proxy.Fault(401, kind="text/html", body=b"") if "/uploads/" in path else None
    one = source("chief", part=f"media/{site.made['visit']['id']}")
    item = next(e for e in one.items() if isinstance(e, Item))
    assert item.attributes["media.public"] == "false"
    assert item.attributes["access.breadth"] == "group"
    with pytest.raises(SourceError) as caught:
        one.content(item).head()
    assert caught.value.code == "access-denied"


def test_a_site_that_sells(source: Any, proxy: Any) -> None:
    """A shop's orders are not in the interface: said, so that nobody takes them for scanned."""
    body = json.dumps({"namespaces": ["wp/v2", "wc/v3"], "url": proxy.url}).encode()
    proxy.fault = lambda _m, path: (
        proxy.Fault(200, kind="application/json", body=body) if path.startswith("/wp-json/?") else None
    )
    _, problems = listed(source("chief", part="pages"))
    assert [(p.code, p.detail.partition(":")[0]) for p in problems] == [("not-visible", "WooCommerce")]

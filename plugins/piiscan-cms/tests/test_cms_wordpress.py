"""What is seen of a real WordPress: by an administrator, by the account of the guide, by an author, by everybody."""

from __future__ import annotations

from typing import Any

import pytest
from cms_site import MANY, READER, upload

from piiscan.errors import LimitError, SourceError
from piiscan.limits import Budget, Limits
from piiscan.model import Item, Problem, TableSegment, TextSegment
from piiscan.protocols import ReadContext
from piiscan_cms.kinds.wordpress import WordPressSource

pytestmark = pytest.mark.server


def listed(source: WordPressSource) -> tuple[dict[str, Item], list[Problem]]:
    """Items by what stands behind the # of their uri, and problems."""
    entries = list(source.items())
    items = {e.uri.partition("#")[2]: e for e in entries if isinstance(e, Item)}
    return items, [e for e in entries if isinstance(e, Problem)]


def read(source: WordPressSource, item: Item) -> str:
    """All text of an item, tables with their cells."""
    parts = []
    for reading in source.read(item, ReadContext(item=item, budget=Budget(Limits()))):
        if isinstance(reading, TextSegment):
            parts.append(f"{reading.locator}: {reading.text}")
        elif isinstance(reading, TableSegment):
            for batch in reading.batches:
                parts += (
                    [f"! {batch.code}"]
                    if isinstance(batch, Problem)
                    else ["\t".join(c or "" for c in row) for row in batch.rows()]
                )
        elif isinstance(reading, Problem):
            parts.append(f"! {reading.code} {reading.detail}")
    return "\n".join(parts)


def test_an_administrator_sees_everything(source: Any, site: Any) -> None:
    """Every status, every type, both views of people, and more pictures than a page of a listing holds; nothing is missed."""
    items, problems = listed(source("chief"))
    made = site.made
    assert problems == []
    statuses = {
        items[f"posts/{made[s]['id']}"].attributes["cms.status"]
        for s in ("news", "draft", "private", "pending", "future", "trash")
    }
    assert statuses == {"publish", "draft", "private", "pending", "future", "trash"}
    assert {
        f"voice/{made['voice']['id']}",
        f"inquiry/{made['inquiry']['id']}",
        f"pages/{made['company']['id']}",
    } <= set(items)
    assert sum(1 for key in items if key.startswith("media/")) >= MANY + 3
    assert {"comments/shown", "comments/kept", "users/listed", "users/accounts"} <= set(items)


def test_who_can_open_what(source: Any, site: Any) -> None:
    """Published is public, also of a type that has no pages of its own but answers everybody by REST; the rest is for editors; owners are named."""
    items, _ = listed(source("chief"))
    made = site.made
    breadth = {name: items[f"{kind}/{made[name]['id']}"].attributes["access.breadth"] for name, kind in (
        ("news", "posts"), ("voice", "voice"), ("inquiry", "inquiry"), ("draft", "posts"), ("private", "posts"), ("locked", "posts"), ("sale", "media"),
    )}  # fmt: skip
    assert breadth == {
        "news": "public", "voice": "public", "inquiry": "public", "draft": "group", "private": "group", "locked": "group", "sale": "public",
    }  # fmt: skip
    assert (
        items["comments/shown"].attributes["access.breadth"],
        items["comments/kept"].attributes["access.breadth"],
    ) == ("public", "group")
    news = items[f"posts/{made['news']['id']}"]
    assert news.attributes["access.owner"] == "chief"
    assert news.attributes["cms.link"].endswith(f"/archives/{made['news']['id']}")
    assert news.attributes["cms.edit"].endswith(f"/wp-admin/post.php?post={made['news']['id']}&action=edit")
    assert "お知らせ" in news.name
    assert "記事" not in items[f"posts/{made['draft']['id']}"].name


def test_a_site_inside_the_company_is_not_public(source: Any, site: Any) -> None:
    """What everybody reaches who reaches an intranet is open to the company, and its pictures are not public."""
    items, _ = listed(source("chief", audience="company"))
    sale = items[f"media/{site.made['sale']['id']}"].attributes
    assert sale["access.breadth"] == "company"
    assert sale["media.public"] == "false"
    assert "text.caption" not in sale


def test_pictures_know_their_pages(source: Any, site: Any) -> None:
    """By number, by a scaled version's address, and as featured picture; pages that visitors see first; with texts and dates for the worklist."""
    items, _ = listed(source("chief"))
    made = site.made
    sale = items[f"media/{made['sale']['id']}"].attributes
    assert sale["media.used_on"].split()[0] == made["news"]["link"].replace(
        f":{site.port}", items["users/listed"].uri.split("/#")[0][-6:]
    )
    assert sale["media.uses"] == "4"
    assert sale["media.public"] == "true"
    assert (sale["text.title"], sale["text.caption"], sale["text.alt"]) == (
        "セール",
        "店長の山田太郎とお客様",
        "セール初日",
    )
    assert sale["media.uploaded"].startswith("20")
    assert "%e4%bc%9a%e7%a4%be" in items[f"media/{made['visit']['id']}"].attributes["media.used_on"]
    assert items[f"media/{made['list']['id']}"].attributes["media.uses"] == "1"
    assert "media.used_on" not in next(i for key, i in items.items() if i.name.endswith(" p7.png")).attributes


def test_the_original_is_read_not_its_scaled_version(source: Any, site: Any) -> None:
    """WordPress scales what is large; the original with all its metadata lies beside it, and is what must be looked at."""
    one = source("chief")
    items, _ = listed(one)
    item = items[f"media/{site.made['sale']['id']}"]
    assert item.attributes["cms.file"].endswith("/sale.jpg")
    assert item.attributes["cms.shown"].endswith("-scaled.jpg")
    content = one.content(item)
    with content.open() as stream:
        data = stream.read()
    original = next(site.root.glob("wp-content/uploads/*/*/sale.jpg"))
    assert data == original.read_bytes()
    assert read(one, item) == "beside=title: セール\nbeside=caption: 店長の山田太郎とお客様\nbeside=alt: セール初日"


def test_sizes_are_read_when_asked_for(source: Any, site: Any) -> None:
    """Each scaled version is an item that says what it is a version of."""
    one = source("chief", part=f"media/{site.made['visit']['id']}", sizes=True)
    items, _ = listed(one)
    number = site.made["visit"]["id"]
    assert set(items) == {f"media/{number}", f"media/{number}/medium", f"media/{number}/thumbnail"}
    small = items[f"media/{number}/thumbnail"]
    assert small.attributes["cms.version_of"].endswith(f"#media/{number}")
    with one.content(small).open() as stream:
        assert stream.read(4) == b"\x89PNG"


def test_japanese_file_names(source: Any, site: Any) -> None:
    """A name with Japanese and a space is listed readably and fetched."""
    one = source("chief")
    items, _ = listed(one)
    item = items[f"media/{site.made['visit']['id']}"]
    assert "来店" in item.name
    assert isinstance(one.content(item).head(), bytes)
    assert one.content(item).head()[:4] == b"\x89PNG"


def test_pages_are_read_with_all_their_fields(source: Any, site: Any) -> None:
    """Title, text by the HTML reader, and fields that a plugin added; nothing twice, no page password."""
    one = source("chief")
    items, _ = listed(one)
    voice = read(one, items[f"voice/{site.made['voice']['id']}"])
    assert "090-7777-8888" in voice
    assert voice.count("よい店") == 1
    locked = read(one, items[f"posts/{site.made['locked']['id']}"])
    assert "090-5555-6666" in locked
    assert "hiraku" not in locked


def test_people_come_as_tables(source: Any, site: Any) -> None:
    """Addresses of commenters and users where the account may see them; what everybody sees is a table of its own."""
    one = source("reader")
    items, _ = listed(one)
    kept, shown = read(one, items["comments/kept"]), read(one, items["comments/shown"])
    assert kept.count("@example.com") == 6
    assert "203.0.113.2" in kept
    assert (shown.count("よい店です"), shown.count("@")) == (4, 0)
    assert "渡辺翔" not in shown
    accounts, public = read(one, items["users/accounts"]), read(one, items["users/listed"])
    assert "hanako@example.com" in accounts
    assert "!" not in accounts + kept
    assert "鈴木" in accounts
    assert "hanako" not in public
    assert "chief" in public


def test_the_role_of_the_guide_sees_all_and_can_do_nothing(source: Any, site: Any) -> None:
    """The account of the guide lists what an administrator lists, and every way to write is closed to it."""
    everything, _ = listed(source("chief"))
    items, problems = listed(source("reader"))
    assert (set(items), problems) == (set(everything), [])
    number = site.made["news"]["id"]
    password, site.passwords["chief"] = site.passwords["chief"], site.passwords["reader"]
    user, type(site).send.__globals__["ADMIN"] = "chief", "reader"
    try:
        for method, path, headers in (
            ("POST", f"/wp/v2/posts/{number}", {}), ("DELETE", f"/wp/v2/posts/{number}", {}), ("GET", f"/wp/v2/posts/{number}?_method=DELETE", {}),
            ("GET", f"/wp/v2/posts/{number}", {"X-HTTP-Method-Override": "DELETE"}), ("POST", "/wp/v2/users/me", {}), ("POST", "/wp/v2/media", {}),
        ):  # fmt: skip
            site.passwords["reader"] = site.passwords["chief"]
            with pytest.raises(RuntimeError, match=r": 40[013]"):
                site.send(method, path, None if method == "GET" else {"title": "x", "force": True}, **headers)
    finally:
        site.passwords["chief"], type(site).send.__globals__["ADMIN"] = password, user
    assert site.send("GET", f"/wp/v2/posts/{number}")["title"]["rendered"] == "お知らせ"
    can = site.php(
        "$u = get_user_by('login', 'reader'); echo user_can($u, 'edit_posts') ? 'yes' : 'no', user_can($u, 'list_users') ? 'yes' : 'no';"
    )
    assert can == "nono"
    assert "wp_authenticate_user" in READER.read_text(encoding="utf-8")
    site.php("wp_set_password('known-to-the-test', get_user_by('login', 'reader')->ID);")
    assert site.php("echo get_class(wp_authenticate('reader', 'known-to-the-test'));") == "WP_Error"


def test_an_author_is_told_what_he_does_not_see(source: Any, site: Any) -> None:
    """Drafts of others, addresses: each is a problem; what everybody sees is seen all the same."""
    items, problems = listed(source("writer"))
    assert f"posts/{site.made['news']['id']}" in items
    assert f"pages/{site.made['company']['id']}" in items
    assert f"posts/{site.made['private']['id']}" not in items
    assert {p.code for p in problems} == {"list-failed"}
    places = {p.item.partition("#")[2]: p.detail for p in problems}
    assert "entries are not shown" in places["posts/"]
    assert {"pages/", "comments/kept", "users/accounts", "templates/"} <= set(places)


def test_everybody_sees_what_is_public_and_is_told_so(source: Any, site: Any, proxy: Any) -> None:
    """Without an account: published pages, files, shown comments; a remark says what else there may be; no credentials are sent."""
    one = source("")
    items, problems = listed(one)
    assert {i.attributes["access.breadth"] for i in items.values()} == {"public", "group"}
    assert f"posts/{site.made['draft']['id']}" not in items
    assert "comments/kept" not in items
    assert {p.code for p in problems} == {"not-visible"}
    assert "! access-denied" in read(one, items[f"posts/{site.made['locked']['id']}"])
    assert "担当 鈴木花子" in read(one, items[f"posts/{site.made['news']['id']}"])
    assert not [s for s in proxy.seen if s.secret]


def test_only_reads_are_sent_and_the_password_only_to_the_interface(source: Any, site: Any, proxy: Any) -> None:
    """The whole of a listing and a reading, as the server saw it: GET and HEAD only, and files are fetched without credentials."""
    one = source("chief")
    items, _ = listed(one)
    one.prefetch(list(items.values()))
    for item in items.values():
        content = one.content(item)
        if content is None:
            read(one, item)
        else:
            content.head()
    assert len(proxy.seen) > 100
    assert {s.method for s in proxy.seen} <= {"GET", "HEAD", "OPTIONS"}
    assert not [s.path for s in proxy.seen if "_method" in s.path]
    assert {s.path.startswith(("/wp-json/", "/?rest_route")) for s in proxy.seen if s.secret} == {True}
    # Fetched ahead: far fewer requests for pages than there are pages.
    assert len([s for s in proxy.seen if "include=" in s.path]) >= 4


def test_a_part_of_a_site(source: Any, site: Any) -> None:
    """A target may mean one list or one item; an item's uri is such a target."""
    items, problems = listed(source("chief", part="pages"))
    assert {key.partition("/")[0] for key in items} == {"pages"}
    assert problems == []
    number = site.made["news"]["id"]
    assert set(listed(source("chief", part=f"posts/{number}"))[0]) == {f"posts/{number}"}
    assert set(listed(source("chief", part="comments"))[0]) == {"comments/shown", "comments/kept"}


def test_include_exclude_and_sizes(source: Any, site: Any) -> None:
    """Patterns as in .gitignore, on paths of uploads and on places; large files are left out by their listed size; each says so."""
    items, problems = listed(source("chief", exclude=("users/", "*.csv", "media/2025/"), max_bytes=5000))
    codes = {p.item.partition("#")[2]: p.code for p in problems}
    assert codes["users/accounts"] == "excluded"
    assert codes[f"media/{site.made['list']['id']}"] == "excluded"
    assert sum(1 for key, code in codes.items() if key.startswith("media/") and code == "excluded") == MANY + 1
    only, _ = listed(source("chief", include=("posts/",), part="posts"))
    assert only
    assert set(only) <= set(items)
    drafts, _ = listed(source("chief", part="posts", statuses=("draft",)))
    assert {i.attributes["cms.status"] for i in drafts.values()} == {"draft"}


def test_long_lists_of_people_are_not_read_for_their_token(source: Any, site: Any) -> None:
    """Over the limit there is no token: they are read in every run instead of twice in some."""
    one = source("chief", part="comments", token_rows=2)
    items, _ = listed(one)
    assert items["comments/kept"].change_token is None
    assert items["comments/kept"].attributes["cms.rows"] == "6"


def test_a_list_that_takes_too_long_keeps_what_was_read(source: Any, site: Any) -> None:
    """The time of an item is asked for row by row; the rows that came are handed on before the limit is said."""
    one = source("chief", part="comments")
    item = listed(one)[0]["comments/kept"]
    segment = next(iter(one.read(item, ReadContext(item=item, budget=Budget(Limits(item_seconds=1e-9))))))
    assert isinstance(segment, TableSegment)
    assert next(segment.batches).height == 1
    with pytest.raises(LimitError):
        next(segment.batches)


def test_a_comment_that_is_edited_moves_the_token(source: Any, site: Any) -> None:
    """WordPress keeps no date of change for comments, so the listing looks at the words, under a key that is not stored."""
    one = source("chief", part="comments")
    before = {key: item.change_token for key, item in listed(one)[0].items()}
    say = "$c = get_comments(['status' => 'approve', 'number' => 1])[0]; wp_update_comment(['comment_ID' => $c->comment_ID, 'comment_content' => '%s']);"
    site.php(say % "まあまあ")
    after = {key: item.change_token for key, item in listed(one)[0].items()}
    assert before["comments/shown"] != after["comments/shown"]
    site.php(say % "よい店です")


def test_a_gone_entry(source: Any, site: Any) -> None:
    """What was deleted after it was listed is `vanished`, a page as well as a file."""
    one = source("chief")
    post = site.send("POST", "/wp/v2/posts", {"title": "x", "status": "publish"})
    file = upload(site, "gone.csv", b"a,b\n1,2\n3,4\n", "text/csv")
    items, _ = listed(one)
    site.send("DELETE", f"/wp/v2/posts/{post['id']}?force=true")
    site.send("DELETE", f"/wp/v2/media/{file['id']}?force=true")
    with pytest.raises(SourceError) as page:
        read(one, items[f"posts/{post['id']}"])
    with pytest.raises(SourceError) as bytes_:
        one.content(items[f"media/{file['id']}"]).head()
    assert (page.value.code, bytes_.value.code) == ("vanished", "vanished")


def test_a_change_between_listing_and_reading_shows(source: Any, site: Any) -> None:
    """The token of what was read is known without asking again, and differs from the listed one."""
    one = source("chief")
    post = site.send("POST", "/wp/v2/posts", {"title": "y", "status": "draft", "content": "一"})
    item = listed(one)[0][f"posts/{post['id']}"]
    site.send("POST", f"/wp/v2/posts/{post['id']}", {"content": "二二"})
    read(one, item)
    assert one.current_token(item) != item.change_token
    again = listed(one)[0][f"posts/{post['id']}"]
    read(one, again)
    assert one.current_token(again) == again.change_token
    site.send("DELETE", f"/wp/v2/posts/{post['id']}?force=true")


def test_a_site_without_pretty_addresses(source: Any, site: Any) -> None:
    """Where /wp-json/ leads nowhere, ?rest_route= is used."""
    site.php("update_option('permalink_structure', '');")
    try:
        items, problems = listed(source("chief", part="posts"))
    finally:
        site.php("update_option('permalink_structure', '/archives/%post_id%');")
    assert f"posts/{site.made['news']['id']}" in items
    assert problems == []

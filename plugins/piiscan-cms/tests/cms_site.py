"""What is on the site of the tests."""

from __future__ import annotations

import base64
import random
import shutil
import struct
import zlib
from pathlib import Path
from typing import Any

READER = Path(__file__).parents[1] / "wordpress" / "piiscan-reader.php"
MANY = 105
"""Pictures of the site: more than a page of a listing."""


def png(width: int, height: int, noise: bool = False) -> bytes:
    """A picture: one colour, or one that does not compress."""
    rows = b"".join(
        b"\0" + (random.Random(y).randbytes(width * 3) if noise else b"\xc0\x60\x20" * width) for y in range(height)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def jpeg(site: Any, width: int, height: int) -> bytes:
    """A photo, by PHP's own means."""
    return base64.b64decode(
        site.script(
            f"ob_start(); imagejpeg(imagecreatetruecolor({width}, {height})); echo base64_encode(ob_get_clean());"
        )
    )


def upload(site: Any, name: str, data: bytes, kind: str, **fields: Any) -> dict[str, Any]:
    """Put a file into the media library as an editor would."""
    heading = f'attachment; filename="{name}"'.encode().decode("latin-1")
    made: dict[str, Any] = site.send(
        "POST", "/wp/v2/media", data, **{"Content-Disposition": heading, "Content-Type": kind}
    )
    if fields:
        made = site.send("POST", f"/wp/v2/media/{made['id']}", fields)
    return made


def register_types(site: Any) -> None:
    (site.root / "wp-content/mu-plugins/types.php").write_text(
        "<?php add_action('init', function () {"
        "register_post_type('voice', ['public' => true, 'show_in_rest' => true, 'label' => 'voice', 'supports' => ['title','editor','custom-fields']]);"
        "register_post_type('inquiry', ['public' => false, 'show_in_rest' => true, 'label' => 'inquiry']);"
        "register_post_meta('voice', 'contact', ['type' => 'string', 'single' => true, 'show_in_rest' => true]); });",
        encoding="utf-8",
    )
    shutil.copy(READER, site.root / "wp-content/mu-plugins/piiscan-reader.php")


def fill(site: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    made["sale"] = upload(
        site,
        "sale.jpg",
        jpeg(site, 2700, 40),
        "image/jpeg",
        title="セール",
        caption="店長の山田太郎とお客様",
        alt_text="セール初日",
    )
    made["visit"] = upload(site, "来店 写真.png", png(400, 300), "image/png", alt_text="店内")
    made["list"] = upload(
        site, "名簿.csv", "氏名,電話\n山田太郎,090-1234-5678\n鈴木花子,080-2345-6789\n".encode(), "text/csv"
    )
    sale, image = made["sale"]["id"], made["sale"]["media_details"]["sizes"]["medium"]["source_url"]
    made["news"] = site.send("POST", "/wp/v2/posts", {
        "title": "お知らせ", "status": "publish",
        "content": f'<!-- wp:image {{"id":{sale}}} --><img class="wp-image-{sale}" src="{image}"/><!-- /wp:image --><p>担当 鈴木花子 TEL 090-1234-5678</p>',
    })  # fmt: skip
    made["company"] = site.send("POST", "/wp/v2/pages", {
        "title": "会社概要", "status": "publish", "featured_media": made["visit"]["id"],
        "content": f'<p>本社 東京都千代田区丸の内1-1-1</p><a href="{made["list"]["source_url"]}">一覧</a>',
    })  # fmt: skip
    made["about"] = site.send(
        "POST", "/wp/v2/pages", {"title": "店舗案内", "status": "publish", "content": "<p>駅前</p>"}
    )
    for status in ("draft", "private", "pending"):
        content = f'<p>佐藤次郎 080-1111-2222</p><img class="wp-image-{sale}">'
        made[status] = site.send(
            "POST", "/wp/v2/posts", {"title": f"{status}記事", "status": status, "content": content}
        )
    made["future"] = site.send(
        "POST", "/wp/v2/posts", {"title": "予定", "status": "future", "date": "2099-01-01T00:00:00", "content": "山田"}
    )
    made["trash"] = site.send(
        "POST", "/wp/v2/posts", {"title": "削除", "status": "publish", "content": "高橋健 090-3333-4444"}
    )
    site.send("DELETE", f"/wp/v2/posts/{made['trash']['id']}")
    made["locked"] = site.send(
        "POST",
        "/wp/v2/posts",
        {"title": "会員", "status": "publish", "password": "hiraku", "content": "電話 090-5555-6666"},
    )
    made["voice"] = site.send(
        "POST",
        "/wp/v2/voice",
        {"title": "声", "status": "publish", "content": "よい店", "meta": {"contact": "090-7777-8888"}},
    )
    made["inquiry"] = site.send(
        "POST", "/wp/v2/inquiry", {"title": "問合せ", "status": "publish", "content": "伊藤美咲 090-9999-0000"}
    )
    _many(site, made)
    return made


def _many(site: Any, made: dict[str, Any]) -> None:
    """Comments, and enough small pictures for a second page of the listing."""
    folder = site.root / "wp-content/uploads/2025/01"
    folder.mkdir(parents=True)
    for number in range(MANY):
        (folder / f"p{number}.png").write_bytes(png(4, 4))
    site.php(
        f"for ($i = 0; $i < {MANY}; $i++) {{ $f = '2025/01/p' . $i . '.png';"
        " $id = wp_insert_attachment(['post_title' => 'p' . $i, 'post_mime_type' => 'image/png', 'post_status' => 'inherit'], $f);"
        " wp_update_attachment_metadata($id, ['width' => 4, 'height' => 4, 'file' => $f, 'filesize' => filesize(ABSPATH . 'wp-content/uploads/' . $f)]); }"
        "$names = ['佐藤一郎', '田中花子', '高橋健', '伊藤美咲', '渡辺翔', '中村愛'];"
        "foreach ($names as $i => $name) wp_insert_comment(['comment_post_ID' => " + str(made["news"]["id"]) + ", 'comment_author' => $name,"
        " 'comment_author_email' => \"c$i@example.com\", 'comment_author_IP' => '203.0.113.' . $i, 'comment_content' => 'よい店です',"
        " 'comment_approved' => $i < 4 ? 1 : ($i == 4 ? 0 : 'spam')]);"
        "wp_insert_user(['user_login' => 'customer', 'user_email' => 'hanako@example.com', 'first_name' => '花子', 'last_name' => '鈴木',"
        " 'display_name' => '鈴木花子', 'user_pass' => 'x', 'role' => 'subscriber']);"
    )  # fmt: skip

"""The files of 情報システム, old backups, and what gives trouble."""

from __future__ import annotations

from collections.abc import Sequence

from piiscan.demo._model import Share
from piiscan.demo._office import docx
from piiscan.demo._pack import csv_text, gz, locked_zip, seven_zip, tar_bytes, zip_bytes
from piiscan.demo._people import Maker, Person, plants
from piiscan.demo._shops import MEMBER, members_csv

CONTACT = ("name", "phone")


def systems(share: Share, maker: Maker, customers: Sequence[Person]) -> None:
    """情報システム: dumps, logs, code."""
    rows = [
        f"INSERT INTO dtb_customer (name, tel, email) VALUES ('{p.name}', '{p.phone}', '{p.email}');"  # noqa: S608 - text of a file
        for p in customers[:10]
    ]
    share.add(
        "情報システム/dump/ec_customer.sql",
        "\n".join(["-- 本番データ(持ち出し禁止)", *rows, ""]).encode(),
        plants(customers[:10], ("name", "phone", "email"), "INSERT 文"),
    )
    server = [
        f"2024-06-01T16:00:{n:02d}+09:00 web{n % 3} GET /item/{4900000000000 + n * 7919} 200 {n}ms" for n in range(60)
    ]
    share.add("情報システム/log/web.log", "\n".join([*server, ""]).encode())
    share.add("情報システム/log/web.log.1.gz", gz("\n".join([*reversed(server), ""]).encode()))
    admin = maker.people(1)[0]
    share.add(
        "情報システム/引継ぎメモ.txt",
        f"サーバ室の鍵は{admin.name}さん(内線 {admin.phone})が持っている。\r\n棚番号 090-0001 の箱。\r\n".encode(
            "cp932"
        ),
        plants([admin], CONTACT, "1行目"),
    )
    share.add("情報システム/手順/README.md", "# 手順\n\nバージョン 1.2.3.4 を使う。ビルド番号 202406011600\n".encode())
    share.add("情報システム/手順/deploy.sh", b"#!/bin/sh\nset -eu\ncp -r build /srv/app\n")


def backups(share: Share, customers: Sequence[Person]) -> None:
    """backup: what nobody remembers, packed in every way."""
    third = customers[: max(3, len(customers) // 3)]
    members = members_csv(third)
    share.add(
        "backup/2023/顧客.zip",
        zip_bytes(
            {"顧客名簿.csv": members.encode("cp932"), "読んでください.txt": "旧システムの控え\r\n".encode("cp932")},
            names="cp932",
        ),
    )
    share.note("backup/2023/顧客.zip!/顧客名簿.csv", plants(third, MEMBER, "表"))
    inner = zip_bytes({"members.csv": members.encode()})
    share.add("backup/2022/全部入り.zip", zip_bytes({"2021/inner.zip": inner, "memo.txt": b"old\n"}))
    share.note("backup/2022/全部入り.zip!/2021/inner.zip!/members.csv", plants(third, MEMBER, "表"))
    share.add("backup/2021/members.tar.gz", gz(tar_bytes({"export/members.csv": members.encode("cp932")})))
    share.note("backup/2021/members.tar.gz!/members.tar!/export/members.csv", plants(third, MEMBER, "表"))
    contacts = csv_text([["氏名", "電話番号"], *([p.name, p.phone] for p in third)])
    share.add("backup/2020/連絡先.7z", seven_zip("連絡先.csv", contacts.encode("cp932")))
    share.note("backup/2020/連絡先.7z!/連絡先.csv", plants(third, CONTACT, "表"))
    share.add("backup/2020/メール添付(PPAP).zip", locked_zip("名簿.csv", contacts.encode("cp932"), b"hoshizora"))
    share.note("backup/2020/メール添付(PPAP).zip!/名簿.csv", plants(third, CONTACT, "表"), readable=False)


def trouble(share: Share, maker: Maker) -> None:
    """Damaged, empty and oddly named files: each must be told of, none may stop a scan."""
    lost, kept = maker.people(2)
    whole = docx(["退会届", f"氏名 {lost.name}", f"電話番号 {lost.phone}"], author="店舗")
    cut = whole.index(b"word/document.xml") + 60  # the text is not in what is left
    share.add("その他/壊れた退会届.docx", whole[:cut], plants([lost], CONTACT, "本文"), readable=False)
    share.add("その他/空のファイル.txt", b"")
    share.add("その他/~$社員名簿_2024年度.xlsx", b"\x05" + "総務部".encode("utf-16-le").ljust(164, b"\0"))
    share.add(
        "その他/新しい フォルダー (2)/メモ ①★「最終」.txt",
        f"会員の{kept.name}様 電話{kept.phone}\r\n".encode("cp932"),
        plants([kept], CONTACT, "1行目"),
    )
    share.add("その他/不明なファイル.dat", bytes(range(256)) * 8)

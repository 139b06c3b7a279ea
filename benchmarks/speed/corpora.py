"""Texts and files to measure speed on: made up here, the same for the same seed, nothing copied from anywhere.

- *sparse*: business prose with almost nothing about persons;
- *medium*: the same with logs, minutes, mails and forms, about one planted value in 2 KB;
- *dense*: a customer list as CSV, nine columns, a value in every 20 characters;
- *office*: docx, xlsx, pptx and pdf files, half of them with planted values;
- *small files*, *one large file*, a *SQLite* table of the dense rows;
- *real*: whatever texts a folder of the user's holds (`real`).

Names are drawn from lists of common surnames and given names, block numbers do not exist, card numbers are published test numbers.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random


def _listed(words: str) -> list[str]:
    return words.split()


SURNAMES = _listed(
    "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 斎藤 清水 山崎 池田 橋本 阿部 石川 長谷川 前田 藤田 岡田 "
    "後藤 近藤 村上 遠藤 青木 坂本 福田 太田 西村 藤井 金子 岡本 藤原 中野 三浦 中川 原田 松田 竹内 小野 田村 中山 和田 石田 森田 上田 原 内田 柴田 "
    "酒井 宮崎 横山 高木 安藤 宮本 大野 小島 谷口 工藤 今井 高田 増田 丸山 杉山 村田 大塚 新井 小山 平野 藤本 河野 上野 野口 武田 松井 千葉 岩崎 菅原 "
    "久保 木下 佐野 野村 松尾 市川 菊地 杉本 古川 大西 島田 水野 桜井 高野 渡部 吉川 山内 西田 飯田 菊池 西川 小松 北村 安田 五十嵐 川口 平田"
)
GIVEN = _listed(
    "太郎 花子 健一 美咲 大輔 陽子 翔太 由美子 拓也 真理子 和也 恵子 直樹 久美子 悠斗 結衣 浩二 智子 蓮 明美 隆 千尋 慎吾 幸子 誠 裕子 哲也 美穂 剛 京子 "
    "健太 麻衣 達也 愛 亮 彩 雄一 優子 修 直美 学 香織 秀樹 典子 博 和子 正樹 洋子 勇 順子 進 真由美 稔 裕美 茂 加奈子 昇 絵美 豊 千春 俊介 葵 駿 凛 "
    "海斗 莉子 颯太 美羽 陸 七海 大和 心春 樹 杏 翼 さくら 涼介 楓 圭介 奈々 康平 友美 祐介 沙織 崇 里美 敦 早苗 徹 文子"
)
KANA = _listed(
    "サトウ スズキ タカハシ タナカ イトウ ワタナベ ヤマモト ナカムラ コバヤシ カトウ ヨシダ ヤマダ ササキ ヤマグチ マツモト イノウエ キムラ シミズ"
)
KANA_GIVEN = _listed(
    "タロウ ハナコ ケンイチ ミサキ ダイスケ ヨウコ ショウタ ユミコ タクヤ マリコ カズヤ ケイコ ナオキ ユウト ユ"
    "イ コウジ トモコ レン アケミ タカシ"
)
BUILDINGS = ("", "", "コーポ星空201号室", "メゾン架空305", "ハイツみほん102", "レジデンス例703号室")
CARDS = ("4111111111111111", "5555555555554444", "3530111333300000", "4012888888881881", "3566002020360505")
HEADER = ("会員番号", "氏名", "フリガナ", "生年月日", "郵便番号", "住所", "電話番号", "メールアドレス", "個人番号")

_THEMES = _listed(
    "在庫管理 物流拠点 販売計画 季節商品 店舗改装 会員制度 返品処理 品質検査 原価計算 棚卸作業 仕入条件 需要予測 決算準備 社内研修 設備更新 情報基盤 節電対策 "
    "梱包資材 配送委託 価格改定 広告効果 新規出店 売場構成 接客手順 防災訓練 文書保存 予算編成 契約更新 環境報告 業務改善 商品企画 海外調達 顧客満足 安全衛生"
)
_THINGS = _listed(
    "見直し 手順書 基準 方針 一覧 課題 進め方 分担 費用 工程 目標 効果 記録 周知 判断 検討結果 試算 運用 体"
    "制 範囲 期限 優先順位 前提 指標 報告書 画面 設定 仕組み"
)
_ADVERBS = _listed(
    "あらかじめ 改めて できるだけ 段階的に 速やかに 引き続き 必要に応じて 全社で 部門ごとに 年度内に 例年どおり 慎"
    "重に まとめて 個別に"
)
_VERBS = _listed(
    "整理する 確認する 共有する 見直す 決める 検討する 記録する 比較する 改める まとめる 測定する 更新する 統一す"
    "る 準備する 説明する 分析する 保管する 廃止する"
)
_ENDS = (
    "ことが望ましい。",
    "必要がある。",
    "予定である。",
    "こととした。",
    "ことで合意した。",
    "方向で進める。",
    "ことになった。",
    "べきである。",
)
_LINKS = [*_listed("また、 一方、 なお、 そのため、 さらに、 このとき、 ただし、 次に、 これにより、"), "", "", ""]
_ABOUT = _listed("については、 に関しては、 の場合、 を含めて、 に加えて、 と並行して、 をもとに、")
_ASIDES = (
    "前年比で{p}.{q}％増となった。",
    "第{p}章の表{q}を参照のこと。",
    "対象は{n}件、費用は{m},{k}00円である。",
    "{y}年{p}月から順次はじめる。",
    "ver.{p}.{q}.{n}で修正された(課題 #{m})。",
    "サーバーはsrv-{n}.example.local、ポートは80{n}を使う。",
    "グラフの横軸は時間、縦軸は処理量を示す。",
    "クラウド上のデータベースとバックアップの構成を図に示した。",
)


class Writer:
    """Draws texts. One seed, one text."""

    def __init__(self, seed: int = 1) -> None:
        self.random = Random(seed)
        self._serial = 0
        self._towns = towns(2_000)

    # prose

    def sentence(self) -> str:
        """One sentence about nothing personal."""
        r = self.random
        if r.random() < 0.16:
            return r.choice(_ASIDES).format(
                p=r.randint(1, 12),
                q=r.randint(0, 9),
                n=r.randint(10, 99),
                m=r.randint(100, 999),
                k=r.randint(1, 9),
                y=r.randint(2019, 2026),
            )
        theme, other = r.choice(_THEMES), r.choice(_THEMES)
        first = f"{r.choice(_LINKS)}{theme}の{r.choice(_THINGS)}{r.choice(_ABOUT)}"
        second = f"{other}の{r.choice(_THINGS)}を{r.choice(_ADVERBS)}{r.choice(_VERBS)}{r.choice(_ENDS)}"
        return first + second

    def paragraph(self) -> str:
        """Some sentences in a line, with a line break."""
        return "".join(self.sentence() for _ in range(self.random.randint(2, 5))) + "\n"

    def log(self) -> str:
        """A few lines as programs write them."""
        r = self.random
        day = f"2026-{r.randint(1, 12):02}-{r.randint(1, 28):02}"
        return "".join(
            f"{day} {r.randint(0, 23):02}:{r.randint(0, 59):02}:{r.randint(0, 59):02},{r.randint(0, 999):03} {r.choice(('INFO', 'WARN', 'DEBUG'))} "
            f"[worker-{r.randint(1, 16)}] c.e.shop.Order{r.choice(('Service', 'Queue', 'Batch'))} - order={r.randint(10**9, 10**10 - 1)} "
            f"status={r.choice((200, 201, 404, 500))} {r.randint(1, 900)}ms 10.{r.randint(0, 255)}.{r.randint(0, 255)}.{r.randint(1, 254)}\n"
            for _ in range(r.randint(3, 8))
        )

    # persons

    def customer(self) -> tuple[str, ...]:
        """A row of the customer list, in the order of `HEADER`."""
        r = self.random
        self._serial += 1
        town = r.choice(self._towns)
        code = f"{r.randint(100, 998)}-{r.randint(1, 8600):04}"
        born = date(1945, 1, 1) + timedelta(days=r.randint(0, 22_000))
        return (
            f"M{self._serial + 10_000_000}",
            f"{r.choice(SURNAMES)} {r.choice(GIVEN)}",
            f"{r.choice(KANA)} {r.choice(KANA_GIVEN)}",
            born.isoformat(),
            code,
            f"{town}{r.randint(1, 9)}丁目{r.randint(30, 99)}番{r.randint(1, 99)}号 {r.choice(BUILDINGS)}".strip(),
            self.phone(),
            f"user{self._serial}.{r.choice('abcdefgh')}@example.{r.choice(('jp', 'com', 'co.jp'))}",
            my_number("".join(r.choice("0123456789") for _ in range(11))),
        )

    def phone(self) -> str:
        """A number of a mobile telephone."""
        r = self.random
        return f"{r.choice(('070', '080', '090'))}-{r.randint(1000, 9999)}-{r.randint(1000, 9999)}"

    def business(self) -> tuple[str, int]:
        """Minutes, a mail or a form with planted values, and how many."""
        r = self.random
        number, name, kana, born, code, address, phone, mail, mynumber = self.customer()
        short = name.split()[0]
        kind = r.randrange(6)
        if kind == 0:
            return (
                f"議事録\n出席者：{name}、{r.choice(SURNAMES)}部長\n{self.sentence()}{short}様より{self.sentence()}\n",
                3,
            )
        if kind == 1:
            return (
                f"From: {name} <{mail}>\nSubject: {r.choice(_THEMES)}の件\n\n{short}です。{self.sentence()}\nTEL {phone}\n",
                4,
            )
        if kind == 2:
            return f"お届け先：〒{code} {address}\n氏名：{name}({kana})\n", 4
        if kind == 3:
            return f"会員番号：{number}\n生年月日：{born}\n連絡先 {phone}\n", 3
        if kind == 4:
            return f"個人番号 {mynumber} を受領。担当 {short}さん。\n", 2
        return f"カード番号 {r.choice(CARDS)} で決済。{self.sentence()}問い合わせは {mail} まで。\n", 2

    # texts

    def sparse(self, size: int) -> str:
        """About `size` bytes of UTF-8."""
        return _upto(size, self.paragraph)

    def medium(self, size: int) -> str:
        """About `size` bytes of UTF-8 with about one planted value in 2 KB."""
        planted, written = 0, 0

        def piece() -> str:
            nonlocal planted, written
            if planted * 2048 <= written:
                text, count = self.business()
                planted += count
            else:
                text = self.log() if self.random.random() < 0.3 else self.paragraph()
            written += len(text.encode())
            return text

        return _upto(size, piece)

    def dense(self, size: int) -> str:
        """About `size` bytes of CSV."""
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(HEADER)
        written = 0
        while written < size:
            row = self.customer()
            written += sum(len(cell.encode()) + 1 for cell in row)
            rows.writerow(row)
        return out.getvalue()


@cache
def towns(count: int) -> tuple[str, ...]:
    """Towns from all over the country, of the postal data that piiscan carries."""
    from piiscan.detect.gazetteer import Gazetteer

    gazetteer, dice = Gazetteer.load(), Random(6)
    places = [place for place in gazetteer.municipalities if gazetteer.towns(place.number)]
    drawn = (dice.choice(places) for _ in range(count))
    return tuple(f"{p.prefecture}{p.name}{dice.choice(sorted(gazetteer.towns(p.number)))}" for p in drawn)


def my_number(body: str) -> str:
    """Eleven digits and the check digit of 個人番号."""
    total = sum(int(d) * w for d, w in zip(body, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True))
    return body + str(0 if total % 11 <= 1 else 11 - total % 11)


def _upto(size: int, piece: Callable[[], str]) -> str:
    parts: list[str] = []
    written = 0
    while written < size:
        parts.append(piece())
        written += len(parts[-1].encode())
    return "".join(parts)


TEXTS: dict[str, Callable[[int], str]] = {
    "sparse": lambda size: Writer(1).sparse(size),
    "medium": lambda size: Writer(2).medium(size),
    "dense": lambda size: Writer(3).dense(size),
}


def real(folder: Path, size: int) -> str:
    """Texts of the user's own folder, as many kinds as it holds: an equal share of each file, up to `size` bytes of UTF-8.

    `.jsonl` files give the ``text`` member of their lines, every other file is taken as UTF-8 where it is.
    """
    files = sorted(p for p in ([folder] if folder.is_file() else folder.rglob("*")) if p.is_file())
    texts = [text for path in files if len(text := _text_of(path)) > 1000]
    if not texts:
        raise FileNotFoundError("no texts there")
    share = max(1, size // len(texts))
    return "\n".join(text.encode()[:share].decode(errors="ignore") for text in texts)


def _text_of(path: Path) -> str:
    try:
        raw = path.read_bytes()[: 64 << 20].decode()
    except (OSError, UnicodeDecodeError):
        return ""
    if path.suffix != ".jsonl":
        return "" if "\0" in raw else raw
    rows = (json.loads(line) for line in raw.splitlines())
    return "\n".join(row["text"] for row in rows if isinstance(row.get("text"), str))


# files


def small_files(folder: Path, count: int, seed: int = 4) -> int:
    """Write `count` files of 0.6 to 3.6 KB, a thousand a folder; their bytes."""
    writer = Writer(seed)
    pool = writer.medium(4 << 20)
    lines = pool.splitlines(keepends=True)
    total = 0
    for number in range(count):
        if number % 1000 == 0:
            below = folder / f"{number // 1000:03}"
            below.mkdir(parents=True, exist_ok=True)
        want, data = writer.random.randint(600, 3600), b""
        at = writer.random.randrange(len(lines))
        while len(data) < want:
            data += lines[at % len(lines)].encode()
            at += 1
        data = data[:3600].decode(errors="ignore").encode()
        (below / f"memo{number:06}.txt").write_bytes(data)
        total += len(data)
    return total


def large_file(path: Path, size: int) -> None:
    """Write a text of `size` bytes; its blocks differ in numbers and order, not in vocabulary."""
    writer = Writer(5)
    lines = writer.medium(8 << 20).splitlines(keepends=True)
    written = 0
    with path.open("wb") as out:
        while written < size:
            writer.random.shuffle(lines)
            block = f"--- block at {written} ---\n".encode() + "".join(lines).encode()
            written += out.write(block[: size - written])


def sqlite_table(path: Path, dense: str) -> None:
    """The rows of a dense text as a table of a SQLite file."""
    rows = csv.reader(io.StringIO(dense))
    names = ",".join(f'"{name}" TEXT' for name in next(rows))
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as db:
        db.execute(f"CREATE TABLE 顧客 ({names})")
        db.executemany("INSERT INTO 顧客 VALUES (?,?,?,?,?,?,?,?,?)", rows)
    db.close()


def parquet_table(path: Path, dense: str) -> None:
    """The same as a Parquet file."""
    import polars as pl

    pl.read_csv(dense.encode(), infer_schema=False).write_parquet(path)


def small_tables(folder: Path, dense: str, count: int, rows: int = 20) -> int:
    """Write `count` CSV files of some rows of a dense text each, the header in all; their bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    header, *lines = dense.splitlines(keepends=True)
    total = 0
    for number in range(count):
        at = number * rows % max(1, len(lines) - rows)
        data = (header + "".join(lines[at : at + rows])).encode()
        total += (folder / f"list{number:04}.csv").write_bytes(data)
    return total


def office(folder: Path, size: int, pairs: int = 1) -> Iterator[Path]:
    """Write pairs of files of each kind with about `size` bytes of text each: one without planted values, one with them."""
    from piiscan.demo import _office, _pdf

    folder.mkdir(parents=True, exist_ok=True)
    for number in range(pairs * 2):
        writer = Writer(100 + number)
        text = writer.medium(size) if number % 2 else writer.sparse(size)
        lines = text.splitlines()
        files = {
            "docx": _office.docx(lines),
            "pptx": _office.pptx([(lines[i : i + 12], "") for i in range(0, len(lines), 12)]),
            "pdf": _pdf.write_pdf(_pages(lines)),
            "xlsx": _xlsx(writer, size, hits=bool(number % 2)),
        }
        for kind, data in files.items():
            path = folder / f"{'with' if number % 2 else 'without'}{number}.{kind}"
            path.write_bytes(data)
            yield path


def _pages(lines: list[str]) -> list[list[str]]:
    wide = [line[i : i + 42] for line in lines for i in range(0, len(line), 42)]
    return [wide[i : i + 40] for i in range(0, len(wide), 40)]


def _xlsx(writer: Writer, size: int, *, hits: bool) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("一覧")
    sheet.write_row(0, 0, HEADER if hits else ("コード", "品名", "説明", "数量", "金額"))
    row, written = 1, 0
    while written < size:
        r = writer.random
        cells = (
            writer.customer()
            if hits
            else (
                f"A-{row:06}",
                f"{r.choice(_THEMES)}用品",
                writer.sentence(),
                r.randint(1, 500),
                r.randint(1, 9000) * 10,
            )
        )
        sheet.write_row(row, 0, cells)
        written += sum(len(str(cell).encode()) for cell in cells)
        row += 1
    book.close()
    return out.getvalue()

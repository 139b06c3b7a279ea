"""Every reason why something is not (fully) read: one table, used for states, messages and documentation.

To add one: a row here. `state` is what becomes of an item of which nothing was read when this is its worst problem; when something
was read the item is `partial`, unless `harmless`. `retry` says whether the next run tries again although nothing changed.
"""

from __future__ import annotations

from dataclasses import dataclass

from piiscan.model import State


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One row of the table. `hint_*` tell a person what to do about it."""

    stage: str
    state: State
    retry: bool
    ja: str
    en: str
    hint_ja: str = ""
    hint_en: str = ""
    harmless: bool = False


def _failed(stage: str, retry: bool, ja: str, en: str, hint_ja: str = "", hint_en: str = "") -> ProblemKind:
    return ProblemKind(stage, State.FAILED, retry, ja, en, hint_ja, hint_en)


def _skipped(stage: str, ja: str, en: str, hint_ja: str = "", hint_en: str = "") -> ProblemKind:
    return ProblemKind(stage, State.SKIPPED, False, ja, en, hint_ja, hint_en)


def _note(stage: str, ja: str, en: str, hint_ja: str = "", hint_en: str = "") -> ProblemKind:
    return ProblemKind(stage, State.SCANNED, False, ja, en, hint_ja, hint_en, harmless=True)


PROBLEMS: dict[str, ProblemKind] = {
    # list
    "list-failed": _failed(
        "list",
        True,
        "一覧を取得できませんでした",
        "could not be listed",
        "アクセス権と接続を確認してください",
        "check access and connection",
    ),
    "excluded": _skipped("list", "設定により対象外です", "excluded by configuration"),
    "special-file": _skipped(
        "list", "通常のファイルではありません(ソケット・デバイスなど)", "not a regular file (socket, device, ...)"
    ),
    "symlink": _skipped(
        "list",
        "シンボリックリンクのため対象外です(リンク先は実体の場所で検査します)",
        "symbolic link; its target is scanned where it lies",
    ),
    "symlink-loop": _skipped("list", "シンボリックリンクが循環しています", "symbolic link loop"),
    "hard-link": _skipped(
        "list", "同じ実体(ハードリンク)を検査済みです", "same file as another item (hard link), scanned there"
    ),
    "offline": _failed(
        "list",
        True,
        "オンライン専用または階層化されたファイルで、実体が手元にありません",
        "offline or tiered file; its content is not on this machine",
    ),
    "listing-dated": _note(
        "list",
        "以前に作成された一覧によります(その後のものは含まれません)",
        "taken from a list made earlier; what came later is not in it",
    ),
    "not-visible": _note(
        "list",
        "この接続方法では見えない部分があります(匿名での接続、または提供されていない情報)",
        "parts of it cannot be seen this way (no account, or not offered by the interface)",
        "検査用アカウントを設定するか、データベースからも検査してください",
        "set up an account, or scan the database as well",
    ),
    "rights-unknown": _note(
        "list",
        "誰が開けるか(アクセス権)を確認できませんでした",
        "who can open it could not be found out",
        "検査用アカウントに権限設定の読み取りを許可してください",
        "let the scanning account read the access settings",
    ),
    # open
    "try-later": _failed(
        "open",
        True,
        "接続先が混雑または一時的に応答しません",
        "the store is busy or does not answer for now",
        "次回の検査で自動的に再試行します",
        "the next run tries again",
    ),
    "access-denied": _failed(
        "open",
        True,
        "読み取る権限がありません",
        "permission denied",
        "検査用アカウントに読み取り権限を付けてください",
        "give the scanning account the right to read",
    ),
    "vanished": _failed("open", True, "検査中になくなりました", "vanished during the scan"),
    "locked": _failed(
        "open",
        True,
        "ほかのプログラムが使用中です",
        "locked by another program",
        "使用していない時間に再実行してください",
        "scan again while nobody uses it",
    ),
    "changed-while-reading": ProblemKind(
        "open", State.PARTIAL, True, "読み取り中に変更されました", "changed while it was read"
    ),
    "io-error": _failed("open", True, "読み取り中に入出力エラーが起きました", "input/output error while reading"),
    # read
    "unsupported-format": _skipped("read", "読み取れる形式ではありません", "no reader for this format"),
    "needs-plugin": _skipped("read", "この形式を読むには追加プラグインが必要です", "this format needs a plugin"),
    "needs-converter": _failed(
        "read",
        True,
        "この形式を読むには変換プログラムが必要です",
        "this format needs a converter on this machine",
        "LibreOffice をインストールしてください",
        "install LibreOffice",
    ),
    "encrypted": _failed(
        "read",
        False,
        "パスワードまたは暗号化で保護されています",
        "protected by password or encryption",
        "内容を確認し、台帳に手で記入するか、パスワードを設定してください",
        "check by hand, or configure the password",
    ),
    "damaged": _failed("read", False, "壊れていて読み取れません", "damaged, cannot be read"),
    "truncated": _failed("read", False, "途中で切れています", "cut off before its end"),
    "empty": _note("read", "中身がありません(0バイト)", "empty (0 bytes)"),
    "converter-failed": _failed(
        "read", False, "変換プログラムが読み取れませんでした", "the converter could not read it"
    ),
    "part-unreadable": ProblemKind(
        "read", State.PARTIAL, False, "一部を読み取れませんでした", "a part could not be read"
    ),
    "no-text": ProblemKind(
        "read",
        State.PARTIAL,
        False,
        "文字情報のないページがあります(画像だけのページなど)",
        "pages without text (scanned images)",
        "OCR プラグインで検査できます",
        "scan with the OCR plugin",
    ),
    "encoding-unknown": ProblemKind(
        "read", State.PARTIAL, False, "文字コードを判定できない部分があります", "text of unknown encoding"
    ),
    "encoding-mixed": _note(
        "read", "複数の文字コードが混ざっています(行ごとに判定しました)", "mixed encodings, decided line by line"
    ),
    "mojibake": ProblemKind(
        "read", State.PARTIAL, False, "文字化けした状態で保存されています", "saved with garbled characters"
    ),
    "query-failed": _failed(
        "read",
        True,
        "データベースが問い合わせを実行できませんでした(壊れたビューなど)",
        "the database could not run the query (a broken view, ...)",
        "データベース管理者に確認してください",
        "ask the database administrator",
    ),
    "external-reference": _note("read", "外部参照は開いていません", "external references were not followed"),
    # limits
    "sampled": ProblemKind(
        "limit",
        State.PARTIAL,
        False,
        "行数が多いため、無作為に選んだ一部の行だけを検査しました",
        "so many rows that only a random sample was read",
        "--full を付けると全行を検査します",
        "--full reads every row",
    ),
    "too-large": _skipped(
        "limit",
        "サイズの上限を超えています",
        "larger than the size limit",
        "[limits] を見直してください",
        "see [limits]",
    ),
    "timeout": _failed(
        "limit", True, "時間の上限を超えました", "time limit reached", "[limits] を見直してください", "see [limits]"
    ),
    "limit-depth": _failed("limit", False, "入れ子が深すぎます", "nested too deeply"),
    "limit-ratio": _failed("limit", False, "圧縮率が異常です(圧縮爆弾の疑い)", "suspicious compression ratio"),
    "limit-members": ProblemKind(
        "limit", State.PARTIAL, False, "中のファイル数が上限を超えています", "more members than the limit"
    ),
    "limit-bytes": ProblemKind(
        "limit", State.PARTIAL, False, "展開後のサイズが上限を超えています", "more bytes inside than the limit"
    ),
    "limit-pages": ProblemKind(
        "limit", State.PARTIAL, False, "ページ数が上限を超えています", "more pages than the limit"
    ),
    "limit-ocr": ProblemKind(
        "limit",
        State.PARTIAL,
        False,
        "OCR のページ数または時間の上限に達しました",
        "OCR stopped at its limit of pages or time for one item",
        "[plugin.ocr] を見直してください",
        "see [plugin.ocr]",
    ),
    "limit-ocr-run": ProblemKind(
        "limit",
        State.PARTIAL,
        True,
        "OCR が1回の検査の時間上限に達しました(残りは次回の検査で読みます)",
        "OCR reached its time limit for the run; the next run goes on",
        "[plugin.ocr] を見直してください",
        "see [plugin.ocr]",
    ),
    "ocr-missing": ProblemKind(
        "read",
        State.PARTIAL,
        True,
        "OCR のプログラムまたは言語データがありません",
        "the OCR program or its language data is missing",
        "tesseract と日本語データ(tesseract-ocr-jpn)をインストールしてください",
        "install tesseract and its Japanese data (tesseract-ocr-jpn)",
    ),
    "ocr-failed": ProblemKind(
        "read", State.PARTIAL, False, "OCR で読み取れない画像・ページがあります", "OCR could not read a picture or page"
    ),
    "limit-findings": _note(
        "limit", "検出数が多いため、一部をまとめて数えました", "so many findings that some were counted together"
    ),
    "limit-memory": _failed("limit", False, "メモリの上限を超えました", "memory limit reached"),
    # detect, run
    "detector-failed": ProblemKind(
        "detect", State.PARTIAL, True, "検出処理でエラーが起きました", "a recognizer failed"
    ),
    "reader-failed": _failed(
        "read",
        False,
        "読み取り処理で予期しないエラーが起きました",
        "a reader failed unexpectedly",
        "開発元に報告してください",
        "please report it",
    ),
    "worker-crashed": _failed(
        "run",
        False,
        "読み取り処理が異常終了しました",
        "the worker crashed on it",
        "開発元に報告してください",
        "please report it",
    ),
    "interrupted": _failed("run", True, "中断されました", "interrupted"),
    "enricher-failed": _note(
        "run", "プラグインが付ける情報(所有者など)を付けられませんでした", "a plugin could not add its attributes"
    ),
    "plugin-failed": _failed("run", True, "プラグインでエラーが起きました", "a plugin failed"),
}


def message(code: str, lang: str = "ja") -> str:
    """The sentence for a code; the code itself where it is unknown (written by a newer version)."""
    kind = PROBLEMS.get(code)
    if kind is None:
        return code
    return kind.ja if lang == "ja" else kind.en


def hint(code: str, lang: str = "ja") -> str:
    """What a person can do about it; empty where there is nothing to do."""
    kind = PROBLEMS.get(code)
    if kind is None:
        return ""
    return kind.hint_ja if lang == "ja" else kind.hint_en

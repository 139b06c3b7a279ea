"""What the commands say to people, in both languages. Headings of lists are here too."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from piiscan.sources.paths import display_name

_WORDS: Mapping[str, tuple[str, str]] = {
    "resumed": ("前回中断したところから再開します(実行 {run})", "going on where run {run} stopped"),
    "listed": ("一覧 {listed:,}件 ({size})", "listed {listed:,} ({size})"),
    "summary": (
        "実行 {run}: 対象 {listed:,}件 = 検査済 {scanned:,} + 一部 {partial:,} + 対象外 {skipped:,} + 失敗 {failed:,} + 変更なし {unchanged:,}",
        "run {run}: {listed:,} items = {scanned:,} scanned + {partial:,} partial + {skipped:,} skipped + {failed:,} failed + {unchanged:,} unchanged",
    ),
    "members": (
        "  書庫・メールなどの中: {listed:,}件 = 検査済 {scanned:,} + 一部 {partial:,} + 対象外 {skipped:,} + 失敗 {failed:,} + 変更なし {unchanged:,}",
        "  inside archives, mails: {listed:,} = {scanned:,} scanned + {partial:,} partial + {skipped:,} skipped + {failed:,} failed + {unchanged:,} unchanged",
    ),
    "gone": ("  前回からなくなったもの: {gone:,}件", "  gone since the last run: {gone:,}"),
    "time-is-up": (
        "時間になったので止めました。次の実行で続きから始めます。",
        "Time is up: stopped. The next run goes on from here.",
    ),
    "not-told": ("結果を通知できませんでした: {problem}", "could not tell how it went: {problem}"),
    "nothing-read": ("変更がないため、内容は読んでいません。", "Nothing changed: no content was read."),
    "timings": ("処理時間の内訳(全プロセスの合計 {seconds}秒)", "time by stage ({seconds} s over all workers)"),
    "timings-matches": (" (照合 {count:,}件)", " ({count:,} matches weighed)"),
    "read": ("読み取り {size}、{seconds}", "read {size} in {seconds}"),
    "found": ("個人情報が見つかったもの: {assets:,}件", "items with personal information: {assets:,}"),
    "found-row": ("  {severity} {count:,}件", "  {severity} {count:,}"),
    "unread": (
        "読めなかったものが {count:,}件あります。理由は `piiscan problems` で確認できます。",
        "{count:,} items were not (fully) read; `piiscan problems` says why.",
    ),
    "unlisted": (
        "一覧を取得できなかった場所が{count:,}か所あります(中のファイルは数えられていません): {places}",
        "{count:,} places could not be listed; what lies there was not even counted: {places}",
    ),
    "next": (
        "次に: piiscan assets で一覧、piiscan report --format html -o report.html で報告書",
        "next: `piiscan assets` lists them, `piiscan report --format html -o report.html` writes the report",
    ),
    "plan-total": ("{source}: {count:,}件、{size}", "{source}: {count:,} items, {size}"),
    "plan-due": ("  うち今回読むもの: {count:,}件、{size}", "  due to be read: {count:,} items, {size}"),
    "plan-skipped": ("  対象外: {count:,}件", "  not read by rule: {count:,}"),
    "plan-unlisted": ("  一覧できなかった場所: {count:,}", "  places that could not be listed: {count:,}"),
    "plan-missing": ("{source}: 開けません", "{source}: cannot be opened"),
    "plan-time": (
        "  目安: 約 {seconds}({rate}/秒、{basis})",
        "  estimate: about {seconds} (at {rate}/s, {basis})",
    ),
    "plan-basis-run": ("前回の実績", "as the last run"),
    "plan-basis-guess": ("1コアあたり {rate}/秒と仮定", "assuming {rate}/s a core"),
    "more-rows": ("… ほかにもあります(--limit または --format jsonl)", "… there is more (--limit, or --format jsonl)"),
    "no-findings": ("検出はありません。", "No findings."),
    "no-diff": ("差分はありません。", "No differences."),
    "report-written": ("報告書を書きました: {path}", "report written: {path}"),
    "triage-set": ("判定 {number} を記録しました(対象 {count:,}件)", "decision {number} recorded ({count:,} findings)"),
    "triage-undone": ("判定 {number} を取り消しました", "decision {number} was taken back"),
    "triage-imported": ("判定 {count:,}件を取り込みました", "{count:,} decisions taken over"),
    "triage-anywhere": ("(同じ値すべて)", "(this value anywhere)"),
    "triage-status-open": ("有効", "in force"),
    "triage-status-ended": ("期限切れ", "ended"),
    "triage-status-revoked": ("取消済", "taken back"),
    "triage-status-gone": ("解消を確認", "gone"),
    "triage-status-still-there": ("まだ残っている", "still there"),
    "triage-status-unproved": ("再検査待ち", "to be scanned again"),
    "verdict-false": ("誤検出", "false"),
    "verdict-accepted": ("承認済", "accepted"),
    "verdict-todo": ("対応予定", "to do"),
    "verdict-fixed": ("対応済", "fixed"),
    "ledger-written": ("個人情報管理台帳を書きました: {path}({rows}行)", "ledger written: {path} ({rows} rows)"),
    "ledger-merged": (
        "台帳に検査結果を並べて書きました: {path}(シート: {sheets}、台帳の行 {theirs}、対応した行 {matched})。書かれていた内容は変えていません。",
        "written beside the ledger: {path} (sheets: {sheets}; {theirs} rows, {matched} matched). Nothing there was changed.",
    ),
    "ledger-differences": (
        "  台帳にない {missing_in_ledger}件、変わった {changed}件、対応が確かでない {maybe}件、見つからない {missing_in_scan}件、検査対象外の場所 {outside}件",
        "  {missing_in_ledger} not in the ledger, {changed} changed, {maybe} not certain, {missing_in_scan} not found, {outside} not scanned",
    ),
    "ledger-unknown": (
        "  意味がわからなかった見出し: {heads}(--column 見出し=列 で指定できます)",
        "  headings that were not understood: {heads} (say --column HEADING=COLUMN)",
    ),
    "demo-made": (
        "デモ用の共有フォルダーを作りました: {path}({files}ファイル)",
        "made a demo share: {path} ({files} files)",
    ),
    "demo-store": ("ほかの保管場所も検査します: {store}({plugin})", "another store is scanned: {store} ({plugin})"),
    "demo-next": (
        "ブラウザーで {report} を、Excelで {ledger} を開いてください。一覧は: piiscan assets --inventory {inventory}",
        "open {report} in a browser and {ledger} in Excel; the list: piiscan assets --inventory {inventory}",
    ),
    "rules-ok": ("ルール {rules}件、種別 {types}件: 問題ありません", "{rules} rules, {types} entity types: no issues"),
    "rules-bad": ("{count}件の問題があります", "{count} issues"),
    "verdict.weak": ("不採用: 確度がプロファイルの基準に届きません", "not reported: below the profile's threshold"),
    "verdict.overlapped": (
        "不採用: 同じ箇所をより確かに説明する読み方があります",
        "not reported: a better reading of the same place",
    ),
    "verdict.suppressed": (
        "不採用: 個人情報ではない番号と判断しました",
        "not reported: recognised as something that is not personal",
    ),
    "verdict.suppressor": ("個人情報ではない番号として認識", "recognised as something that is not personal"),
    "verdict.refused": (
        "不採用: 検査に合わないか、必要な根拠がありません",
        "not reported: fails a check or lacks what the rule needs",
    ),
    "verdict.lonely": ("不採用: 必要な情報が近くにありません", "not reported: lacks its companion nearby"),
    "verdict.allowed": (
        "不採用: 許可リスト(自社の連絡先など)にあります",
        "not reported: on the company's allow-list",
    ),
    "verdict.reported": ("報告します", "reported"),
    "explain.for": ("根拠: {words}", "for: {words}"),
    "explain.against": ("弱める点: {words}", "against: {words}"),
    "explain.threshold": ("基準 {needed:.2f}", "threshold {needed:.2f}"),
    "untaken.empty": ("値がありません", "holds no values"),
    "untaken.quiet": ("列名が金額・品番・日時などを指すため", "its name speaks of amounts, things or moments"),
    "untaken.not-personal": ("個人情報ではない {kind} と判断しました", "recognised as {kind}, which is not personal"),
    "untaken.weak": (
        "{kind} の確度 {share:.2f} が基準 {needed:.2f} に届きません",
        "{kind} at {share:.2f} is below the threshold {needed:.2f}",
    ),
    "untaken.share": (
        "列名は {kind} を指しますが、形や検査に合う値が {share:.0%} です(目安 {needed:.0%})",
        "its name speaks of {kind}, but only {share:.0%} of the values fit (about {needed:.0%} needed)",
    ),
    "untaken.unsure": (
        "{share:.0%} の値が {kind} に見えますが、列名の手がかりがないため採りません(目安: 異なる値20件以上で {needed:.0%})",
        "{share:.0%} of the values look like {kind}, but the name says nothing (20 different values and {needed:.0%} needed)",
    ),
    "untaken.unnamed": ("列名にも値にも手がかりがありません", "neither its name nor its values speak of anything"),
    "verdict.unwanted": ("不採用: このプロファイルの対象外です", "not reported: not in this profile"),
    "column.decision": ("番号", "no"),
    "column.verdict": ("判定", "decision"),
    "column.target": ("対象", "target"),
    "column.by": ("判定者", "by"),
    "column.at": ("日時", "at"),
    "column.until": ("期限", "until"),
    "column.item": ("場所", "item"),
    "column.name": ("名前", "name"),
    "column.state": ("状態", "state"),
    "column.reason": ("理由", "reason"),
    "column.entities": ("種別と件数", "entities"),
    "column.persons": ("人数(推定)", "persons"),
    "column.severity": ("重大度", "severity"),
    "column.roster": ("名簿", "roster"),
    "column.size": ("サイズ", "size"),
    "column.modified": ("更新日時", "modified"),
    "column.last_scanned": ("検査日時", "last scanned"),
    "column.access": ("公開範囲", "access"),
    "column.principals": ("開ける人", "who can open it"),
    "column.owner": ("責任者・所有者", "owner"),
    "column.department": ("部門", "department"),
    "column.entity_type": ("種別", "entity type"),
    "column.locator": ("箇所", "locator"),
    "column.count": ("件数", "count"),
    "column.confidence": ("確度", "confidence"),
    "column.category": ("法区分", "category"),
    "column.rule": ("ルール", "rule"),
    "column.mask": ("伏せ字", "mask"),
    "column.code": ("コード", "code"),
    "column.message": ("内容", "message"),
    "column.detail": ("詳細", "detail"),
    "column.hint": ("対処", "what to do"),
    "column.run": ("実行", "run"),
    "column.started": ("開始", "started"),
    "column.finished": ("終了", "finished"),
    "column.status": ("結果", "status"),
    "column.targets": ("対象", "targets"),
    "column.profile": ("プロファイル", "profile"),
    "column.listed": ("件数", "listed"),
    "column.unread": ("未読", "unread"),
    "column.kind": ("変化", "change"),
    "column.before": ("前", "before"),
    "column.after": ("後", "after"),
    "severity.0": ("—", "none"),
    "severity.1": ("情報", "info"),
    "severity.2": ("低", "low"),
    "severity.3": ("中", "medium"),
    "severity.4": ("高", "high"),
    "severity.5": ("重大", "critical"),
    "state.scanned": ("検査済", "scanned"),
    "state.partial": ("一部検査", "partial"),
    "state.skipped": ("対象外", "skipped"),
    "state.failed": ("検査失敗", "failed"),
    "state.unchanged": ("変更なし", "unchanged"),
    "state.gone": ("消滅", "gone"),
    "change.new": ("新規", "new"),
    "change.gone": ("消滅", "gone"),
    "change.changed": ("変化", "changed"),
    "change.grown": ("増加", "grown"),
    "change.shrunk": ("減少", "shrunk"),
    "change.exposed": ("公開範囲拡大", "more exposed"),
}


def say(key: str, lang: str, **values: object) -> str:
    """The sentence for a key, filled in."""
    pair = _WORDS[key]
    text = pair[0] if lang == "ja" else pair[1]
    return text.format(**values) if values else text


def headings(names: tuple[str, ...], lang: str) -> dict[str, str]:
    """Headings for list columns."""
    return {name: say(f"column.{name}", lang) for name in names}


def readable(place: str) -> str:
    """A uri as people write it; other names stay as they are."""
    return display_name(unquote(place, errors="replace")) if "://" in place else place


def size(count: float) -> str:
    """Bytes for people, decimal units as disks are sold."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if count < 1000 or unit == "TB":
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return ""


def duration(seconds: float) -> str:
    """Time for people."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"

"""Sentences of reports, (Japanese, English). Blanks are named; counts come ready for ``:,``."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "more": ("ほか{n}種類", "{n} more kinds"),
    "items": ("{n:,}件", "{n:,} items"),
    "persons": ("{n:,}人", "{n:,}"),
    "yes": ("あり", "yes"),
    "top": ("(直下)", "(top level)"),
    # head
    "title": ("個人情報の所在調査報告書", "Personal information discovery report"),
    "subtitle": (
        "どこに、どのような個人情報が、何人分あるか",
        "Where personal information is, of which kind, and of how many persons",
    ),
    "head.targets": ("調査した場所", "Places scanned"),
    "head.when": ("調査した日時", "Scanned"),
    "head.made": ("報告書の作成日時", "Report made"),
    "head.profile": ("判定の設定", "Profile"),
    "head.version": ("使用したプログラムとルールの版", "Program and rule versions"),
    "head.run": ("調査番号", "Run"),
    "head.until": ("{start} から {end} まで", "{start} to {end}"),
    "head.open": ("{start} に開始({status})", "started {start} ({status})"),
    "head.none": ("まだ調査を行っていません", "Nothing has been scanned yet"),
    "privacy": (
        "この報告書には、見つかった個人情報そのもの(氏名や番号の値)は載せていません。ただし、ファイルの名前と場所は載っています。取扱いには注意してください。",
        "This report holds none of the values that were found (names, numbers). It does hold names and places of files: handle it with care.",
    ),
    # overview
    "overview": ("1. まとめ", "1. Overview"),
    "overview.assets": ("個人情報が見つかったもの", "Items with personal information"),
    "overview.persons": ("人数(推定・延べ)", "Persons (estimate, adding up items)"),
    "overview.critical": ("重大・高のもの", "Critical or high"),
    "overview.rosters": ("名簿と思われるもの", "Likely rosters"),
    "overview.unread": ("読めなかったもの", "Not (fully) read"),
    "overview.of": ("調査対象 {n:,}件のうち", "of {n:,} listed"),
    "overview.members": ("圧縮ファイルやメールの中の {n:,}件を含みます", "with {n:,} inside archives and mails"),
    "overview.nothing": (
        "調査した範囲では、個人情報は見つかりませんでした。下の「調査の範囲」で、読めなかったものがないかを確認してください。",
        "No personal information was found in what was scanned. See the coverage below for what could not be read.",
    ),
    "overview.empty": (
        "台帳はまだ空です。先に調査(piiscan scan)を行ってください。",
        "The inventory is empty. Scan something first (piiscan scan).",
    ),
    "overview.first": ("まず確認していただきたいもの", "Look at these first"),
    "overview.first.note": (
        "重大度、人数の順に上位{n}件です。全体は「3. どこに何があったか」をご覧ください。",
        "The {n} worst by severity and persons; the rest is in section 3.",
    ),
    "overview.bySeverity": ("重大度ごとの件数", "Items by severity"),
    # coverage
    "coverage": ("2. 調査の範囲", "2. Coverage"),
    "coverage.intro": (
        "一覧にあった {n:,}件は、次のどれか一つに必ず分類されています。割合の合計は100%です。",
        "Each of the {n:,} listed items is in exactly one of these states; the shares add up to 100 %.",
    ),
    "coverage.caption": ("調査の範囲の内訳", "Coverage by state"),
    "coverage.total": ("合計", "Total"),
    "coverage.bar": ("調査の範囲の内訳を示す帯グラフ", "Bar showing the share of each state"),
    "coverage.members": (
        "このほか、圧縮ファイルやメールの中に {n:,}件あり、検査済 {scanned:,}件、変更なし {unchanged:,}件、一部検査 {partial:,}件、対象外 {skipped:,}件、検査失敗 {failed:,}件でした。",
        "Inside archives and mails there are {n:,} more: {scanned:,} scanned, {unchanged:,} unchanged, {partial:,} partly scanned, "
        "{skipped:,} not in scope, {failed:,} failed.",
    ),
    "coverage.gone": (
        "以前の調査にあり、今回までになくなったものが {n:,}件あります(上の合計には含みません)。",
        "{n:,} items of earlier runs are gone (not in the sum above).",
    ),
    "state.scanned": ("最後まで読んで調べました。", "Read to the end."),
    "state.unchanged": (
        "以前に調べてから変わっていないため、以前の結果を使っています。",
        "Not changed since it was scanned; the earlier result holds.",
    ),
    "state.partial": (
        "読めた部分だけを調べました。残りに個人情報がある可能性があります。",
        "Only a part could be read; the rest may hold personal information.",
    ),
    "state.skipped": (
        "設定や形式により調べていません。個人情報がないという意味ではありません。",
        "Not read, by configuration or format. This does not mean that it holds nothing.",
    ),
    "state.failed": (
        "調べようとしましたが読めませんでした。人による確認が必要です。",
        "Should have been read but could not be; somebody has to look at it.",
    ),
    "col.state": ("状態", "State"),
    "col.items": ("件数", "Items"),
    "col.share": ("割合", "Share"),
    "col.meaning": ("意味", "Meaning"),
    # assets
    "assets": ("3. どこに何があったか", "3. What was found where"),
    "assets.intro": (
        "重大度の高いもの、人数の多いものから順に並べています。圧縮ファイルやメールの中で見つかったものは、その入れ物の下に字下げして示します。",
        "Worst first. What was found inside archives and mails stands indented under its container.",
    ),
    "assets.cap": (
        "全 {total:,}件のうち上位 {shown:,}件を載せています。全件は Excel または JSON の報告書をご覧ください。",
        "The worst {shown:,} of {total:,} are listed; the Excel and JSON reports have all of them.",
    ),
    "assets.caption": ("個人情報が見つかったものの一覧", "Items with personal information"),
    "assets.search": ("名前・場所・種類で絞り込む", "Filter by name, place or kind"),
    "assets.hits": ("{n}件を表示", "{n} shown"),
    "col.name": ("名前と場所", "Name and place"),
    "col.kinds": ("見つかった情報と箇所数", "What was found, how often"),
    "col.persons": ("人数(推定)", "Persons (est.)"),
    "col.severity": ("重大度", "Severity"),
    "col.why": ("注意点", "Mind"),
    "col.places": ("見つかった箇所の例", "Places, for example"),
    "col.occurrences": ("箇所数", "Occurrences"),
    "inside": ("この中にあるもの", "inside"),
    "unreadnow": ("今回は読めず、前回までの結果です", "not readable this time: last known result"),
    "part": ("一部のみ検査", "partly scanned"),
    "badge.roster": ("名簿", "roster"),
    "why.my_number": ("マイナンバーを含む", "holds My Numbers"),
    "why.sensitive": ("要配慮個人情報を含む", "holds special care-required information"),
    "why.card": ("カード情報を含む", "holds card data"),
    "why.credential": ("パスワード等を含む", "holds credentials"),
    "why.idcode": ("個人識別符号を含む", "holds individual identification codes"),
    "why.public": ("社外に公開されている", "public"),
    "why.thousand": ("1,000人を超える", "more than 1,000 persons"),
    "why.hundred": ("マイナンバーが100人を超える", "My Numbers of more than 100 persons"),
    "why.roster": ("名簿", "roster"),
    # kinds, places
    "kinds": ("4. 情報の種類ごと", "4. By kind of information"),
    "kinds.caption": ("情報の種類ごとの件数と人数", "Items and persons by kind"),
    "kinds.note": (
        "人数は、その種類を含むものの推定人数の合計です。一つのファイルに複数の種類があるときは、それぞれに数えます。",
        "Persons are those estimated for the items that hold the kind; an item with several kinds counts for each.",
    ),
    "col.kind": ("情報の種類", "Kind"),
    "col.category": ("法律上の区分", "Legal class"),
    "col.law": ("根拠・注意", "Law (Japanese)"),
    "places": ("5. 場所ごと", "5. By place"),
    "places.caption": ("場所(最上位のフォルダ)ごとの件数と人数", "Items and persons by top folder"),
    "places.cap": ("全 {total:,}か所のうち上位 {shown:,}か所です。", "The first {shown:,} of {total:,} places."),
    "col.place": ("場所", "Place"),
    "col.folder": ("フォルダ", "Folder"),
    "col.source": ("調査元", "Source"),
    "col.with": ("個人情報があるもの", "With personal information"),
    "col.of": ("調査対象", "Items"),
    # unread
    "unread": ("6. 読めなかったもの", "6. What could not be read"),
    "unread.intro": (
        "読めなかったものに個人情報があるかどうかは分かりません。理由ごとに、次にすることを確認してください。",
        "Whether these hold personal information is not known. What to do is said for each reason.",
    ),
    "unread.none": ("読めなかったものはありません。", "Everything was read."),
    "unread.caption": ("読めなかった理由と対応", "Reasons, and what to do"),
    "unread.list": ("一部しか読めなかったもの、読めなかったものの一覧", "Items that were not or only partly read"),
    "unread.cap": ("全 {total:,}件のうち {shown:,}件を載せています。", "{shown:,} of {total:,} are listed."),
    "unread.sources": ("一覧を取得できなかった場所", "Places that could not be listed"),
    "unread.sources.note": (
        "この中に何件あるかは分からないため、上の合計に含まれていません。",
        "How many items are in them is not known; they are not in the sums above.",
    ),
    "unread.notes": ("そのほか、調査中に分かったこと", "Also noticed"),
    "col.reason": ("理由", "Reason"),
    "col.todo": ("次にすること", "What to do"),
    "col.count": ("回数", "Times"),
    "todo.none": ("内容を人が確認してください", "have somebody look at it"),
    "todo.skipped": ("対象外のままでよいか確認してください", "check that it may stay out of scope"),
    "reason.unknown": ("理由の記録なし", "no reason recorded"),
    # changes
    "changes": ("7. 前回からの変化", "7. Changes since the last run"),
    "changes.first": (
        "比較できる前回の調査がありません。次回から、増えたもの・なくなったもの・公開範囲が広がったものを示します。",
        "There is no earlier run to compare with.",
    ),
    "changes.between": (
        "{older} の調査と {newer} の調査を比べました。個人情報に関わる変化だけを示します。",
        "Between the run of {older} and the run of {newer}; only what concerns personal information.",
    ),
    "changes.none": ("個人情報に関わる変化はありませんでした。", "Nothing changed about personal information."),
    "changes.caption": ("前回からの変化の一覧", "Changes"),
    "changes.cap": (
        "全 {total:,}件のうち {shown:,}件を載せています。",
        "{shown:,} of {total:,} are listed.",
    ),
    "col.change": ("変化", "Change"),
    "col.before": ("前回", "Before"),
    "col.after": ("今回", "After"),
    "col.note": ("備考", "Note"),
    "note.persons": ("人数 {was:,}人 → {now:,}人", "persons {was:,} → {now:,}"),
    "note.access": ("公開範囲 {was} → {now}", "access {was} → {now}"),
    # limits
    "limits": ("8. この報告書の読み方と限界", "8. How to read this, and its limits"),
    "limits.found": (
        "見つかった情報は、形式・チェックデジット・見出しや周囲の言葉などから自動で判定したものです。実際には個人情報でないもの、見落としたものがあり得ます。重要なものは人が確認してください。",
        "Findings are judged automatically by format, check digits, headings and context. Some are not personal information, some may be missed: "
        "have somebody confirm what matters.",
    ),
    "limits.persons": (
        "人数は、氏名と連絡先などの組合せから推定しています。同じ人が複数のファイルにあるときは、それぞれで数えています(延べ人数)。",
        "Persons are estimated from names with contacts. Somebody who is in several items is counted in each.",
    ),
    "limits.unread": (
        "対象外・検査失敗・一部検査のもの、画像の中の文字、暗号化されたファイルの中身、一覧を取得できなかった場所は、この報告書では分かりません。「なかった」という証明にはなりません。",
        "What is out of scope, failed or partly scanned, text in pictures, encrypted content and places that could not be listed are unknown "
        "here. Finding nothing is no proof.",
    ),
    "limits.sampling": (
        "検査済のものは抜取りではなく、最後まで読んでいます。時間・サイズ・件数の上限に達したものは一部検査または検査失敗としています。",
        "What is scanned was read to its end, not sampled. What reached a limit of time, size or number is partly scanned or failed.",
    ),
    "limits.roster": (
        "名簿とは、氏名と連絡先を持つ記録が多数並んでいるものです。",
        "A roster is a list of many records with a name and a contact.",
    ),
    "limits.severity": (
        "重大度は、漏えいした場合の影響の大きさです。重大: マイナンバー、要配慮個人情報、カードのセキュリティコードなど。高: 免許証や旅券の番号、口座など。中: 氏名、住所、電話など。低: 会員番号など、ほかの情報と合わせると個人が分かるもの。情報: 年齢、郵便番号など。",
        "Severity is how bad a leak would be. Critical: My Number, special care-required information, card security codes. High: licence and passport "
        "numbers, bank accounts. Medium: name, address, phone. Low: member numbers and what identifies only with more. Info: age, postcode.",
    ),
    # glossary
    "glossary": ("9. 用語と法令", "9. Terms and law"),
    "glossary.pi": ("個人情報", "Personal information"),
    "glossary.pi.text": (
        "生存する個人に関する情報で、氏名・生年月日などにより特定の個人を識別できるもの(ほかの情報と容易に照合して識別できるものを含む)、または個人識別符号を含むもの(個人情報保護法2条1項)。",
        "Information about a living individual that identifies the person, also by easy collation, or holds an individual identification code "
        "(APPI Article 2(1)).",
    ),
    "glossary.idcode": ("個人識別符号", "Individual identification code"),
    "glossary.idcode.text": (
        "それだけで個人情報となる番号や符号。マイナンバー、旅券・運転免許証・基礎年金・住民票コード・健康保険などの番号、顔や指紋の認証用データ(同法2条2項、政令1条)。クレジットカード番号や口座番号は含まれません。",
        "Codes that are personal information by themselves: My Number, passport, licence, pension, resident record and insurance numbers, biometric data "
        "(Article 2(2)). Card and bank account numbers are not.",
    ),
    "glossary.spi": ("特定個人情報", "Specific personal information"),
    "glossary.spi.text": (
        "マイナンバーを含む個人情報。法律で決められた事務以外での利用・保管はできず、必要がなくなれば速やかに廃棄します(番号法)。",
        "Personal information with a My Number. It may be used and kept only for statutory tasks and must be deleted when these end.",
    ),
    "glossary.sens": ("要配慮個人情報", "Special care-required personal information"),
    "glossary.sens.text": (
        "人種、信条、社会的身分、病歴、犯罪の経歴、障害、健康診断の結果など(個人情報保護法2条3項)。取得には原則として本人の同意が必要です。",
        "Race, creed, social status, medical history, criminal record, disability, health examination results and the like (Article 2(3)). Consent is needed.",
    ),
    "glossary.leak": ("漏えい等の報告", "Leak reports"),
    "glossary.leak.text": (
        "要配慮個人情報を含むもの、財産的被害のおそれがあるもの(カード番号など)、不正の目的によるおそれがあるものは1人から、それ以外は1,000人を超えると、個人情報保護委員会への報告と本人への通知が必要です(同法26条、規則7条)。マイナンバーは別に定めがあり、100人を超える場合などに報告が必要です。",
        "Leaks must be reported to the PPC and the persons from one person on for special care-required information, possible property damage or malicious "
        "purpose, else for more than 1,000 persons (Article 26). My Number has rules of its own, among them more than 100 persons.",
    ),
    "glossary.pmark": ("Pマークでの使い方", "Use for the Privacy Mark"),
    "glossary.pmark.text": (
        "JIS Q 15001:2023 が求める個人情報の特定とリスクの認識の資料になります。台帳に載っていないものがないか、保管場所と保管期間が台帳と合っているかを確認してください。",
        "Material for identifying personal information and its risks (JIS Q 15001:2023): compare with the ledger what is kept, where and for how long.",
    ),
    # record
    "record": ("10. 調査の記録", "10. Record of runs"),
    "record.caption": ("調査の履歴(新しい順)", "Runs, newest first"),
    "record.evidence": (
        "検出記録 {n:,}件の照合値(SHA-256): ",
        "Digest of the {n:,} finding rows (SHA-256): ",
    ),
    "record.evidence.note": (
        "同じ台帳から出力した JSON・Excel の報告書の照合値と一致すれば、内容が同じであることを確認できます。",
        "Equal digests in the JSON and Excel reports prove the same content.",
    ),
    "col.started": ("開始", "Started"),
    "col.finished": ("終了", "Finished"),
    "col.status": ("結果", "Result"),
    "col.full": ("全件調査", "full"),
    "col.resumed": ("再開回数", "Resumed"),
    "col.targets": ("場所", "Targets"),
    "col.read": ("読取量", "Bytes read"),
    # sheets
    "sheet.overview": ("概要", "Overview"),
    "sheet.assets": ("検出一覧", "Assets"),
    "sheet.findings": ("検出明細", "Findings"),
    "sheet.problems": ("読めなかったもの", "Not read"),
    "sheet.runs": ("実行履歴", "Runs"),
    "sheet.changes": ("前回との差分", "Changes"),
    "sheet.cap": (
        "Excel の行数の上限のため、ここから先は載せていません。全件は JSON の報告書をご覧ください。",
        "Excel holds no more rows; the JSON report has the rest.",
    ),
    "col.uri": ("所在(URI)", "URI"),
    "col.parent": ("入れ物", "Container"),
    "col.size": ("サイズ(バイト)", "Size (bytes)"),
    "col.modified": ("更新日時", "Modified"),
    "col.scanned": ("調査日時", "Scanned"),
    "col.type": ("形式", "Format"),
    "col.roster": ("名簿", "Roster"),
    "col.breadth": ("公開範囲", "Access"),
    "col.firstRun": ("初出の調査番号", "First run"),
    "col.where": ("箇所", "Place"),
    "col.confidence": ("確からしさ", "Confidence"),
    "col.rule": ("ルール", "Rule"),
    "col.mask": ("伏せ字", "Mask"),
    "col.detail": ("詳細", "Detail"),
    "col.entity": ("種別ID", "Type id"),
}

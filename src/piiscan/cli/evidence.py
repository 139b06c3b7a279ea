"""What spoke for and against a candidate, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_PLAIN: Mapping[str, tuple[str, str]] = {
    "format": ("形が合う", "has the form"),
    "cascade": ("機械が顔と見た", "a face detector says so"),
    "name": ("ファイル名", "the file name"),
    "shape": ("カードや旅券の縦横比", "the shape of a card or passport"),
    "portrait": ("端に小さな顔が1つ", "one small face at a side"),
    "printed-words": ("書類に印刷される語(OCR)", "words printed on such documents (OCR)"),
    "cropped": ("縦横比が本体と違う", "another shape than the picture"),
    "edited": ("本体と違うものが写っている", "shows something else than the picture"),
    "not-on-list": ("許可一覧にない", "not on the allow-list"),
    "changed-since-last-scan": ("前回の検査と違う", "another one than at the last scan"),
    "column": ("列の値の多くが合う", "most values of the column fit"),
    "sample": ("見本・記入例らしい", "looks like a sample"),
    "line-break": ("改行をまたぐ値をつないだ", "joined over a line break"),
    "boxes": ("1桁ずつ・区切りごとの枠をつないだ", "joined from boxes"),
    "kanji-numerals": ("漢数字", "kanji numerals"),
    "companies": (
        "会社・店舗の一覧で、人の氏名がない",
        "a list of companies or shops that names no person",
    ),
    "company-postcode": (
        "大口事業所の郵便番号なので会社の住所らしい",
        "postal code of a large office: a company's address",
    ),
    "negated": ("「なし」などの否定が続く", "taken back by what follows"),
    "ambiguous": ("個人番号とも免許証番号とも読める", "may be a My Number or a licence number"),
    "allowed-left-out": ("許可リストの値を除いた", "without values that are allowed"),
    "sudachi": ("形態素解析でも人名", "a name to the morphological analyser too"),
    "judge": ("前後の文脈からの判定", "judged by the words around it"),
    "alone": ("それだけで一つの欄・行になっている", "stands alone in its cell or line"),
    "float": ("小数として保存されていた(.0)", "stored as a float"),
    "zero-lost": ("先頭の0が落ちている", "lost its leading zeros"),
    "serial": ("表計算の日付番号", "a spreadsheet's day number"),
    "rounded": ("表計算で丸められている", "rounded by a spreadsheet"),
    "cell": ("氏名の欄・セルの値", "the value of a cell for names"),
    "learned": ("学習した判定器も人名とする", "a name to the learned judge"),
    "mention": ("同じ文章で氏名として出た人の姓", "surname of somebody named in the same text"),
    "list": ("一覧表の中の値", "a value of a list"),
    "list:label": ("「出席者」などの見出しの後の一覧", "in a list behind a heading such as attendees"),
    "list:names": ("同じ一覧のほかの項目も人名", "other entries of the list are names"),
    "list:bullet": ("箇条書きの項目", "an entry of a bulleted list"),
    "column:names": ("同じ列のほかの値も人名", "other values of the column are names"),
    "context:introduction": ("名乗りの文", "somebody introduces himself"),
    "context:speaker": ("発言者の位置", "stands where a speaker does"),
    "context:party": ("契約の当事者の位置", "stands where a party to a contract does"),
    "context:family": ("続柄・家族の言葉のそば", "beside a word for relatives"),
    "neighbour:contact": ("連絡先のそば", "beside a telephone number or mail address"),
    "role:before": ("役職の後", "behind a role"),
    "name:part": ("ファイル名の一部", "a part of the file name"),
    "label:role": ("役割の見出しの後", "behind a role as heading"),
    "honorific:san": ("「-san」が続く", "followed by -san"),
    "negative:法令": ("法令・土地の一覧の番地らしい", "a plot of land in a text of law"),
    "negative:地番": ("土地の地番らしい", "a parcel of land"),
    "negative:company": ("会社・店舗の所在地の見出しがある", "headed as the place of a company"),
    "negative:things": (
        "同じ一覧のほかの項目は人名でない(商品・店・地名など)",
        "other entries of the list are goods, shops or places",
    ),
    "format:romaji": ("ローマ字の住所の形", "written as addresses in Latin letters are"),
    "near:hint": ("近くに手がかり", "a hint nearby"),
    "near:context": ("近くに手がかり", "a hint nearby"),
}
_PREFIXED: Mapping[str, tuple[str, str]] = {
    "label": ("見出し「{}」", "label “{}”"),
    "near": ("近くに見出し「{}」", "label “{}” nearby"),
    "header": ("列名「{}」", "column name “{}”"),
    "comment": ("列の説明「{}」", "column comment “{}”"),
    "context": ("近くに「{}」", "“{}” nearby"),
    "check": ("検査 {} に合格", "passes the check {}"),
    "failed": ("検査 {} に不合格", "fails the check {}"),
    "needs": ("{}がない(このルールには必要)", "lacks {}, which the rule needs"),
    "negative": ("「{}」があるので別のものらしい", "“{}” speaks against it"),
    "other-label": ("見出し「{}」は別の番号を指す", "label “{}” names another number"),
    "dictionary": ("辞書({})にある", "in the dictionary ({})"),
    "kanji": ("漢字の並び({})", "kanji as in names ({})"),
    "honorific": ("敬称「{}」", "title “{}”"),
    "role": ("役職「{}」", "role “{}”"),
    "neighbour": ("隣に {}", "{} beside it"),
    "list": ("一覧の中にある({})", "in a list ({})"),
    "level": ("住所の詳しさ: {}", "address down to: {}"),
    "share": ("合う値の割合 {}", "share of fitting values {}"),
    "kind": ("種類: {}", "kind: {}"),
    "presidio": ("Presidio {}", "Presidio {}"),
    "tag": ("タグ「{}」に書かれている", "written in the tag {}"),
    "odd": ("不審な点: {}", "odd: {}"),
}
_KINDS: Mapping[str, tuple[str, str]] = {
    "mobile": ("携帯電話", "mobile"),
    "web": ("ウェブのアドレス", "address of the web"),
    "payment": ("支払い", "payment"),
    "no-encryption": ("暗号化されていない(http)", "no encryption (http)"),
    "shortened": ("短縮URL", "shortened address"),
    "user-before-host": ("ホスト名の前に別の名前", "another name before the host"),
    "address-instead-of-host": ("ホスト名ではなくIPアドレス", "an IP address instead of a host"),
    "other-script-in-host": ("ホスト名に別の文字", "another script in the host"),
    "resembles-own-host": ("自社のホスト名に似ている", "resembles one of your hosts"),
    "active-content": ("プログラムを実行するアドレス", "address that runs a program"),
    "not-an-address": ("アドレスとして読めない", "no valid address"),
    "wrong-check-sum": ("検査数字が合わない", "wrong check sum"),
    "other-country": ("国外の支払い", "payment of another country"),
    "fixed": ("固定電話", "fixed line"),
    "ip": ("IP電話", "IP telephone"),
    "fax": ("FAX", "fax"),
    "m2m": ("機器用", "machine"),
    "business": ("フリーダイヤルなど", "service number"),
    "foreign": ("国外", "foreign"),
    "surname": ("姓", "surnames"),
    "given": ("名", "given names"),
    "foreign-name": ("外国の人名", "foreign names"),
    "town": ("町名", "towns"),
    "prefecture": ("都道府県", "prefectures"),
    "pref": ("都道府県", "prefecture"),
    "city": ("市区町村", "municipality"),
    "block": ("番地", "house number"),
    "room": ("部屋番号", "room"),
    "PERSON": ("氏名", "a name"),
    "JP_NAME_KANA": ("フリガナ", "a reading"),
    "PHONE_NUMBER": ("電話番号", "a telephone number"),
    "EMAIL_ADDRESS": ("メールアドレス", "a mail address"),
    "JP_ADDRESS": ("住所", "an address"),
    "JP_POSTAL_CODE": ("郵便番号", "a postal code"),
    "DATE_OF_BIRTH": ("生年月日", "a birth date"),
    "GENDER": ("性別", "sex"),
    "AGE": ("年齢", "an age"),
    "JP_MY_NUMBER": ("個人番号", "a My Number"),
    "label": ("見出し", "a label"),
    "check": ("検査の合格", "a passed check"),
    "label+check": ("見出しか検査の合格", "a label or a passed check"),
    "label|check": ("見出しも検査の合格も", "both a label and a passed check"),
}
_AGAINST = (
    "failed",
    "needs",
    "negative",
    "other-label",
    "sample",
    "negated",
    "company-postcode",
    "ambiguous",
    "allowed-left-out",
)
_WEAKER = ("line-break", "boxes", "kanji-numerals", "rounded")


def describe_evidence(code: str, lang: str) -> str:
    """One code in words; codes of plugins as they are."""
    which = 0 if lang == "ja" else 1
    if code in _PLAIN:
        return _PLAIN[code][which]
    head, colon, rest = code.partition(":")
    if colon and head in _PREFIXED:
        return _PREFIXED[head][which].format(
            _KINDS[rest][which] if rest in _KINDS and head not in {"label", "header"} else rest
        )
    return code


def sides(evidence: Iterable[str], lang: str) -> tuple[str, str]:
    """What speaks for it and what against it, each in words, as two phrases (either may be empty)."""
    joint = "、" if lang == "ja" else ", "
    good: list[str] = []
    bad: list[str] = []
    for code in evidence:
        head = code.partition(":")[0]
        (bad if head in _AGAINST or code in _WEAKER else good).append(describe_evidence(code, lang))
    return joint.join(good), joint.join(bad)

"""What speaks for and against a name: the words around it. Data and the smallest functions over it."""

from __future__ import annotations

import re
from collections.abc import Iterable


def words(text: str) -> tuple[str, ...]:
    """The words of a list that is written over several lines."""
    return tuple(text.split())


KANJI = "々〆㐀-鿿豈-﫿"
KATAKANA = "".join(map(chr, range(ord("ァ"), ord("ヺ") + 1))) + "ー"
HALF_KATAKANA = "".join(map(chr, range(ord("ｦ"), ord("ﾟ") + 1)))
HONORIFICS = words(
    """
    様 さま さん 殿 氏 先生 くん 君 ちゃん 嬢 女史 御夫妻 ご夫妻 夫妻 夫人 医師 弁護士 税理士 司法書士 看護師 薬剤師 先輩 師匠 画伯 翁 宛て 宛に
    """
)
"""Follow a name and nothing else (or next to nothing else)."""
ROLES = words(
    """
    代表取締役 代表取締役社長 取締役社長 執行役員
    選手 監督 投手 捕手 教授 准教授 名誉教授 助教 講師 博士 議員 衆院議員 参院議員 知事 市長 町長 村長 区長 大臣 首相 総理 元首相 大統領 総統 社長
    副社長 会長 専務 常務 取締役 部長 次長 課長 係長 主任 主査 店長 所長 院長 支店長 本部長 工場長 室長 局長 署長 校長 教諭 園長 理事長 理事 代表
    容疑者 被告 受刑者 死刑囚 被害者 棋士 九段 八段 七段 騎手 親方 関 横綱 大関 アナ アナウンサー 記者 編集長 署員 巡査 警部 大佐 少佐 中佐 大尉 中尉
    少尉 大将 中将 少将 元帥 将軍 名人 竜王 王将 女王 警視
    """
)
"""Follow a name, but also other words."""
TITLES_BEFORE = words(
    """
    社長 会長 部長 課長 係長 店長 院長 所長 教授 講師 監督 主将 選手 投手 捕手 首相 大臣 知事 市長 議員 代表 代表取締役 取締役 担当 担当者 責任者 氏名
    名前 俳優 女優 歌手 作家 監修 作曲 作詞 編曲 脚本 演出 原作 著者 訳者 編集 撮影 医師 弁護士 容疑者 被告 棋士 騎手 申込者 契約者 代理人 保護者
    世帯主 本人 夫 妻 長男 次男 三男 長女 次女 三女 父 母 兄 弟 姉 妹 名誉教授 准教授 記者 声優 画家 漫画家 小説家 詩人 実業家 政治家 昨日 今日 本日
    先日 当日 翌日 同日 後日 今回 前回 現在 当時 以前 大臣 長官 総裁 元帥 将軍 皇帝 国王
    """
)
ORGANISATION_BEFORE = (
    "株式会社",
    "㈱",
    "(株)",
    "（株）",
    "有限会社",
    "㈲",
    "(有)",
    "（有）",
    "合同会社",
    "合名会社",
    "合資会社",
    "医療法人",
    "学校法人",
    "財団法人",
    "社団法人",
)
NOT_NAME_AFTER = words(
    """
    県 市 区 町 村 郡 府 都 道 駅 線 山 川 島 港 湾 湖 岳 峠 城 寺 神社 大社 宮 橋 通 通り 街道 高校 高等学校 中学 小学校 大学 学園 学院 短大 幼稚園
    保育園 病院 医院 クリニック 銀行 信用金庫 信金 証券 生命 損保 商店 商事 商会 製作所 製薬 製造 製菓 工業 工務店 工場 産業 電機 電気 電力 鉄道 建設
    建築 不動産 運輸 運送 交通 物産 食品 酒造 印刷 出版 新聞 書店 書房 文庫 放送 株式会社 (株) （株） ㈱ 有限会社 ホールディングス グループ ビル
    ホテル 旅館 荘 会館 財団 組合 協会 研究所 事務所 法律事務所 支店 支社 本店 営業所 御中 各位 藩 国 州 地方 地区 地域 方面 盆地 半島 平野 空港 球場
    競馬場 記念館 記念 賞 杯 事件 時代 幕府 朝 派 流 式 法 型 系 社 家 邸 屋 部 課 室 線路 軍 隊 城主 文学 定理 効果 症候群 語 人 教 ホール スタジアム
    ドーム デパート
    """
)
COMMON_WITH_HONORIFIC = frozenset(
    words(
        """
    王様 神様 皆様 奥様 客様 姫様 殿様 仏様 皆氏 両氏 同氏 某氏 彼氏 諸氏 源氏 平氏 皆殿 神殿 宮殿 本殿 拝殿 社殿 仕様 同様 多様 異様 有様 模様 左様
    一様 各様 今様 母さん 父さん 兄さん 姉さん 婆さん 爺さん 奥さん 娘さん 息子さん 皆さん 客さん 嫁さん 子さん 主君 諸君 暴君 名君 姫君 若君 父君
    母君 関氏
    """
    )
)
NOT_VALUES = frozenset(
    words(
        """
    未定 不明 なし 無し 有り 同上 匿名 本人 記入 記載 必須 任意 入力 選択 代表 担当 担当者 各位 御中 以下 上記 別紙 省略 必要 確認 変更 一覧 管理者
    利用者 名称 会社 商品 所属 部署 役職 電話 電話番号 住所 年齢 性別 カナ 生年月日 備考 会社名 件名 日付 時刻 金額 数量 単価 合計 フリガナ 氏名 担当部署
    """
    )
)
SAMPLE_WORDS = words(
    "記入例 記載例 入力例 サンプル ダミー テスト 見本 example Example EXAMPLE sample Sample SAMPLE dummy Dummy DUMMY"
)
SAMPLE_NAMES = re.compile(
    "^(?:テスト|見本|記入)|^(?:山田|東京|日本|国税|都庁|個人|年金)[ 　]?(?:太郎|花子|一郎|次郎)$|^(?:John|Jane) (?:Doe|Smith|Q)"
)
PARTICLES = words(
    """
    は が を に と の も で へ や か ら だ な 、 から より まで など ほか って こそ さえ しか として による さん さま くん ちゃん 氏
    """
)
WEAK_LABELS = frozenset(
    words(
        """
    名前 担当 担当者 責任者 代表者 代表取締役 作成者 記入者 申請者 申込者 申込人 契約者 保護者 患者 講師 参加者 出席者 発行者 承認者 届出人 署名
    ご署名 氏 姓 名 名字 宛名 宛先 差出人 送信者 受信者 連絡先 お届け先 送り主 依頼主 ご依頼主 紹介者 対応者 議事録作成 議事録作成者 書記 司会 議長 記録者
    面談者
    面接官 欠席者 同席者 起案者 起案 照査 検印 立会人 証人 保証人 連帯保証人 後見人 担任 主治医 監督者 検収者 受付者 受付担当 お客様 お客さま
    ご依頼人 作成担当 所有者 使用者 管理責任者 employee staff attn 発信者 起票者 処理者 対応 作成 承認 確認 name from to cc bcc reply-to sei mei myoji
    seimei sei_mei name_sei name_mei name01 name02 last_name first_name family_name given_name middle_name lastname firstname sender author surname
    forename recipient holder contact display_name creator owner lastmodifiedby last_modified_by
    """
    )
)
"""Labels that also stand before other things: only a name from the dictionary counts after them."""
GIVEN_LABELS = frozenset(
    words(
        """
    名 mei given_name first_name firstname name_mei name02 forename shimei_mei kanji_mei
    """
    )
)
SURNAME_LABELS = frozenset(
    words(
        """
    姓 氏 名字 苗字 旧姓 sei myoji last_name lastname family_name surname name_sei name01 shimei_sei kanji_sei
    """
    )
)
PERSON_LABELS = words(
    """
    氏名 お名前 姓名 申込者名 申請者名 契約者名 会員名 顧客名 患者名 担当者名 保護者名 受取人 受取人名 代表者名 名義人 口座名義 口座名義人 従業員名
    社員名 職員名 旧姓 cardholder_name cardholder account_holder contact_person shimei simei namae onamae full_name customer_name
    """
)
"""Used beside those of the rules."""
KANA_LABELS = words(
    """
    シメイ しめい カナシメイ ｼﾒｲ フリガナ ふりがな ﾌﾘｶﾞﾅ ヨミガナ よみがな カナ氏名 氏名カナ furigana name_kana
    """
)
NOT_A_LABEL_BEFORE = re.compile(
    r"(?:product|file|host|company|project|class|user|domain|table|column|field|tag|type|group|event|module|package|display|item|shop|store|dept|server|service|job|method|function|image)"
    r"[_\-. ]?$",
    re.IGNORECASE,
)
_EXTRA = "[（(][^（）()\\n]{0,12}[)）]"
LABEL_END = re.compile(
    rf"[ \t　]*(?:{_EXTRA}){{0,2}}[ \t　]*(?:[:：=＝|｜│┃\t】］\]〕」>＞;]|\"[ \t]*:|</[a-z]+>|[ 　][/／](?=[ 　])|[…‥]{{2,}})"
    rf"(?:[ \t　\"'「『]|<[^<>\n]{{1,60}}>|\r?\n[ \t　]{{0,8}}(?=[^\n:：]{{2,16}}(?:\n|$)))*",
    re.IGNORECASE,
)
"""What stands between a label and its value."""
LABEL_GAP = re.compile(rf"(?:{_EXTRA})?[ 　\t]{{1,20}}")
"""The same where nothing but blanks does: for strong labels only."""
NEXT_LINE = re.compile(r"[ \t　]*\r?\n[ \t　]*(?=[^\n:：]{2,16}(?:\r?\n|$))")
"""The same where the value stands alone in the next line: for strong labels only."""

PERSON_NOUN_END = "長員者官相手師士卿公帝王妃佐尉将督役授家首裁職父爵"
_PERSON_NOUN = re.compile(
    rf"(?:[{KANJI}]{{1,8}}[{PERSON_NOUN_END}]|[卿公帝王妃伯家役]|[{KANJI}]{{0,6}}(?:[判知理検刑領執幹監参]事|[俳女声男]優|王妃|夫人))(?![{KANJI}])"
    r"|[0-9０-９一二三四五六七八九十IVX]{1,4}世(?![界一-龥])"
)
RANKS = frozenset(words("社長 副社長 会長 専務 常務 部長 次長 課長 係長 主任 主査 店長"))
"""Roles that stand after a person's name, never after a place's."""
_AFTER_LIFE = re.compile("(?:夫妻|兄弟|姉妹|親子|一家|死後|没後|死去|自身|本人|以外|たち|ら(?![ァ-ヺ]))")


def _by_first(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Words by their first character, longest first: the quick way to ask which of them starts at a place."""
    found: dict[str, tuple[str, ...]] = {}
    for word in sorted(words, key=len, reverse=True):
        found[word[0]] = (*found.get(word[0], ()), word)
    return found


_HONORIFICS_BY_FIRST = _by_first(HONORIFICS)
_ROLES_BY_FIRST = _by_first(ROLES)
_NAME_AFTER_BY_FIRST = {
    first: (*_HONORIFICS_BY_FIRST.get(first, ()), *_ROLES_BY_FIRST.get(first, ()))
    for first in {**_HONORIFICS_BY_FIRST, **_ROLES_BY_FIRST}
}
_THING_AFTER_BY_FIRST = _by_first(NOT_NAME_AFTER)
_PARTICLES_BY_FIRST = _by_first(PARTICLES)
_TITLES_BY_LAST = {word[-1]: tuple(w for w in TITLES_BEFORE if w[-1] == word[-1]) for word in TITLES_BEFORE}


def is_kanji(char: str) -> bool:
    """Whether the character is written as part of a kanji word."""
    return (
        "\u4e00" <= char <= "\u9fff"
        or char in "々〆"
        or "\u3400" <= char <= "\u4dbf"
        or "\uf900" <= char <= "\ufaff"
        or char >= "\U00020000"
    )


def is_katakana(char: str) -> bool:
    """Full-width katakana or the long-vowel sign."""
    return "ァ" <= char <= "ヺ" or char == "ー"


def is_hiragana(char: str) -> bool:
    """Hiragana."""
    return "ぁ" <= char <= "ゖ"


def honorific_at(text: str, position: int) -> str:
    """The honorific that starts here; empty when none."""
    for word in _HONORIFICS_BY_FIRST.get(text[position : position + 1], ()):
        if text.startswith(word, position):
            return word
    return ""


def addressed(text: str, position: int) -> bool:
    """Whether 様, さん, 氏 or 殿 follows, directly or after a blank."""
    start = position + (text[position : position + 1] in (" ", "　"))
    return text.startswith(("様", "さん", "氏", "殿"), start)


def role_at(text: str, position: int) -> str:
    """The role word that starts here and ends as a word; empty when none."""
    for role in _ROLES_BY_FIRST.get(text[position : position + 1], ()):
        if text.startswith(role, position):
            after = text[position + len(role) : position + len(role) + 1]
            if not (after and is_kanji(after)):
                return role
    return ""


def ends_word(text: str, position: int) -> bool:
    """Whether a name may end here: nothing that goes on with the word."""
    char = text[position : position + 1]
    if "一" <= char <= "鿿" or (char and is_kanji(char)):
        return _starts(_NAME_AFTER_BY_FIRST, text, position, char) or person_noun_at(text, position)
    if "ぁ" <= char <= "ゖ":
        return _starts(_PARTICLES_BY_FIRST, text, position, char)
    return char != "ー"


def person_noun_at(text: str, position: int) -> bool:
    """Whether a word follows that says it was a person: 研究員, 警察長, 卿, 夫妻."""
    return bool(_PERSON_NOUN.match(text, position) or _AFTER_LIFE.match(text, position))


def not_name_after(text: str, position: int) -> bool:
    """Whether what follows makes it a place, a company or a thing."""
    char = text[position : position + 1]
    if char not in _THING_AFTER_BY_FIRST or not _starts(_THING_AFTER_BY_FIRST, text, position, char):
        return False
    return not (_starts(_NAME_AFTER_BY_FIRST, text, position, char) or person_noun_at(text, position))


def _starts(by_first: dict[str, tuple[str, ...]], text: str, position: int, char: str) -> bool:
    """Whether any of the words starts here, where `char` stands."""
    words = by_first.get(char)
    return words is not None and text.startswith(words, position)


def starts_word(text: str, position: int) -> bool:
    """Whether a name may start here: at the start of a kanji run, or after a title."""
    if position == 0:
        return True
    before = text[position - 1]
    if not is_kanji(before) or before in PERSON_NOUN_END:
        return True
    titles = _TITLES_BY_LAST.get(before)
    return titles is not None and text.endswith(titles, max(0, position - 6), position)

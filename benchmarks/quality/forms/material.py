"""Names and places to write with. Written by hand for this corpus; nothing is taken from the dictionaries that the product is built with.

Common surnames are in every dictionary, whoever writes them down. So the lists also hold rare names, and names put together from characters with
readings that any reader would accept: these are in no dictionary. Where the development corpora are at hand, lists of names and addresses made by others are
mixed in while the corpus is made; they are never stored here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

T = TypeVar("T")

_COMMON = """佐藤 サトウ sato|鈴木 スズキ suzuki|高橋 タカハシ takahashi|田中 タナカ tanaka|渡辺 ワタナベ watanabe|伊藤 イトウ ito|山本 ヤマモト yamamoto
中村 ナカムラ nakamura|小林 コバヤシ kobayashi|加藤 カトウ kato|吉田 ヨシダ yoshida|山田 ヤマダ yamada|佐々木 ササキ sasaki|山口 ヤマグチ yamaguchi
松本 マツモト matsumoto|井上 イノウエ inoue|木村 キムラ kimura|林 ハヤシ hayashi|清水 シミズ shimizu|山崎 ヤマザキ yamazaki|森 モリ mori|阿部 アベ abe
池田 イケダ ikeda|橋本 ハシモト hashimoto|石川 イシカワ ishikawa|前田 マエダ maeda|小川 オガワ ogawa|岡田 オカダ okada|長谷川 ハセガワ hasegawa
村上 ムラカミ murakami|近藤 コンドウ kondo|石井 イシイ ishii|遠藤 エンドウ endo|青木 アオキ aoki|坂本 サカモト sakamoto|太田 オオタ ota|西村 ニシムラ nishimura
福田 フクダ fukuda|三浦 ミウラ miura|岡本 オカモト okamoto|藤原 フジワラ fujiwara|中川 ナカガワ nakagawa|原田 ハラダ harada|小野 オノ ono|竹内 タケウチ takeuchi
千葉 チバ chiba|宮崎 ミヤザキ miyazaki|上野 ウエノ ueno|原 ハラ hara|今井 イマイ imai|河野 コウノ kono|大塚 オオツカ otsuka|谷口 タニグチ taniguchi|丸山 マルヤマ maruyama
髙橋 タカハシ takahashi|山﨑 ヤマザキ yamazaki|渡邉 ワタナベ watanabe|渡邊 ワタナベ watanabe|齋藤 サイトウ saito|齊藤 サイトウ saito|濵田 ハマダ hamada|廣瀬 ヒロセ hirose"""
_RARE = """柊木 ヒイラギ hiiragi|東雲 シノノメ shinonome|四月一日 ワタヌキ watanuki|小鳥遊 タカナシ takanashi|五十嵐 イガラシ igarashi|勅使河原 テシガワラ teshigawara
御手洗 ミタライ mitarai|蛯名 エビナ ebina|鵜飼 ウカイ ukai|雲丹亀 ウニガメ unigame|鬼頭 キトウ kito|薬袋 ミナイ minai|纐纈 コウケツ koketsu|祖父江 ソブエ sobue
月見里 ヤマナシ yamanashi|東海林 ショウジ shoji|百目鬼 ドウメキ domeki|目黒 メグロ meguro|忽那 クツナ kutsuna|善養寺 ゼンヨウジ zenyoji|喜屋武 キャン kyan|仲村渠 ナカンダカリ nakandakari
比嘉 ヒガ higa|金城 キンジョウ kinjo|島袋 シマブクロ shimabukuro|我如古 ガネコ ganeko|安慶名 アゲナ agena|越智 オチ ochi|曽我部 ソガベ sogabe|十河 ソゴウ sogo|阿曽 アソ aso
蜂須賀 ハチスカ hachisuka|来栖 クルス kurusu|棟方 ムナカタ munakata|一戸 イチノヘ ichinohe|佐保 サホ saho|榊 サカキ sakaki|辻 ツジ tsuji|堺 サカイ sakai|乾 イヌイ inui|泉 イズミ izumi
飛騨 ヒダ hida|能登 ノト noto|春日 カスガ kasuga|桐生 キリュウ kiryu|羽生 ハニュウ hanyu|結城 ユウキ yuki|鴻上 コウガミ kogami|猪俣 イノマタ inomata|狩野 カノウ kano|神 ジン jin"""
_GIVEN = """太郎 タロウ taro|花子 ハナコ hanako|健一 ケンイチ kenichi|美咲 ミサキ misaki|大輔 ダイスケ daisuke|陽子 ヨウコ yoko|翔太 ショウタ shota|由美子 ユミコ yumiko|拓也 タクヤ takuya
誠 マコト makoto|恵 メグミ megumi|浩 ヒロシ hiroshi|直樹 ナオキ naoki|幸子 サチコ sachiko|和夫 カズオ kazuo|さくら サクラ sakura|あかり アカリ akari|ひなた ヒナタ hinata|みどり ミドリ midori
マリア マリア maria|エリカ エリカ erika|蓮 レン ren|凛 リン rin|結愛 ユア yua|陽翔 ハルト haruto|心春 コハル koharu|颯太 ソウタ sota|義雄 ヨシオ yoshio|千代子 チヨコ chiyoko|敏行 トシユキ toshiyuki
節子 セツコ setsuko|晃司 コウジ koji|慎之介 シンノスケ shinnosuke|明日香 アスカ asuka|純 ジュン jun|薫 カオル kaoru|航 ワタル wataru|梓 アズサ azusa|秀樹 ヒデキ hideki|智恵 チエ chie"""
_SURNAME_HEADS = """榎 エノキ enoki|柚 ユズ yuzu|楢 ナラ nara|椿 ツバキ tsubaki|葛 クズ kuzu|蓬 ヨモギ yomogi|鷺 サギ sagi|鶴 ツル tsuru|亀 カメ kame|鹿 シカ shika|霧 キリ kiri|霜 シモ shimo|藍 アイ ai
錦 ニシキ nishiki|鍬 クワ kuwa|灘 ナダ nada|苫 トマ toma|笹 ササ sasa|菱 ヒシ hishi|樫 カシ kashi|隅 スミ sumi|瀧 タキ taki|猿 サル saru|蔦 ツタ tsuta"""
_SURNAME_TAILS = """谷 タニ tani|沢 サワ sawa|畑 ハタ hata|塚 ヅカ zuka|窪 クボ kubo|浦 ウラ ura|岡 オカ oka|代 シロ shiro|垣 ガキ gaki|淵 ブチ buchi|井 イ i|根 ネ ne|倉 クラ kura|平 ヒラ hira|森 モリ mori"""
_GIVEN_HEADS = """琉 リュウ ryu|颯 ソウ so|詩 ウタ uta|紬 ツムギ tsumugi|凪 ナギ nagi|暁 アキ aki|湊 ミナ mina|楓 カエ kae|碧 アオ ao|冴 サエ sae|彗 ケイ kei|澪 ミオ mio|旺 オウ o|芙 フ fu|鼓 コ ko|櫂 カイ kai|瑳 サ sa|麗 レイ rei"""
_GIVEN_TAILS = """真 マ ma|乃 ノ no|聖 セイ sei|斗 ト to|奈 ナ na|華 カ ka|之助 ノスケ nosuke|佳 カ ka|音 ネ ne|太朗 タロウ taro|莉 リ ri|哉 ヤ ya|緒 オ o|士郎 シロウ shiro"""
_FOREIGN = """グエン・ヴァン・アン|マリア・サントス|ジョン・スミス|リー・ウェイ|アナ・パウラ・シルバ|チャン・ティ・ラン|ラジェシュ・クマール|キム・ミンジュン|ピーター・オルソン|ファティマ・アリ
エマ・ヨハンソン|カルロス・メンドーサ|ブディ・サントソ|オレナ・コワレンコ"""
_FOREIGN_LATIN = "NGUYEN VAN ANH|Maria Santos|John Smith|Wei Li|Ana Paula Silva|Rajesh Kumar|Peter Olsson|Fatima Ali|Emma Johansson|Carlos Mendoza"

_PLACES = """100-0005 東京都 千代田区 丸の内|150-0001 東京都 渋谷区 神宮前|160-0023 東京都 新宿区 西新宿|106-0032 東京都 港区 六本木|154-0004 東京都 世田谷区 太子堂|166-0003 東京都 杉並区 高円寺南
180-0004 東京都 武蔵野市 吉祥寺本町|190-0012 東京都 立川市 曙町|210-0007 神奈川県 川崎市川崎区 駅前本町|231-0023 神奈川県 横浜市中区 山下町|260-0013 千葉県 千葉市中央区 中央|273-0005 千葉県 船橋市 本町
330-0853 埼玉県 さいたま市大宮区 錦町|350-1123 埼玉県 川越市 脇田本町|371-0026 群馬県 前橋市 大手町|380-0823 長野県 長野市 南千歳|400-0031 山梨県 甲府市 丸の内|420-0852 静岡県 静岡市葵区 紺屋町
430-0933 静岡県 浜松市中央区 鍛冶町|450-0002 愛知県 名古屋市中村区 名駅|460-0008 愛知県 名古屋市中区 栄|500-8833 岐阜県 岐阜市 神田町|514-0033 三重県 津市 丸之内|530-0001 大阪府 大阪市北区 梅田
542-0076 大阪府 大阪市中央区 難波|650-0021 兵庫県 神戸市中央区 三宮町|670-0012 兵庫県 姫路市 本町|690-0003 島根県 松江市 朝日町|700-0901 岡山県 岡山市北区 本町|730-0011 広島県 広島市中区 基町
790-0001 愛媛県 松山市 一番町|810-0001 福岡県 福岡市中央区 天神|802-0001 福岡県 北九州市小倉北区 浅野|850-0057 長崎県 長崎市 大黒町|860-0807 熊本県 熊本市中央区 下通|890-0053 鹿児島県 鹿児島市 中央町
900-0015 沖縄県 那覇市 久茂地|980-0021 宮城県 仙台市青葉区 中央|020-0034 岩手県 盛岡市 盛岡駅前通|030-0803 青森県 青森市 安方|920-0853 石川県 金沢市 本町|950-0087 新潟県 新潟市中央区 東大通"""
_RURAL = """北海道 虻田郡倶知安町|北海道 紋別市|青森県 上北郡おいらせ町|岩手県 紫波郡矢巾町|秋田県 仙北市|山形県 西村山郡河北町|福島県 耶麻郡猪苗代町|茨城県 つくばみらい市|栃木県 芳賀郡益子町|群馬県 吾妻郡草津町|千葉県 いすみ市
長野県 北安曇郡白馬村|岐阜県 大野郡白川村|三重県 志摩市|滋賀県 東近江市|京都府 与謝郡伊根町|奈良県 吉野郡十津川村|和歌山県 西牟婁郡白浜町|鳥取県 東伯郡琴浦町|島根県 隠岐郡海士町|山口県 大島郡周防大島町|徳島県 三好市
香川県 小豆郡小豆島町|愛媛県 上浮穴郡久万高原町|高知県 四万十市|福岡県 糸島市|佐賀県 西松浦郡有田町|長崎県 五島市|大分県 由布市|宮崎県 西臼杵郡高千穂町|鹿児島県 熊毛郡屋久島町|沖縄県 国頭郡恩納村"""
_TOWNS = "桜が丘 若葉台 緑町 東雲台 南幸 北星 松風町 鶴見台 三ツ谷 柳橋 榎戸 大字小野 大字上沢 字中原 梅ケ枝町 向陽台 日の出町 泉が丘 西大路 花園町 上ノ原 下荒井 新田 平沢".split()
_BUILDINGS = """ハイツ若竹203号室|コーポさざなみ101|グランメゾン柏木1205|サンハイム B棟402号|パークサイド青葉 3F|第二緑荘5号|ライオンズヒルズ桂 1103号室|メゾン・ド・ルポ 207|スカイコート椿501|県営北団地12-304|プラウド泉ヶ丘タワー2810号"""
COMPANIES = tuple(
    """株式会社青葉産業|山手商事株式会社|有限会社川上鉄工所|合同会社ブルームラボ|田島運輸株式会社|株式会社ハルカゼ|北斗電機工業株式会社|株式会社三河屋本店|一般社団法人みらい農業協会|医療法人社団清風会
小松精機株式会社|株式会社中川製作所|松岡印刷有限会社|株式会社井上商店|学校法人若草学園|株式会社ネクストブリッジ|長谷川物流株式会社|宮本建設株式会社""".replace(
        "\n", "|"
    ).split("|")
)
DEPARTMENTS = tuple(
    "総務部 営業部 営業第二課 経理課 人事部 情報システム部 お客様相談室 商品企画部 物流センター 品質保証室 法務部 マーケティング部".split()
)
DOMAINS = ("example.jp", "example.co.jp", "example.ne.jp", "example.com", "mail.example.jp", "example.or.jp")


class Name(NamedTuple):
    """A name in its spellings."""

    surname: str
    given: str
    surname_kana: str
    given_kana: str
    surname_latin: str
    given_latin: str


class Place(NamedTuple):
    """An address in parts; `code` is empty where none is at hand."""

    code: str
    prefecture: str
    city: str
    town: str
    whole: str = ""


def _rows(text: str) -> list[tuple[str, ...]]:
    return [tuple(row.split()) for row in text.replace("\n", "|").split("|")]


def _mine(key: str, split: str) -> bool:
    """Whether a piece of material belongs to a split: a third is kept for the hold-out."""
    held = hashlib.sha256(key.encode()).digest()[0] % 3 == 0
    return held == (split == "holdout")


class Material:
    """Draws names and places for one split. Development and hold-out share no surname, given name, town or building."""

    def __init__(self, rng: Random, split: str, corpora: Path | None = None) -> None:
        self.rng = rng
        self.split = split
        self.common = self.part(_rows(_COMMON))
        self.rare = self.part(_rows(_RARE))
        self.given = self.part(_rows(_GIVEN))
        self.made_surnames = self._composed(_SURNAME_HEADS, _SURNAME_TAILS)
        self.made_given = self._composed(_GIVEN_HEADS, _GIVEN_TAILS)
        self.places = self.part(_rows(_PLACES))
        self.rural = self.part(_rows(_RURAL))
        self.towns = self.part(_TOWNS)
        self.buildings = self.part(_BUILDINGS.split("|"))
        self.foreign = self.part(_FOREIGN.replace("\n", "|").split("|"))
        self.foreign_latin = self.part(_FOREIGN_LATIN.split("|"))
        self.listed = _listed_names(corpora, split)
        self.listed_addresses = _listed_addresses(corpora, split)

    def part(self, items: Sequence[T]) -> list[T]:
        """The items of this split."""
        return [item for item in items if _mine(str(item), self.split)]

    def pick(self, items: Sequence[T]) -> T:
        """One of them."""
        return self.rng.choice(items)

    def _composed(self, heads: str, tails: str) -> list[tuple[str, ...]]:
        made = [tuple(a + b for a, b in zip(h, t, strict=True)) for h in _rows(heads) for t in _rows(tails)]
        return self.part(made)

    def name(self) -> Name:
        """A Japanese name; a tenth of them from lists made by others, where those are at hand."""
        roll = self.rng.random()
        if roll < 0.1 and self.listed[0]:
            surname, given = self.pick(self.listed[0]), self.pick(self.listed[1])
        else:
            surname = self.pick(self.common if roll < 0.55 else self.rare if roll < 0.8 else self.made_surnames)
            given = self.pick(self.given if self.rng.random() < 0.6 else self.made_given)
        return Name(surname[0], given[0], surname[1], given[1], surname[2], given[2])

    def place(self, *, whole: bool = True) -> Place:
        """Somewhere."""
        roll = self.rng.random()
        if whole and roll < 0.15 and self.listed_addresses:
            return Place("", "", "", "", self.pick(self.listed_addresses))
        if roll < 0.7:
            return Place(*self.pick(self.places))
        prefecture, city = self.pick(self.rural)
        return Place("", prefecture, city, self.pick(self.towns))


def _listed_names(corpora: Path | None, split: str) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    path = corpora / "names-gimei.jsonl" if corpora else None
    if path is None or not path.is_file():
        return [], []
    rows = [json.loads(line) for line in path.open(encoding="utf-8")]
    mine = [r for r in rows if _mine(r["name"], split)]
    parts: dict[bool, list[tuple[str, ...]]] = {True: [], False: []}
    for r in mine:
        parts[r["type"] == "surname"].append((r["name"], r["kata"], r["romaji"].lower()))
    return parts[True], parts[False]


def _listed_addresses(corpora: Path | None, split: str) -> list[str]:
    path = corpora / "addresses-ja.jsonl" if corpora else None
    if path is None or not path.is_file():
        return []
    texts = [json.loads(line)["text"] for line in path.open(encoding="utf-8")]
    return [t for t in texts if _mine(t, split)]

"""Persons, not matches: counting over tables, sheets and texts."""

from __future__ import annotations

import random
from collections.abc import Iterable

import polars as pl
import pytest

from piiscan.detect.columns_persons import RowPersons
from piiscan.detect.persons import PersonCounter, person_key_layout
from piiscan.model import Detection, Locator, SegmentKind, TableRecords, TextHits, TextSegment

NAME, MAIL, PHONE, ADDRESS, MEMBER = "PERSON", "EMAIL_ADDRESS", "PHONE_NUMBER", "JP_ADDRESS", "MEMBER_ID"
NOWHERE = Locator()
SURNAMES = [f"{a}{b}" for a in "佐鈴高田渡伊中小加吉山松井木斎清" for b in "藤木橋中辺東村林野田本上"]
GIVEN = [f"{a}{b}" for a in "太花健美翔直大恵陽裕和拓" for b in "郎子一咲也樹香介実人"]


def records(columns: dict[str, list[str | None]], persons: RowPersons | None = None) -> TableRecords:
    found = {}
    for n, (entity_type, cells) in enumerate(columns.items()):
        values = pl.Series(cells, dtype=pl.String)
        found[n] = (entity_type.split("#")[0], values)
    result = (persons or RowPersons()).add(found, Locator())
    assert result is not None
    return result


def count(*things: object) -> int:
    counter = PersonCounter()
    for thing in things:
        counter.add(thing)  # type: ignore[arg-type]
    return counter.estimate()


def made_up(size: int, seed: int = 3) -> list[dict[str, str | None]]:
    """Different persons: some families share address and telephone, some have no mail, some share a name with another."""
    dice = random.Random(seed)
    people: list[dict[str, str | None]] = []
    while len(people) < size:
        surname = dice.choice(SURNAMES)
        address, phone = (
            f"東京都千代田区丸の内{len(people)}-1",
            f"03-{dice.randrange(1000, 9999)}-{dice.randrange(1000, 9999)}",
        )
        for given in dice.sample(GIVEN, dice.choice([1, 1, 2, 4])):
            mail = f"u{len(people)}@example.jp" if dice.random() < 0.7 else None
            people.append({NAME: f"{surname} {given}", MAIL: mail, PHONE: phone, ADDRESS: address})
    return people[:size]


def table(people: Iterable[dict[str, str | None]], *types: str) -> dict[str, list[str | None]]:
    rows = list(people)
    return {t: [p[t] for p in rows] for t in types}


@pytest.mark.parametrize("size", [50, 1000, 8000])
@pytest.mark.parametrize(
    "types", [(NAME, MAIL, PHONE), (NAME, PHONE), (NAME, PHONE, ADDRESS), (NAME, MAIL), (NAME, ADDRESS)]
)
def test_orders_of_known_persons_are_counted_within_ten_percent(size: int, types: tuple[str, ...]) -> None:
    """Each person appears one to five times, written with and without space, over several batches."""
    people = made_up(size)
    dice = random.Random(1)
    rows = [
        p | {NAME: str(p[NAME]).replace(" ", dice.choice(["", " ", "　"]))}
        for p in people
        for _ in range(dice.choice([1, 1, 2, 5]))
    ]
    dice.shuffle(rows)
    persons = RowPersons()
    batches = [records(table(rows[i : i + 5000], *types), persons) for i in range(0, len(rows), 5000)]
    assert count(*batches) == pytest.approx(size, rel=0.10)


def test_family_with_one_telephone_are_several_persons() -> None:
    """Sharing a contact does not make two persons one."""
    assert count(records({NAME: ["山田 太郎", "山田 花子"], PHONE: ["03-1234-5678"] * 2})) == 2


def test_same_name_with_different_contacts_are_two_persons() -> None:
    """There is more than one 田中 一郎."""
    assert count(records({NAME: ["田中 一郎"] * 2, MAIL: ["a@example.jp", "b@example.jp"]})) == 2


def test_rows_linked_by_any_contact_are_one_person() -> None:
    """A new mail address beside the old telephone number is no new person; nor is a row with a name alone."""
    rows = {
        NAME: ["田中 一郎", "田中一郎", "田中 一郎 様"],
        MAIL: ["a@example.jp", "b@example.jp", None],
        PHONE: ["03-1111-2222", "0311112222", None],
    }
    assert count(records(rows)) == 1


def test_tables_without_names_count_by_the_best_identifier() -> None:
    """Order lines say member numbers again and again."""
    assert count(records({MEMBER: ["A1", "A2", "A1", "A3"]})) == 3
    assert count(records({MAIL: ["a@example.jp", "A@EXAMPLE.JP", "b@example.jp"]})) == 2


def test_two_sheets_with_the_same_persons_count_once() -> None:
    """Although one has mail addresses and the other telephone numbers."""
    people = made_up(400)
    names = {str(p[NAME]) for p in people}
    one, two = records(table(people, NAME, MAIL, PHONE)), records(table(people, NAME, PHONE))
    three = records({MAIL: [p[MAIL] for p in people]})
    assert count(one, two, three) == pytest.approx(400, rel=0.10)
    assert len(names) <= 400


def test_different_persons_in_two_sheets_add_up() -> None:
    """Two shops, two lists."""
    people = made_up(2000)
    first, second = people[:1000], people[1000:]
    assert count(records(table(first, NAME, PHONE)), records(table(second, NAME, PHONE))) == pytest.approx(
        2000, rel=0.10
    )


def test_second_name_in_a_row_is_another_person() -> None:
    """Orders name the buyer and the recipient; the same person in both is one."""
    rows = {
        NAME: ["山田 太郎", "佐藤 花子"],
        f"{NAME}#2": ["鈴木 次郎", "佐藤花子"],
        PHONE: ["03-1234-5678", "03-1234-5679"],
    }
    assert count(records(rows)) == 3


def test_hundreds_of_thousands_are_estimated_from_a_sample() -> None:
    """Memory stays bounded; the estimate stays within ten percent."""
    counter = PersonCounter()
    dice = random.Random(5)
    for _ in range(6):
        keys = frozenset(person_key_layout(dice.getrandbits(64), 1, dice.getrandbits(64)) for _ in range(100_000))
        counter.add(TableRecords(locator=Locator(), rows=100_000, person_keys=keys))
    assert len(counter._keys) <= 200_000
    assert counter.estimate() == pytest.approx(600_000, rel=0.10)


def test_roster_needs_ten_persons_with_name_and_contact() -> None:
    """Nine are a team, ten a list; names alone are none."""
    people = made_up(40)
    assert not records(table(people[:9], NAME, PHONE)).roster
    assert records(table(people[:12], NAME, PHONE)).roster
    assert not records(table(people, NAME)).roster
    persons = RowPersons()
    flags = [records(table(people[i : i + 6], NAME, PHONE), persons).roster for i in range(0, 18, 6)]
    assert flags == [False, True, True]


# --- texts


def hits(
    text: str, spans: Iterable[tuple[str, str]], kind: SegmentKind = SegmentKind.PROSE, locator: Locator = NOWHERE
) -> TextHits:
    """Detections of the given values, in order of appearance."""
    detections, at = [], 0
    for entity_type, value in spans:
        at = text.index(value, at)
        detections.append(
            Detection(entity_type=entity_type, start=at, end=at + len(value), confidence=0.9, rule="r", recognizer="t")
        )
        at += len(value)
    return TextHits(segment=TextSegment(text=text, kind=kind, locator=locator), detections=tuple(detections))


def test_surname_with_honorific_is_the_full_name_of_the_item() -> None:
    """山田様 in the second paragraph is 山田太郎 of the first."""
    text = "山田太郎様\n\nいつもお世話になります。山田様のご注文"
    assert count(hits(text, [(NAME, "山田太郎"), (NAME, "山田")])) == 1


def test_contacts_beside_a_name_are_no_more_persons() -> None:
    """A signature is one person, and no roster."""
    text = "佐藤 花子\nTEL 03-1234-5678\nFAX 03-1234-5679\nhanako@example.jp"
    counter = PersonCounter()
    counter.add(
        hits(text, [(NAME, "佐藤 花子"), (PHONE, "03-1234-5678"), (PHONE, "03-1234-5679"), (MAIL, "hanako@example.jp")])
    )
    assert counter.estimate() == 1
    assert not counter.roster


def test_contacts_without_names_count_each_once() -> None:
    """A log with mail addresses is about as many persons, however often they come."""
    lines = [f"login user{i % 30}@example.jp ok" for i in range(90)]
    text = "\n".join(lines)
    assert count(hits(text, [(MAIL, f"user{i % 30}@example.jp") for i in range(90)])) == 30


@pytest.mark.parametrize("glue", [" ", "\nTEL: "])
def test_list_in_a_text_file_is_a_roster(glue: str) -> None:
    """Fixed-width lines, or blocks of key and value."""
    people = made_up(12)
    text = "\n\n".join(f"{p[NAME]}{glue}03-1234-{i:04}" for i, p in enumerate(people))
    counter = PersonCounter()
    counter.add(
        hits(text, [x for i, p in enumerate(people) for x in ((NAME, str(p[NAME])), (PHONE, f"03-1234-{i:04}"))])
    )
    assert counter.roster
    assert counter.estimate() == len({str(p[NAME]) for p in people})


def test_minutes_with_many_names_are_no_roster() -> None:
    """Names without contacts are mentions."""
    names = [str(p[NAME]) for p in made_up(30)]
    counter = PersonCounter()
    counter.add(hits("、".join(names) + " 03-1234-5678", [*((NAME, n) for n in names), (PHONE, "03-1234-5678")]))
    assert not counter.roster


def test_fields_of_one_record_are_one_person_and_records_add_up() -> None:
    """JSON members and form cells of one parent belong together."""
    things = []
    for i, person in enumerate(made_up(11)):
        place = Locator.of(record=i)
        things.append(hits(str(person[NAME]), [(NAME, str(person[NAME]))], SegmentKind.FIELD, place.then(path="name")))
        things.append(
            hits(f"x{i}@example.jp", [(MAIL, f"x{i}@example.jp")], SegmentKind.FIELD, place.then(path="mail"))
        )
    counter = PersonCounter()
    for thing in things:
        counter.add(thing)
    assert counter.roster
    assert counter.estimate() == 11


def test_remarks_in_rows_do_not_count_the_row_twice() -> None:
    """The persons of a table are its rows; a telephone number in a remark is one of theirs."""
    people = made_up(20)
    remark = hits("電話 03-9999-0000", [(PHONE, "03-9999-0000")], SegmentKind.FIELD, Locator.of(column="備考", row=4))
    assert count(records(table(people, NAME, PHONE)), remark) == count(records(table(people, NAME, PHONE)))


def test_nothing_is_nobody() -> None:
    """An item without persons has none."""
    counter = PersonCounter()
    assert (counter.estimate(), counter.roster) == (0, False)


def test_repr_shows_no_value() -> None:
    """Counters appear in logs and tracebacks."""
    counter = PersonCounter()
    counter.add(hits("山田太郎 a@example.jp", [(NAME, "山田太郎"), (MAIL, "a@example.jp")]))
    assert "山田" not in repr(counter)

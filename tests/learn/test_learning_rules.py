"""``piiscan rules learn``: rules from samples, which never show."""

import random
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from piiscan.cli.app import build_app
from piiscan.errors import UsageError
from piiscan.plugins import load_plugins
from piiscan.rules.check import check_rules
from piiscan.rules.checkdigits import gtin, luhn, mod7, mod11
from piiscan.rules.learn import NothingToLearnError, learn, made_up
from piiscan.rules.proposal import is_heading
from piiscan.rules.validators import VALIDATORS

DICE = random.Random(20240401)


def learn_command(*arguments: object, stdin: str = "") -> Result:
    """The command, run in this process."""
    return CliRunner().invoke(build_app(), ["rules", "learn", *map(str, arguments)], input=stdin)


def numbers(form: str, count: int) -> list[str]:
    """Different values of a form, 0 for a digit."""
    found: set[str] = set()
    while len(found) < count:
        found.add("".join(str(DICE.randrange(10)) if c == "0" else c for c in form))
    return sorted(found, key=lambda _: DICE.random())


def with_check(form: str, count: int, check: object) -> list[str]:
    """Values whose last digit fits."""
    return [next(v + str(d) for d in range(10) if check(v + str(d))) for v in numbers(form, count)]  # type: ignore[operator]


def test_shapes_prefix_and_lengths() -> None:
    """What all samples share is learned, from full width too; rare mistakes among them do not matter."""
    samples = [*numbers("KH-000000", 60), "ＫＨ－１２３４５６", "未定", ""]
    learned = learn(samples, VALIDATORS)
    assert learned.prefix == "KH-"
    assert [shape for shape, _ in learned.shapes] == ["AA-000000"]
    assert learned.distinctive
    assert learned.samples == 61
    plain = learn([*numbers("000000", 40), *numbers("00000000", 40)], VALIDATORS)
    assert (plain.prefix, plain.distinctive) == ("", False)
    assert "{D}{6,8}" in plain.pattern


@pytest.mark.parametrize(
    ("form", "check", "name"),
    [
        ("00000000000", luhn, "luhn"),
        ("290000000000", gtin, "gtin"),
        ("00000000000", mod7, "mod7"),
        ("0000000", mod11, "mod11"),
    ],
)
def test_check_digits_are_noticed(form: str, check: object, name: str) -> None:
    """Where (nearly) all of twenty or more pass; random last digits give none."""
    assert learn(with_check(form, 40, check), VALIDATORS).check == name
    assert learn(numbers(form + "0", 40), VALIDATORS).check == ""


def test_it_warns_of_what_the_samples_may_be_instead() -> None:
    """A column of My Numbers by mistake."""
    good = [n for n in (str(v) for v in range(200000000000, 200000003000)) if VALIDATORS["my_number"](n)]
    assert "JP_MY_NUMBER" in learn(good[:100], VALIDATORS).looks_like


@pytest.mark.parametrize(
    "samples",
    [
        ["A1", "B2"],
        ["山田太郎"] * 20,
        [f"{'x' * n}{n}!" for n in range(20)],
        [chr(65 + n) * 5 for n in range(20)],
        [f"山{n:04}" for n in range(20)],
    ],
)
def test_what_cannot_be_learned_is_said_without_a_value(samples: list[str]) -> None:
    """Too few, names, no common form, no digits."""
    with pytest.raises(NothingToLearnError) as caught:
        learn(samples, VALIDATORS)
    assert not any(s in caught.value.ja + caught.value.en for s in samples)


def test_examples_are_made_up() -> None:
    """New values of the form that pass the check digit and are none of the samples."""
    samples = with_check("29000000000", 50, gtin)
    made = made_up(learn(samples, VALIDATORS), samples, gtin, 4, random.Random(1))
    assert len(made) == 4
    assert not set(made) & set(samples)
    assert all(gtin(m) and m.startswith("29") for m in made)


def test_headings_are_told_from_values() -> None:
    """Only words for numbers count as a heading by themselves."""
    assert is_heading("会員番号")
    assert is_heading("kaiin_no")
    assert not is_heading("M-1234")
    assert not is_heading("山田太郎")


def write_table(path: Path, values: list[str]) -> Path:
    """A member list."""
    rows = [f"山田{n},{v},{DICE.randrange(10**6)}" for n, v in enumerate(values)]
    path.write_text("\n".join(["氏名,会員番号,金額", *rows]) + "\n", encoding="cp932")
    return path


FORMS = {
    "letters": ("KH0000000", None, ["--column", "会員番号"]),
    "digits": ("00000000", None, ["--column", "2"]),
    "checked": ("29000000000", gtin, ["--column", "会員番号", "--label", "ポイントカード番号"]),
    "phone-like": ("0900000000", mod7, ["--column", "会員番号", "--lang", "en"]),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_proposal_passes_the_check_and_shows_no_sample(name: str, tmp_path: Path) -> None:
    """As a file in a folder of own rules it finds its examples beside the built-in rules."""
    form, check, options = FORMS[name]
    values = with_check(form, 60, check) if check else numbers(form, 60)
    result = learn_command(write_table(tmp_path / "members.csv", values), "--name", "own.member", *options)
    assert result.exit_code == 0, result.output
    assert not [v for v in values if v in result.stdout]
    assert "山田" not in result.stdout
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "own.toml").write_text(result.stdout, encoding="utf-8")
    (rule,) = tomllib.loads(result.stdout)["rule"]
    assert "会員番号" in rule["labels"]
    issues = check_rules([folder], registry=load_plugins(entry_points=False), only={"own.member"})
    assert [str(i) for i in issues] == []


def test_false_alarms_are_counted_elsewhere(tmp_path: Path) -> None:
    """Cells of the form in other columns and files, and how many of them would be reported."""
    source = write_table(tmp_path / "members.csv", numbers("00000000", 60))
    other = tmp_path / "sales.csv"
    other.write_text("会員番号,伝票\n12345678,11111111\n23456789,22222222\n", encoding="utf-8")
    text = tmp_path / "memo.txt"
    text.write_text("受付 12345678\n会員番号：12345678\nあ\n", encoding="utf-8")
    result = learn_command(source, "--column", "会員番号", "--against", other, "--against", text)
    notes = [line for line in result.stdout.splitlines() if line.startswith("# 誤検出")]
    assert len(notes) == 3
    assert "0 / 120" in notes[0]
    assert "4 / 6" in notes[1]
    assert notes[1].endswith("報告されるもの 2")
    assert "2 / 3" in notes[2]
    assert notes[2].endswith("報告されるもの 1")


def test_a_list_from_standard_input() -> None:
    """Its first line may be the heading; without one a label is asked for."""
    values = numbers("000000", 30)
    assert (
        'labels = ["社員番号"'
        in learn_command("-", "--entity", "EMPLOYEE_ID", stdin="\n".join(["社員番号", *values])).stdout
    )
    refused = learn_command("-", stdin="\n".join(values))
    assert isinstance(refused.exception, UsageError)
    assert learn_command("-", "--label", "社員番号", stdin="\n".join(values)).exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing.csv"],
        ["-", "--entity", "NO_SUCH"],
        ["-", "--name", "Bad Name"],
        ["members.csv"],
        ["members.csv", "--column", "9"],
        ["members.csv", "--column", "無"],
    ],
)
def test_wrong_use_is_said(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file, no such type, a bad id, no column chosen or one that is not there."""
    write_table(tmp_path / "members.csv", numbers("00000000", 30))
    monkeypatch.chdir(tmp_path)
    assert isinstance(learn_command(*arguments, stdin="1").exception, UsageError)

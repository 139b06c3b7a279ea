"""The built-in rulesets keep their own promises."""

from pathlib import Path

import pytest

from piiscan.plugins import load_plugins
from piiscan.rules.check import check_rules, matches_alone
from piiscan.rules.loader import load_rules

# fmt: off
FOUND_BY_RULES = [
    "JP_MY_NUMBER", "JP_JUMINHYO_CODE", "JP_DRIVER_LICENSE", "JP_PASSPORT", "JP_RESIDENCE_CARD", "JP_PENSION_NUMBER",
    "JP_EMPLOYMENT_INSURANCE", "JP_HEALTH_INSURANCE", "JP_CARE_INSURANCE", "JP_LATE_ELDERLY_INSURANCE",
    "JP_CORPORATE_NUMBER", "JP_INVOICE_NUMBER", "CREDIT_CARD", "CREDIT_CARD_SAD", "JP_BANK_ACCOUNT",
    "JP_YUCHO_ACCOUNT", "IBAN_CODE", "PHONE_NUMBER", "JP_POSTAL_CODE", "DATE_OF_BIRTH", "AGE", "GENDER",
    "EMAIL_ADDRESS", "IP_ADDRESS", "MAC_ADDRESS", "DEVICE_ID", "COOKIE_ID", "URL_WITH_USER_ID", "SNS_HANDLE",
    "GEO_LOCATION", "MEMBER_ID", "EMPLOYEE_ID", "STUDENT_ID", "JP_VEHICLE_PLATE", "CREDENTIAL", "INCOME",
    "HR_DOCUMENT", "FAMILY_REGISTER", "SENS_MEDICAL", "SENS_DISABILITY", "SENS_CHECKUP", "SENS_CRIME", "SENS_JUVENILE",
    "SENS_VICTIM", "SENS_RACE", "SENS_CREED", "SENS_STATUS", "SENS_UNION", "SENS_SEX", "JAN_CODE", "ISBN13",
    "PARCEL_TRACKING", "CITY_CODE", "EPOCH", "COMPACT_DATETIME", "LAW_CITATION",
]
# fmt: on


def test_every_builtin_rule_holds_its_examples() -> None:
    """Each rule finds what it says and leaves what it says, through the real detector."""
    assert [str(issue) for issue in check_rules(registry=load_plugins(entry_points=False))] == []


@pytest.mark.parametrize("entity_type", FOUND_BY_RULES)
def test_every_type_of_the_index_has_a_rule(entity_type: str) -> None:
    """No identifier is only a row of the taxonomy."""
    assert any(matches_alone(rule) for rule in load_rules().of(entity_type))


def test_labels_for_names_and_addresses_are_there() -> None:
    """Recognizers written in code and columns take their labels from the rulesets."""
    rules = load_rules()
    for entity_type, label in (("PERSON", "氏名"), ("JP_NAME_KANA", "フリガナ"), ("JP_ADDRESS", "住所")):
        assert any(label in rule.labels for rule in rules.of(entity_type))


def test_a_bad_rule_is_told(tmp_path: Path) -> None:
    """Too few examples, an example that is not found, one that should not be: each is an issue with its code."""
    (tmp_path / "bad.toml").write_text(
        '[ruleset]\nid = "bad"\ntitle_ja = "x"\ntitle_en = "x"\n[[rule]]\nid = "bad.rule"\ntype = "MEMBER_ID"\ntitle_ja = "x"\ntitle_en = "x"\n'
        'shapes = ["AA0000000000"]\nscores = {base = 0.9}\nmatch = ["ZQ1234567890", "ZQ123"]\nreject = ["ZQ1234567899"]\n',
        encoding="utf-8",
    )
    issues = [i for i in check_rules([tmp_path], registry=load_plugins(entry_points=False)) if i.rule == "bad.rule"]
    assert sorted(i.code for i in issues) == ["examples", "examples", "no-match", "no-reject"]
    assert all(i.file == "bad.toml" and i.ja and i.en for i in issues)


def test_a_pattern_that_runs_away_is_told(tmp_path: Path) -> None:
    """Nested repetition is found before it meets a hostile file."""
    (tmp_path / "slow.toml").write_text(
        '[ruleset]\nid = "slow"\ntitle_ja = "x"\ntitle_en = "x"\n[[rule]]\nid = "slow.rule"\ntype = "MEMBER_ID"\ntitle_ja = "x"\ntitle_en = "x"\n'
        "pattern = '(?:[ 　]*[ ]*[ 　]*[ ]*)Q'\ngate = ['Q']\n",
        encoding="utf-8",
    )
    issues = check_rules([tmp_path], registry=load_plugins(entry_points=False))
    assert "slow" in {i.code for i in issues if i.rule == "slow.rule"}


def test_a_broken_file_is_one_issue(tmp_path: Path) -> None:
    """The check reports instead of raising."""
    (tmp_path / "broken.toml").write_text("[", encoding="utf-8")
    (issue,) = check_rules([tmp_path], registry=load_plugins(entry_points=False))
    assert issue.code == "load"
    assert "broken.toml" in str(issue)

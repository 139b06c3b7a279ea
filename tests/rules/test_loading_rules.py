"""Rulesets from files: what a user's folder can do, and what its mistakes say."""

import pickle
from pathlib import Path

import pytest

from piiscan.errors import RuleError
from piiscan.model import Severity
from piiscan.rules import schema
from piiscan.rules.builtin import builtin_folder
from piiscan.rules.loader import load_rules

HEAD = '[ruleset]\nid = "mine"\ntitle_ja = "自社"\ntitle_en = "Mine"\n'
RULE = """
[[rule]]
id = "mine.member"
type = "MEMBER_ID"
title_ja = "会員"
title_en = "Member"
shapes = ["A0000-0000"]
labels = ["会員No"]
need = "label"
match = ["会員No：M1234-5678", "会員No：M1234-5679", "会員No：M1234-5670"]
reject = ["M1234-5678", "会員No：未定", "会員No：M1234"]
"""


def write(folder: Path, text: str, name: str = "mine.toml") -> Path:
    """A folder with one ruleset file."""
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_builtin_rules_load_and_pickle() -> None:
    """Workers get the rules by pickle; nothing of them is lost."""
    rules = load_rules()
    again = pickle.loads(pickle.dumps(rules))
    assert again.digest == rules.digest
    assert again.rules == rules.rules
    assert again.validators.keys() == rules.validators.keys()
    assert rules.entity("JP_MY_NUMBER").severity is Severity.CRITICAL
    assert rules.entity("JP_MY_NUMBER").fingerprint is False
    assert rules.entity("JP_MY_NUMBER").mask == "none"


def test_a_rule_of_the_user_is_added(tmp_path: Path) -> None:
    """A folder adds rules to the built-in ones."""
    rules = load_rules([write(tmp_path, HEAD + RULE)])
    assert any(r.id == "mine.member" and r.labels == ("会員No",) for r in rules.rules)
    assert len(rules.rules) == len(load_rules().rules) + 1


def test_a_rule_of_the_user_replaces_a_builtin_one(tmp_path: Path) -> None:
    """The same id means the user's."""
    rules = load_rules([write(tmp_path, HEAD + RULE.replace("mine.member", "ja.member_id"))])
    assert [r.ruleset for r in rules.rules if r.id == "ja.member_id"] == ["mine"]


def test_extending_adds_to_a_builtin_rule(tmp_path: Path) -> None:
    """Labels of the company join those of the rule."""
    rules = load_rules([write(tmp_path, HEAD + '[[extend]]\nrule = "ja.employee_id"\nlabels = ["スタッフNo."]\n')])
    labels = next(r.labels for r in rules.rules if r.id == "ja.employee_id")
    assert "スタッフNo." in labels
    assert "社員番号" in labels


@pytest.mark.parametrize("name", ["sns.url", "SNS_HANDLE", "ja.members"])
def test_rules_rulesets_and_types_can_be_left_out(tmp_path: Path, name: str) -> None:
    """By argument and by file alike."""
    by_argument = {r.id for r in load_rules(disable=[name]).rules}
    by_file = (
        {r.id for r in load_rules([write(tmp_path, f'disable = ["{name.lower()}"]\n' + HEAD)]).rules}
        if name.islower()
        else by_argument
    )
    assert "sns.url" not in by_argument | by_file
    assert "ja.my_number" in by_argument & by_file


def test_the_digest_changes_with_what_changes_results(tmp_path: Path) -> None:
    """Rules, profile, disabling: yes. Examples and file names: no."""
    base = load_rules().digest
    folder = write(tmp_path, HEAD + RULE)
    mine = load_rules([folder]).digest
    assert len({base, mine, load_rules(profile="thorough").digest, load_rules(disable=["sns.url"]).digest}) == 4
    write(tmp_path, HEAD + RULE.replace("会員No：M1234-5670", "会員No：M1234-0000"))
    assert load_rules([folder]).digest == mine
    assert load_rules().digest == base


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[ruleset\n", ["mine.toml", "TOML"]),
        (HEAD + RULE.replace("MEMBER_ID", "NO_SUCH_TYPE"), ["mine.toml", "mine.member", "NO_SUCH_TYPE", "taxonomy"]),
        (HEAD + RULE + 'validators = ["no_such"]\n', ["mine.member", "no_such", "検査"]),
        (HEAD + RULE + "colour = 1\n", ["mine.toml", "mine.member", "colour"]),
        (HEAD + RULE + RULE, ["mine.member", "two rules"]),
        (HEAD + RULE + r"pattern = '\bA[0-9]'" + '\ngate = ["A"]\n', ["mine.member", r"\b"]),
        (HEAD + RULE + "pattern = '(A'\n" + 'gate = ["A"]\n', ["mine.member", "正規表現"]),
        (HEAD + RULE + "pattern = 'A1'\n", ["mine.member", "gate"]),
        (HEAD + RULE.replace('"A0000-0000"', '"0{9,1}"'), ["mine.member", "0{9,1}"]),
        (HEAD + RULE.replace('"会員No"]', '"@no_list"]'), ["mine.member", "@no_list"]),
        (HEAD + '[[extend]]\nrule = "ja.nothing"\n', ["ja.nothing", "拡張"]),
    ],
)
def test_a_mistake_is_named_with_file_and_rule(tmp_path: Path, text: str, parts: list[str]) -> None:
    """The message says where and what, in Japanese and English."""
    with pytest.raises(RuleError) as caught:
        load_rules([write(tmp_path, text)])
    for part in parts:
        assert part in str(caught.value)
    assert any("぀" <= c <= "鿿" for c in str(caught.value))


def test_an_unknown_profile_and_a_missing_folder_are_said(tmp_path: Path) -> None:
    """Both are usage errors of the user, not crashes."""
    with pytest.raises(RuleError, match="thorough"):
        load_rules(profile="paranoid")
    with pytest.raises(RuleError, match="no such ruleset folder"):
        load_rules([tmp_path / "missing"])


def test_a_file_that_is_not_utf8_is_said(tmp_path: Path) -> None:
    """Editors on Windows still write Shift_JIS."""
    (tmp_path / "sjis.toml").write_bytes((HEAD + "# 会員\n").encode("cp932"))
    with pytest.raises(RuleError, match=r"sjis\.toml.*UTF-8"):
        load_rules([tmp_path])


def test_the_schema_for_editors_is_current() -> None:
    """ruleset.schema.json is what the models say (write it with `piiscan.rules.loader.write_schema`)."""
    assert (builtin_folder() / "ruleset.schema.json").read_text(encoding="utf-8") == schema.json_schema()

"""Adding one thing touches one file: each is added for real, to a copy or as a user would, and used."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "piiscan"
RULESETS = Path(__file__).parents[2] / "rulesets"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package and its rulesets, importable by PYTHONPATH."""
    root = tmp_path_factory.mktemp("copy")
    shutil.copytree(PACKAGE, root / "piiscan", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(RULESETS, root / "piiscan" / "_rulesets")
    return root


def piiscan(copy: Path, *arguments: object, cwd: Path) -> str:
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONUTF8": "1"}
    ran = subprocess.run(
        [sys.executable, "-m", "piiscan", *map(str, arguments)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


READER = """
from piiscan.hookspecs import hookimpl
from piiscan.model import Locator, SegmentKind, TextSegment

class IniReader:
    name = "ini-demo"
    media_types = ("text/x-ini-demo",)

    def recognises(self, head, name):
        return name.endswith(".ini-demo")

    def read(self, content, context):
        for number, line in enumerate(content.head()[4:].decode().splitlines(), 1):
            key, _, value = line.partition("=")
            yield TextSegment(text=value, label=key, kind=SegmentKind.FIELD, locator=Locator.of(line=number))

@hookimpl
def piiscan_readers():
    return [IniReader]
"""

SOURCE = """
from typing import ClassVar
from pydantic import BaseModel
from piiscan.content import BytesContent
from piiscan.hookspecs import hookimpl
from piiscan.model import Item

class EchoOptions(BaseModel):
    pass

class EchoSource:
    kind = "echo"; schemes = ("echo",); Options = EchoOptions
    def __init__(self, text): self.name, self.text = "echo", text
    @classmethod
    def claims(cls, target): return target.startswith("echo://")
    @classmethod
    def from_target(cls, target, name="", options=None): return cls(target.removeprefix("echo://"))
    def items(self): yield Item(uri="echo://1", source=self.name, name="one", change_token="1")
    def content(self, item): return BytesContent(self.text.encode(), "one.txt")

@hookimpl
def piiscan_sources():
    return [EchoSource]
"""

REPORT = """
from piiscan.hookspecs import hookimpl

class CountReport:
    name = "count"; suffix = ".txt"
    def write(self, inventory, out, *, lang="ja"): out.write(str(sum(1 for _ in inventory.assets())).encode())

@hookimpl
def piiscan_reports():
    return [CountReport]
"""

RULE = """
[ruleset]
id = "own"
title_ja = "自社のルール"
title_en = "Our rules"

[[rule]]
id = "own.library_card"
type = "MEMBER_ID"
title_ja = "図書館利用者番号"
title_en = "library card number"
shapes = ["A0000000"]
labels = ["利用者番号", "図書館カード"]
need = "label"
match = ["利用者番号：L1234567", "図書館カード L7654321", "利用者番号 L0000321"]
reject = ["型番 L1234567", "L1234567", "利用者番号 L12345"]
"""


def test_a_reader_is_one_file(copy: Path, tmp_path: Path) -> None:
    """A module in readers/ is found without being listed anywhere."""
    (copy / "piiscan" / "readers" / "ini_demo.py").write_text(READER, encoding="utf-8")
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "a.ini-demo").write_bytes(b"\x00\x01\x02\x03" + "電話番号=090-1234-5678".encode())
    piiscan(copy, "scan", "share", "--jobs", 1, cwd=tmp_path)
    found = json.loads(piiscan(copy, "assets", "--format", "jsonl", cwd=tmp_path))
    assert found["entities"] == {"PHONE_NUMBER": 1}


def test_a_source_is_one_file(copy: Path, tmp_path: Path) -> None:
    """A module in sources/ gives a new kind of target."""
    (copy / "piiscan" / "sources" / "echo.py").write_text(SOURCE, encoding="utf-8")
    piiscan(copy, "scan", "echo://電話 090-1234-5678", "--jobs", 1, cwd=tmp_path)
    found = json.loads(piiscan(copy, "assets", "--format", "jsonl", cwd=tmp_path))
    assert found["item"] == "echo://1"
    assert found["entities"] == {"PHONE_NUMBER": 1}


def test_a_report_is_one_file(copy: Path, tmp_path: Path) -> None:
    """A module in reports/ gives a new --format."""
    (copy / "piiscan" / "reports" / "count.py").write_text(REPORT, encoding="utf-8")
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "a.txt").write_text("x", encoding="utf-8")
    piiscan(copy, "scan", "share", "--jobs", 1, cwd=tmp_path)
    piiscan(copy, "report", "--format", "count", "-o", "r.txt", cwd=tmp_path)
    assert (tmp_path / "r.txt").read_text(encoding="utf-8") == "1"


def test_a_rule_is_one_table(copy: Path, tmp_path: Path) -> None:
    """A TOML file in an own folder, named in piiscan.toml, is checked and used."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "own.toml").write_text(RULE, encoding="utf-8")
    (tmp_path / "piiscan.toml").write_text('[rules]\nfolders = ["rules"]\n', encoding="utf-8")
    piiscan(copy, "rules", "check", cwd=tmp_path)
    assert "+ MEMBER_ID" in piiscan(copy, "rules", "test", "利用者番号：L2345678", cwd=tmp_path)


def test_an_entity_type_is_one_row_and_its_rule(copy: Path, tmp_path: Path) -> None:
    """A row of the taxonomy makes a new type that rules may give, with its severity in the inventory."""
    row = '[[type]]\nid = "LIBRARY_CARD"\nja = "図書館利用者番号"\nen = "library card"\ncategory = "pi"\nseverity = 4\nmask = "last4"\n'
    taxonomy = copy / "piiscan" / "_rulesets" / "taxonomy.toml"
    taxonomy.write_text(taxonomy.read_text(encoding="utf-8") + "\n" + row, encoding="utf-8")
    (tmp_path / "rules").mkdir()
    rule = RULE.replace('"MEMBER_ID"', '"LIBRARY_CARD"')
    (tmp_path / "rules" / "own.toml").write_text(rule, encoding="utf-8")
    (tmp_path / "piiscan.toml").write_text('[rules]\nfolders = ["rules"]\n', encoding="utf-8")
    (tmp_path / "a.txt").write_text("利用者番号：L2345678", encoding="utf-8")
    piiscan(copy, "scan", "a.txt", "--jobs", 1, cwd=tmp_path)
    found = json.loads(piiscan(copy, "findings", "--format", "jsonl", cwd=tmp_path))
    assert (found["entity_type"], found["severity"]) == ("LIBRARY_CARD", "high")


def test_a_validator_is_one_function(make_plugin, cli, tmp_path: Path) -> None:
    """A named check of a plugin is used by a rule that names it."""
    site = make_plugin(
        "evens",
        """
        from piiscan.hookspecs import hookimpl

        @hookimpl
        def piiscan_validators():
            return {"even": lambda value: int(value[-1]) % 2 == 0}
        """,
    )
    (tmp_path / "rules").mkdir()
    rule = RULE.replace('need = "label"', 'need = "label+check"\nvalidators = ["even"]')
    rule = rule.replace("L1234567", "L1234568").replace("L7654321", "L7654322").replace("L0000321", "L0000322")
    (tmp_path / "rules" / "own.toml").write_text(rule, encoding="utf-8")
    (tmp_path / "piiscan.toml").write_text('[rules]\nfolders = ["rules"]\n', encoding="utf-8")
    assert cli("rules", "check", PYTHONPATH=str(site)).returncode == 0
    assert "check:even" in cli("rules", "test", "利用者番号：L2345678", PYTHONPATH=str(site)).stdout
    assert "failed:even" in cli("rules", "test", "利用者番号：L2345679", PYTHONPATH=str(site)).stdout

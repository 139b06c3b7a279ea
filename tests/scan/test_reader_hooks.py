"""What a reader may say besides text: candidates it knows, attributes of the item, values to be watched; and the settings it is built with."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from piiscan import Scanner, Settings
from piiscan.errors import ConfigError
from piiscan.inventory.store import Inventory
from piiscan.model import Attribute, Candidate, Locator, Reading, State, TextSegment
from piiscan.plugins import load_plugins
from piiscan.scan.worker import registry_for


class CodeOptions(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    trusted: tuple[str, ...] = ()


class CodeReader:
    """Every line of a ``.codes`` file is the target of a code; ``#`` stands for a face. ``broken`` cannot be read."""

    name = "codes"
    media_types = ()
    Options = CodeOptions

    def __init__(self, options: CodeOptions | None = None) -> None:
        self.options = options or CodeOptions()

    def recognises(self, head: bytes, name: str) -> bool:
        return name.endswith(".codes")

    def read(self, content, context) -> Iterator[Reading]:
        lines = content.head().decode("utf-8").split()
        if "broken" in lines:
            yield context.problem("try-later")
            return
        yield Attribute(key="image.lines", value=str(len(lines)))
        for number, line in enumerate(lines, 1):
            place = Locator.of(code=number)
            if line == "#":
                face = Candidate(
                    entity_type="FACE_IMAGE", start=0, end=4, score=0.7, rule="image.face", recognizer="codes"
                )
                yield TextSegment(text="face", locator=place, known=(face,))
            elif line not in self.options.trusted:
                yield Attribute(key="codes", value=line, locator=place, watch="QR_TARGET_CHANGED")


@pytest.fixture
def registry():
    # CodeReader has no media type of its own: text that nobody else takes goes to it.
    known = load_plugins(entry_points=False)
    readers = {name: cls for name, cls in known.readers.items() if name != "plain"}
    return replace(known, readers={**readers, "codes": CodeReader})


@pytest.fixture
def scan(tmp_path: Path, registry):
    def run(text: str | None = None, *, full: bool = False, **plugin: object) -> Inventory:
        (tmp_path / "in").mkdir(exist_ok=True)
        if text is not None:
            (tmp_path / "in" / "poster.codes").write_text(text, encoding="utf-8")
        url = f"sqlite:///{(tmp_path / 'i.db').as_posix()}"
        scanner = Scanner(settings=Settings(inventory=url, jobs=1, plugin={"codes": plugin} if plugin else {}))
        scanner.__dict__["registry"] = registry
        scanner.scan(tmp_path / "in", full=full)
        return Inventory.open(url)

    return run


def changed(store: Inventory) -> list[str]:
    with store:
        return [str(f.locator) for f in store.findings(entity="QR_TARGET_CHANGED")]


def test_what_a_reader_knows_is_a_finding(scan) -> None:
    """A candidate of the reader becomes a finding at its place, and its attribute is in the inventory."""
    with scan("# https://a.example/") as store:
        (asset,) = store.assets()
        (face,) = store.findings(entity="FACE_IMAGE")
    assert asset.attributes["image.lines"] == "2"
    assert (str(face.locator), face.confidence, face.mask) == ("code=1", 0.7, "")


def test_profiles_hold_for_what_a_reader_knows(tmp_path: Path, registry) -> None:
    """A profile that asks for more than the reader is sure of drops its candidate."""
    scanner = Scanner()
    scanner.__dict__["registry"] = registry
    unsure = Candidate(entity_type="FACE_IMAGE", start=0, end=4, score=0.3, rule="image.face", recognizer="codes")
    assert scanner.detector.text(TextSegment(text="face", known=(unsure,))) == ()


def test_a_watched_value_is_first_known_then_compared(scan) -> None:
    """The first reading finds nothing; another target later is a finding at its place; no reading stores a target."""
    store = scan("https://a.example/pay https://b.example/")
    with store:
        (asset,) = store.assets()
    assert changed(store) == []
    marks = asset.attributes["watch.codes"].split()
    assert len(marks) == 2
    assert all(len(mark) == 32 for mark in marks)
    assert changed(scan("https://a.example/pay https://evil.example/")) == ["code=2"]


def test_a_changed_value_stays_a_finding(scan) -> None:
    """Reading the item again, for whatever reason, does not make the new target the known one; the old target coming back ends it."""
    scan("https://a.example/")
    assert changed(scan("https://evil.example/")) == ["code=1"]
    assert changed(scan(full=True)) == ["code=1"]
    assert changed(scan("https://evil.example/ #")) == ["code=1"]


def test_a_reading_without_values_keeps_the_known_ones(scan) -> None:
    """A code that is hidden, or a file that cannot be read, for one run does not make the next target the first."""
    scan("https://a.example/")
    scan("#")
    assert changed(scan("broken")) == []
    assert changed(scan("https://evil.example/")) == ["code=1"]


def test_unchanged_items_keep_their_marks(scan) -> None:
    """An item that is carried over unread keeps what later readings compare with."""
    scan("https://a.example/")
    with scan() as store:
        (asset,) = store.assets()
    assert asset.state is State.UNCHANGED
    assert asset.attributes["watch.codes"]
    assert changed(scan("https://evil.example/")) == ["code=1"]


def test_settings_reach_the_reader_and_make_items_due(scan) -> None:
    """A value that the settings allow is no finding any more, without a change of the file."""
    scan("https://a.example/")
    assert changed(scan("https://new.example/")) == ["code=1"]
    assert changed(scan(trusted=["https://new.example/"])) == []


def test_wrong_settings_name_the_key_and_not_the_value(monkeypatch: pytest.MonkeyPatch, registry) -> None:
    """Unknown names and keys are configuration errors; values are not shown."""
    monkeypatch.setattr("piiscan.scan.worker.load_plugins", lambda **_: registry)
    with pytest.raises(ConfigError, match=r"plugin\.codes\.typo: unknown key") as raised:
        registry_for(Settings(plugin={"codes": {"typo": "secret-value"}}))
    assert "secret-value" not in str(raised.value)
    with pytest.raises(ConfigError, match=r"plugin\.nothing: no reader"):
        registry_for(Settings(plugin={"nothing": {}}))
    with pytest.raises(ConfigError, match=r"plugin\.html: there is nothing to set"):
        registry_for(Settings(plugin={"html": {"a": 1}}))

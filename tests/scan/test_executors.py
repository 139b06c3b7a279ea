"""Worker processes: an item that crashes, hangs or raises costs that item and nothing else."""

import json
import sys
from pathlib import Path

import pytest

TROUBLE = """
    import os, time
    from piiscan.hookspecs import hookimpl
    from piiscan.model import TextSegment, Locator

    class Trouble:
        name = "trouble"
        media_types = ("application/x-trouble",)

        def recognises(self, head, name):
            return name.endswith(".trouble")

        def read(self, content, context):
            kind = content.head()[:5]
            yield TextSegment(text="担当 090-1234-5678", locator=Locator.of(line=1))
            if kind == b"CRASH":
                os._exit(9)
            if kind == b"SLEEP":
                time.sleep(600)
            if kind == b"RAISE":
                raise ValueError("090-9999-0000 is in this message")
            if kind == b"MEMOR":
                raise MemoryError
            if kind == b"GROWS":
                held = []
                while True:
                    held.append(bytes(b"x") * 8_000_000)
                    time.sleep(0.01)

    @hookimpl
    def piiscan_readers():
        return [Trouble]
"""


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    folder.mkdir()
    for number in range(30):
        (folder / f"{number:02}.txt").write_text(f"問い合わせ 03-3210-{number:04}\n", encoding="utf-8")
    return folder


def states(cli, **environment: str) -> dict[str, tuple[str, str]]:
    lines = cli("assets", "--format", "jsonl", **environment).stdout.splitlines()
    return {Path(row["item"]).name: (row["state"], row["reason"]) for row in map(json.loads, lines)}


def test_crash_is_blamed_on_the_one_item(cli, make_plugin, share: Path) -> None:
    """A reader that kills its process fails that item; all others are scanned, and the run says what was not read."""
    site = make_plugin("trouble", TROUBLE)
    (share / "15.trouble").write_bytes(b"CRASH" + b"\x00\xff" * 50)
    ran = cli("scan", share, "--jobs", 2, PYTHONPATH=str(site))
    assert ran.returncode == 3, ran.stderr
    found = states(cli)
    assert found.pop("15.trouble") == ("failed", "worker-crashed")
    assert len(found) == 30
    assert set(found.values()) == {("scanned", "")}


def test_crash_is_not_tried_again_until_something_changes(cli, make_plugin, share: Path) -> None:
    """The second run reads nothing: the poisonous item stays failed without killing a worker again."""
    site = make_plugin("trouble", TROUBLE)
    (share / "15.trouble").write_bytes(b"CRASH" + b"\x00\xff" * 50)
    cli("scan", share, "--jobs", 1 + 1, PYTHONPATH=str(site))
    again = cli("scan", share, "--jobs", 2, "--lang", "en", PYTHONPATH=str(site))
    assert "no content was read" in again.stderr
    assert states(cli)["15.trouble"] == ("failed", "worker-crashed")


@pytest.mark.slow
def test_stuck_reader_is_ended_from_outside(cli, make_plugin, share: Path, tmp_path: Path) -> None:
    """A reader that never comes back is ended past its time limit, its item failed, the run goes on."""
    site = make_plugin("trouble", TROUBLE)
    (share / "00.trouble").write_bytes(b"SLEEP" + b"\x00\xff" * 50)
    config = tmp_path / "piiscan.toml"
    config.write_text("[limits]\nitem_seconds = 1\n", encoding="utf-8")
    ran = cli("scan", share, "--jobs", 2, "--config", config, PYTHONPATH=str(site))
    assert ran.returncode == 3, ran.stderr
    found = states(cli)
    assert found.pop("00.trouble") == ("failed", "timeout")
    assert set(found.values()) == {("scanned", "")}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the memory of another process")
def test_worker_that_grows_is_ended_and_replaced(cli, make_plugin, share: Path, tmp_path: Path) -> None:
    """An item that takes more memory than a worker may have fails with a reason; everything else is scanned."""
    site = make_plugin("trouble", TROUBLE)
    (share / "07.trouble").write_bytes(b"GROWS" + b"\x00\xff" * 50)
    config = tmp_path / "piiscan.toml"
    config.write_text("[limits]\nworker_bytes = 1_000_000_000\n", encoding="utf-8")
    ran = cli("scan", share, "--jobs", 2, "--config", config, PYTHONPATH=str(site))
    assert ran.returncode == 3, ran.stderr
    found = states(cli)
    assert found.pop("07.trouble") == ("failed", "limit-memory")
    assert set(found.values()) == {("scanned", "")}


@pytest.mark.parametrize(("kind", "code"), [(b"RAISE", "reader-failed"), (b"MEMOR", "limit-memory")])
@pytest.mark.parametrize("jobs", [1, 2])
def test_exception_keeps_what_was_read_and_no_text(
    cli, make_plugin, share: Path, kind: bytes, code: str, jobs: int
) -> None:
    """What came before the exception stays; its message, which quotes the content, is nowhere."""
    site = make_plugin("trouble", TROUBLE)
    (share / "x.trouble").write_bytes(kind + b"\x00\xff" * 50)
    ran = cli("scan", share, "--jobs", jobs, PYTHONPATH=str(site))
    assert states(cli)["x.trouble"] == ("partial", code)
    everything = ran.stdout + ran.stderr + cli("problems", "--format", "jsonl").stdout
    assert "9999-0000" not in everything
    assert b"9999-0000" not in b"".join(file.read_bytes() for file in share.parent.glob("piiscan.db*"))

"""What networks, busy servers and wrong passwords do."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from smb_samples import LINES, problems, samba, to_read

from piiscan.errors import SourceError, UsageError
from piiscan.model import Item, Problem
from piiscan_smb import SmbSource
from piiscan_smb.credentials import find
from piiscan_smb.faults import fault
from piiscan_smb.options import SmbOptions

pytestmark = pytest.mark.server

Build = Callable[..., SmbSource]


def failure(source: SmbSource) -> str:
    entries = [e for e in source.items() if not (isinstance(e, Problem) and e.code == "rights-unknown")]
    (entry,) = entries
    assert isinstance(entry, Problem)
    assert entry.code == "list-failed"
    return entry.detail


@pytest.mark.parametrize(
    ("user", "password", "said"),
    [
        (samba.USER, "hunter2-wrong", "access-denied STATUS_LOGON_FAILURE"),
        ("nobody-knows-me", "hunter2", "access-denied STATUS_LOGON_FAILURE"),
        (samba.EXPIRED, samba.PASSWORD, "access-denied STATUS_ACCOUNT_EXPIRED"),
    ],
)
def test_refused_accounts_are_said_to_be_refused(
    folder: Any, source: Build, proxy: Any, monkeypatch: pytest.MonkeyPatch, user: str, password: str, said: str
) -> None:
    """Wrong password, unknown and expired account: one attempt each, for a server locks accounts that try again and again."""
    monkeypatch.setenv("PIISCAN_SMB_USERNAME", user)
    monkeypatch.setenv("PIISCAN_SMB_PASSWORD", password)
    made = folder({"a.csv": LINES})
    reader = source(made, port=proxy.port)
    for _ in range(3):
        detail = failure(reader)
        assert detail.replace("0xC0000193", "STATUS_ACCOUNT_EXPIRED") == said
    assert proxy.connections == 1
    assert "hunter2" not in repr(reader) + reader.name


def test_credentials_by_reference(folder: Any, source: Build, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """From a variable, and from a file that only its owner can read; a missing one is `access-denied`, an open one is refused."""
    made = folder({"a.csv": LINES})
    for name in ("PIISCAN_SMB_USERNAME", "PIISCAN_SMB_PASSWORD"):
        monkeypatch.delenv(name)
    assert "FILER_PASSWORD is not set" in failure(source(made, username=samba.USER, password_env="FILER_PASSWORD"))
    assert "no username, and no login" in failure(source(made))
    monkeypatch.setenv("FILER_PASSWORD", samba.PASSWORD)
    by_variable = source(made, username=samba.USER, password_env="FILER_PASSWORD")
    assert to_read(list(by_variable.items())) == {"a.csv"}
    file = tmp_path / "filer"
    file.write_text(
        f"# for the scan\nusername={samba.USER}\npassword={samba.PASSWORD}\ndomain=FILER\n", encoding="utf-8"
    )
    file.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        source(made, credentials_file=str(file))
    file.chmod(0o600)
    assert to_read(list(source(made, credentials_file=str(file)).items())) == {"a.csv"}
    found = find(SmbOptions(credentials_file=str(file)))
    assert found.username == rf"FILER\{samba.USER}"
    assert samba.PASSWORD not in repr(found)
    file.unlink()
    assert "access-denied" in failure(source(made, credentials_file=str(file)))


def test_no_server_and_no_answer(source: Build, proxy: Any) -> None:
    """Nobody there, a server that hangs up, a name that is none: try later, after all attempts."""
    proxy.down = True
    assert failure(source(path="/open", port=proxy.port, attempts=2)).startswith("try-later")
    assert failure(source(path="/open", port=samba.free_port(), attempts=2)) == "try-later no connection"
    assert failure(SmbSource.from_target("smb://no-such-server.invalid/x", options={"attempts": 1})).startswith(
        "try-later"
    )


def test_cut_connections_are_taken_up_where_they_broke(folder: Any, source: Build, proxy: Any) -> None:
    """While listing, in the middle of a large file, and between two small ones: everything comes, unharmed."""
    large = os.urandom(4_000_000)
    made = folder({"large.bin": large, **{f"{n:03}.txt": f"{n} " * 500 for n in range(100)}})
    reader = source(made, port=proxy.port)
    proxy.sent, proxy.cut = 0, 20_000
    items = {e.name: e for e in reader.items() if isinstance(e, Item)}
    assert len(items) == 101
    proxy.sent, proxy.cut = 0, 1_500_000
    with reader.content(items["large.bin"]).open() as stream:
        assert stream.read() == large
    small = [item for item in items.values() if item.name != "large.bin"]
    proxy.sent, proxy.cut = 0, 30_000
    reader.prefetch(small)
    for item in small:
        with reader.content(item).open() as stream:
            assert stream.read().decode() == f"{int(item.name[:3])} " * 500
    assert proxy.cuts == 3


def test_a_file_that_changes_behind_a_cut_is_not_mixed(folder: Any, source: Build, proxy: Any) -> None:
    """After a new connection the rest of another state is not taken for the rest of this one."""
    made = folder({"large.bin": b"a" * 6_000_000})
    reader = source(made, port=proxy.port)
    (item,) = [e for e in reader.items() if isinstance(e, Item)]
    with reader.content(item).open() as stream:
        stream.read(10)
        (made / "large.bin").write_bytes(b"b" * 6_000_000)
        proxy.hang_up()
        with pytest.raises(SourceError, match="changed-while-reading"):
            stream.read()


def test_a_server_that_goes_away_while_listing(folder: Any, source: Build, proxy: Any) -> None:
    """What was listed stays listed, the rest is named as unlisted, in a time that has an end."""
    made = folder({f"{n}/{m}.csv": LINES for n in range(5) for m in range(5)})
    entries: list[Item | Problem] = []
    for entry in source(made, port=proxy.port, attempts=2, timeout=3).items():
        entries.append(entry)
        if isinstance(entry, Item) and not proxy.down:
            proxy.down = True
            proxy.hang_up()
    assert 1 <= len(to_read(entries)) < 25
    assert set(problems(entries).values()) == {"list-failed"}
    assert all("try-later" in e.detail for e in entries if isinstance(e, Problem) and e.code == "list-failed")


def test_encryption_can_be_demanded(folder: Any, source: Build, proxy: Any) -> None:
    """With `encryption` no name and no content goes over the wire as it is; without, the server's own wish decides."""
    made = folder({"a.csv": LINES * 100})
    reader = source(made, encryption=True)
    (item,) = [e for e in reader.items() if isinstance(e, Item)]
    with reader.content(item).open() as stream:
        assert stream.read().decode() == LINES * 100
    session = next(iter(reader._live.client._sessions.values()))  # type: ignore[union-attr]
    assert session.encrypt_data
    assert session.connection.require_signing


def test_latency_is_shared(folder: Any, source: Build, proxy: Any) -> None:
    """With every message delayed, rights of many files and many small files take few waits, not one each."""
    made = folder({f"{n:03}.txt": "x" * 100 for n in range(128)})
    reader = source(made, port=proxy.port)
    proxy.delay = 0.02
    begun = time.monotonic()
    items = [e for e in reader.items() if isinstance(e, Item)]
    for start in range(0, len(items), 64):
        reader.prefetch(items[start : start + 64])
        for item in items[start : start + 64]:
            with reader.content(item).open() as stream:
                stream.read()
    waits = (time.monotonic() - begun) / proxy.delay
    assert len(items) == 128
    # One after the other would be 256 waits for the rights and contents alone; a busy machine may triple ours.
    assert waits < 256


def test_statuses_tell_apart() -> None:
    """Gone, denied, locked, later: by the number, with its name or itself as detail."""
    from smbprotocol.exceptions import SMBResponseException
    from smbprotocol.header import SMB2HeaderResponse

    def code(status: int) -> tuple[str, str]:
        header = SMB2HeaderResponse()
        header["status"] = status
        error = fault(SMBResponseException(header))
        return error.code, error.detail

    assert code(0xC0000022) == ("access-denied", "STATUS_ACCESS_DENIED")
    assert code(0xC0000034) == ("vanished", "STATUS_OBJECT_NAME_NOT_FOUND")
    assert code(0xC0000043) == ("locked", "STATUS_SHARING_VIOLATION")
    assert code(0xC000009A)[0] == "try-later"
    assert code(0xC0000267)[0] == "offline"
    assert code(0xC0009999) == ("io-error", "0xC0009999")

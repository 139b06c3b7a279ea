"""A run that is killed at any moment and started again leaves what an undisturbed run would have left."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import inventory_samples as samples
import pytest

from piiscan.errors import LockedError
from piiscan.inventory.store import Inventory

PROGRAM = Path(__file__).with_name("inventory_samples.py")


def start(url: str, run: int) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, str(PROGRAM), url, str(run)], stdout=subprocess.PIPE, text=True)


def run_and_kill(url: str, run: int, after: int) -> bool:
    """Kill the program after so many batches, in the middle of the next one; whether it was done before."""
    process = start(url, run)
    assert process.stdout is not None
    with process:
        for _, line in zip(range(after), process.stdout, strict=False):
            if line.startswith("done"):
                return True
        time.sleep(random.uniform(0, 0.004))
        os.kill(process.pid, signal.SIGKILL)
        rest = process.stdout.read()
    return "done" in rest and process.returncode == 0


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_killed_runs_end_as_undisturbed_ones(url: str, tmp_path: Path) -> None:
    """Two runs over a changing share, the second killed twice on its way, give the same rows and the same counters."""
    samples.scan(url, 1)
    assert not any(run_and_kill(url, 2, after) for after in (0, 25))
    process = start(url, 2)
    with process:
        assert process.stdout is not None
        process.stdout.read()
    assert process.returncode == 0

    calm = f"sqlite:///{tmp_path / 'calm.db'}"
    samples.scan(calm, 1)
    samples.scan(calm, 2)
    with Inventory.open(url) as killed, Inventory.open(calm) as undisturbed:
        assert samples.content(killed, runs=True) == samples.content(undisturbed, runs=True)
        latest = killed.latest_run()
        assert latest is not None
        assert (latest.id, latest.status) == (2, "done")
        assert latest.resumed >= 1
        assert latest.counters.balanced
        assert list(killed.diff()) == list(undisturbed.diff())


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_lock_is_held_once_and_freed_by_death(url: str) -> None:
    """While one process holds the lock a second is refused at once; when the first is killed the lock is free."""
    code = (
        "import sys, time\nfrom piiscan.inventory.store import Inventory\n"
        "with Inventory.open(sys.argv[1]) as i, i.lock():\n    print('held', flush=True)\n    time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, url], stdout=subprocess.PIPE, text=True)
    with holder, Inventory.open(url) as inventory:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockedError) as refused, inventory.lock():
            pass
        assert refused.value.exit_code == 75
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        for _ in range(100):  # PostgreSQL notices a broken connection a moment later
            try:
                with inventory.lock():
                    break
            except LockedError:
                time.sleep(0.05)
        else:
            pytest.fail("the lock outlived its holder")
        with inventory.lock():  # and it can be taken again after it was given back
            pass


def test_first_open_by_many_at_once(url: str) -> None:
    """Several processes that open a new inventory at the same time all succeed, on one schema."""
    code = "import sys\nfrom piiscan.inventory.store import Inventory\nInventory.open(sys.argv[1]).close()"
    processes = [subprocess.Popen([sys.executable, "-c", code, url]) for _ in range(4)]
    assert [p.wait() for p in processes] == [0, 0, 0, 0]
    with Inventory.open(url, create=False) as inventory:
        assert inventory.runs() == ()

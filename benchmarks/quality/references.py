"""Sets up the reference system: Presidio with ja-ginza, in an environment of its own.

    python benchmarks/quality/references.py [FOLDER]

GiNZA needs sudachipy below 0.7, piiscan takes any; so they do not share an environment. FOLDER defaults to ``.venv-quality`` at the top of the source tree,
or PIISCAN_QUALITY_VENV. Nothing is downloaded but packages from the index that pip is set to.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

PACKAGES = ("ginza>=5.2", "ja-ginza>=5.2", "sudachipy<0.7", "presidio-analyzer>=2.2.360")


def folder() -> Path:
    """Where the environment is."""
    return Path(os.environ.get("PIISCAN_QUALITY_VENV") or Path(__file__).parents[2] / ".venv-quality")


def python(home: Path) -> Path:
    """Its interpreter."""
    return home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def ready(home: Path) -> bool:
    """Whether it can be used."""
    if not python(home).exists():
        return False
    return (
        subprocess.run(
            [python(home), "-c", "import ginza, ja_ginza, presidio_analyzer"], capture_output=True, check=False
        ).returncode
        == 0
    )


def main() -> int:
    """Create it if needed. 0 when it works."""
    home = Path(sys.argv[1]) if len(sys.argv) > 1 else folder()
    if not ready(home):
        venv.create(home, with_pip=True)
        subprocess.run([python(home), "-m", "pip", "install", "-q", *PACKAGES], check=True)
    print(f"{home}: {'ready' if ready(home) else 'does not work'}")
    return 0 if ready(home) else 1


if __name__ == "__main__":
    sys.exit(main())

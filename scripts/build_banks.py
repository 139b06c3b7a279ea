"""Writes rulesets/words/bank-codes.txt and yucho-branches.txt from the MIT-licensed package zengin_code (install it first)."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from zengin_code import Bank

WORDS = Path(__file__).resolve().parent.parent / "rulesets" / "words"


def write(name: str, title: str, codes: list[str]) -> None:
    head = f"# {title}\n# Made by scripts/build_banks.py from zengin_code {version('zengin_code')} (MIT licence).\n"
    rows = [" ".join(codes[i : i + 20]) for i in range(0, len(codes), 20)]
    (WORDS / name).write_text(head + "\n".join(rows) + "\n", encoding="utf-8", newline="\n")


def main() -> None:
    write("bank-codes.txt", "金融機関コード / bank codes", sorted(Bank.all))
    write(
        "yucho-branches.txt",
        "ゆうちょ銀行の支店コード / branch codes of Japan Post Bank",
        sorted(Bank.all["9900"].branches),
    )


if __name__ == "__main__":
    main()

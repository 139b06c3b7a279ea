"""Who may read a table, in the words of the inventory."""

from __future__ import annotations

from collections.abc import Collection, Sequence

MOST = 50
"""Names that an attribute lists; the number of all stands beside them."""


def described(
    shown: Sequence[str], logins: Collection[str], *, everyone: bool = False, anonymous: bool = False
) -> dict[str, str]:
    """The ``access.*`` attributes. `shown` are roles and accounts as granted, `logins` the accounts behind them.

    A grant to everyone with an account is breadth ``company``; ``public`` is kept for what needs no account at all.
    """
    breadth = "public" if anonymous else "company" if everyone else "group" if len(logins) > 1 else "person"
    names = ", ".join(shown[:MOST]) + (f", … ({len(shown)})" if len(shown) > MOST else "")
    return {"access.breadth": breadth, "access.readers": names, "access.logins": str(len(logins))}

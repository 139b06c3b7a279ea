"""From security descriptors to names: each SID is asked for once."""

from __future__ import annotations

from dataclasses import dataclass, field

from piiscan.errors import SourceError
from piiscan_smb import rights, rpc
from piiscan_smb.client import Client
from piiscan_smb.names import Place

AT_ONCE = 50


@dataclass
class Accounts:
    """What the servers of a target call the SIDs met so far. Well-known ones keep their English name on every server."""

    client: Client
    _known: dict[tuple[str, str], rights.Principal] = field(default_factory=dict)
    _asked: set[tuple[str, str]] = field(default_factory=set)
    _silent: set[str] = field(default_factory=set)

    def of(self, server: Place, sids: set[str]) -> dict[str, rights.Principal]:
        """Names of these SIDs; those that nobody knows are left out."""
        where = server.server
        new = sorted(sid for sid in sids if (where, sid) not in self._asked and _named_by_server(sid))
        self._asked.update((where, sid) for sid in new)
        for start in range(0, len(new), AT_ONCE):
            if where in self._silent:
                break
            try:
                found = rpc.account_names(self.client, server, new[start : start + AT_ONCE])
            except SourceError:
                self._silent.add(where)  # an account may be kept from asking: then SIDs stay SIDs
                break
            self._known.update({(where, sid): principal for sid, principal in found.items()})
        return {sid: self._known[where, sid] for sid in sids if (where, sid) in self._known}

    def silent(self, server: Place) -> bool:
        """Whether a server would not tell."""
        return server.server in self._silent


def _named_by_server(sid: str) -> bool:
    parts = sid.split("-")
    return 4 <= len(parts) <= 18 and not (rights.known_name(sid) and not sid.startswith("S-1-22-"))

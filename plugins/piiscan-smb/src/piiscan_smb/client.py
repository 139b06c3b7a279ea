"""Servers, sessions and shares of one process: logging on once, finding the way through DFS, trying again where that helps."""

from __future__ import annotations

import contextlib
import random
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from piiscan.errors import SourceError
from piiscan_smb import credentials, wire
from piiscan_smb.faults import BAD_NETWORK_NAME, PATH_NOT_COVERED, fault, faults, lost, status_of
from piiscan_smb.names import Place
from piiscan_smb.options import SmbOptions

T = TypeVar("T")
Tree = Any
"""A share of a session (smbprotocol's TreeConnect)."""

CREDITS = 256
"""So much is asked of a server to be under way at a time; each 64 KiB of an answer cost one."""

HOPS = 8
"""So many DFS links one after the other are followed."""


@dataclass
class Client:
    """Talks to servers with one set of credentials. Not for several threads at a time."""

    options: SmbOptions
    _sessions: dict[tuple[str, int], Any] = field(default_factory=dict)
    _trees: dict[tuple[str, int, str], Tree] = field(default_factory=dict)
    _refused: dict[tuple[str, int], SourceError] = field(default_factory=dict)
    _referrals: dict[tuple[str, str, str], Place] = field(default_factory=dict)
    _guid: uuid.UUID = field(default_factory=uuid.uuid4)

    def run(self, place: Place, work: Callable[[Tree, str], T]) -> T:
        """Do something with a share and a path in it, again where that may help. Raises SourceError."""
        attempts = Attempts(self, place)
        while True:
            tree = None
            try:
                tree, path = self.reach(place)
                return work(tree, path)
            except faults() as error:
                attempts.failed(error, tree)

    def reach(self, place: Place) -> tuple[Tree, str]:
        """The share a place is in, wherever DFS has put it, and the path as that share wants it."""
        there = self.resolved(place)
        tree = self.tree(there)
        return tree, _spelled(there, dfs=bool(tree.is_dfs_share))

    def tree(self, place: Place) -> Tree:
        """The share of a place, connected."""
        from smbprotocol.tree import TreeConnect

        key = (place.server, place.port, place.share.lower())
        if key not in self._trees:
            tree = TreeConnect(self._session(place), rf"\\{place.server}\{place.share}")
            tree.connect()
            self._trees[key] = tree
        return self._trees[key]

    def resolved(self, place: Place) -> Place:
        """Where a place really is, as far as is known by now."""
        for _ in range(HOPS):
            steps = place.path.split("/") if place.path else []
            for count in range(len(steps), -1, -1):
                target = self._referrals.get((place.server, place.share, "/".join(steps[:count]).lower()))
                if target is not None:
                    rest = "/".join(steps[count:])
                    place = replace(target, path="/".join(part for part in (target.path, rest) if part))
                    break
            else:
                return place
        raise SourceError("symlink-loop", "DFS")

    def refer(self, place: Place) -> None:
        """Ask where a place that is not on its server is. Raises SourceError or what the server says."""
        from smbprotocol.dfs import DFSReferralRequest, DFSReferralResponse, ReferralEntry
        from smbprotocol.ioctl import CtlCode

        place = self.resolved(place)
        request = DFSReferralRequest()
        request["request_file_name"] = "\\" + _spelled(place, dfs=True)
        ipc = self.tree(replace(place, share="IPC$", path=""))
        response = DFSReferralResponse()
        response.unpack(wire.ioctl(ipc, CtlCode.FSCTL_DFS_GET_REFERRALS, wire.RELATED, request))
        if not response["number_of_referrals"].get_value():
            raise SourceError("vanished", "DFS")
        consumed = [
            s for s in ("\\" + _spelled(place, dfs=True))[: response["path_consumed"].get_value() // 2].split("\\") if s
        ]
        targets = [self._target(place, t.target_path) for t in ReferralEntry(response).target_list]
        here = replace(place, path="/".join(consumed[2:]))
        self._referrals[place.server, place.share, here.path.lower()] = self._first_up(here, targets)

    @staticmethod
    def _target(place: Place, address: str) -> Place:
        steps = [step for step in address.split("\\") if step]
        if len(steps) < 2:
            raise SourceError("vanished", "DFS")
        return Place(steps[0].lower(), steps[1].lower(), "/".join(steps[2:]), place.port)

    def _first_up(self, here: Place, targets: list[Place]) -> Place:
        last: Exception = SourceError("vanished", "DFS")
        for target in targets:
            if target == here:
                continue  # the server itself: nothing is gained by asking it again
            try:
                self.tree(target)
            except faults() as error:
                last = error
            else:
                return target
        raise fault(last)

    def _session(self, place: Place) -> Any:
        key = (place.server, place.port)
        session = self._sessions.get(key)
        if session is not None and session.connection.transport.connected:
            return session
        self._drop(key)
        if key in self._refused:  # trying a wrong password again and again locks accounts
            raise self._refused[key]
        try:
            self._sessions[key] = session = self._log_on(place)
        except faults() as error:
            meant = fault(error)
            if meant.code == "access-denied":
                self._refused[key] = meant
            raise
        return session

    def _log_on(self, place: Place) -> Any:
        from smbprotocol.session import Session

        options = self.options
        who = credentials.find(options)
        connection = wire.ReadOnlyConnection(
            self._guid, place.server, place.port, signing=options.signing, limit=options.timeout
        )
        try:
            connection.connect(timeout=options.timeout)
        except ValueError:
            raise SourceError("try-later", "no connection") from None
        try:
            session = Session(
                connection,
                who.username,
                who.password,
                require_encryption=options.encryption,
                auth_protocol=options.auth,
            )
            _authenticate(session, who)
            with contextlib.suppress(*faults()):
                connection.echo(sid=session.session_id, timeout=options.timeout, credit_request=CREDITS)
        except BaseException:
            with contextlib.suppress(Exception):
                connection.disconnect(close=False)
            raise
        return session

    def drop_tree(self, tree: Tree | None) -> None:
        """Forget the connection a share was reached by, unless there is a newer one."""
        for key, session in list(self._sessions.items()):
            if tree is not None and session is tree.session:
                self._drop(key)

    def _drop(self, key: tuple[str, int]) -> None:
        session = self._sessions.pop(key, None)
        for known in [known for known in self._trees if known[:2] == key]:
            del self._trees[known]
        if session is not None:
            with contextlib.suppress(Exception):
                session.connection.disconnect(close=False)

    def close(self) -> None:
        """Log off everywhere."""
        for session in self._sessions.values():
            with contextlib.suppress(Exception):
                session.connection.disconnect(timeout=5)
        self._sessions.clear()
        self._trees.clear()

    def names(self, place: Place) -> Iterator[list[wire.Entry]]:
        """What is in a folder, in pieces; one that breaks off is begun again, and what came before is not repeated."""
        seen: set[str] = set()
        attempts = Attempts(self, place)
        while True:
            tree = None
            try:
                tree, path = self.reach(place)
                for piece in _pieces(tree, path):
                    fresh = [entry for entry in piece if entry.name not in seen]
                    seen.update(entry.name for entry in fresh)
                    yield fresh
            except faults() as error:
                attempts.failed(error, tree)
            else:
                return


def _authenticate(session: Any, who: credentials.Credentials) -> None:
    from smbprotocol.exceptions import SMBAuthenticationError
    from spnego.exceptions import SpnegoError

    try:
        session.connect()
    except ImportError:
        raise SourceError("access-denied", "Kerberos needs piiscan-smb[kerberos]") from None
    except (SMBAuthenticationError, SpnegoError) as error:
        detail = type(error).__name__ if who.username else "no username, and no login of this machine"
        raise SourceError("access-denied", detail) from None


@dataclass
class Attempts:
    """Decides after each failure whether there is another try."""

    client: Client
    place: Place
    failures: int = 0
    hops: int = 0

    def failed(self, error: Exception, tree: Tree | None) -> None:
        """Returns when it is to be tried again; raises SourceError when not. `tree` is the share on which it happened, if it came so far."""
        client = self.client
        status = status_of(error)
        if status in {PATH_NOT_COVERED, BAD_NETWORK_NAME} and client.options.dfs and self.hops < HOPS:
            self.hops += 1
            try:
                client.refer(self.place)
            except faults() as other:
                # A server without DFS does not know what it is asked; then the first answer is the true one.
                raise fault(error if status == BAD_NETWORK_NAME else other) from None
            return
        meant = fault(error)
        if status == BAD_NETWORK_NAME:
            raise SourceError("vanished", meant.detail) from None
        if lost(error):
            client.drop_tree(tree)
        self.failures += 1
        if meant.code != "try-later" or self.failures >= client.options.attempts:
            raise meant from None
        time.sleep(random.uniform(0.5, 1.0) * min(0.2 * 2**self.failures, 10.0))  # noqa: S311 - spreads retries


def _pieces(tree: Tree, path: str) -> Iterator[list[wire.Entry]]:
    access = wire.READ_DATA | wire.READ_ATTRIBUTES | wire.SYNCHRONIZE
    handle = wire.opened(wire.ask(tree, wire.create(path, access, wire.FOLDER))).handle
    try:
        restart = True
        while (piece := wire.names_in(tree, handle, restart=restart)) is not None:
            yield piece
            restart = False
    finally:
        with contextlib.suppress(*faults()):
            wire.ask(tree, wire.close(handle))


def _spelled(place: Place, *, dfs: bool) -> str:
    """A path as a share wants it: below the share, or with server and share where that is a DFS namespace."""
    path = place.path.replace("/", "\\")
    if not dfs:
        return path
    return "\\".join(step for step in (place.server, place.share, path) if step)

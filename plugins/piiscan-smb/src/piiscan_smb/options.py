"""The settings of an SMB target."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class SmbOptions(BaseModel):
    """Options of an ``smb`` target.

    Who: `username` (``DOMAIN\\\\name`` or ``name@domain``); its password comes from the environment variable `password_env`, or with the name from
    `credentials_file` (lines ``username=``, ``password=``, ``domain=``). Without any of them: the ticket or login of this machine. `auth` narrows what
    is offered to ``kerberos`` or ``ntlm``. `encryption` refuses servers that do not encrypt; `signing` can be switched off for old devices.

    What: `include` and `exclude` are patterns as in .gitignore, below the target. Files over `max_bytes` (0: no limit) are skipped. `hidden` says
    whether hidden, system and dot files are scanned, `read_offline` whether files that a tiering system keeps elsewhere are fetched, `streams` whether
    alternate data streams are looked for (each is an item of its own), `admin_shares` whether ``C$`` and the like are scanned with a whole server.
    `survey` lists shares and their rights only. `dfs` follows links of a DFS namespace.

    Beside it: `rights` reads who can open things: of every file, of every folder (files are then said to be as their folder), or not at all.
    `change_time` counts a changed rights or attributes entry as a changed file; switch it off where backups touch every file.

    How: `prefetch_bytes` is the memory for small files fetched ahead, per worker; `attempts` before something counts as failed; `timeout` in seconds
    of an answer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    username: str = ""
    password_env: str = ""
    credentials_file: str = ""
    auth: Literal["negotiate", "kerberos", "ntlm"] = "negotiate"
    encryption: bool = False
    signing: bool = True
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_bytes: int = Field(default=0, ge=0)
    hidden: bool = True
    read_offline: bool = False
    streams: bool = False
    admin_shares: bool = False
    survey: bool = False
    dfs: bool = True
    rights: Literal["files", "folders", "none"] = "files"
    change_time: bool = True
    prefetch_bytes: int = Field(default=16 * 1024**2, ge=0)
    attempts: int = Field(default=4, ge=1, le=20)
    timeout: float = Field(default=60.0, gt=0)

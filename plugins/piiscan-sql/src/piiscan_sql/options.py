"""The settings of a database target."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator


class SqlOptions(BaseModel):
    """Options of a ``sql`` target.

    `include` and `exclude` are patterns (``*``, ``?``) of ``schema.table``, or of ``table`` in any schema. `views` says whether views and foreign
    tables are read. Tables of more than `full_rows` rows (by the server's estimate) are sampled: about `sample_rows` rows, the same for the
    same `seed`; 0 reads every table in full. `where` maps a pattern to a condition in the database's own SQL. `changed_column` names a column whose
    highest value tells that a table changed (or maps patterns to columns). `checksum` lets MariaDB compute CHECKSUM TABLE where it knows no
    time of change (reads the table on the server). `documents` says whether binary columns are read. Times are seconds; `statement_seconds`
    ends a statement, `lock_seconds` the wait for a lock. `require_replica` refuses a server that takes writes. `password_env` and
    `password_file` name where the password is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    views: bool = True
    full_rows: int = Field(default=1_000_000, ge=0)
    sample_rows: int = Field(default=100_000, ge=0)
    seed: int = Field(default=0, ge=0, lt=2**31)
    where: dict[str, str] = Field(default_factory=dict)
    changed_column: str | dict[str, str] = ""
    checksum: bool = False
    documents: bool = True
    document_bytes: int = Field(default=64 * 1024**2, gt=0)
    cell_chars: int = Field(default=4 * 1024**2, gt=0)
    statement_seconds: float = Field(default=60.0, gt=0)
    lock_seconds: float = Field(default=5.0, gt=0)
    connect_seconds: float = Field(default=10.0, gt=0)
    require_replica: bool = False
    password_env: str = ""
    password_file: str = ""

    @field_validator("where")
    @classmethod
    def _one_condition(cls, value: dict[str, str]) -> dict[str, str]:
        """A condition, not a second statement. The transaction is read-only besides."""
        if any(";" in condition or "--" in condition or "/*" in condition for condition in value.values()):
            raise ValueError("a condition may hold neither ';' nor comments")
        return value

    def reading_digest(self) -> str:
        """What decides which rows are read: a change of it makes tables due again."""
        import hashlib

        deciding = self.model_dump_json(
            include={"full_rows", "sample_rows", "seed", "where", "documents", "document_bytes", "cell_chars"}
        )
        return hashlib.sha256(deciding.encode()).hexdigest()[:8]

"""Who may read a PostgreSQL table: table and column grants, roles behind roles, PUBLIC."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from piiscan_sql.access import described
from piiscan_sql.backends.base import ask

_GRANTS = """
SELECT c.oid, CASE a.grantee WHEN 0 THEN '' ELSE pg_get_userbyid(a.grantee) END, ''
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
WHERE a.privilege_type = 'SELECT' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
UNION ALL
SELECT c.oid, CASE a.grantee WHEN 0 THEN '' ELSE pg_get_userbyid(a.grantee) END, t.attname
FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL aclexplode(t.attacl) a
WHERE a.privilege_type = 'SELECT' AND t.attacl IS NOT NULL AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"""
_ROLES = "SELECT rolname, rolcanlogin, rolsuper FROM pg_roles"
_MEMBERS = """SELECT pg_get_userbyid(roleid), pg_get_userbyid(member) FROM pg_auth_members"""
_PUBLIC_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE has_schema_privilege('public', oid, 'USAGE')"


@dataclass(frozen=True, slots=True)
class Rights:
    """All SELECT grants of a database. `members` are the log-ins behind each role; superusers can read everything and are not repeated."""

    tables: dict[int, frozenset[str]]
    columns: dict[int, dict[str, frozenset[str]]]
    members: dict[str, frozenset[str]]
    everywhere: frozenset[str]
    superusers: int
    public_schemas: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def load(cls, connection: Connection) -> Rights:
        """Four questions to the catalogue, whatever the number of tables."""
        tables: dict[int, set[str]] = defaultdict(set)
        columns: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for oid, grantee, column in ask(connection, _GRANTS):
            (columns[oid][column] if column else tables[oid]).add(grantee)
        roles = {name: (login, superuser) for name, login, superuser in ask(connection, _ROLES)}
        below: dict[str, set[str]] = defaultdict(set)
        for role, member in ask(connection, _MEMBERS):
            below[role].add(member)
        members = {name: frozenset(_logins(name, below, roles)) for name in roles}
        return cls(
            {k: frozenset(v) for k, v in tables.items()},
            {k: {c: frozenset(g) for c, g in v.items()} for k, v in columns.items()},
            members,
            members.get("pg_read_all_data", frozenset()),
            sum(superuser for _, superuser in roles.values()),
            frozenset(row[0] for row in ask(connection, _PUBLIC_SCHEMAS)),
        )

    def of(self, oid: int, schema: str) -> dict[str, str]:
        """Attributes of a table. PUBLIC counts only where it may enter the schema."""
        by_column = self.columns.get(oid, {})
        granted = self.tables.get(oid, frozenset()) | frozenset().union(*by_column.values())
        everyone = "" in granted and schema in self.public_schemas
        persons = set(self.everywhere)
        for grantee in granted - {""}:
            persons |= self.members.get(grantee, frozenset({grantee}))
        shown = sorted(granted - {""}) + (["PUBLIC"] if everyone else [])
        found = described(shown, persons, everyone=everyone)
        if by_column:
            found["access.columns"] = "; ".join(
                f"{c}: {', '.join(sorted(g or 'PUBLIC' for g in who))}" for c, who in sorted(by_column.items())
            )
        found["access.superusers"] = str(self.superusers)
        return found


def _logins(role: str, below: dict[str, set[str]], roles: dict[str, tuple[bool, bool]]) -> set[str]:
    """Everybody who can log in and is, directly or by other roles, a member; the role itself too."""
    seen, waiting = {role}, [role]
    while waiting:
        for member in below.get(waiting.pop(), ()):
            if member not in seen:
                seen.add(member)
                waiting.append(member)
    return {name for name in seen if roles.get(name, (False, False))[0]}

"""Watched values: fingerprints that an item carries in its attributes from reading to reading, and the findings where one is new.

An attribute holds fingerprints separated by spaces; ``!`` before one says that it came after the item was first read, and stays until somebody
allows the value: reading the item again for another reason must not make the finding disappear.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from piiscan.model import Finding, ItemResult

NEW = "!"
PREFIX = "watch."
"""Keys of attributes that hold fingerprints begin with this."""


def compared(result: ItemResult, before: Mapping[str, str] | None) -> ItemResult:
    """The result with its watched values as attributes and, where the item had others at its last reading, findings.

    An item without such values keeps what was known: one reading that does not see a code must not make the next one the first. Comparing the
    same result twice gives the same.
    """
    old = {key: text.split() for key, text in (before or {}).items() if key.startswith(PREFIX)}
    if not old and not result.watched:
        return result
    seen: dict[str, list[Finding]] = {}
    for key, finding in result.watched:
        seen.setdefault(PREFIX + key, []).append(finding)
    attributes = {key: " ".join(marks) for key, marks in old.items()}
    findings: list[Finding] = []
    for key, values in seen.items():
        fresh = [f for f in values if _is_new(f.fingerprint, old.get(key, []))]
        findings += fresh
        attributes[key] = " ".join(_marks(values, fresh))
    item = replace(result.item, attributes={**result.item.attributes, **attributes})
    return replace(result, item=item, findings=(*result.findings, *findings))


def _is_new(fingerprint: str, known: list[str]) -> bool:
    return bool(known) and fingerprint not in known


def _marks(values: list[Finding], fresh: list[Finding]) -> Iterator[str]:
    new = {f.fingerprint for f in fresh}
    for fingerprint in sorted({f.fingerprint for f in values}):
        yield NEW + fingerprint if fingerprint in new else fingerprint

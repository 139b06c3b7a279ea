"""Where raw values end. Nothing after this module holds one.

A :class:`Redactor` turns detections into findings: a mask by the kind the taxonomy allows, and a fingerprint keyed with a secret that lives
outside the inventory. An unkeyed hash would protect nothing: all numbers under one mobile prefix are tried in a minute. For types whose
taxonomy row says ``fingerprint = false`` (My Number) neither a mask nor a fingerprint is made: place and count only, because even a hash of
such a number can legally be one.
"""

from __future__ import annotations

import hashlib
import heapq
import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from piiscan.errors import ConfigError
from piiscan.model import Attribute, ColumnDetection, Detection, Finding, TextSegment

if TYPE_CHECKING:
    import polars as pl

    from piiscan.rules.model import MaskKind, RuleSet

SKETCH_SIZE = 64
"""How many fingerprints a column keeps: the smallest ones, so that two columns with common persons keep common ones."""

KEY_BYTES = 32
_DASHES = re.compile(r"[-‐‑‒–—―−ー－ｰ﹣─・.,/()（）\[\] 　\t\n\r]")


class FingerprintKey:
    """The secret behind fingerprints. `id` names it without giving it away; its repr shows only that."""

    __slots__ = ("_secret", "id")

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ConfigError("the fingerprint key is shorter than 16 bytes")
        self._secret = secret
        self.id = hashlib.sha256(b"piiscan key id\0" + secret).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"<FingerprintKey {self.id}>"

    def sign(self, entity_type: str, value: str) -> str:
        """128 bits over type and canonical value, as 32 hex digits."""
        message = f"{entity_type}\0{value}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._secret, message, "sha256")[:16].hex()


def load_key(path: Path | None = None) -> FingerprintKey:
    """The key from ``PIISCAN_KEY`` (hex) or from a file, which is made (owner-readable only) when it is missing.

    The default file lies in the user's configuration folder, never beside the inventory. Raises :class:`ConfigError`.
    """
    from_environment = os.environ.get("PIISCAN_KEY")
    if from_environment:
        try:
            return FingerprintKey(bytes.fromhex(from_environment.strip()))
        except ValueError:
            raise ConfigError("PIISCAN_KEY is not a hexadecimal string") from None
    file = path or default_key_path()
    try:
        return FingerprintKey(bytes.fromhex(file.read_text(encoding="ascii").strip()))
    except FileNotFoundError:
        return _make_key(file)
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot read the fingerprint key file {file}: {type(error).__name__}") from None


def default_key_path() -> Path:
    """Where the key lies unless the configuration says otherwise."""
    from platformdirs import user_config_path

    return user_config_path("piiscan", appauthor=False) / "fingerprint.key"


def _make_key(file: Path) -> FingerprintKey:
    """Write a new key beside its final name and link it in, so that of two first runs at once one wins and both use it."""
    secret = secrets.token_bytes(KEY_BYTES)
    temporary = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.write(secret.hex() + "\n")
        try:
            os.link(temporary, file)
        except FileExistsError:
            return FingerprintKey(bytes.fromhex(file.read_text(encoding="ascii").strip()))
        except OSError:  # a file system without links
            temporary.replace(file)
        return FingerprintKey(secret)
    except OSError as error:
        raise ConfigError(f"cannot write the fingerprint key file {file}: {type(error).__name__}") from None
    finally:
        temporary.unlink(missing_ok=True)


def canonical(value: str) -> str:
    """One spelling for values that mean the same: width, case, spaces, hyphens and brackets folded away."""
    folded = value.lower() if value.isascii() else unicodedata.normalize("NFKC", value).casefold()
    return _DASHES.sub("", folded) or folded


def mask(value: str, kind: MaskKind) -> str:
    """What a person may see of a value. Never more than the kind allows, never the length of short values."""
    text = " ".join(unicodedata.normalize("NFKC", value).split())
    makers = {
        "last4": _mask_last4,
        "first1": _mask_first1,
        "email": _mask_email,
        "phone": _mask_phone,
        "area": _mask_area,
        "year": _mask_year,
    }
    if kind == "length":
        return f"({len(text)})"
    maker = makers.get(kind)
    return maker(text) if maker else ""


def _mask_last4(text: str) -> str:
    kept = [c for c in text if c.isalnum()]
    return "****" + "".join(kept[-4:]) if len(kept) >= 10 else "****"


def _mask_first1(text: str) -> str:
    return text[:1] + "***" if len(text) > 1 else "***"


def _mask_email(text: str) -> str:
    local, at, domain = text.partition("@")
    if not at or not local:
        return "***"
    return f"{local[:1] if len(local) > 1 else ''}***@{domain}"


def _mask_phone(text: str) -> str:
    digits = [c for c in text if c.isdigit()]
    return "***-****-**" + "".join(digits[-2:]) if len(digits) >= 9 else "***"


def _mask_area(text: str) -> str:
    """Prefecture and municipality at most; house numbers and names never."""
    for length in range(min(len(text), 12), 2, -1):
        if text[length - 1] in "都道府県市区郡":
            return text[:length] + "***"
    return "***"


def _mask_year(text: str) -> str:
    year = text[:4]
    return f"{year}-**-**" if len(year) == 4 and year.isdigit() and year[:2] in {"18", "19", "20"} else "****-**-**"


class Redactor:
    """Turns detections into findings with the rules in force and the key. Keeps nothing of what passes through."""

    __slots__ = ("_key", "_rules", "_severity")

    def __init__(self, rules: RuleSet, key: FingerprintKey) -> None:
        self._rules = rules
        self._key = key
        self._severity = {rule.id: rule.severity for rule in rules.rules if rule.severity is not None}

    def of_text(self, segment: TextSegment, detection: Detection) -> Finding:
        """The finding of one detection in a text."""
        entity = self._rules.entity(detection.entity_type)
        value = segment.text[detection.start : detection.end]
        keyed = entity.fingerprint
        return Finding(
            entity_type=detection.entity_type,
            category=entity.category,
            severity=self._severity.get(detection.rule, entity.severity),
            confidence=round(detection.confidence, 3),
            locator=segment.place(detection.start),
            count=1,
            mask=mask(value, entity.mask) if keyed else "",
            rule=detection.rule,
            recognizer=detection.recognizer,
            fingerprint=self._key.sign(detection.entity_type, canonical(value)) if keyed else "",
            evidence=detection.evidence,
        )

    def of_watched(self, attribute: Attribute) -> Finding:
        """The finding that a watched value is if the inventory does not know it."""
        entity = self._rules.entity(attribute.watch)
        return Finding(
            entity_type=attribute.watch,
            category=entity.category,
            severity=entity.severity,
            confidence=0.9,
            locator=attribute.locator,
            count=1,
            mask="",
            rule=attribute.key,
            recognizer="watch",
            fingerprint=self._key.sign(attribute.watch, canonical(attribute.value)),
            evidence=("changed-since-last-scan",),
        )

    def of_column(self, detection: ColumnDetection) -> Finding:
        """The finding of a column (or of one batch of it), with a sketch of its values."""
        entity = self._rules.entity(detection.entity_type)
        return Finding(
            entity_type=detection.entity_type,
            category=entity.category,
            severity=self._severity.get(detection.rule, entity.severity),
            confidence=round(detection.confidence, 3),
            locator=detection.locator,
            count=detection.rows,
            mask="",
            rule=detection.rule,
            recognizer=detection.recognizer,
            evidence=detection.evidence,
            sketch=self._sketch(detection) if entity.fingerprint else (),
        )

    def _sketch(self, detection: ColumnDetection) -> tuple[str, ...]:
        """Signs only the values that a fast hash with a secret seed ranks lowest: signing all would cost more than finding them.

        The fast hash is stable within one polars version, so sketches made by different versions share less than they could.
        """
        values = detection.values
        if len(values) <= _FEW and len(some := {v for v in values.to_list() if v is not None}) <= SKETCH_SIZE:
            return smallest({self._key.sign(detection.entity_type, canonical(value)) for value in some})
        values = values.drop_nulls()
        seed = int(self._key.sign("sketch", detection.entity_type)[:12], 16)
        if len(values) > _MANY:
            values = _of_lowest_endings(values, seed)
        ranks = _bare(values).hash(seed)
        lowest = ranks.unique().bottom_k(SKETCH_SIZE)
        chosen = values.filter(ranks <= lowest.max()).unique().to_list() if len(lowest) else []
        return smallest({self._key.sign(detection.entity_type, canonical(value)) for value in chosen})


_FEW, _MANY = 4 * SKETCH_SIZE, 20 * SKETCH_SIZE


def _of_lowest_endings(values: pl.Series, seed: int) -> pl.Series:
    """The values whose last two characters rank lowest: some hundreds to look at more closely, the same ones in every store.

    Endings hardly depend on how a value is written, and most vary: numbers, days, names. Where they do not (``.com``) everything stays.
    """
    endings = values.str.slice(-2).hash(seed)
    some = endings.gather_every(max(1, len(endings) // 1000)).sort()
    low = endings <= some[min(len(some) - 1, 2 * _MANY * len(some) // len(endings))]
    lowest = endings.filter(low) if int(low.sum()) >= _MANY else endings  # what ranks higher needs no counting
    few = values.filter(endings <= lowest.sort()[_MANY - 1])
    return few if few.n_unique() >= SKETCH_SIZE else values


_RARE_MARKS = list("\t\n\r\u3000/.()（）‐‑–—−ーｰ")


def _bare(values: pl.Series) -> pl.Series:
    """Values without separators, whichever of them a store uses. Removing one character is several times faster than a class of them."""
    if values.str.contains_any(_RARE_MARKS).any():
        return values.str.replace_all(r"[\s\-‐‑–—−ーｰ()（）./]", "")
    for mark in "- ":
        if values.str.contains(mark, literal=True).any():
            values = values.str.replace_all(mark, "", literal=True)
    return values


def smallest(signs: Iterable[str]) -> tuple[str, ...]:
    """The sketch of a set of fingerprints; merging two sketches is `smallest` of their union."""
    return tuple(heapq.nsmallest(SKETCH_SIZE, signs))

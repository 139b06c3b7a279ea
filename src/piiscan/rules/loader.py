"""TOML files to a :class:`RuleSet`. Built-in files first, then the user's: a rule of a later file replaces an earlier one of the same id."""

from __future__ import annotations

import hashlib
import importlib
import json
import pkgutil
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from piiscan.errors import RuleError
from piiscan.model import Severity
from piiscan.protocols import Validator
from piiscan.rules import schema
from piiscan.rules.builtin import builtin_folder
from piiscan.rules.compiled import RuleSyntaxError, compile_pattern, expand_shape
from piiscan.rules.model import EntityType, Example, Profile, Rule, RuleSet, Scores

M = TypeVar("M", bound=BaseModel)
_VALIDATOR_PACKAGES = ("piiscan.rules", "piiscan.detect.recognizers")
_LISTS = ("shapes", "gate", "words", "marks", "labels", "columns", "context", "negative")


def load_rules(
    folders: Sequence[Path] = (),
    *,
    profile: str = "default",
    disable: Iterable[str] = (),
    allow: Mapping[str, Iterable[str]] | None = None,
    validators: Mapping[str, Validator] | None = None,
) -> RuleSet:
    """Everything in force: the built-in rulesets, then those of `folders` in order.

    `disable` names rules, whole rulesets (``ja.finance``) or entity types to leave out. `allow` adds to the allow-lists of the files.
    `validators` are the checks that rules may name (a registry's); None means those that come with piiscan.
    Raises :class:`piiscan.errors.RuleError` naming file, rule and mistake.
    """
    checks = _builtin_validators() if validators is None else validators
    collected = _Collected()
    for folder in (builtin_folder(), *folders):
        _read_folder(folder, collected)
    off = {*disable, *collected.disabled}
    rules = tuple(
        _finish(rule, collected, checks)
        for rule in collected.rules.values()
        if not {rule.id, rule.ruleset, rule.entity_type} & off
    )
    for kind, entries in (allow or {}).items():
        _allow(kind, entries, "", collected)
    chosen = collected.profiles.get(profile)
    if chosen is None:
        known = ", ".join(sorted(collected.profiles))
        raise _error(
            "",
            "",
            f"プロファイル「{profile}」はありません(使えるもの: {known})",
            f"no profile {profile!r}; there are: {known}",
        )
    return RuleSet(
        entity_types=collected.types,
        rules=rules,
        profile=chosen,
        words=collected.words,
        versions=collected.versions,
        allow={kind: tuple(dict.fromkeys(entries)) for kind, entries in sorted(collected.allow.items())},
        validators=checks,
        digest=_digest(collected, rules, chosen),
    )


@dataclass
class _Collected:
    """What has been read so far."""

    types: dict[str, EntityType] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    disabled: set[str] = field(default_factory=set)
    allow: dict[str, list[str]] = field(default_factory=dict)


def _builtin_validators() -> Mapping[str, Validator]:
    """Those of the modules that bring checks, without importing readers and reports as a whole registry would."""
    found: dict[str, Validator] = {}
    for package_name in _VALIDATOR_PACKAGES:
        package = importlib.import_module(package_name)
        for info in pkgutil.iter_modules(package.__path__):
            if not info.name.startswith("_"):
                hook = getattr(importlib.import_module(f"{package_name}.{info.name}"), "piiscan_validators", None)
                found.update(hook() if hook else {})
    return found


def _error(file: str, rule: str, ja: str, en: str) -> RuleError:
    place = ": ".join(filter(None, (file, rule)))
    return RuleError(f"{place}: {ja} / {en}" if place else f"{ja} / {en}")


def _read_folder(folder: Path, into: _Collected) -> None:
    if not folder.is_dir():
        raise _error(str(folder), "", "ルールのフォルダーがありません", "no such ruleset folder")
    try:
        files = sorted(p for p in folder.rglob("*.toml") if p.is_file())
    except OSError as error:
        raise _error(str(folder), "", "フォルダーを読めません", "cannot be listed") from error
    # Words and the taxonomy are used by rules, so they come first.
    for path in sorted(files, key=lambda p: (_kind(folder, p), p.as_posix())):
        _read_file(path, path.relative_to(folder).as_posix(), _kind(folder, path), into)


def _kind(folder: Path, path: Path) -> int:
    """0 words, 1 taxonomy, 2 profile, 3 rules."""
    parts = path.relative_to(folder).parts
    if path.name == "taxonomy.toml":
        return 1
    return {"words": 0, "profiles": 2}.get(parts[0], 3) if len(parts) > 1 else 3


def _read_file(path: Path, name: str, kind: int, into: _Collected) -> None:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise _error(name, "", "UTF-8 で書かれていません", "not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise _error(name, "", f"TOML として読めません({error})", f"not valid TOML: {error}") from error
    except OSError as error:
        raise _error(name, "", "ファイルを読めません", "cannot be read") from error
    (_take_words, _take_taxonomy, _take_profile, _take_rules)[kind](raw, name, into)


def _parse(model: type[M], raw: dict[str, Any], name: str) -> M:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        rule = _rule_id(raw, first["loc"])
        raise _error(name, rule, f"項目 {where} が正しくありません", f"{where}: {first['msg']}") from error


def _rule_id(raw: dict[str, Any], loc: tuple[int | str, ...]) -> str:
    if len(loc) > 1 and isinstance(loc[1], int):
        table = raw.get(str(loc[0]), [])
        entry = table[loc[1]] if isinstance(table, list) and loc[1] < len(table) else {}
        return str(entry.get("id") or entry.get("rule") or "") if isinstance(entry, dict) else ""
    return ""


def _take_words(raw: dict[str, Any], name: str, into: _Collected) -> None:
    for key, words in _parse(schema.WordsFile, raw, name).words.items():
        into.words[key] = tuple(dict.fromkeys(words))


def _take_taxonomy(raw: dict[str, Any], name: str, into: _Collected) -> None:
    for row in _parse(schema.TaxonomyFile, raw, name).type:
        into.types[row.id] = EntityType(**{**row.model_dump(), "severity": Severity(row.severity)})


def _take_profile(raw: dict[str, Any], name: str, into: _Collected) -> None:
    row = _parse(schema.ProfileFile, raw, name).profile
    into.profiles[row.name] = Profile(
        **{**row.model_dump(), "only": frozenset(row.only), "without": frozenset(row.without)}
    )


def _take_rules(raw: dict[str, Any], name: str, into: _Collected) -> None:
    file = _parse(schema.RulesetFile, raw, name)
    into.versions[file.ruleset.id] = file.ruleset.version
    into.disabled |= set(file.disable)
    for kind, entries in file.allow.items():
        _allow(kind, entries, name, into)
    seen: set[str] = set()
    for table in file.rule:
        if table.id in seen:
            raise _error(name, table.id, "同じ ID のルールが二つあります", "two rules with this id in one file")
        seen.add(table.id)
        into.rules[table.id] = _rule(table, file.ruleset.id, name, into)
    for extension in file.extend:
        if extension.rule not in into.rules:
            raise _error(name, extension.rule, "拡張するルールがありません", "there is no such rule to extend")
        into.rules[extension.rule] = _extended(into.rules[extension.rule], extension, name, into)


def _allow(kind: str, entries: Iterable[str], name: str, into: _Collected) -> None:
    """Take entries of an allow-list. Their text is the user's own and appears in no message."""
    if kind not in into.types:
        ja, en = f"allow の種別 {kind} が taxonomy.toml にありません", f"allow: type {kind} is not in the taxonomy"
        raise _error(name, "", ja, en)
    for entry in entries:
        try:
            if is_pattern(entry):
                compile_pattern(entry[1:-1])
        except RuleSyntaxError as error:
            raise _error(name, f"allow.{kind}", error.ja, error.en) from None
        if not entry.strip():
            raise _error(name, f"allow.{kind}", "空の値は書けません", "an entry is empty")
        into.allow.setdefault(kind, []).append(entry)


def is_pattern(entry: str) -> bool:
    """Whether an entry of an allow-list is a pattern between slashes."""
    return len(entry) > 2 and entry.startswith("/") and entry.endswith("/")


def _rule(table: schema.RuleTable, ruleset: str, name: str, into: _Collected) -> Rule:
    values: dict[str, Any] = table.model_dump(exclude={"type", "match", "reject", "scores", "severity", *_LISTS})
    values = {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}
    values |= {key: _words(getattr(table, key), name, table.id, into) for key in _LISTS}
    return Rule(
        **values,
        entity_type=table.type,
        scores=Scores(**table.scores.model_dump()),
        severity=None if table.severity is None else Severity(table.severity),
        matches=_examples(table.match),
        rejects=_examples(table.reject),
        ruleset=ruleset,
        file=name,
    )


def _extended(rule: Rule, table: schema.ExtendTable, name: str, into: _Collected) -> Rule:
    added = {key: getattr(rule, key) + _words(getattr(table, key), name, rule.id, into) for key in _LISTS}
    return replace(
        rule, **added, matches=rule.matches + _examples(table.match), rejects=rule.rejects + _examples(table.reject)
    )


def _words(entries: list[str], name: str, rule: str, into: _Collected) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for entry in entries:
        if len(entry) < 2 or not entry.startswith("@"):  # a bare @ is the shape of mail addresses
            found[entry] = None
        elif entry[1:] in into.words:
            found.update(dict.fromkeys(into.words[entry[1:]]))
        else:
            raise _error(name, rule, f"単語リスト {entry} がありません", f"there is no word list {entry}")
    return tuple(found)


def _examples(entries: Sequence[str | schema.ExampleTable]) -> tuple[Example, ...]:
    return tuple(Example(text=e) if isinstance(e, str) else Example(text=e.text, value=e.value) for e in entries)


def _finish(rule: Rule, collected: _Collected, checks: Mapping[str, Validator]) -> Rule:
    """Check what concerns several files: types, validators, patterns."""
    if rule.entity_type not in collected.types:
        ja, en = (
            f"種別 {rule.entity_type} が taxonomy.toml にありません",
            f"type {rule.entity_type} is not in the taxonomy",
        )
        raise _error(rule.file, rule.id, ja, en)
    for validator in rule.validators:
        if validator not in checks:
            raise _error(rule.file, rule.id, f"検査 {validator} がありません", f"there is no validator {validator!r}")
    try:
        for pattern in filter(None, (rule.pattern, rule.value)):
            compile_pattern(pattern)
        for shape in rule.shapes:
            expand_shape(shape)
    except RuleSyntaxError as error:
        raise _error(rule.file, rule.id, error.ja, error.en) from error
    if rule.marks and len(rule.marks) < rule.marks_needed:
        raise _error(rule.file, rule.id, "marks が marks_needed より少ないです", "fewer marks than marks_needed")
    if rule.pattern and not rule.gate:
        raise _error(rule.file, rule.id, "pattern には gate が必要です", "a pattern needs a gate literal")
    return rule


def _digest(collected: _Collected, rules: tuple[Rule, ...], profile: Profile) -> str:
    def plain(value: object) -> object:
        return sorted(value) if isinstance(value, frozenset) else str(value)

    content = {
        "types": {k: asdict(v) for k, v in collected.types.items()},
        "rules": sorted((_canonical(r) for r in rules), key=lambda r: str(r["id"])),
        "profile": asdict(profile),
        "words": collected.words,
        "versions": collected.versions,
        "allow": collected.allow,
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(rule: Rule) -> dict[str, Any]:
    # Examples are tests of a rule, not part of what it finds.
    return {k: v for k, v in asdict(rule).items() if k not in {"file", "matches", "rejects"}}


def write_schema(path: Path) -> None:
    """Write the JSON schema for editors."""
    path.write_text(schema.json_schema(), encoding="utf-8", newline="\n")

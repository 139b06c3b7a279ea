"""Builds a :class:`Registry` from built-ins and installed plugins. No globals: whoever needs one builds one.

Built-ins register exactly as strangers do: every module in `sources`, `readers`, `detect/recognizers` and `reports` that has hook
implementations is a plugin, found by walking the package, so there is no list to edit.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy
from pydantic import ValidationError

from piiscan import hookspecs
from piiscan.config import wrong_keys
from piiscan.errors import ConfigError, PluginError, UsageError
from piiscan.model import Problem

if TYPE_CHECKING:
    from piiscan.config import Settings
    from piiscan.protocols import Enricher, OcrEngine, Reader, Recognizer, Report, Source, Validator
    from piiscan.rules.model import RuleSet

T = TypeVar("T")
GROUP = "piiscan"
BUILTIN_PACKAGES = (
    "piiscan.sources",
    "piiscan.readers",
    "piiscan.detect.recognizers",
    "piiscan.rules",
    "piiscan.reports",
)


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """A loaded plugin: its name, the distribution it comes from, what it brought, what went wrong."""

    name: str
    distribution: str
    version: str
    provides: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Registry:
    """Everything plugins brought, by name. Frozen after it is built."""

    sources: Mapping[str, type[Source]]
    readers: Mapping[str, type[Reader]]
    recognizers: Mapping[str, Callable[[RuleSet], Recognizer]]
    presidio: tuple[Callable[[], object], ...]
    validators: Mapping[str, Validator]
    rulesets: tuple[Path, ...]
    reports: Mapping[str, type[Report]]
    enrichers: tuple[Enricher, ...]
    plugins: tuple[PluginInfo, ...]
    problems: tuple[Problem, ...] = ()
    ocr: Mapping[str, type[OcrEngine]] = field(default_factory=dict)
    manager: pluggy.PluginManager | None = field(default=None, compare=False, repr=False)

    def source_for(self, target: str, name: str = "", options: Mapping[str, Any] | None = None) -> Source:
        """The source that claims a target. Raises UsageError when none or several do."""
        claiming = [cls for cls in self.sources.values() if cls.claims(target)]
        if not claiming:
            schemes = ", ".join(sorted({f"{s}://" for c in self.sources.values() for s in c.schemes}))
            raise UsageError(
                f"no source for this target; installed sources take a path or {schemes}. Is a plugin missing (piiscan plugins)?"
            )
        if len(claiming) > 1:
            raise UsageError(f"several sources claim this target: {', '.join(sorted(c.kind for c in claiming))}")
        try:
            claiming[0].Options.model_validate(dict(options or {}))
        except ValidationError as error:
            # A mistake of the configuration, unlike a place that is not there today: it must stop whoever made it.
            raise ConfigError(
                f"options of target {name or shown_target(target)}: {'; '.join(wrong_keys(error))}"
            ) from None
        return claiming[0].from_target(target, name=name, options=options)


def configured(cls: type[T], name: str, options: Mapping[str, Any] | None = None) -> T:
    """An instance of a reader or OCR engine with its settings. Raises ConfigError that names the wrong ones, without their values."""
    model = getattr(cls, "Options", None)
    build: Callable[..., T] = cls
    if model is None:
        if options:
            raise ConfigError(f"plugin.{name}: there is nothing to set")
        return cls()
    try:
        return build(model.model_validate(dict(options or {})))
    except ValidationError as error:
        raise ConfigError("; ".join(f"plugin.{name}.{line}" for line in wrong_keys(error))) from None


def ocr_engine(registry: Registry, settings: Settings) -> OcrEngine | None:
    """The engine that the settings switch on."""
    for name, cls in registry.ocr.items():
        options = settings.plugin.get(name)
        if options and options.get("enabled"):
            return configured(cls, name, options)
    return None


def check_options(registry: Registry, settings: Settings) -> None:
    """Raise ConfigError for settings of a reader or OCR engine that are wrong, or that belong to nothing that is installed."""
    for name, options in settings.plugin.items():
        cls = registry.readers.get(name) or registry.ocr.get(name)
        if cls is not None:
            configured(cls, name, options)
        elif not (registry.problems or settings.disable_plugins):
            raise ConfigError(
                f"plugin.{name}: no reader or OCR engine of this name. Is a plugin missing (piiscan plugins)?"
            )


def shown_target(target: str) -> str:
    """A target as it may be stored and shown: without the password and the query that its URL may carry."""
    scheme, mark, rest = target.partition("://")
    if not mark:
        return target
    rest = rest.partition("?")[0]
    user, at, place = rest.rpartition("@")
    return f"{scheme}://{user.partition(':')[0]}{at}{place}"


class _Collector:
    """Asks one plugin at a time, so that a failure names its plugin and the others go on."""

    def __init__(self, strict: bool) -> None:
        self.strict = strict
        self.owners: dict[tuple[str, str], str] = {}
        self.found: dict[str, dict[str, Any]] = {
            kind: {} for kind in ("sources", "readers", "ocr", "recognizers", "reports", "validators")
        }
        self.lists: dict[str, list[Any]] = {kind: [] for kind in ("presidio", "rulesets", "enrichers")}
        self.infos: list[PluginInfo] = []
        self.problems: list[Problem] = []

    def add(self, plugin: object, name: str, distribution: str, version: str) -> None:
        provides: list[str] = []
        problem = ""
        try:
            self._ask(plugin, distribution, provides)
        except PluginError:
            raise
        except Exception as error:
            if self.strict:
                raise PluginError(f"plugin {name} of {distribution} failed: {type(error).__name__}") from error
            problem = type(error).__name__
            self.problems.append(Problem(code="plugin-failed", detail=f"{name}: {problem}"))
        self.infos.append(PluginInfo(name, distribution, version, tuple(provides), problem))

    def _ask(self, plugin: object, distribution: str, provides: list[str]) -> None:
        for kind, key in (
            ("sources", "kind"),
            ("readers", "name"),
            ("ocr", "name"),
            ("reports", "name"),
            ("recognizers", "name"),
        ):
            for thing in self._call(plugin, f"piiscan_{kind}"):
                label = str(getattr(thing, key, None) or getattr(thing, "__name__", thing))
                self._put(kind, label, thing, distribution, provides)
        checks = self._call(plugin, "piiscan_validators")
        for label, thing in dict(checks).items():
            self._put("validators", label, thing, distribution, provides)
        for kind, hook in (
            ("presidio", "piiscan_presidio_recognizers"),
            ("rulesets", "piiscan_rulesets"),
            ("enrichers", "piiscan_enrichers"),
        ):
            things = list(self._call(plugin, hook))
            self.lists[kind] += things
            provides += [f"{kind}: {len(things)}"] if things else []

    @staticmethod
    def _call(plugin: object, hook: str) -> Any:
        function = getattr(plugin, hook, None)
        return () if function is None else function() or ()

    def _put(self, kind: str, label: str, thing: object, distribution: str, provides: list[str]) -> None:
        other = self.owners.get((kind, label))
        singular = kind.removesuffix("s")
        if other is not None:
            raise PluginError(f"{singular} {label!r} is registered twice: by {other} and by {distribution}")
        self.owners[kind, label] = distribution
        self.found[kind][label] = thing
        provides.append(f"{singular}: {label}")


def _builtin_modules(*, reports: bool) -> Iterable[ModuleType]:
    for package_name in BUILTIN_PACKAGES:
        if package_name == "piiscan.reports" and not reports:
            continue
        package = importlib.import_module(package_name)
        for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name):
            if info.name.startswith("_"):
                continue  # helpers: no hooks, and heavy imports that start-up need not pay
            module = importlib.import_module(f"{package_name}.{info.name}")
            if any(name.startswith("piiscan_") for name in vars(module)):
                yield module


def load_plugins(
    *, disabled: Iterable[str] = (), strict: bool = False, entry_points: bool = True, reports: bool = True
) -> Registry:
    """Collect built-ins and the distributions that declare an entry point in the group ``piiscan``.

    `disabled` names plugins to leave out (also the environment variable ``PIISCAN_DISABLE_PLUGINS``, comma separated). With `strict`, a
    failing plugin raises :class:`PluginError`; otherwise it becomes a problem and the rest go on. A name registered twice always raises.
    Without `reports` those that come with piiscan are left out, and with them the database library that workers do not need.
    """
    manager = pluggy.PluginManager("piiscan")
    manager.add_hookspecs(hookspecs)
    off = {*disabled, *filter(None, os.environ.get("PIISCAN_DISABLE_PLUGINS", "").split(","))}
    collector = _Collector(strict)
    version = _version("piiscan")
    for module in _builtin_modules(reports=reports):
        manager.register(module, module.__name__)
        collector.add(module, module.__name__, "piiscan", version)
    for entry in sorted(importlib.metadata.entry_points(group=GROUP), key=lambda e: e.name) if entry_points else ():
        if entry.name not in off:
            _load_entry(manager, collector, entry)
    manager.check_pending()
    found, lists = collector.found, collector.lists
    return Registry(
        ocr=found["ocr"],
        sources=found["sources"],
        readers=found["readers"],
        recognizers=found["recognizers"],
        validators=found["validators"],
        reports=found["reports"],
        presidio=tuple(lists["presidio"]),
        rulesets=tuple(lists["rulesets"]),
        enrichers=tuple(lists["enrichers"]),
        plugins=tuple(collector.infos),
        problems=tuple(collector.problems),
        manager=manager,
    )


def _load_entry(manager: pluggy.PluginManager, collector: _Collector, entry: importlib.metadata.EntryPoint) -> None:
    distribution = entry.dist.name if entry.dist else "?"
    version = entry.dist.version if entry.dist else "?"
    try:
        plugin = entry.load()
    except Exception as error:
        if collector.strict:
            raise PluginError(
                f"plugin {entry.name} of {distribution} cannot be imported: {type(error).__name__}"
            ) from error
        collector.infos.append(PluginInfo(entry.name, distribution, version, (), type(error).__name__))
        collector.problems.append(Problem(code="plugin-failed", detail=f"{entry.name}: {type(error).__name__}"))
        return
    manager.register(plugin, f"{distribution}:{entry.name}")
    collector.add(plugin, entry.name, distribution, version)


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "?"

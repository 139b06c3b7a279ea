"""The library's front door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from piiscan.config import Settings, TargetSettings
from piiscan.errors import UsageError
from piiscan.model import Detection, Problem, SegmentKind, TextSegment
from piiscan.plugins import shown_target
from piiscan.scan.worker import registry_for, rules_for

if TYPE_CHECKING:
    from piiscan.detect.engine import Detector
    from piiscan.inventory.records import RunRecord
    from piiscan.plugins import Registry
    from piiscan.protocols import Source
    from piiscan.rules.model import RuleSet
    from piiscan.scan.executors import Executor
    from piiscan.scan.run import Watcher


class Scanner:
    """Finds personal information in texts and stores with one set of rules. Holds no global state; build as many as you like.

    Args:
        profile: how much to report: ``default``, ``thorough``, ``strict`` or ``cards``, or a profile of an own ruleset.
        settings: everything else, as :func:`piiscan.config.load_settings` gives it. `profile` wins over its profile.

    Rules and plugins are loaded on first use.
    """

    def __init__(self, *, profile: str | None = None, settings: Settings | None = None) -> None:
        settings = settings or Settings()
        self.settings = settings.model_copy(update={"profile": profile}) if profile else settings

    def __repr__(self) -> str:
        return f"Scanner(profile={self.settings.profile!r})"

    @cached_property
    def registry(self) -> Registry:
        """Built-ins and installed plugins."""
        return registry_for(self.settings)

    @cached_property
    def rules(self) -> RuleSet:
        """The rules in force."""
        return rules_for(self.settings, self.registry)

    @cached_property
    def detector(self) -> Detector:
        """The detector of this scanner, for one thread at a time."""
        from piiscan.detect.engine import build_detector

        return build_detector(self.registry, self.rules)

    def scan_text(self, text: str, *, label: str | None = None) -> list[Detection]:
        """What would be reported of a text, in order, without overlaps.

        `label` is what the text is the value of (a form field, a column), if anything. Offsets are code points of `text` as given.
        """
        kind = SegmentKind.PROSE if label is None else SegmentKind.FIELD
        segment = TextSegment(text=text, kind=kind, label=label)
        return sorted(self.detector.text(segment), key=lambda d: (d.start, d.end))

    def scan(
        self,
        target: str | Path | Sequence[str | Path],
        *,
        inventory: str | None = None,
        full: bool = False,
        watcher: Watcher | None = None,
        executor: Executor | None = None,
    ) -> RunRecord:
        """Scan targets into an inventory, as ``piiscan scan`` does, and return the run with its counters.

        Only what changed since the last run is read unless `full`. Raises :class:`piiscan.errors.UsageError` for a target nobody takes and
        :class:`piiscan.errors.LockedError` while another run holds the inventory.
        """
        targets = [target] if isinstance(target, str | Path) else list(target)
        sources = [self.registry.source_for(str(one)) for one in targets]
        return self.scan_sources(sources, inventory=inventory, full=full, watcher=watcher, executor=executor)

    def scan_configured(
        self,
        *,
        inventory: str | None = None,
        full: bool = False,
        watcher: Watcher | None = None,
        until: datetime | None = None,
    ) -> RunRecord:
        """Scan the targets of the settings, as ``piiscan run`` does. A target that cannot be opened becomes a problem of the run.

        After `until` nothing further is begun: the record's status is ``interrupted``, and the next run goes on there.
        """
        sources: list[Source] = []
        missing: list[Problem] = []
        labels: dict[str, Mapping[str, str]] = {}
        for target, opened in self.configured():
            if isinstance(opened, Problem):
                missing.append(opened)
            else:
                sources.append(opened)
                labels[opened.name] = _labels(target)
        return self.scan_sources(
            sources, inventory=inventory, full=full, watcher=watcher, missing=missing, labels=labels, until=until
        )

    def configured(self) -> Iterator[tuple[TargetSettings, Source | Problem]]:
        """The targets of the settings, each with its source, or with why it cannot be opened."""
        for target in self.settings.target:
            try:
                yield target, self.registry.source_for(target.url, name=target.name, options=target.options)
            except UsageError as error:
                name = target.name or shown_target(target.url)
                yield target, Problem(code="list-failed", detail=type(error).__name__, source=name)

    def scan_sources(
        self,
        sources: Sequence[Source],
        *,
        inventory: str | None = None,
        full: bool = False,
        watcher: Watcher | None = None,
        executor: Executor | None = None,
        missing: Sequence[Problem] = (),
        labels: Mapping[str, Mapping[str, str]] | None = None,
        until: datetime | None = None,
    ) -> RunRecord:
        """Scan sources that the caller built. `labels` are attributes that every item of a source gets, by the source's name."""
        from piiscan.inventory.store import Inventory
        from piiscan.scan.run import Scan, SilentWatcher

        if full:  # sources that would read a sample of something read all of it
            sources = [getattr(source, "unsampled", lambda same=source: same)() for source in sources]
        names = [source.name for source in sources]
        if len(set(names)) != len(names):
            raise UsageError("the same target is given twice")
        with Inventory.open(inventory or self.settings.inventory) as opened:
            scan = Scan(
                settings=self.settings,
                registry=self.registry,
                rules=self.rules,
                sources=sources,
                inventory=opened,
                watcher=watcher or SilentWatcher(),
                full=full,
                executor=executor,
                missing=missing,
                labels=labels or {},
                until=until,
            )
            return scan.execute()


def _labels(target: TargetSettings) -> dict[str, str]:
    """Who answers for a target, as every item of it says."""
    said = {"target.owner": target.owner, "target.department": target.department}
    return {key: value for key, value in said.items() if value}

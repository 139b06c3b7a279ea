"""``explain``: reads an item again, with the rights of whoever asks, and says what made each finding, and what was turned down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from piiscan.cli.evidence import sides
from piiscan.cli.options import Config, Lang, Profile, load_settings
from piiscan.cli.words import say
from piiscan.errors import UsageError
from piiscan.limits import Budget
from piiscan.model import Attribute, ColumnDetection, Item, Locator, Problem, TableSegment, TextHits, TextSegment
from piiscan.privacy import mask
from piiscan.problems import message
from piiscan.scan.listing import listed

if TYPE_CHECKING:
    import polars as pl

    from piiscan.config import Settings
    from piiscan.detect.resolve import Verdict
    from piiscan.model import Candidate
    from piiscan.rules.model import EntityType
    from piiscan.scanner import Scanner


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("explain")(explain)


def explain(
    items: Annotated[list[str], typer.Argument(help="Paths or item URIs, members too (archive.zip!/list.csv).")],
    reveal: Annotated[bool, typer.Option("--reveal", help="Show the values instead of masks.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Show candidates that were turned down as well.")] = False,
    profile: Profile = None,
    config: Config = None,
    lang: Lang = None,
) -> None:
    """Read items again and say which rule, label, check and score made each finding."""
    from piiscan.scanner import Scanner

    scanner = Scanner(settings=load_settings(config, profile=profile, language=lang))
    explainer = _Explainer(scanner, reveal=reveal, everything=everything)
    for item in items:
        for line in explainer.item(item):
            print(line)  # noqa: T201


def explain_text(settings: Settings, text: str) -> None:
    """Print every candidate of a text."""
    from piiscan.scanner import Scanner

    explainer = _Explainer(Scanner(settings=settings), reveal=True, everything=True)
    for line in explainer.segment(TextSegment(text=text)):
        print(line)  # noqa: T201


class _Explainer:
    def __init__(self, scanner: Scanner, *, reveal: bool, everything: bool) -> None:
        self.scanner = scanner
        self.reveal = reveal
        self.everything = everything
        self.lang = scanner.settings.language
        self._unshown: list[Candidate] = []

    def item(self, target: str) -> Iterator[str]:
        """Lines about one item and, if it is a container, what is inside it."""
        from piiscan.scan.walk import Closed, Opened, Walk

        outer, member = _split(target)
        source = self.scanner.registry.source_for(outer)
        walk = Walk.of(self.scanner.registry, self.scanner.settings)
        wanted = 0
        for entry in listed(source):
            if isinstance(entry, Problem):
                yield _problem_line(entry, self.lang)
                continue
            item = entry.item
            if entry.problem is not None:  # a pipe, a link: what a scan does not open is not opened here
                wanted += 1
                yield f"== {item.name} ({item.kind})"
                yield _problem_line(entry.problem, self.lang)
                continue
            current: list[Item] = []
            for event in walk.item(item, source, Budget(self.scanner.settings.limits.limits())):
                if isinstance(event, Opened):
                    current.append(event.item)
                    if _asked(event.item, item, member):
                        wanted += 1
                        yield f"== {event.item.name} ({event.media_type or event.item.kind})"
                elif isinstance(event, Closed):
                    current.pop()
                elif isinstance(event, Attribute):
                    continue  # of the inventory
                elif _asked(current[-1], item, member):
                    yield from [_problem_line(event, self.lang)] if isinstance(event, Problem) else self.segment(event)
        if not wanted:
            raise UsageError("no such item in there")

    def segment(self, segment: TextSegment | TableSegment) -> Iterator[str]:
        """Lines about a text or a table."""
        if isinstance(segment, TextSegment):
            verdicts = self.scanner.detector.explain(segment)
            possible = (v.candidate for v in verdicts if v.outcome != "refused")
            self._unshown = [c for c in possible if not self._entity(c.entity_type).fingerprint]
            for verdict in verdicts:
                if verdict.outcome == "reported" or self.everything:
                    yield self._verdict(segment, verdict)
            return
        batches = list(segment.batches) if self.everything else None
        if batches is not None:
            segment = replace(segment, batches=iter(batches))
        for detected in self.scanner.detector.scan(segment):
            if isinstance(detected, ColumnDetection):
                yield self._column(detected)
            elif isinstance(detected, TextHits):
                yield from self.segment(detected.segment)
            elif isinstance(detected, Problem):
                yield _problem_line(detected, self.lang)
        if batches is not None:
            yield from self._untaken(segment, batches)

    def _untaken(self, table: TableSegment, batches: list[pl.DataFrame | Problem]) -> Iterator[str]:
        """The columns of which nothing was reported, and why, by the first rows."""
        from piiscan.detect.columns_explain import untaken_columns

        frame = next((b for b in batches if not isinstance(b, Problem) and b.height), None)
        if frame is None:
            return
        for column in untaken_columns(self.scanner.detector.column_stage(), table, frame):
            kind = self._kind(column.entity_type)
            why = say(f"untaken.{column.why}", self.lang, kind=kind, share=column.share, needed=column.needed)
            place = self._place(table.locator.then(column=column.place))
            rule = f" ({column.rule})" if column.rule else ""
            yield f"- {place}: {why}{rule}"

    def _kind(self, entity_type: str) -> str:
        """The id of a type and its name."""
        entity = self._entity(entity_type)
        name = entity.ja if self.lang == "ja" else entity.en
        return f"{entity_type} {name}" if entity_type and name != entity_type else entity_type

    def _verdict(self, segment: TextSegment, verdict: Verdict) -> str:
        candidate = verdict.candidate
        value = segment.text[candidate.start : candidate.end]
        shown = " ".join(value.split()) if self.reveal else self._masked(candidate, value)
        place = self._place(segment.place(candidate.start))
        sign = "+" if verdict.outcome == "reported" else "-"
        lines = [f"{sign} {self._kind(candidate.entity_type)} {candidate.score:.2f} {shown or '…'}  [{place}]"]
        lines += self._because(candidate.rule, candidate.recognizer, candidate.evidence)
        return "\n".join([*lines, f"    {self._outcome(verdict)}"])

    def _masked(self, candidate: Candidate, value: str) -> str:
        """The mask of a value; nothing where the same place may be a My Number, whatever else it was taken for."""
        if any(o.start < candidate.end and candidate.start < o.end for o in self._unshown):
            return ""
        return mask(value, self._entity(candidate.entity_type).mask)

    def _entity(self, entity_type: str) -> EntityType:
        return self.scanner.rules.entity(entity_type)

    def _because(self, rule: str, recognizer: str, evidence: tuple[str, ...]) -> list[str]:
        """The rule, and what spoke for and against."""
        titles = {r.id: r.title_ja if self.lang == "ja" else r.title_en for r in self.scanner.rules.rules}
        title = f" {titles[rule]}" if rule in titles else ""
        good, bad = sides(evidence, self.lang)
        lines = [f"    {rule}{title} ({recognizer}): {', '.join(evidence) or '-'}"]
        lines += [f"    {say('explain.for', self.lang, words=good)}"] if good else []
        lines += [f"    {say('explain.against', self.lang, words=bad)}"] if bad else []
        return lines

    def _outcome(self, verdict: Verdict) -> str:
        by = f" ({verdict.by})" if verdict.by else ""
        needed = self.scanner.rules.profile.threshold(verdict.candidate.entity_type)
        scored = verdict.outcome in {"reported", "weak"}
        limit = f" ({say('explain.threshold', self.lang, needed=needed)})" if scored else ""
        return f"{say(f'verdict.{verdict.outcome}', self.lang)}{by}{limit}"

    def _column(self, column: ColumnDetection) -> str:
        head = f"+ {self._kind(column.entity_type)} {column.confidence:.2f} ×{column.rows:,}  [{self._place(column.locator)}]"
        return "\n".join([head, *self._because(column.rule, column.recognizer, column.evidence)])

    def _place(self, locator: Locator) -> str:
        from piiscan.reports.words import describe

        return describe(locator, self.lang)


def _split(target: str) -> tuple[str, str]:
    """The listed item and the path inside it, of a path or URI that may name a member."""
    if "!/" not in target or ("://" not in target and Path(target).exists()):
        return target, ""
    outer, _, member = target.partition("!/")
    return outer, member


def _asked(item: Item, listed: Item, member: str) -> bool:
    from urllib.parse import quote

    if not member:
        return True
    inside = item.uri.removeprefix(listed.uri)
    return any(inside == f"!/{name}" or inside.startswith(f"!/{name}!/") for name in (member, quote(member, safe="/!")))


def _problem_line(problem: Problem, lang: str) -> str:
    detail = f" ({problem.detail})" if problem.detail else ""
    return f"! {problem.code}: {message(problem.code, lang)}{detail}"

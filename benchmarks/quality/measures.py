"""What is measured: functions from a system and texts to figures, with the cases behind them by id.

A figure has a dotted name (``own.names.recall``). `Cases` hold ids of what was missed and of false alarms, never text, so that two runs can be compared.
"""

from __future__ import annotations

import hashlib
import json
import statistics
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forms.pages import Document, Row, Value
from score import (
    CHECKED,
    CONTACT,
    NAMES,
    SCORED,
    UNCHECKED,
    Hit,
    Tallies,
    Tally,
    family,
    score_text,
    score_values,
    tallies,
    total,
)
from systems import Ginza, Piiscan, System

HERE = Path(__file__).parent
RUNNING = ("prose", "mail", "log", "note")
NAME_GENRES = {
    "forms": ("form", "hr", "label", "data"),
    "lists": ("list",),
    "mails": ("mail",),
    "minutes, notes, logs, news": ("minutes", "note", "log", "prose"),
}
LISTS = {
    "tables": ("list-table", "list-two", "list-bare"),
    "lists": ("list-csv", "list-tsv", "list-pipes", "list-wide"),
}
NAMELESS = frozenset({"MEMBER_ID", "EMPLOYEE_ID", "DATE_OF_BIRTH"})
"""What nobody can tell in a column without a header: neither asked for nor held against anybody there."""
PERSON_CORPORA = {"ner-wikipedia-ja": "ner", "ud-gsd-ne-ja": "gsd", "wikinews-iob2-ja": "wikinews"}
AROUND = (("", ""), ("住所は", "です。"), ("山田太郎 ", " 090-1234-5678"), ("お届け先：", "\nTEL"))
NETWORK = frozenset(
    {"IP_ADDRESS", "MAC_ADDRESS", "DEVICE_ID", "COOKIE_ID", "URL_WITH_USER_ID", "SNS_HANDLE", "GEO_LOCATION"}
)
WORDS = frozenset({"AGE", "GENDER", "DATE_OF_BIRTH", "FAMILY_REGISTER", "HR_DOCUMENT", "CREDENTIAL", "INCOME"})
HIGH = 0.85
PAGE = 2000
"""Characters of a page when speed is measured."""


@dataclass
class Result:
    """Figures of one system, and ids of its errors."""

    figures: dict[str, float] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)

    def put(self, name: str, tally: Tally) -> None:
        """Recall, precision, F1 and the share of exact spans of a tally."""
        for what in ("recall", "precision", "f1", "exact_share"):
            value = getattr(tally, what)
            if value is not None:
                self.figures[f"{name}.{what}"] = value
        self.figures[f"{name}.gold"] = tally.gold


def records(folder: Path | None, name: str) -> list[dict[str, Any]]:
    """A development corpus; empty when it is not there."""
    path = folder / f"{name}.jsonl" if folder else None
    if path is None or not path.is_file():
        return []
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def thinned(items: Sequence[Any], share: int) -> list[Any]:
    """Every `share`-th of them."""
    return list(items[::share])


# own corpus


def own(result: Result, system: System, documents: Sequence[Document], prefix: str) -> None:
    """Everything that the own corpus says about a system."""
    scores = tallies()
    ends = Counter[str]()
    for document in documents:
        if document.clean:
            continue
        if document.rows:
            gold, said = table_gold(document), system.table(document)
            if not document.head:
                gold, said = ([pair for pair in pairs if family(pair[0]) not in NAMELESS] for pairs in (gold, said))
            score_values(scores, document.id, document.genre, gold, said)
            continue
        spans = [Hit(*span) for span in document.spans]
        hits = system.text(document.text)
        score_text(scores, document.id, document.genre, document.text, spans, hits)
        _addresses(ends, spans, hits)
    _own_figures(result, scores, prefix)
    if ends["known"]:
        result.figures[f"{prefix}.address.whole"] = ends["whole"] / ends["known"]
        result.figures[f"{prefix}.address.end"] = ends["end"] / ends["known"]
    for tally in scores.values():
        result.missed += [f"{prefix}:{case}" for case in tally.missed]
        result.alarms += [f"{prefix}:{case}" for case in tally.alarms]


def table_gold(document: Document) -> list[tuple[str, str]]:
    """(type, value) of a table; surname and given name in neighbouring cells are one name."""
    found: list[tuple[str, str]] = []
    for row in document.rows[document.head :]:
        found += _row_gold(row)
    return found


def _row_gold(row: Row) -> Iterator[tuple[str, str]]:
    values = [cell if isinstance(cell, Value) else Value("", "") for cell in row]
    at = 0
    while at < len(values):
        kind, text = values[at]
        if kind == "PERSON" and at + 1 < len(values) and values[at + 1].type == "PERSON":
            at += 1
            text += values[at].text
        if kind and text:
            yield kind, text
        at += 1


def _addresses(ends: Counter[str], gold: Iterable[Hit], hits: Sequence[Hit]) -> None:
    said = [h for h in hits if h.type == "JP_ADDRESS"]
    for g in gold:
        if g.type == "JP_ADDRESS":
            ends["known"] += 1
            ends["whole"] += any(h.start <= g.start and h.end >= g.end for h in said)
            ends["end"] += any(h.end == g.end and h.start < g.end for h in said)


def _own_figures(result: Result, scores: Tallies, prefix: str) -> None:
    labelled = ("form", "hr", "data", "log")
    result.put(f"{prefix}.checked", total(scores, CHECKED, labelled))
    result.put(f"{prefix}.unchecked", total(scores, UNCHECKED, labelled))
    for form, genres in LISTS.items():
        result.put(f"{prefix}.checked {form}", total(scores, CHECKED, genres))
        result.put(f"{prefix}.unchecked {form}", total(scores, UNCHECKED, genres))
    result.put(f"{prefix}.contact", total(scores, CONTACT, RUNNING))
    result.put(f"{prefix}.names", total(scores, NAMES, sum((NAME_GENRES[g] for g in ("forms", "lists", "mails")), ())))
    result.put(f"{prefix}.lines", total(scores, SCORED, ("line",)))
    for title, genres in NAME_GENRES.items():
        result.put(f"{prefix}.names {title}", total(scores, NAMES, genres))
    for name in sorted({name for _, name in scores}):
        result.put(f"{prefix}.type.{name}", total(scores, [name]))
    for genre in sorted({genre for genre, _ in scores}):
        result.put(f"{prefix}.genre.{genre}", total(scores, SCORED, (genre,)))


# other people's corpora


def persons_in_prose(result: Result, system: System, folder: Path, share: int = 1) -> None:
    """PERSON in running text: overlap, spans that the annotators left open do not count."""
    for corpus, short in PERSON_CORPORA.items():
        rows = thinned(records(folder, corpus), share)
        if not rows:
            continue
        tally = Tally()
        for row in rows:
            text = row["text"]
            gold = [(e["start"], e["end"]) for e in row["entities"] if e["type"] == "PERSON"]
            left_open = [(e["start"], e["end"]) for e in row["entities"] if e["type"] == "OPTIONAL"]
            hits = [(h.start, h.end) for h in system.text(text) if h.type == "PERSON"]
            _overlaps(tally, case_of(corpus, text), gold, hits, left_open)
        result.put(f"dev.person.{short}", tally)
        result.missed += tally.missed
        result.alarms += tally.alarms


def speed_in_prose(result: Result, system: System, folder: Path, budget: int) -> None:
    """MB/s (of the processor's time) on the same sentences joined to pages, as readers hand texts over; at most `budget` characters of each corpus."""
    for corpus, short in PERSON_CORPORA.items():
        pages = _pages([row["text"] for row in records(folder, corpus)], budget)
        before = system.seconds
        for page in pages:
            system.text(page)
        if pages:
            result.figures[f"dev.person.{short}.mb_per_s"] = (
                sum(len(p.encode()) for p in pages) / 1e6 / max(system.seconds - before, 1e-9)
            )


def _pages(texts: Sequence[str], budget: int) -> list[str]:
    pages, page, written = list[str](), "", 0
    for text in texts:
        page += text + "\n"
        written += len(text)
        if len(page) > PAGE:
            pages.append(page)
            page = ""
        if written > budget:
            break
    return [*pages, page] if page else pages


def case_of(corpus: str, text: str) -> str:
    """An id for a text of another's corpus: which corpus, and a digest."""
    return f"{corpus}:{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _overlaps(
    tally: Tally, case: str, gold: list[tuple[int, int]], hits: list[tuple[int, int]], left_open: list[tuple[int, int]]
) -> None:
    def shared(spans: list[tuple[int, int]], start: int, end: int) -> bool:
        return any(a < end and start < b for a, b in spans)

    for start, end in gold:
        tally.gold += 1
        tally.exact += (start, end) in hits
        if shared(hits, start, end):
            tally.found += 1
        else:
            tally.missed.append(f"{case}:{start}:PERSON")
    for start, end in hits:
        if shared(gold, start, end):
            tally.hits += 1
            tally.right += 1
        elif not shared(left_open, start, end):
            tally.hits += 1
            tally.alarms.append(f"{case}:{start}:PERSON")


def addresses(result: Result, system: System, folder: Path, share: int = 1) -> None:
    """Addresses alone, in a sentence, between a name and a phone, after a label, in turn."""
    rows = thinned(records(folder, "addresses-ja"), share)
    ends = Counter[str]()
    for number, row in enumerate(rows):
        before, after = AROUND[number % len(AROUND)]
        text = before + row["text"] + after
        gold = Hit(len(before), len(before) + len(row["text"]), "JP_ADDRESS")
        known = ends["whole"]
        _addresses(ends, [gold], system.text(text))
        if ends["whole"] == known:
            result.missed.append(f"{case_of('addresses-ja', row['text'])}:0:JP_ADDRESS")
    if rows:
        result.figures["dev.address.whole"] = ends["whole"] / ends["known"]
        result.figures["dev.address.end"] = ends["end"] / ends["known"]


def cases(result: Result, system: System, folder: Path) -> None:
    """Lines and labelled vectors of other detectors' tests. Disagreements that explained.toml gives a reason for are left out."""
    from identifiers import ATTRIBUTES, LABELS, TYPES

    rows = tomllib.loads((HERE / "explained.toml").read_text(encoding="utf-8")).get("explained", {})
    explained = {f"{digest}.{kind}" for digest, reasons in rows.items() for kind in reasons}
    tally = {"checked": Tally(), "unchecked": Tally(), "contact": Tally()}
    left_out: list[str] = []

    def count(text: str, kind: str, wanted: int, got: int) -> None:
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        if wanted != got and f"{digest}.{kind}" in explained:
            left_out.append(digest)
            return
        for group, kinds in (("checked", CHECKED), ("unchecked", UNCHECKED), ("contact", CONTACT)):
            if kind in kinds:
                t, same = tally[group], min(wanted, got)
                t.gold, t.found, t.hits, t.right = t.gold + wanted, t.found + same, t.hits + got, t.right + same
        if wanted != got:
            (result.missed if wanted > got else result.alarms).append(f"cases:{digest}:0:{kind}")

    for row in records(folder, "id-vectors"):
        kind = TYPES.get(row["type"], row["type"])
        if kind in CHECKED | CONTACT:
            text = LABELS[kind] + row["value"]
            count(text, kind, int(row["valid"]), sum(family(h.type) == kind for h in system.text(text)))
    for row in records(folder, "pii-cases-ja"):
        wanted = Counter(TYPES.get(t, t) for t in row["types"])
        got = Counter(family(h.type) for h in system.text(row["text"]))
        covers = row["covers"]
        spoken = {TYPES.get(covers, covers)}
        if covers in {"all", "all but PERSON"}:
            spoken = (set(got) | set(wanted)) - ATTRIBUTES | set(wanted)
        elif covers == "listed types":
            spoken = set(wanted)
        for kind in spoken:
            count(row["text"], kind, wanted[kind], got[kind])
    for group, t in tally.items():
        result.put(f"dev.cases.{group}", t)
    result.figures["dev.cases.left_out"] = len(left_out)


def ordinary(result: Result, system: System, folder: Path, share: int = 1, cut: int = 0) -> None:
    """Alarms per MB of text that nobody annotated: every hit counts as false, though authors' mail addresses and some names are real."""
    rows = thinned([row for row in records(folder, "ordinary-text-ja") if not _trained_on(row["text"])], share)
    groups, types, size = Counter[str](), Counter[str](), 0
    for row in rows:
        text = row["text"][:cut] if cut else row["text"]
        size += len(text.encode())
        for start, kind, confidence in _said(system, text):
            if isinstance(system, Piiscan) and system.rules.entity(kind).severity == 0:
                continue
            group = alarm_group(kind)
            groups[group] += 1
            types[kind] += 1
            if confidence >= HIGH and group != "mail":
                groups["high"] += 1
            result.alarms.append(f"{case_of('ordinary', text)}:{start}:{kind}")
    if size:
        for group in ("names", "addresses", "numbers", "mail", "network", "words", "high"):
            result.figures[f"dev.ordinary.{group}"] = groups[group] / (size / 1e6)
        result.details["ordinary"] = {kind: round(count / (size / 1e6), 2) for kind, count in types.most_common()}


def _trained_on(text: str) -> bool:
    """Whether the judge of names was shown this ordinary text as one without names (a quarter of them: scripts/train_name_judge.py)."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 4 == 0


def _said(system: System, text: str) -> Iterator[tuple[int, str, float]]:
    if isinstance(system, Piiscan):
        yield from ((d.start, d.entity_type, d.confidence) for d in system.detections(text))
    else:
        yield from ((h.start, h.type, 1.0) for h in system.text(text))


def alarm_group(kind: str) -> str:
    """Which line of the table an alarm counts for."""
    if kind in NAMES:
        return "names"
    if kind in WORDS or kind.startswith("SENS_"):
        return "words"
    return {"JP_ADDRESS": "addresses", "EMAIL_ADDRESS": "mail"}.get(kind) or (
        "network" if kind in NETWORK else "numbers"
    )


# whole files


def files(result: Result, documents: Sequence[Document], prefix: str) -> None:
    """Clean files with any medium finding, and the error of the person count, by scanning files (piiscan only)."""
    from scans import results

    wanted = [d for d in documents if d.clean or (d.rows and d.persons)]
    scanned = results(wanted)
    clean = [d for d in wanted if d.clean]
    loud = [d for d in clean if scanned[d.id].severity >= 3]
    result.figures[f"{prefix}.clean.share"] = len(loud) / max(1, len(clean))
    result.details[f"{prefix}.clean"] = {d.id: _loudest(scanned[d.id].findings) for d in loud}
    result.alarms += [f"{prefix}:{d.id}:0:clean" for d in loud]
    errors = {d.id: abs(scanned[d.id].persons - d.persons) / d.persons for d in wanted if d.persons}
    result.figures[f"{prefix}.persons.median_error"] = statistics.median(errors.values())
    result.figures[f"{prefix}.persons.within_tenth"] = sum(e <= 0.1 for e in errors.values()) / len(errors)
    result.details[f"{prefix}.persons"] = {
        d.id: [scanned[d.id].persons, d.persons] for d in wanted if d.persons and errors[d.id] > 0.1
    }


def _loudest(findings: Iterable[Any]) -> str:
    counts: Counter[str] = Counter()
    for f in findings:
        if f.severity >= 3:
            counts[f.entity_type] += f.count
    return ", ".join(f"{kind} {count}" for kind, count in counts.most_common())


def clean_texts(
    result: Result, system: System, documents: Sequence[Document], prefix: str, medium: Callable[[str], bool]
) -> None:
    """The same for systems that read text only."""
    clean = [d for d in documents if d.clean]
    loud = sum(any(medium(h.type) for h in system.text(d.plain)) for d in clean)
    result.figures[f"{prefix}.clean.share"] = loud / max(1, len(clean))


__all__ = ["Ginza", "Result", "addresses", "cases", "clean_texts", "files", "ordinary", "own", "persons_in_prose"]

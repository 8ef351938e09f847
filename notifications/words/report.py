"""The whole content under the linter, as one report: what `manage.py lint_prompts` prints."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from notifications.words import kept, loader
from notifications.words.lint import Finding, lint, lint_languages
from notifications.words.loader import Item
from notifications.words.reading import grade_of
from notifications.words.rules.known import UNREVIEWED


@dataclass(frozen=True, slots=True)
class Summary:
    """One language at a glance."""

    language: str
    items_for_two: int
    items_solo: int
    texts: int
    highest_grade: float
    reviewed_by_clinicians: int


@dataclass(frozen=True, slots=True)
class Report:
    """Summaries, each finding beside the name of its file, and what in drafts nobody has looked at yet.

    The last keeps a draft from nothing: who reviews it reads those words first. In what ships it is a finding.
    """

    summaries: tuple[Summary, ...]
    findings: tuple[tuple[str, Finding], ...]
    to_read: tuple[tuple[str, Finding], ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "languages": [asdict(summary) for summary in self.summaries],
            "findings": _as_documents(self.findings),
            "to_read": _as_documents(self.to_read),
        }


def report_on(folder: Path, languages: Sequence[str]) -> Report:
    """Everything there is to say about the words in these languages.

    Raises `WordsError` for a file that cannot be read, `LookupError` for a language without rules.
    """
    items = [item for language in languages for item in loader.read_folder(folder / language, language)]
    record = {key: digest for key, digest in kept.read(folder).items() if key[0] in languages}
    linted = [(item, finding) for item in items for finding in lint(item)]
    to_read = [(name_of(item), finding) for item, finding in linted if is_to_read(item, finding)]
    findings = [(name_of(item), finding) for item, finding in linted if not is_to_read(item, finding)]
    findings += [(name_of(item), finding) for item, finding in lint_languages(items, languages)]
    findings += kept.compare(items, record)
    return Report(tuple(_summary(language, items) for language in languages), tuple(findings), tuple(to_read))


def is_to_read(item: Item, finding: Finding) -> bool:
    """Words that nobody has reviewed, where nobody has to have: in a draft."""
    return item.review == loader.Review.DRAFT and finding.rule == UNREVIEWED


def name_of(item: Item) -> str:
    return f"{item.language}/{item.id}.{item.version}"


def _as_documents(findings: Sequence[tuple[str, Finding]]) -> list[dict[str, str]]:
    return [{"file": name, **asdict(finding)} for name, finding in findings]


def _summary(language: str, items: Sequence[Item]) -> Summary:
    mine = [item for item in items if item.language == language]
    grades = [grade_of(f"{text.body} {text.step}", language) for item in mine for text in item.texts.values()]
    return Summary(
        language=language,
        items_for_two=len({item.id for item in mine if not item.is_solo}),
        items_solo=len({item.id for item in mine if item.is_solo}),
        texts=len(grades),
        highest_grade=round(max(grades, default=0.0), 1),
        reviewed_by_clinicians=sum(item.review == loader.Review.CLINICIANS for item in mine),
    )

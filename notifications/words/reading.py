"""How many school years a text asks for, per language.

Syllables are counted by syllabreak, which knows both languages and brings its data along. (textstat would fetch a
dictionary from the network for English, and counts Spanish by hyphenation, where "día" has one syllable.) The formulas
are the published ones.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from syllabreak import Syllabreak

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?\u2026]+")
# Two strong vowels, or a weak one that carries the accent, are two syllables: le-er, dí-a. syllabreak leaves them whole.
_HIATUS = re.compile(r"(?<=[aeoáéó])(?=[aeoáéóíú])|(?<=[íú])(?=[aeoáéó])")
_SPANISH_GRADES: Final = ((95.0, 4.0), (85.0, 5.0), (75.0, 6.0), (65.0, 7.5), (55.0, 10.0), (40.0, 12.0), (15.0, 16.0))


@dataclass(frozen=True, slots=True)
class Counts:
    """What both formulas ask for."""

    words: int
    sentences: int
    syllables: int


def grade_of(text: str, language: str) -> float:
    """School years needed to read the text; 0 for one without words. Raises `LookupError` for an unknown language."""
    grade = GRADES[language]
    counts = counts_of(text, language)
    return grade(counts) if counts.words else 0.0


def counts_of(text: str, language: str) -> Counts:
    # A typographic apostrophe joins as the plain one does.
    words = _WORD.findall(text.replace("\u2019", "'"))
    sentences = [part for part in _SENTENCE_END.split(text) if _WORD.search(part)]
    return Counts(len(words), len(sentences), sum(syllable_count(word, language) for word in words))


def syllable_count(word: str, language: str) -> int:
    parts = _HIATUS.split(word.lower()) if language == "es" else [word.lower()]
    return sum(_syllables(part, language) for part in parts)


def english_grade(counts: Counts) -> float:
    """Flesch-Kincaid (Kincaid et al. 1975)."""
    return 0.39 * counts.words / counts.sentences + 11.8 * counts.syllables / counts.words - 15.59


def spanish_grade(counts: Counts) -> float:
    """Fernández Huerta (1959), and the school years his table gives, drawn out between the middles of its rows."""
    ease = 206.84 - 60 * counts.syllables / counts.words - 1.02 * counts.words / counts.sentences
    above = _SPANISH_GRADES[0]
    for below in _SPANISH_GRADES[1:]:
        if ease >= below[0]:
            break
        above = below
    else:
        below, above = _SPANISH_GRADES[-1], _SPANISH_GRADES[-2]
    return max(0.0, above[1] + (above[0] - ease) * (below[1] - above[1]) / (above[0] - below[0]))


@cache
def _syllables(word: str, language: str) -> int:
    return _parted_by_hyphens().syllabify(word, lang=_CODES[language]).count("-") + 1 if word else 0


@cache
def _parted_by_hyphens() -> Syllabreak:
    return Syllabreak("-")


GRADES: Final[Mapping[str, Callable[[Counts], float]]] = {"en": english_grade, "es": spanish_grade}
_CODES: Final = {"en": "eng", "es": "spa"}

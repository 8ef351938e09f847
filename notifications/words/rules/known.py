"""The words that somebody has reviewed: what is not among them does not ship before somebody has looked.

Lists of what is forbidden find only what their authors thought of. So a text is also held against what is known to be fine: each word
must be among the reviewed ones; a sentence must open with a reviewed opener; a watched word (you, love, door, two: harmless here,
loaded there) must stand beside neighbours that it was reviewed with; and what follows a word that claims something (is, every) must
have been reviewed after it. Numbers are watched, since most pictures that count or press do it with one.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

FOLDER = Path(__file__).parent / "known"
UNREVIEWED = "unreviewed"
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_CLAUSE_END = re.compile(r"[.:;?!,\u2026]\s*")
_SENTENCE_END = re.compile(r"[.:;?!\u2026]\s*")


@dataclass(frozen=True, slots=True)
class Known:
    """One language's reviewed words, openers of sentences, and neighbours of the words that are watched."""

    words: frozenset[str]
    openers: frozenset[str]
    watched: frozenset[str]
    claims: frozenset[str]
    neighbours: frozenset[str]

    def unreviewed(self, text: str) -> Iterator[str]:
        """Every word, opener and pair of words in the text that nobody has looked at."""
        for sentence in _SENTENCE_END.split(text):
            said = words_of(sentence)
            yield from (word for word in said if word not in self.words)
            if said and said[0] not in self.openers:
                yield f"{said[0]} …"
        for pair in pairs_of(text):
            is_watched = pair[0] in self.claims or self.watched & set(pair)
            if is_watched and " ".join(pair) not in self.neighbours:
                yield " ".join(pair)


def words_of(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text.replace("\u2019", "'"))]


def pairs_of(text: str) -> Iterator[tuple[str, str]]:
    """Words that stand side by side in one clause."""
    for clause in _CLAUSE_END.split(text):
        yield from pairwise(words_of(clause))


@cache
def known(language: str) -> Known:
    """What `known/<language>.toml` lists, read once. Raises `FileNotFoundError` for a language without."""
    lists = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return Known(
        words=frozenset(lists["words"].split()),
        openers=frozenset(lists["openers"].split()),
        watched=frozenset(lists["watched"].split()),
        claims=frozenset(lists["claims"].split()),
        neighbours=frozenset(line.strip() for line in lists["neighbours"].split("\n") if line.strip()),
    )

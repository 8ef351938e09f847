"""The summary in words: every number in it is in the data, whoever reads it and in whatever language, and nothing takes sides."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import pytest
from django.utils import translation

from checkins.practice.changes import change_between
from checkins.practice.summary import QUESTIONS, Sentence, sentences_of
from checkins.practice.wording import in_words
from tests.checkins.practice.made_up import DAY, LAST, SCOPES, Data, made_up

ALLOWED = [frozenset(some) for number in (1, 2, 3) for some in combinations(SCOPES, number)]


def numbers_in(words: str) -> list[float]:
    return [float(number.replace(",", ".")) for number in re.findall(r"\d+(?:[.,]\d+)?", words)]


class Recomputed:
    """Every number once more, from the rows, in the order in which a sentence says them."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self.days = [(data.since + n * DAY) for n in range((data.until - data.since).days + 1)]

    def of(self, sentence: Sentence) -> list[float]:
        return [float(number) for number in getattr(self, sentence.says)(sentence.figures.get("question"))]

    def refuses(self, sentence: Sentence, words: str) -> bool:
        return numbers_in(words) != self.of(sentence)

    def span(self, _: Any) -> list[float]:
        since, until = self.data.since, self.data.until
        return [since.day, since.year, until.day, until.year, len(self.days)]

    def caution(self, _: Any) -> list[float]:
        return []

    no_change = change_unknown = no_episode = no_prompt = caution

    def values(self, side: int, question: str, days: Sequence[date] | None = None) -> list[int]:
        return [value for who, day, asked, value in self.data.levels if (who, asked) == (side, question) and (days is None or day in days)]

    def named(self, side: int) -> list[str]:
        return [feeling for who, _day, feeling in self.data.feelings if who == side]

    def feeling_days(self, side: int) -> set[date]:
        return {day for who, day, _feeling in self.data.feelings if who == side}

    def sundays(self) -> list[date]:
        return [day for day in self.days if day.isoweekday() == 7]

    def answered(self, _: Any) -> list[float]:
        return [len(self.values(side, "space_wanted")) for side in (0, 1)]

    def middle(self, question: str) -> Iterator[float]:
        for side in (0, 1):
            values = self.values(side, question)
            if len(values) >= 5:
                yield from sorted({round(cut) for cut in np.percentile(values, (25, 75))})

    def change(self, question: str) -> Iterator[float]:
        half = len(self.days) // 2
        for side in (0, 1):
            before, after = self.values(side, question, self.days[:half]), self.values(side, question, self.days[-half:])
            yield abs(round(float(np.mean(after) - np.mean(before)), 1))
            spread = max(1.0, float(np.sqrt((np.var(before) * len(before) + np.var(after) * len(after)) / (len(before) + len(after) - 2))))
            degrees = round((len(before) + len(after) - 2) * 3 / 7)
            yield round(spread * float(np.sqrt((1 / len(before) + 1 / len(after)) * 7 / 3)) * student(degrees), 1)

    def weeks(self, _: Any) -> list[float]:
        return [len(self.sundays()), *(len({week for who, week, *_ in self.data.weeks if who == side}) for side in (0, 1))]

    def bands(self, question: str) -> Iterator[float]:
        for side in (0, 1):
            levels = [level for who, _week, asked, level in self.data.weeks if (who, asked) == (side, question) and level]
            if levels:
                yield from (levels.count("low"), levels.count("high"), len(levels))

    def episodes(self, _: Any) -> list[float]:
        days = [day for first, last in self.data.episodes for day in self.days if first <= day <= (last or day)]
        return [len(days), len(self.data.episodes)]

    def prompts(self, _: Any) -> list[float]:
        felt = [one for _day, reactions in self.data.prompts for one in reactions]
        return [len(self.data.prompts), felt.count("helped"), felt.count("not_now"), felt.count("did_not_fit")]

    def felt(self, _: Any) -> list[float]:
        return [len(self.feeling_days(side)) for side in (0, 1)]

    def felt_most(self, _: Any) -> list[float]:
        return [max(Counter(self.named(side)).values()) for side in (0, 1) if self.named(side)]

    def felt_words(self, _: Any) -> list[float]:
        return [len(set(self.named(side))) for side in (0, 1)]

    def felt_both(self, _: Any) -> list[float]:
        both = self.feeling_days(0) & self.feeling_days(1)
        pairs = [{feeling for who, on, feeling in self.data.feelings if (who, on) == (0, day)} for day in sorted(both)]
        theirs = [{feeling for who, on, feeling in self.data.feelings if (who, on) == (1, day)} for day in sorted(both)]
        return [len(both), sum(bool(a & b) for a, b in zip(pairs, theirs, strict=True))]


def student(degrees: int) -> float:
    """The two-sided bound of 5 % shared by six comparisons, by adding up the density."""
    at = np.linspace(-60, 60, 240_001)
    density = (1 + at**2 / degrees) ** (-(degrees + 1) / 2)
    reached = np.cumsum(density) / density.sum()
    return float(at[np.searchsorted(reached, 1 - 0.05 / 12)])


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("scopes", ALLOWED, ids=lambda scopes: "+".join(sorted(scopes)))
def test_every_number_a_person_reads_is_in_the_data(scopes, language):
    for seed in range(40):
        data = made_up(seed)
        trend, recomputed = data.trend(scopes), Recomputed(data)
        with translation.override(language):
            said = list(zip(sentences_of(trend), in_words(trend), strict=True))
        for sentence, words in said:
            assert not recomputed.refuses(sentence, words), (seed, words)


def test_a_number_that_is_changed_is_found():
    """Of every sentence there is, whichever number is changed."""
    changed = set()
    for seed in range(40):
        for scopes in ALLOWED:
            data = made_up(seed)
            trend = data.trend(scopes)
            for sentence, words in zip(sentences_of(trend), in_words(trend), strict=True):
                for number in re.finditer(r"\d+", words):
                    other = f"{words[: number.start()]}{int(number[0]) + 1}{words[number.end() :]}"
                    assert Recomputed(data).refuses(sentence, other)
                    changed.add(sentence.says)
    assert changed == {
        "span",
        "answered",
        "middle",
        "change",
        "weeks",
        "bands",
        "episodes",
        "prompts",
        "felt",
        "felt_most",
        "felt_words",
        "felt_both",
    }


def test_an_answer_that_is_changed_changes_what_is_said():
    data = next(data for data in map(made_up, range(40)) if len(data.levels) > 100)
    scopes = frozenset(SCOPES)
    before = in_words(data.trend(scopes))
    data.levels = data.levels[3:]
    assert in_words(data.trend(scopes)) != before


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("scopes", ALLOWED, ids=lambda scopes: "+".join(sorted(scopes)))
def test_six_to_ten_sentences_that_name_both_or_neither(scopes, language):
    for seed in range(60):
        with translation.override(language):
            said = in_words(made_up(seed).trend(scopes))
        assert 6 <= len(said) <= 10
        for words in said:
            assert words.count("Alice") == words.count("Bob") <= 1
            assert words.endswith(".")


def test_whoever_is_side_a_the_same_is_said_of_each():
    """Nothing depends on who of the two comes first."""
    for seed in range(40):
        trend = made_up(seed).trend(frozenset(SCOPES))
        mirrored = replace(trend, sides=trend.sides[::-1])
        for sentence, other in zip(sentences_of(trend), sentences_of(mirrored), strict=True):
            assert (sentence.says, sentence.figures, list(sentence.of)) == (other.says, other.figures, list(other.of)[::-1])


def test_only_what_both_allow_is_said():
    data = made_up(3)
    kinds = {scopes: {sentence.says for sentence in sentences_of(data.trend(scopes))} for scopes in ALLOWED}
    assert not kinds[frozenset({"levels"})] & {"weeks", "bands", "episodes", "no_episode", "prompts", "no_prompt", "felt", "felt_most"}
    assert not kinds[frozenset({"summary"})] & {"answered", "middle", "change", "no_change", "change_unknown", "felt"}
    assert not kinds[frozenset({"feelings"})] & {"answered", "middle", "weeks", "bands", "no_episode", "prompts", "no_prompt"}


def test_few_answers_say_that_they_are_few():
    data = replace(made_up(3), levels=[(side, LAST - n * DAY, q, 5) for side in (0, 1) for n in range(4) for q in QUESTIONS])
    said = in_words(data.trend(frozenset({"levels"})))
    assert sum("too few answers" in words for words in said) == 4
    assert not any("half the answers" in words for words in said)


def test_answers_that_do_not_change_are_seldom_called_a_change():
    """Steady people whose days resemble each other: all six comparisons of a couple hold together, 19 times of 20."""
    chance, wrong, couples = Random(11), 0, 600
    for _ in range(couples):
        clear = False
        for _line in range(6):
            level, line = chance.gauss(0, 1), []
            for _day in range(28):
                level = 0.4 * level + (1 - 0.4**2) ** 0.5 * chance.gauss(0, 1)
                line.append(min(10, max(0, round(5 + 1.5 * level))))
            change = change_between(line[:14], line[14:])
            clear = clear or (change is not None and change.is_clear)
        wrong += clear
    assert wrong / couples < 0.08


def test_a_change_of_several_points_is_named():
    change = change_between([2, 3, 2, 3, 2, 3, 2], [7, 8, 7, 8, 7, 8, 7])
    assert change
    assert change.is_clear
    assert change_between([2, 3, 2, 3], [7, 8, 7, 8, 7, 8, 7]) is None

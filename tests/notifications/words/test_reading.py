"""How many school years a text asks for."""

import pytest

from notifications.words.reading import Counts, counts_of, english_grade, grade_of, spanish_grade, syllable_count


def test_an_english_grade_is_near_the_one_counted_by_ear() -> None:
    # After Lincoln at Gettysburg. Counted by ear: 47 words, 2 sentences, 71 syllables.
    text = (
        "Four score and seven years ago our fathers brought forth on this continent a new nation, conceived in liberty, "
        "and dedicated to the proposition that all men are created equal. Now we are engaged in a great civil war, "
        "testing whether that nation can endure for long."
    )

    assert grade_of(text, "en") == pytest.approx(english_grade(Counts(47, 2, 71)), abs=0.6)


def test_a_spanish_grade_is_near_the_one_counted_by_ear() -> None:
    # The first line of Don Quijote, to its first full stop. Counted by ear: 33 words, 1 sentence, 60 syllables.
    text = (
        "En un lugar de la Mancha, de cuyo nombre no quiero acordarme, no ha mucho tiempo que vivía un hidalgo de los de "
        "lanza en astillero, adarga antigua, rocín flaco y galgo corredor."
    )

    assert counts_of(text, "es") == Counts(33, 1, 60)
    assert grade_of(text, "es") == pytest.approx(spanish_grade(Counts(33, 1, 60)))


@pytest.mark.parametrize("ease, grade", [(95, 4.0), (85, 5.0), (75, 6.0), (65, 7.5), (55, 10.0)])
def test_the_spanish_grade_follows_the_table_of_fernandez_huerta(ease: float, grade: float) -> None:
    words, sentences = 1000, 100
    syllables = round((206.84 - 1.02 * words / sentences - ease) / 60 * words)

    assert spanish_grade(Counts(words, sentences, syllables)) == pytest.approx(grade, abs=0.01)


@pytest.mark.parametrize("language", ["en", "es"])
def test_short_plain_words_ask_for_little_and_long_ones_for_much(language: str) -> None:
    plain = {"en": "The cat sat on the mat. It was fat.", "es": "El sol sale. La luz es fina. Hay pan y té."}
    hard = {
        "en": "Regulating physiological activation facilitates constructive communication, particularly when disappointment intensifies.",
        "es": "La regulación fisiológica favorece considerablemente la comunicación constructiva, especialmente tras acumulaciones emocionales.",
    }

    assert grade_of(plain[language], language) < 4
    assert grade_of(hard[language], language) > 12
    assert grade_of("", language) == 0


def test_a_language_without_a_formula_has_no_grade() -> None:
    with pytest.raises(LookupError):
        grade_of("Hallo.", "de")


@pytest.mark.parametrize(
    "language, word, count",
    [
        ("en", "a", 1),
        ("en", "breathe", 1),
        ("en", "table", 2),
        ("en", "named", 1),
        ("en", "wanted", 2),
        ("en", "wishes", 2),
        ("en", "people", 2),
        ("en", "yourself", 2),
        ("en", "I'd", 1),
        ("en", "smile", 1),
        ("es", "día", 2),
        ("es", "aire", 2),
        ("es", "quiero", 2),
        ("es", "países", 3),
        ("es", "leer", 2),
        ("es", "poesía", 4),
        ("es", "cuidado", 3),
        ("es", "pingüino", 3),
        ("es", "ahora", 3),
        ("es", "hoy", 1),
        ("es", "continúa", 4),
    ],
)
def test_syllables_are_counted_by_ear(language: str, word: str, count: int) -> None:
    assert syllable_count(word, language) == count

"""The sentences under the pictures: about one's own answers, or about the pattern, with how sure they are."""

import pytest

from checkins.pictures import by_week, own_sentence, together_of

QUIET = {"closeness_felt": [None] * 28, "closeness_wanted": [None] * 28, "space_wanted": [None] * 28}


def shown(**changes):
    dashboard = {
        "weeks": 4,
        "start": "2026-11-02",
        "days": 28,
        "mine": QUIET,
        "partner": QUIET,
        "partner_weeks": [],
        "partner_lines": [],
        "pattern": None,
    }
    return together_of(dashboard | changes)


def weeks(*states):
    mondays = ("2026-10-05", "2026-10-12", "2026-10-19", "2026-10-26", "2026-11-02")
    return [{"week": monday, "state": state, "certainty": certainty} for monday, (state, certainty) in zip(mondays, states, strict=False)]


def test_few_answers_say_that_they_are_few():
    assert own_sentence([5, 6, None, 7] + [None] * 24) == "Not enough answers yet to say more."


def test_where_most_answers_lay_and_that_the_week_was_alike():
    assert own_sentence([4, 5, 7, 8] * 7) == "Most of your answers lay between 5 and 7. The last week was much like the time before."
    assert own_sentence([6] * 28).startswith("Most of your answers were about 6.")


@pytest.mark.parametrize("late, words", [(9, "higher"), (2, "lower")])
def test_a_last_week_that_differs_is_told_with_its_number_of_answers(late, words):
    values = [5, 6] * 10 + [None] + [late, None, late, None, late, late, late]
    assert own_sentence(values).endswith(f"The last week looks {words} than the time before, from 5 answers.")


def test_too_few_late_answers_are_not_compared():
    assert "too early" in own_sentence([5, 6] * 10 + [None] * 6 + [1, 1])


def test_no_sentence_depends_on_the_partner():
    mine = {name: [5, 6, 7, 6] * 7 for name in QUIET}
    alone, beside = shown(mine=mine), shown(mine=mine, partner={name: [1, 9] * 14 for name in QUIET})
    assert alone["first_plot"].sentence == beside["first_plot"].sentence


def test_a_point_says_what_its_row_in_the_table_says():
    unanswered: list[int | None] = [None] * 26
    mine = {name: [*unanswered, 6, None] for name in QUIET}
    theirs = {name: [*unanswered, 4, 7] for name in QUIET}
    picture = shown(mine=mine, partner=theirs)["first_plot"].picture
    assert 'aria-label="28 November: you 6, your partner 4"' in picture
    assert 'aria-label="29 November: your partner 7"' in picture
    assert picture.count("aria-label=") == 2


def test_a_week_is_the_mean_of_ones_answers_and_an_empty_week_a_gap():
    assert by_week([1, None, 9, 2, None, None, None] + [None] * 7 + [4, 5]) == [4, None, 4.5]


def test_long_spans_are_drawn_by_the_week():
    long = {name: [5] * 84 for name in QUIET}
    plot = shown(weeks=12, mine=long, partner={name: [None] * 84 for name in QUIET})["first_plot"]
    assert len(plot.rows) == 12


def test_without_both_having_opted_in_there_is_no_ribbon():
    assert shown()["ribbon_opted_in"] is False
    assert shown(pattern=[])["ribbon"] is None
    assert shown(pattern=[])["ribbon_opted_in"] is True


@pytest.mark.parametrize(
    "states, sentence",
    [
        ([("not_enough", None)] * 2, "Not enough answers yet."),
        ([("steady", 0.9)] * 4, "Mostly steady. No week stands out."),
        (
            [("steady", 0.9), ("steady", 0.9), ("one_reaching", 0.75), ("steady", 0.8)],
            (
                "Mostly steady. In the week of 19 October it looked as if one of you was reaching while the other made room. "
                "We are fairly, not fully, sure."
            ),
        ),
        (
            [("both_apart", 0.9), ("unsure", 0.4)],
            "These weeks were mixed. In the week of 5 October it looked as if you were both apart. We are quite sure.",
        ),
    ],
)
def test_the_ribbon_is_said_in_words_with_its_uncertainty(states, sentence):
    assert shown(pattern=weeks(*states))["ribbon"].sentence == sentence


def test_the_ribbon_never_says_who():
    ribbon = shown(pattern=weeks(("one_reaching", 0.9)))["ribbon"]
    for word in ("you reach", "partner", " a ", " b "):
        assert word not in ribbon.rows[0][1]


def test_the_partners_week_is_told_in_words():
    week = {"week": "2026-11-02", "closeness_felt": "low", "closeness_wanted": "usual", "space_wanted": None}
    (picture,) = shown(partner_weeks=[week])["partner_weeks"]
    assert [str(words) for _sign, words in picture["levels"]] == ["low", "usual", "too few answers"]

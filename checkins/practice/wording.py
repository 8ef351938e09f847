"""The summary in words, in the language of whoever reads it. Which sentences there are, and their figures, is `summary`'s.

No template holds a number of its own, so that every number a person reads is a figure of the sentence.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format, localize
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext

from backend.consents.forms import SCOPE_WORDS
from checkins.models import Feeling
from checkins.page_forms import FEELING_WORDS
from checkins.pictures import TITLES
from checkins.practice.pictures import names_of
from checkins.practice.summary import SIDES, Figure, Sentence, sentences_of
from checkins.practice.trend import FEELINGS, LEVELS, SUMMARY, Trend

WORDS: Mapping[str, str | Promise] = {
    "span": gettext_lazy("What both allow of the days from %(since)s to %(until)s (%(days)d in all): %(scopes)s."),
    "answered": gettext_lazy(
        "%(a)s answered in full on %(a_days)d of these days and %(b)s on %(b_days)d; how the others were is not known."
    ),
    "middle": gettext_lazy("%(question)s: %(a)s; %(b)s."),
    "no_change": gettext_lazy("From the first half of these days to the second, no question changed by more than chance alone may do."),
    "change_unknown": gettext_lazy(
        "There are too few answers to say whether anything changed from the first half of these days to the second."
    ),
    "change": gettext_lazy("What changed most from the first half of these days to the second is “%(question)s”: %(a)s; %(b)s."),
    "bands": gettext_lazy("%(question)s, beside what is usual for each: %(a)s; %(b)s."),
    "no_episode": gettext_lazy(
        "No days stood out as one reaching while the other made room; where answers are missing, some may have gone unseen."
    ),
    "no_prompt": gettext_lazy("No prompt came in these days."),
    "felt": gettext_lazy("Days with feelings named: %(a)s %(a_days)d, %(b)s %(b_days)d; naming them is a choice each time."),
    "felt_most": gettext_lazy("Named on most days: %(a)s; %(b)s."),
    "felt_words": gettext_lazy("Different feelings named: %(a)s %(a_words)d, %(b)s %(b_words)d."),
    "felt_both": gettext_lazy("Days on which both named feelings: %(days)d; with one of them the same: %(same)d."),
    "caution": gettext_lazy(
        "All of this is what two people chose to answer: days without an answer may have been different, and none of it is a finding "
        "about either of them."
    ),
}
TOO_FEW = gettext_lazy("%(who)s, too few answers to say")


def in_words(trend: Trend) -> list[str]:
    """Six to ten sentences about a couple's days, in the active language."""
    names = dict(zip(SIDES, names_of(trend.sides), strict=True))
    scopes = ", ".join(str(SCOPE_WORDS[scope]).lower() for scope in (SUMMARY, LEVELS, FEELINGS) if scope in trend.scopes)
    return [_said(sentence, names, scopes) for sentence in sentences_of(trend)]


def _said(sentence: Sentence, names: Mapping[str, str], scopes: str) -> str:
    figures: dict[str, Any] = {name: _readable(name, figure) for name, figure in sentence.figures.items()}
    for side, figures_of_one in zip(SIDES, sentence.of, strict=False):
        figures |= {f"{side}_{name}": figure for name, figure in figures_of_one.items()}
        figures[side] = _part(sentence.says, names[side], figures_of_one)
    return _template(sentence) % (figures | {"scopes": scopes})


def _template(sentence: Sentence) -> str:
    """The words of a whole sentence; those that say how many of something know their plural."""
    figures = sentence.figures
    if sentence.says == "weeks":
        return ngettext(
            "Of %(weeks)d week that ended in these days, enough answers for a picture: %(a)s %(a_weeks)d, %(b)s %(b_weeks)d; how the rest was is not known.",
            "Of %(weeks)d weeks that ended in these days, enough answers for a picture: %(a)s %(a_weeks)d, %(b)s %(b_weeks)d; how the rest was is not known.",
            int(figures["weeks"]),  # type: ignore[arg-type]  # a whole number
        )
    if sentence.says == "episodes":
        return ngettext(
            "Days on which one was probably reaching while the other made room: %(days)d, in %(stretches)d stretch; a likelihood under a model.",
            "Days on which one was probably reaching while the other made room: %(days)d, in %(stretches)d stretches; a likelihood under a model.",
            int(figures["stretches"]),  # type: ignore[arg-type]  # a whole number
        )
    if sentence.says == "prompts":
        return ngettext(
            "A prompt came on %(days)d day; answered “helped”: %(helped)d, “not now”: %(not_now)d, “did not fit”: %(did_not_fit)d; the others "
            "were left open.",
            "Prompts came on %(days)d days; answered “helped”: %(helped)d, “not now”: %(not_now)d, “did not fit”: %(did_not_fit)d; the others "
            "were left open.",
            int(figures["days"]),  # type: ignore[arg-type]  # a whole number
        )
    return str(WORDS[sentence.says])


def _part(says: str, who: str, figures: Mapping[str, Figure]) -> str:
    """What a sentence says of one of the two, in the same form for both."""
    shown = {"who": who, **{name: _readable(name, figure) for name, figure in figures.items()}}
    if says in ("middle", "bands") and not figures:
        return str(TOO_FEW) % shown
    if says == "middle":
        return (
            gettext("%(who)s, about half the answers from %(low)d to %(high)d")
            if figures["low"] != figures["high"]
            else gettext("%(who)s, about half the answers at %(low)d")
        ) % shown
    if says == "bands":
        weeks = int(figures["weeks"])  # type: ignore[arg-type]  # a whole number
        return (
            ngettext(
                "%(who)s, low in %(low)d and high in %(high)d of %(weeks)d week",
                "%(who)s, low in %(low)d and high in %(high)d of %(weeks)d weeks",
                weeks,
            )
            % shown
        )
    if says == "change":
        return _moved(float(figures["shift"])) % (shown | {"shift": localize(abs(float(figures["shift"])))})  # type: ignore[arg-type]  # points
    if says == "felt_most":
        return gettext("%(who)s, %(feeling)s (%(days)d)") % shown if figures else gettext("%(who)s, none") % shown
    return who


def _moved(shift: float) -> str:
    if shift < 0:
        return gettext("%(who)s, %(shift)s points lower, of which up to %(margin)s may be chance")
    return gettext("%(who)s, %(shift)s points higher, of which up to %(margin)s may be chance")


def _readable(name: str, figure: Figure) -> Any:
    """A figure as it stands in a sentence: days as dates, points by the language's own point, words translated."""
    if isinstance(figure, date):
        return date_format(figure, "DATE_FORMAT")
    if isinstance(figure, float):
        return localize(figure)
    if name == "question":
        return TITLES[str(figure)]
    if name == "feeling":
        return FEELING_WORDS[Feeling(str(figure))]
    return figure

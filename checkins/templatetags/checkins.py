"""The words people read for what a check-in holds."""

from collections.abc import Iterable

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from checkins.models import CheckIn, Feeling
from checkins.page_forms import FEELING_WORDS, QUICK_WORDS

register = template.Library()

FIELD_WORDS = {
    "closeness_felt": _("close"),
    "closeness_wanted": _("closeness wished for"),
    "space_wanted": _("room needed"),
    "tension": _("tense"),
    "quick": _("In one tap:"),
    "feelings": _("feelings"),
    "note": _("Note for yourself"),
    "shared_line": _("Line for your partner"),
}


@register.simple_tag
def field_words() -> Iterable[tuple[str, str | Promise]]:
    """What each part of an answer is called, for a script that shows one."""
    return FIELD_WORDS.items()


@register.simple_tag
def choice_words() -> Iterable[tuple[str, str | Promise]]:
    """The words of feelings and quick answers."""
    return [(str(name), word) for names in (FEELING_WORDS, QUICK_WORDS) for name, word in names.items()]


@register.filter
def feeling_word(feeling: str) -> str:
    return str(FEELING_WORDS[Feeling(feeling)])


@register.filter
def quick_word(quick: str) -> str:
    return str(QUICK_WORDS[CheckIn.Quick(quick)])

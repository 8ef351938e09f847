"""The words people read for what a check-in holds."""

from django import template

from checkins.models import CheckIn, Feeling
from checkins.page_forms import FEELING_WORDS, QUICK_WORDS

register = template.Library()


@register.filter
def feeling_word(feeling: str) -> str:
    return str(FEELING_WORDS[Feeling(feeling)])


@register.filter
def quick_word(quick: str) -> str:
    return str(QUICK_WORDS[CheckIn.Quick(quick)])

"""The words people read for what they said of a prompt."""

from django import template

from notifications.forms import REACTION_WORDS
from notifications.models import Prompt

register = template.Library()


@register.filter
def reaction_word(reaction: str) -> str:
    return str(REACTION_WORDS[Prompt.Reaction(reaction)])

"""The words people read for what they said of a prompt."""

from django import template

from notifications.forms import REACTION_WORDS
from notifications.models import Delivery, Prompt
from notifications.queries import ReminderDay
from notifications.reasons import explain

register = template.Library()


@register.filter
def explained(end: ReminderDay | Delivery) -> str:
    """Why a reminder came, or did not."""
    return explain(end.state, end.reason)


@register.filter
def reaction_word(reaction: str) -> str:
    return str(REACTION_WORDS[Prompt.Reaction(reaction)])

"""The words for what a country's file says."""

from django import template

from backend.help.loader import How, Kind
from backend.help.pages import HOW_WORDS, KIND_WORDS, LANGUAGE_WORDS

register = template.Library()


@register.filter
def kind_word(kind: Kind) -> str:
    return str(KIND_WORDS[kind])


@register.filter
def how_word(how: How) -> str:
    return str(HOW_WORDS[how])


@register.filter
def language_words(codes: tuple[str, ...]) -> str:
    return ", ".join(str(LANGUAGE_WORDS[code]) for code in codes)

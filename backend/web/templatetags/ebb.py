"""The few words and shapes that templates share."""

from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.template.context import Context
from django.utils.translation import gettext

from backend.api.authentication import mark_of

register = template.Library()

BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("OPR/", "Opera"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))


@register.simple_tag(takes_context=True)
def current(context: Context, *prefixes: str) -> str:
    """`page` when the address asked for begins with one of the prefixes, for aria-current."""
    path = getattr(context.get("request"), "path", "")
    return "page" if any(prefix and path.startswith(prefix) for prefix in prefixes) else ""


@register.simple_tag
def phone_mark(user: Any) -> str:
    """What a browser may remember of who uses it: an opaque mark."""
    return mark_of(user.pk)


@register.filter
def kind(field: BoundField) -> str:
    """How a form field is laid out: `hidden`, `tick`, `group` or `plain`."""
    widget: Any = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, CheckboxInput):
        return "tick"
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "group"
    return "plain"


@register.filter
def browser_name(user_agent: str) -> str:
    """A browser and a system in words, from what the browser says of itself: `Firefox · Android`."""
    found = [next((name for mark, name in table if mark in user_agent), "") for table in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in found if name) or gettext("an app or browser")

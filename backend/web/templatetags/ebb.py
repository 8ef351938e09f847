"""What every page needs from the settings, and the few words that templates share."""

from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.template.context import Context
from django.utils.translation import gettext

register = template.Library()

NEUTRAL_PAGE = "https://www.wikipedia.org/"


@register.simple_tag
def quick_exit_url() -> str:
    """Where *Leave this page* goes: a page that says nothing about its reader."""
    return str(getattr(settings, "QUICK_EXIT_URL", "") or NEUTRAL_PAGE)


@register.simple_tag
def demo_mode() -> bool:
    return bool(getattr(settings, "DEMO_MODE", False))


@register.simple_tag(takes_context=True)
def current(context: Context, *prefixes: str) -> str:
    """`page` when the address asked for begins with one of the prefixes, for aria-current."""
    request = context.get("request")
    path = getattr(request, "path", "")
    return "page" if any(prefix and path.startswith(prefix) for prefix in prefixes) else ""


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


BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("OPR/", "Opera"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))


@register.filter
def browser_name(user_agent: str) -> str:
    """A browser and a system in words, from what the browser says of itself: `Firefox · Android`."""
    found = [next((name for mark, name in table if mark in user_agent), "") for table in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in found if name) or gettext("an app or browser")

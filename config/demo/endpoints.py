"""The clock and the log as JSON, for the story and for anyone who looks over its shoulder. Demo mode only.

Who asks is known by the session token of an app or by the cookie of a page, as in the API.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, JsonResponse
from django.utils.dateparse import parse_date
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.exceptions import ParseError

from backend import clock
from backend.accounts.models import User
from backend.accounts.zones import zone_names
from backend.api.authentication import HEADER, person_of_session
from backend.api.parsers import parse_json
from backend.api.problems import problem_response
from config.demo.clock import move_ahead, move_to_tomorrow_morning
from config.demo.log import log_of

Endpoint = Callable[[HttpRequest], JsonResponse]

TOMORROW_MORNING = "tomorrow-morning"


# No form token is asked for: only an address of our own can send JSON with cookies, since a browser asks first before it
# posts application/json elsewhere and nobody here answers that question. And demo mode keeps no real person's answers.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def present(request: HttpRequest) -> JsonResponse:
    """The present; or, posted {"to": "tomorrow-morning"} or {"ahead_seconds": n}, the present after moving there."""
    person = person_asking(request)
    if request.method != "POST":
        return _present(clock.now(), person)
    if request.content_type != "application/json":
        return problem_response(request, 415, "unsupported-media-type", "Please send JSON")
    try:
        now = _moved(parse_json(request.body), person)
    except ParseError:
        return problem_response(request, 400, "malformed", "This could not be read")
    except ValueError:
        return problem_response(request, 422, "validation", "Some fields need attention")
    return _present(now, person)


@require_safe
def log(request: HttpRequest) -> JsonResponse:
    """What was decided and delivered for the couple of whoever asks; `?since=` a day leaves out what came before."""
    person = person_asking(request)
    if person is None:
        return problem_response(request, 401, "auth-required", "Please sign in")
    since = _day(request.GET.get("since", ""))
    return JsonResponse({"now": clock.now(), **log_of(person, since=since)})


def person_asking(request: HttpRequest) -> User | None:
    """Who is signed in, by token or by cookie."""
    token = request.headers.get(HEADER)
    found = person_of_session(token) if token else (request.user, {})
    person = found[0] if found else None
    return person if isinstance(person, User) else None


def _moved(wish: Any, person: User | None) -> datetime:
    """Does what `wish` asks. Raises ValueError for anything else."""
    if not isinstance(wish, dict):
        raise ValueError("an object is needed")
    if wish.get("to") == TOMORROW_MORNING and set(wish) <= {"to", "zone"}:
        return move_to_tomorrow_morning(_zone(wish.get("zone"), person))
    seconds = wish.get("ahead_seconds")
    if set(wish) == {"ahead_seconds"} and isinstance(seconds, int | float) and not isinstance(seconds, bool):
        # Whatever would not fit into a timedelta is refused as too far, or as a way back.
        return move_ahead(timedelta(seconds=max(-1.0, min(seconds, 1e11))))
    raise ValueError("neither a place in time nor a number of seconds")


def _zone(name: Any, person: User | None) -> ZoneInfo:
    """The zone asked for, else that of whoever asks, else UTC. Raises ValueError for a name that is none."""
    if name is None:
        return person.zone if person else ZoneInfo("UTC")
    if name not in zone_names():
        raise ValueError("no such time zone")
    return ZoneInfo(name)


def _day(text: str) -> date:
    try:
        return parse_date(text) or date.min
    except ValueError:
        return date.min


def _present(now: datetime, person: User | None) -> JsonResponse:
    zone = person.zone if person else ZoneInfo("UTC")
    return JsonResponse({"now": now.astimezone(UTC), "local": now.astimezone(zone).isoformat(), "zone": zone.key})

"""The operators' page about deliveries: what failed and why, which services were stopped, and a way to try again.

It shows opaque ids, services, reasons and counts. Neither a person nor what a delivery brought is on it.
"""

from typing import Any, Final
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from backend import clock
from notifications import services
from notifications.models import Delivery, ServiceLimit

SHOWN: Final = 200
MAY: Final = "notifications.change_delivery"


def deliveries(request: HttpRequest) -> HttpResponse:
    """For operators who may change deliveries; the site has asked already whether they are operators at all."""
    if not request.user.has_perm(MAY):
        raise PermissionDenied
    return _page(request)


@require_http_methods(["GET", "HEAD", "POST"])
def _page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        messages.success(request, _do(request.POST))
        return redirect("admin:deliveries")
    return render(request, "config/deliveries.html", {**admin.site.each_context(request), "title": "Deliveries", **_failures()})


def _failures() -> dict[str, Any]:
    now = clock.now()
    failed = Delivery.objects.failed()
    kinds = failed.values("channel", "service", "reason").annotate(count=Count("pk"), latest=Max("due_at")).order_by("-count")[:SHOWN]
    fresh = failed.filter(expires_at__gt=now).only("channel", "service", "reason", "attempts", "due_at", "expires_at")
    return {
        "kinds": list(kinds),
        "fresh": list(fresh.order_by("-due_at")[:SHOWN]),
        "stopped": list(ServiceLimit.objects.filter(stopped_at__isnull=False).order_by("channel", "service")),
    }


def _do(form: Any) -> str:
    """Starts a service again, or puts failed deliveries back; says what came of it."""
    if "resume" in form:
        limit = ServiceLimit.objects.filter(pk=form["resume"] if form["resume"].isdecimal() else 0, stopped_at__isnull=False).first()
        resumed = limit is not None and services.resume_service(channel=limit.channel, service=limit.service)
        return "The service is called again." if resumed else "It was not stopped."
    count = services.retry_failed(delivery_ids=_ids(form.getlist("delivery")), now=clock.now())
    return f"{count} put back into the queue."


def _ids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts[:SHOWN]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found

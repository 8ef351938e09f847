"""Operators read the words that people may receive, see what the linter says of them, and retire what does not do well.

Files are the truth: nothing is written here but which version rests. Nothing of any person is on these pages.
"""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin

from backend import clock
from backend.errors import NotFound
from notifications import services
from notifications.models import Retirement
from notifications.words import loader
from notifications.words.lint import lint

LIST = "admin:notifications_retirement_changelist"


@admin.register(Retirement)
class WordsAdmin(ModelAdmin):
    """One page: every item, or with ?item=…&version=… one item in all its languages and voices."""

    def get_urls(self) -> list[URLPattern]:
        # One address only: there is no row to add, change or delete.
        return [path("", self.admin_site.admin_view(self.changelist_view), name="notifications_retirement_changelist")]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]  # it may lead elsewhere
        if not self.has_view_permission(request):
            raise PermissionDenied
        item, version = _asked_for(request)
        if request.method == "POST" and item:
            return self._retire_or_bring_back(request, item, version)
        context = {
            **self.admin_site.each_context(request),
            "title": "Words",
            "opts": self.opts,
            "may_retire": self.has_change_permission(request),
        }
        if item:
            return TemplateResponse(request, "notifications/admin/item.html", {**context, **_one(item, version)})
        return TemplateResponse(request, "notifications/admin/items.html", {**context, "rows": _rows()})

    def _retire_or_bring_back(self, request: HttpRequest, item: str, version: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        verb = services.retire if "retire" in request.POST else services.bring_back
        try:
            verb(item=item, version=version, now=clock.now())
        except NotFound:
            raise Http404 from None
        messages.success(request, f"{item}, version {version}: {'retired' if verb is services.retire else 'in use again'}.")
        return redirect(LIST)


def _asked_for(request: HttpRequest) -> tuple[str, int]:
    version = request.GET.get("version", "")
    return request.GET.get("item", ""), int(version) if version.isdecimal() else 0


def _rows() -> list[dict[str, Any]]:
    """Every version of every item, the newest first, with the verdict over all its languages."""
    known = _by_key()
    in_use = services.items_in_use() | services.items_in_use(solo=True)
    retired = set(Retirement.objects.standing().values_list("item", "version"))
    return [
        {
            "id": item,
            "version": version,
            "is_solo": next(iter(languages.values())).is_solo,
            "languages": ", ".join(languages),
            "review": ", ".join(sorted({each.review.value for each in languages.values()})),
            "findings": sum(len(lint(each)) for each in languages.values()),
            "state": "in use" if in_use.get(item) == version else "retired" if (item, version) in retired else "not in use",
        }
        for (item, version), languages in sorted(known.items(), key=lambda one: (one[0][0], -one[0][1]))
    ]


def _one(item: str, version: int) -> dict[str, Any]:
    languages = _by_key().get((item, version))
    if languages is None:
        raise Http404
    previews = [
        {"language": language, "review": each.review.value, "texts": each.texts.items(), "findings": lint(each)}
        for language, each in languages.items()
    ]
    is_retired = Retirement.objects.standing().filter(item=item, version=version).exists()
    return {"item": item, "version": version, "previews": previews, "is_retired": is_retired}


def _by_key() -> dict[tuple[str, int], dict[str, loader.Item]]:
    known: dict[tuple[str, int], dict[str, loader.Item]] = {}
    for language in loader.languages():
        for item in loader.every(language):
            known.setdefault((item.id, item.version), {})[language] = item
    return known

"""The operators' site shows the models named here and nothing else, whatever a library would like to register.

Libraries bring admin pages of their own: for e-mail addresses, for the secrets of second factors, for sessions. With them an
operator could take over an account, so they are left out.
"""

from collections.abc import Iterable
from typing import Any, Final

from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin import sites
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import path
from unfold.sites import UnfoldAdminSite

OPERATORS_SEE: Final = frozenset({"accounts.User", "care.Therapist", "notifications.Retirement"})


class OperatorsSite(UnfoldAdminSite):
    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Registers what operators may see, and passes over the rest without a word."""
        asked: Iterable[type[models.Model]] = [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        allowed = [model for model in asked if model._meta.label in OPERATORS_SEE]
        if allowed:
            super().register(allowed, admin_class, **options)

    def get_urls(self) -> list[Any]:
        """The pages of models, and one about deliveries, which shows no model."""
        from config.deliveries_page import deliveries

        return [path("deliveries/", self.admin_view(deliveries), name="deliveries"), *super().get_urls()]

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Operators sign in where everybody does, with the same limits and the same second factor."""
        from allauth.account.decorators import secure_admin_login

        response: HttpResponse = secure_admin_login(super().login)(request, extra_context)  # type: ignore[no-untyped-call]
        return response


class OperatorsConfig(AppConfig):
    """Takes the place of unfold's own, which would open its own site."""

    name = "unfold"

    def ready(self) -> None:
        admin.site = sites.site = OperatorsSite()

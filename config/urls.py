"""Every address of Ebb."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from backend.web import failures
from config import design, health, schemas, worker

API: list[URLPattern | URLResolver] = [
    # First, because its addresses are asked for most.
    path("", include("checkins.urls")),
    path("", include("backend.accounts.urls")),
    path("", include("backend.privacy.urls")),
    path("", include("backend.couples.urls")),
    path("", include("backend.consents.urls")),
    path("", include("notifications.urls")),
    path("", include("checkins.practice.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
]

PAGES: list[URLPattern | URLResolver] = [
    path("", include("backend.web.page_urls")),
    path("", include("backend.help.page_urls")),
    path("", include("backend.accounts.page_urls")),
    path("", include("backend.couples.page_urls")),
    path("", include("backend.consents.page_urls")),
    path("", include("backend.audit.page_urls")),
    path("", include("backend.care.page_urls")),
    path("", include("backend.privacy.page_urls")),
    path("", include("notifications.page_urls")),
    path("", include("checkins.page_urls")),
    path("", include("checkins.practice.page_urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(API)),
    # An unknown address is a problem document too, in development as well.
    re_path(r"^api/v1/", failures.not_found),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema", http_method_names=["get", "head"]), name="api-docs"),
    path("api/docs/sign-in/", schemas.SignInDocs.as_view(), name="sign-in-docs"),
    # allauth writes its schema anew for everyone who asks, which takes a second or more.
    re_path(r"^_allauth/openapi\.json$", schemas.sign_in, name="sign-in-schema"),
    re_path(r"^_allauth/openapi\.yaml$", failures.not_found),
    # Nobody is asked for a telephone number; allauth's addresses for one would fail.
    re_path(r"^_allauth/app/v1/account/phone", failures.not_found),
    re_path(r"^_allauth/app/v1/auth/phone", failures.not_found),
    path("_allauth/", include("allauth.headless.urls")),
    path("accounts/", include("allauth.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("sw.js", worker.service_worker, name="service-worker"),
    path("admin/", admin.site.urls),
    *PAGES,
]

if settings.DEVELOPMENT:
    urlpatterns += [path("design/", design.design, name="design")]
if settings.DEMO_MODE:
    urlpatterns += [path("demo/", include("config.demo.urls"))]

handler404 = "backend.web.failures.not_found"
handler500 = "backend.web.failures.unexpected"

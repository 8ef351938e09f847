"""What is answered when something went wrong: a problem document to an app, a calm page to a person."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from backend.api.problems import problem_response
from backend.errors import TryLater


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        return problem_response(request, 404, "not-found", "Not found")
    return render(request, "404.html", status=404)


def unexpected(request: HttpRequest) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        return problem_response(request, 500, "unexpected", "Something went wrong on our side")
    return render(request, "500.html", {"anybody": True}, status=500)


def try_later(request: HttpRequest, error: TryLater) -> HttpResponse:
    """A page that could not be made whole shows nothing of what it would have shown."""
    answer = render(request, "503.html", status=503)
    answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_form.html", status=403)

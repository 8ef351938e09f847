"""Finds every permission check by looking at the code as it is loaded, and knows how to take each one away.

Nothing is listed by hand: a new query set, view or page is found because it is one.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CellType, FunctionType
from typing import Any

import pytest
from allauth.headless.base.views import APIView as LibraryAPIView
from allauth.headless.base.views import AuthenticatedAPIView
from django.apps import apps
from django.contrib.admin.sites import all_sites
from django.db import models
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from config.faults.twins.routes import Route, is_ours, routes

GATES = ("initial", "check_permissions", "check_object_permissions")
"""Where a view of REST framework may refuse before it begins."""


@dataclass(frozen=True)
class Check:
    """One permission check. `route` is the one it guards; a check on rows does not know who asks through it."""

    name: str
    remove: Callable[[pytest.MonkeyPatch], None]
    route: Route | None = None
    address: str = ""
    """How the addresses begin where its absence shows first; only saves time."""


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if is_ours(model.__module__)]


# On rows: every method of a query set or manager that takes a viewer


def of_rows() -> list[Check]:
    return [
        Check(f"{model._meta.label}.{name}", _forget_viewer(model, holder, name))
        for model in our_models()
        for holder, name in viewer_methods(model)
    ]


def viewer_methods(model: type[models.Model]) -> Iterator[tuple[type, str]]:
    """The class to patch and the name of each method of the model's query set, or manager, that has a parameter `viewer`."""
    manager = model._default_manager
    holder: type = getattr(type(manager), "_queryset_class", type(manager))
    if holder is models.QuerySet:
        holder = type(manager)
    for name, method in inspect.getmembers(holder, inspect.isfunction):
        if is_ours(method.__module__) and "viewer" in inspect.signature(method).parameters:
            yield holder, name


def _forget_viewer(model: type[models.Model], holder: type, name: str) -> Callable[[pytest.MonkeyPatch], None]:
    checked = getattr(holder, name)

    def unchecked(rows: Any, viewer: Any) -> Any:
        # Some models share a query set; only one of them loses its check.
        return rows.all() if rows.model is model else checked(rows, viewer)

    return lambda patch: patch.setattr(holder, name, unchecked)


def record_use(patch: pytest.MonkeyPatch, used: set[str]) -> None:
    """From now on, every check on rows that is asked leaves its name in `used`."""
    for holder, name in {found for model in our_models() for found in viewer_methods(model)}:
        patch.setattr(holder, name, _recorded(getattr(holder, name), name, used))


def _recorded(checked: Any, name: str, used: set[str]) -> Any:
    def recording(rows: Any, viewer: Any) -> Any:
        used.add(f"{rows.model._meta.label}.{name}")
        return checked(rows, viewer)

    return recording


# At doors: what a view or a page asks for before it begins


def of_doors() -> list[Check]:
    return [check for route in routes().values() for check in (*_of_api(route), *_of_page(route), *_of_library(route))]


def _of_api(route: Route) -> Iterator[Check]:
    view: Any = getattr(route.view, "cls", None)
    if view is None or not issubclass(view, APIView) or not is_ours(view.__module__):
        return
    name = f"{view.__module__}.{view.__qualname__}"
    if set(view.permission_classes) - {AllowAny}:
        yield Check(f"{name}.permission_classes", lambda patch: patch.setattr(view, "permission_classes", [AllowAny]), route)
    for gate in GATES:
        if getattr(view, gate) is not getattr(APIView, gate):
            yield Check(f"{name}.{gate}", lambda patch, gate=gate: patch.setattr(view, gate, getattr(APIView, gate)), route)  # type: ignore[misc]  # bound early


def _of_page(route: Route) -> Iterator[Check]:
    if not is_ours(route.view.__module__):
        return
    for number, test in enumerate(_user_tests(route.view, set())):
        yield Check(f"/{route.pattern} sign-in {number}", lambda patch, test=test: patch.setattr(test, "cell_contents", _anybody), route)  # type: ignore[misc]  # bound early
    for names, name in _questions(route.view):
        yield Check(f"/{route.pattern} {name}", lambda patch, names=names, name=name: patch.setitem(names, name, _nothing), route)  # type: ignore[misc]  # bound early


def _nothing(*_parts: Any) -> None:
    return None


def _questions(view: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """What a page asks before it does anything, by our convention of names: a function beside it, `_must_...`, that raises."""
    page: Any = inspect.unwrap(view)
    for name in page.__code__.co_names:
        if name.startswith("_must") and name in page.__globals__:
            yield page.__globals__, name


def _anybody(_user: Any) -> bool:
    return True


def _user_tests(view: Any, visited: set[int]) -> Iterator[CellType]:
    """The places in which a page's decorators keep their question about the user (`user_passes_test`, `login_required`, ...)."""
    if not isinstance(view, FunctionType) or id(view) in visited:
        return
    visited.add(id(view))
    for name, cell in zip(view.__code__.co_freevars, view.__closure__ or (), strict=True):
        if name == "test_func":
            yield cell
        yield from _user_tests(cell.cell_contents, visited)
    yield from _user_tests(getattr(view, "__wrapped__", None), visited)


def _of_library(route: Route) -> Iterator[Check]:
    """Views that a library brings: what decorates their dispatch, and the base class of its API that lets nobody in unknown."""
    view: Any = getattr(route.view, "view_class", None)
    if view is None or is_ours(view.__module__):
        return
    for number, place in enumerate(_decorations(view.dispatch)):
        yield Check(f"/{route.pattern} dispatch {number}", _strip(place), route)
    if issubclass(view, AuthenticatedAPIView):
        yield Check(f"/{route.pattern} AuthenticatedAPIView", lambda patch: patch.setattr(view, "dispatch", LibraryAPIView.dispatch), route)


def _strip(place: CellType) -> Callable[[pytest.MonkeyPatch], None]:
    rest = [one for one in place.cell_contents if not _is_gate(one)]
    return lambda patch: patch.setattr(place, "cell_contents", rest)


def _decorations(method: Any) -> Iterator[CellType]:
    """The lists of decorators, kept by `method_decorator`, that hold a gate."""
    for name, place in zip(method.__code__.co_freevars, method.__closure__ or (), strict=True):
        if name == "decorators" and any(map(_is_gate, place.cell_contents)):
            yield place
        if isinstance(place.cell_contents, FunctionType):
            yield from _decorations(place.cell_contents)


def _is_gate(decorator: Any) -> bool:
    return getattr(decorator, "__qualname__", "").startswith(("login_required", "reauthentication_required"))


# For operators: the site, and each kind of permission on each model it shows


def of_operators() -> Iterator[Check]:
    for site in all_sites:
        yield Check(f"operators: {type(site).__name__}.has_permission", _allow(site, "has_permission"))
        for model, page in site._registry.items():
            for action in model._meta.default_permissions:
                pages = f"admin/{model._meta.app_label}/{model._meta.model_name}/"
                found = next((one for one in routes() if one.startswith(pages) and action in one), pages)
                yield Check(f"operators: {model._meta.label} {action}", _allow(page, f"has_{action}_permission"), address=found)


def _allow(holder: Any, name: str) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(holder, name, lambda *_args, **_named: True)

"""Operators verify therapists: they read what was applied with, look it up, and say what they found. No couple is on these pages."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from backend import clock
from backend.care import services
from backend.care.models import Therapist
from backend.errors import DomainError


class DecisionForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """A decision, which goes by way of the service: only along the moves there are, and never without a note."""

    class Meta:
        model = Therapist
        fields = ("state", "note")

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        before = Therapist.State(self.initial.get("state", self.instance.state))
        if said.get("state") not in Therapist.MOVES[before]:
            self.add_error("state", f"From {before} it can only become {', '.join(sorted(Therapist.MOVES[before]))}.")
        if not said.get("note", "").strip():
            self.add_error("note", "Say how you found out, or why not.")
        return said


@admin.register(Therapist)
class TherapistAdmin(ModelAdmin):
    form = DecisionForm
    list_display = ("name", "practice", "jurisdiction", "state", "applied_at", "decided_at")
    list_filter = ("state",)
    ordering = ("decided_at", "applied_at")
    fields = ("name", "licence", "practice", "jurisdiction", "applied_at", "decided_at", "state", "note")
    readonly_fields = ("name", "licence", "practice", "jurisdiction", "applied_at", "decided_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        said = form.cleaned_data
        try:
            services.decide(therapist_id=obj.pk, state=said["state"], note=said["note"], by=request.user, now=clock.now())  # type: ignore[arg-type]  # an operator
        except DomainError as error:
            self.message_user(request, error.title, level="error")

"""Operators see that an account exists and may lock it. Nothing of what its person wrote is here."""

from typing import Any

from django.contrib import admin
from unfold.admin import ModelAdmin

from backend.accounts.models import User


@admin.register(User)
class UserAdmin(ModelAdmin):
    list_display = ("email", "is_active", "is_staff", "date_joined")
    search_fields = ("email",)
    fields = ("email", "is_active", "is_staff", "date_joined", "last_login")
    readonly_fields = ("email", "date_joined", "last_login")

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False

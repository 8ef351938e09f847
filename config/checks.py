"""System checks: settings that would be unsafe in production are said with a hint, before anyone is let in."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from backend.encryption import BadKeys, current_key


@register(Tags.security, deploy=True)
def development_is_over(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Nothing that only development needs is on."""
    found: list[CheckMessage] = []
    if settings.DEMO_MODE:
        found.append(Error("DEMO_MODE is on.", hint="It lets anyone move the clock. Unset DEMO_MODE.", id="ebb.E001"))
    if settings.PUSH_DEVELOPMENT_HOST or settings.PUSH_DEVELOPMENT_CA:
        found.append(
            Error("The development push service is allowed.", hint="Unset PUSH_DEVELOPMENT_HOST and PUSH_DEVELOPMENT_CA.", id="ebb.E002")
        )
    if not settings.SECURE:
        found.append(Error("SITE_URL is not https.", hint="Set SITE_URL to the public https address.", id="ebb.E003"))
    if "memory" in settings.CHANNELS:
        found.append(Error("The memory channel is on.", hint="It sends nothing. Unset DEBUG.", id="ebb.E004"))
    return found


@register(Tags.security, deploy=True)
def secrets_are_set(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Each key is given, and long enough."""
    found: list[CheckMessage] = [
        Error(f"{name} is missing or short.", hint=f"Set {name} (or {name}_FILE) to at least 32 random bytes, base64url.", id="ebb.E005")
        for name in ("SECRET_KEY", "CODE_KEY", "POLICY_KEY", "VAPID_PRIVATE_KEY")
        if len(getattr(settings, name)) < 43
    ]
    try:
        current_key()
    except BadKeys as error:
        found.append(Error(f"FIELD_KEYS: {error}.", hint="For example FIELD_KEYS=k1:<32 random bytes, base64url>.", id="ebb.E006"))
    if "localhost" in settings.DEFAULT_FROM_EMAIL:
        found.append(Warning("DEFAULT_FROM_EMAIL is a local address.", hint="Set it to an address people can answer.", id="ebb.W001"))
    return found

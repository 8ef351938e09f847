"""System checks: settings that would be unsafe in production are said with a hint, before anyone is let in."""

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from backend.encryption import BadKeys, current_key
from notifications.channels.google import ServiceAccount
from notifications.channels.vapid import read_private_key
from notifications.endpoints import own_endpoint


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


@register(Tags.security)
def push_settings_fit_together(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """What is given for FCM, APNs and a turned key can be used. Nothing of it is repeated."""
    found: list[CheckMessage] = []
    if settings.FCM_SERVICE_ACCOUNT and not _works(ServiceAccount.read, settings.FCM_SERVICE_ACCOUNT):
        hint = "Give the whole file that Google lets you download, best as FCM_SERVICE_ACCOUNT_FILE."
        found.append(Error("FCM_SERVICE_ACCOUNT cannot be read.", hint=hint, id="ebb.E007"))
    if settings.APNS_KEY and not _works(read_private_key, settings.APNS_KEY):
        hint = "Give the whole .p8 file that Apple lets you download, best as APNS_KEY_FILE."
        found.append(Error("APNS_KEY cannot be read.", hint=hint, id="ebb.E008"))
    names = ("APNS_KEY_ID", "APNS_TEAM_ID", "APNS_TOPIC")
    missing = [name for name in names if settings.APNS_KEY and not getattr(settings, name)]
    if missing:
        found.append(Error(f"{', '.join(missing)}: missing beside APNS_KEY.", hint="APNs needs all of them.", id="ebb.E009"))
    for name in ("FCM_URL", "APNS_URL"):
        if not _works(lambda base: own_endpoint(base, "/"), getattr(settings, name)):
            found.append(
                Error(f"{name} is not an https address.", hint=f"Unset {name}, unless you send elsewhere on purpose.", id="ebb.E010")
            )
    previous = settings.VAPID_PREVIOUS_KEY
    if previous and (previous == settings.VAPID_PRIVATE_KEY or not _works(read_private_key, previous)):
        hint = "It is the key that VAPID_PRIVATE_KEY held before. Unset it when no browser knows it any more."
        found.append(Error("VAPID_PREVIOUS_KEY is no key, or the present one.", hint=hint, id="ebb.E011"))
    return found


def _works(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True

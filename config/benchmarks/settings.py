"""The environment of a benchmark's processes: as in production, behind a plain address, with keys made for the occasion."""

import secrets


def production_like(folder: str) -> dict[str, str]:
    key = secrets.token_urlsafe(32)
    return {
        "DEBUG": "0",
        "DEMO_MODE": "0",
        "SITE_URL": "http://127.0.0.1",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "CODE_KEY": key,
        "POLICY_KEY": key,
        "VAPID_PRIVATE_KEY": secrets.token_urlsafe(32),
        "VAPID_SUBJECT": "mailto:bench@example.org",
        "FIELD_KEYS": f"k1:{secrets.token_urlsafe(32)}",
        "LOG_LEVEL": "ERROR",
        "EBB_VAR_DIR": folder,
    }

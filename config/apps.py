from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Wiring"

    def ready(self) -> None:
        # Both register themselves when imported.
        from backend.api import schema  # noqa: F401
        from config import checks  # noqa: F401

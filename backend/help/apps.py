from django.apps import AppConfig


class HelpConfig(AppConfig):
    name = "backend.help"
    label = "help"

    def ready(self) -> None:
        from backend.help import checks  # noqa: F401  (registers them)

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    name = "backend.consents"
    label = "consents"

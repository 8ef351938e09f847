from django.apps import AppConfig


class CouplesConfig(AppConfig):
    name = "backend.couples"
    label = "couples"

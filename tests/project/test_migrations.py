"""Models and migrations say the same."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

OURS = ("accounts", "audit", "backend", "care", "checkins", "config", "consents", "couples", "notifications", "privacy")


@pytest.mark.django_db
def test_no_model_waits_for_a_migration():
    output = StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=output, stderr=output)
    except SystemExit:
        pytest.fail(f"run `manage.py makemigrations`:\n{output.getvalue()}")


def test_every_app_with_models_has_migrations():
    loader = MigrationLoader(None)
    with_models = {model._meta.app_label for model in apps.get_models() if model._meta.app_label in OURS}
    assert with_models <= loader.migrated_apps
    assert not [label for label in with_models if len(loader.graph.leaf_nodes(label)) != 1]

"""Static files under names that change with what is in them, also where one script names another."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    # An old page keeps its old scripts together, and a new page gets the new ones together.
    support_js_module_import_aggregation = True

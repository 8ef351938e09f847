"""The door for the web server."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# What is loaded by now stays loaded: searching it for garbage again and again would cost every request more than its own work.
gc.collect()
gc.freeze()

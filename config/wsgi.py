"""The door for the web server."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from config.bodies import with_length

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = with_length(get_wsgi_application())

# What is loaded by now stays loaded: searching it for garbage again and again would cost every request more than its own work.
gc.collect()
gc.freeze()
# And a request makes some thousand objects, nearly all of which are gone by its end without any search.
gc.set_threshold(50_000, 20, 20)

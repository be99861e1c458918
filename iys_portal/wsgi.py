"""WSGI entry for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from iys_portal.core.chunked import with_length

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iys_portal.settings.production")
# Nobody waits longer for a page (settings.production); workers and commands keep their own limits.
os.environ.setdefault("DATABASE_STATEMENT_SECONDS", "60")
os.environ.setdefault("DATABASE_LOCK_SECONDS", "15")
application = with_length(get_wsgi_application())

"""WSGI entry for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iys_portal.settings.production")
# Nobody waits longer for a page (settings.production); workers and commands keep their own limits.
os.environ.setdefault("DATABASE_STATEMENT_SECONDS", "60")
os.environ.setdefault("DATABASE_LOCK_SECONDS", "15")
application = get_wsgi_application()

"""Libraries that every process of the portal loads, for the process that test processes are forked from."""

import gc
import importlib

LIBRARIES = (
    "aiohttp", "celery.app.amqp", "celery.bin.worker", "celery.concurrency.thread",
    "charset_normalizer", "django.contrib.admin", "django.core.management", "django.db.backends.postgresql.base",
    "fido2.webauthn", "fontTools.ttLib.woff2", "gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "holidays",
    "import_export", "kombu.transport.redis", "openpyxl", "phonenumbers", "PIL.Image", "polars",
    "pydantic", "pyhanko.sign.diff_analysis", "pyhanko.sign.signers", "pyhanko.sign.validation",
    "pyhanko_certvalidator.validate", "pypdf", "redis", "weasyprint", "xlsxwriter", "yaml",
)  # fmt: skip

for name in LIBRARIES:
    importlib.import_module(name)
gc.freeze()  # shared with every child as they lie

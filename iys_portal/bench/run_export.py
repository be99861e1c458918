"""One export in a process of its own, as a worker runs it: prints seconds, rows and peak memory as JSON."""

import json
import os
import sys
import time

from .memory import peak_mb


def main() -> None:
    brand_code, kind, form = int(sys.argv[1]), *sys.argv[2:4]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iys_portal.settings.local")
    import django

    django.setup()
    from django.utils import timezone

    from consents.enums import ExportFormat, ExportKind
    from consents.selectors.pages import Filters
    from consents.services import exports
    from providers.models import Brand

    from .actors import manager_of

    brand = Brand.objects.get(brand_code=brand_code)
    actor = manager_of(brand.provider_id)
    began = time.monotonic()
    item = exports.start_export(
        actor=actor,
        kind=ExportKind(kind),
        form=ExportFormat(form),
        filters=Filters(brands=(brand.pk,)),
        shown={},
        now=timezone.now(),
        publish=False,
    )
    exports.make_export(item.job_id)
    seconds = time.monotonic() - began
    item.refresh_from_db()
    exports.remove_export(actor=actor, public_id=item.public_id, now=timezone.now())
    json.dump({"seconds": seconds, "rows": item.rows, "size": item.size, "peak_mb": peak_mb()}, sys.stdout)


if __name__ == "__main__":
    main()

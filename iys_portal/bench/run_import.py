"""One import in a process of its own, as a worker runs it: prints seconds, verdicts and peak memory as JSON."""

import json
import os
import sys
import time
from pathlib import Path

from .memory import peak_mb


def main() -> None:
    path, brand_code, moment = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iys_portal.settings.local")
    import django

    django.setup()
    from datetime import datetime

    from consents.services.import_runs import load_file
    from providers.models import Brand

    from .actors import manager_of

    brand = Brand.objects.select_related("provider").get(brand_code=brand_code)
    actor = manager_of(brand.provider_id)
    began = time.monotonic()
    item = load_file(actor=actor, brand=brand, path=path, moment=datetime.fromisoformat(moment))
    seconds = time.monotonic() - began
    json.dump(
        {
            "seconds": seconds,
            "verdicts": item.counts["verdicts"],
            "peak_mb": peak_mb(),
            "job": item.apply_job_id,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()

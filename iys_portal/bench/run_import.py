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
    from iys_portal.accounts.roles import PROVIDER_PERMISSIONS
    from iys_portal.core.actors import Actor, ActorKind
    from providers.models import Brand

    brand = Brand.objects.select_related("provider").get(brand_code=brand_code)
    actor = Actor(
        kind=ActorKind.USER,
        id=1,
        name="bench",
        permissions=frozenset(PROVIDER_PERMISSIONS["manager"]),  # type: ignore[index]
        provider_id=brand.provider_id,
    )
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

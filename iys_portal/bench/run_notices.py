"""One sender of bulk mails in a process of its own, as a worker runs it: prints when it began, ended, and how many."""

import json
import os
import sys
import time


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iys_portal.settings.local")
    import django

    django.setup()
    from consents.enums import Lane
    from consents.services.notices import send_lane
    from iys_portal.core.enums import Means

    began = time.time()
    sent = send_lane(Lane.BULK, Means.MAIL, seconds=600)
    json.dump({"began": began, "ended": time.time(), "sent": sent}, sys.stdout)


if __name__ == "__main__":
    main()

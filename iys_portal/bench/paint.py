"""First contentful paint in a cold browser on a slow telephone: Chromium with a throttled line and processor.

The profile is the usual one of page audits: 1.6 Mbit/s down, 0.75 up, 150 ms to each answer, a processor four times
slower than this one.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from iys_portal.core.actors import Actor
from providers.models import Brand

from . import web
from .citizens import citizen
from .pages import viewer

TIMES, BRANDS = 5, 30
SETTINGS = "iys_portal.bench.paint_settings"
WIDTH, HEIGHT = 360, 780
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
SLOWER = 4
PAINTED = """() => new Promise(done => {
    const seen = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    const look = () => seen() === undefined ? setTimeout(look, 20) : done(seen());
    look();
})"""


def measure(brand: Brand, actor: Actor, folder: Path) -> Iterator[tuple[str, float]]:
    """Yields (name, median milliseconds until the first text or picture is seen)."""
    officer, (person, _) = viewer(brand), citizen(brand.provider, BRANDS, actor=actor, now=timezone.now())
    pages = [
        ("sign_in", reverse("account_login"), None),
        ("citizen_sign_in", reverse("accounts:citizen-sign-in"), None),
        ("apply", reverse("providers:application-start"), None),
        ("overview", reverse("dashboard:overview"), officer),
        ("consents", reverse("consents:list"), officer),
        ("own_consents", reverse("consents:own"), person),
    ]
    with web.serving(SETTINGS, workers=1, PAINT_STATIC_ROOT=_collect(folder)) as port:
        for name, path, client in pages:
            yield f"page.first_paint_{name}.median_ms", _painted(f"http://127.0.0.1:{port}", path, client)


def _painted(url: str, path: str, client: Client | None) -> float:
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        times = []
        for _ in range(TIMES + 1):
            context = browser.new_context(
                locale="tr-TR", viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=2, is_mobile=True
            )
            if client is not None:
                context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])
            page = context.new_page()
            devtools = context.new_cdp_session(page)
            devtools.send("Network.emulateNetworkConditions", LINE)
            devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            page.goto(url + path)
            assert page.url == url + path, page.url
            times.append(page.evaluate(PAINTED))
            context.close()
        browser.close()
    return median(times[1:])  # the first of a process reads templates


def _collect(folder: Path) -> str:
    """Static files compressed and under hashed names, as production serves them; where they lie."""
    static = str(folder / "static")
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": SETTINGS, "PAINT_STATIC_ROOT": static}
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"], check=True, env=env)
    return static

"""`/healthz`, `/readyz` and `/metrics`: for machines, before sessions, host names and redirects to https.

A probe comes from the next process, by whatever name it knows us. The proxy in front passes none of these on.
"""

import hmac
import os
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from .monitoring import RegistryCollector, readiness


def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """503 where this process cannot serve; with `?all`, also where beat, a worker or the seals are late."""
    found = readiness()
    well = found.on_time if "all" in request.GET else found.ready
    return JsonResponse({"ready": found.ready, "checks": found.checks}, status=200 if well else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Measures for the bearer of METRICS_TOKEN; nobody else learns that there are any."""
    given = request.headers.get("Authorization", "").encode()
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given, b"Bearer " + settings.METRICS_TOKEN.encode()):
        return HttpResponseNotFound()
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):  # gunicorn: each worker writes files there, we sum them
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    own = CollectorRegistry()
    own.register(RegistryCollector())
    return HttpResponse(generate_latest(registry) + generate_latest(own), content_type=CONTENT_TYPE_LATEST)


PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": healthz,
    "/readyz": readyz,
    "/metrics": metrics,
}


class ProbeMiddleware:
    """Answers probes; everything else goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        if probe is None:
            return self.get_response(request)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponse(status=405)
        answer = probe(request)
        answer["Cache-Control"] = "no-store"
        return answer

"""Where the SMS gateway brings the texts that people send to the registry (R-R4)."""

import json
from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.utils.crypto import constant_time_compare
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from consents.services.inbound import receive
from consents.services.recipients import ANYBODY

LONGEST_BODY = 16 * 1024
LONGEST_ID = 100


class Malformed(Exception):
    """The gateway's request cannot be read; the message says why, in English, for its maintainers."""


@dataclass(frozen=True)
class Delivery:
    """One text as the gateway delivers it: `id`, `from`, `text`; `to` is ours and not looked at."""

    gateway_id: str
    sender: str
    text: str

    @classmethod
    def read(cls, request: HttpRequest) -> Self:
        """From JSON or a form. Raises `Malformed`."""
        fields = _fields(request)
        delivery = cls(
            gateway_id=_word(fields, "id"), sender=_word(fields, "from"), text=_word(fields, "text", empty=True)
        )
        if len(delivery.gateway_id) > LONGEST_ID or not delivery.gateway_id.isprintable():
            raise Malformed("id: at most 100 printable characters")
        return delivery


@method_decorator([csrf_exempt, login_not_required, never_cache], name="dispatch")
class InboundView(View):
    """POST with the shared secret in `X-Gateway-Secret`; 200 means taken, also for what was taken before."""

    http_method_names = ["post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.SMS_WEBHOOK_SECRET:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest) -> JsonResponse:
        if not constant_time_compare(request.headers.get("X-Gateway-Secret", ""), settings.SMS_WEBHOOK_SECRET):
            return JsonResponse({"error": "X-Gateway-Secret: missing or wrong"}, status=403)
        try:
            delivery = Delivery.read(request)
        except Malformed as error:
            return JsonResponse({"error": str(error)}, status=400)
        receive(actor=ANYBODY.by_way("sms"), gateway_id=delivery.gateway_id, sender=delivery.sender, text=delivery.text)
        return JsonResponse({"id": delivery.gateway_id})


def _fields(request: HttpRequest) -> dict[str, Any]:
    if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
        raise Malformed(f"body: at most {LONGEST_BODY} bytes")
    if request.content_type == "application/x-www-form-urlencoded":
        try:
            return request.POST.dict()
        except BadRequest:
            raise Malformed("body: forms are read as UTF-8") from None
    if request.content_type != "application/json":
        raise Malformed("Content-Type: application/json or application/x-www-form-urlencoded")
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Malformed("body: not JSON") from None
    if not isinstance(found, dict):
        raise Malformed("body: not a JSON object")
    return found


def _word(fields: dict[str, Any], name: str, *, empty: bool = False) -> str:
    """One field as text; gateways write numbers as numbers too."""
    value = fields.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise Malformed(f"{name}: missing" if value is None else f"{name}: not a string")
    if not empty and not value.strip():
        raise Malformed(f"{name}: empty")
    return value if empty else value.strip()

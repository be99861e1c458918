"""Webhooks in the panel: the list, a new one, one with its log, and what may be done with it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from consents.forms.webhooks import WebhookForm
from consents.models import Webhook
from consents.selectors import webhooks as selectors
from consents.services import webhooks as services
from iys_portal.accounts.permissions import Permission
from iys_portal.core.errors import Invalid
from iys_portal.core.forms import show_refusal
from providers.models import Brand

from .base import ActorView


class OfWebhooksView(ActorView):
    """For managers of a provider."""

    permission = Permission.PUSH_KEEP

    def webhook(self, public_id: UUID) -> Webhook:
        webhook = selectors.webhook_of(self.actor, public_id)
        if webhook is None:
            raise Http404
        return webhook

    def brands(self) -> Any:
        return Brand.objects.visible_to(self.actor).filter(is_active=True).order_by("-is_main", "name")

    def show_secret(self, request: HttpRequest, made: services.MadeWebhook, *, rotated: bool) -> HttpResponse:
        """The secret is part of this answer alone: no session, message or address holds it."""
        answer = render(request, "consents/webhooks/made.html", {"made": made, "rotated": rotated})
        answer.headers["Cache-Control"] = "no-store"
        return answer


class WebhooksView(OfWebhooksView):
    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "consents/webhooks/list.html", {"webhooks": selectors.list_of(self.actor)})


class NewView(OfWebhooksView):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, WebhookForm(brands=self.brands()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = WebhookForm(request.POST, brands=self.brands())
        if not form.is_valid():
            return self.show(request, form, status=422)
        try:
            made = services.make_webhook(actor=self.actor, now=timezone.now(), **form.cleaned_data)
        except Invalid as refusal:
            show_refusal(form, refusal)
            return self.show(request, form, status=422)
        return self.show_secret(request, made, rotated=False)

    def show(self, request: HttpRequest, form: WebhookForm, *, status: int = 200) -> HttpResponse:
        return render(request, "consents/webhooks/form.html", {"form": form}, status=status)


class OneView(OfWebhooksView):
    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        webhook = self.webhook(public_id)
        context = {
            "webhook": webhook,
            "brands": selectors.brand_names(webhook),
            "log": selectors.log_of(webhook),
            "overlap": webhook.former_until if webhook.former_until and webhook.former_until > timezone.now() else None,
        }
        return render(request, "consents/webhooks/detail.html", context)


class ChangeView(OfWebhooksView):
    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        webhook = self.webhook(public_id)
        initial = {"url": webhook.url, "events": webhook.events, "brands": webhook.brands}
        return self.show(request, webhook, WebhookForm(initial=initial, brands=self.brands()))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        webhook = self.webhook(public_id)
        form = WebhookForm(request.POST, brands=self.brands())
        if not form.is_valid():
            return self.show(request, webhook, form, status=422)
        try:
            services.change_webhook(public_id=public_id, actor=self.actor, now=timezone.now(), **form.cleaned_data)
        except Invalid as refusal:
            show_refusal(form, refusal)
            return self.show(request, webhook, form, status=422)
        messages.success(request, _("Saved."))
        return redirect("consents:webhook", public_id)

    def show(self, request: HttpRequest, webhook: Webhook, form: WebhookForm, *, status: int = 200) -> HttpResponse:
        return render(request, "consents/webhooks/form.html", {"form": form, "webhook": webhook}, status=status)


class RotateView(OfWebhooksView):
    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        made = services.rotate_secret(public_id=public_id, actor=self.actor, now=timezone.now())
        return self.show_secret(request, made, rotated=True)


class SwitchView(OfWebhooksView):
    on = False

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        services.switch_webhook(public_id=public_id, actor=self.actor, on=self.on, now=timezone.now())
        messages.success(request, _("The webhook sends again.") if self.on else _("The webhook is switched off."))
        return redirect("consents:webhook", public_id)


class TestView(OfWebhooksView):
    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        services.try_webhook(public_id=public_id, actor=self.actor, now=timezone.now())
        messages.success(request, _("The test is on its way. Its answer stands in the log in a few seconds."))
        return redirect("consents:webhook", public_id)


class SendAgainView(OfWebhooksView):
    def post(self, request: HttpRequest, public_id: UUID, message_id: int) -> HttpResponse:
        services.send_again(public_id=public_id, message_id=message_id, actor=self.actor, now=timezone.now())
        messages.success(request, _("The message is sent again."))
        return redirect("consents:webhook", public_id)


class RemoveView(OfWebhooksView):
    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        services.remove_webhook(public_id=public_id, actor=self.actor, now=timezone.now())
        messages.success(request, _("The webhook was removed."))
        return redirect("consents:webhooks")

"""Queries and messages as files, by POST, because every export is logged (R-G3); a job makes them."""

from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from consents.enums import ExportFormat, ExportKind
from consents.forms.list_filters import ListFilterForm
from consents.forms.messages import MessageFilterForm
from consents.selectors import messages, queries
from consents.services.exports import start_table
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor

from .base import ActorView


def may_export(actor: Actor) -> bool:
    """Grants give no exports (R-P12)."""
    return actor.bound is None and actor.may(Permission.CONSENT_EXPORT)


class TableView(ActorView):
    """Has the file made, and leads to the exported files, where it waits."""

    permission = Permission.CONSENT_EXPORT
    http_method_names = ["post"]

    def start(self, kind: ExportKind, form: str, **what: Any) -> HttpResponse:
        if form not in ExportFormat.values:
            raise Http404
        asked: dict[str, Any] = {"shown": {}} | what
        start_table(actor=self.actor, kind=kind, form=ExportFormat(form), now=timezone.now(), **asked)
        flash.success(self.request, _("Your file is being made. You can leave this page; nothing is lost."))
        return redirect("consents:exports")


class QueriesView(TableView):
    """The list of queries, as filtered on the page."""

    def post(self, request: HttpRequest, form: str) -> HttpResponse:
        return self.start(ExportKind.QUERIES, form, shown=ListFilterForm(request.GET, actor=self.actor).chosen)


class QueryView(TableView):
    """One query's whole result."""

    def post(self, request: HttpRequest, public_id: UUID, form: str) -> HttpResponse:
        return self.start(ExportKind.QUERY, form, of=queries.visible_query(self.actor, public_id))


class MessagesView(TableView):
    """The list of messages, as filtered on the page."""

    def post(self, request: HttpRequest, form: str) -> HttpResponse:
        return self.start(ExportKind.MESSAGES, form, shown=MessageFilterForm(request.GET, actor=self.actor).chosen)


class MessageView(TableView):
    """One message's recipients: allowed, and removed with the reason."""

    def post(self, request: HttpRequest, public_id: UUID, form: str) -> HttpResponse:
        return self.start(ExportKind.RECIPIENTS, form, of=messages.visible_message(self.actor, public_id))

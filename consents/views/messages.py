"""Messages: the list, one message with its check, its recipients and its downloads (R-S2, R-S3)."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from consents.enums import Channel
from consents.exports import CSV, excel_csv
from consents.files.layout import Layout
from consents.forms.address_column import ColumnForm
from consents.forms.messages import MessageFilterForm, MessageForm, RecipientsForm
from consents.message_downloads import downloads_of, problem_rows
from consents.message_page import check_of, check_of_words, progress_of
from consents.models import Message
from consents.selectors import messages as selectors
from consents.services import message_recipients, message_watch
from consents.services import messages as services
from consents.services.export_tables import may_be_listed
from consents.states import MessageState
from iys_portal.accounts.permissions import Permission
from iys_portal.core.errors import Invalid, NotAllowed
from iys_portal.core.forms import show_refusal
from iys_portal.core.numbers import page_in
from providers.models import Brand

from .base import ActorView
from .export_tables import may_export

NAMES = {"allowed": "gonderilebilir", "removed": "cikarilan", "since": "sonradan-cikarilan", "problems": "okunamayan"}
FIRST_LINES = 5


class MessageView(ActorView):
    """Everybody who sees the provider's panel reads its messages; officers and managers write them."""

    permission = Permission.PROVIDER_VIEW

    def message(self, public_id: UUID) -> Message:
        return selectors.visible_message(self.actor, public_id)

    @cached_property
    def may_write(self) -> bool:
        return services.may_write(self.actor)


class ListView(MessageView):
    """Messages, the newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = MessageFilterForm(request.GET, actor=self.actor)
        chosen = form.chosen
        page = selectors.messages_page(self.actor, chosen=chosen, number=page_in(request.GET.get("sayfa", "")))
        context = {
            "form": form,
            "page": page,
            "rows": [(message, MessageState(message.state)) for message in page.messages],
            "filtered": bool(chosen),
            "may_write": self.may_write,
            "may_export": may_export(self.actor),
            "query": urlencode(chosen),
        }
        pages = {"first_url": 1 if page.before > 1 else 0, "previous_url": page.before, "next_url": page.after}
        links = {name: f"?{urlencode(chosen | {'sayfa': number})}" if number else "" for name, number in pages.items()}
        return render(request, "consents/messages/list.html", context | links)


class OneView(MessageView):
    """One message: its words and their check, its recipients, and what may be done with it."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.page(request, self.message(public_id))

    def page(
        self,
        request: HttpRequest,
        message: Message,
        *,
        form: RecipientsForm | None = None,
        column_form: ColumnForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        inside = self.actor.may(Permission.MESSAGE_WRITE)
        context = {
            "message": message,
            "state": MessageState(message.state),
            "check": check_of(message),
            "acts": selectors.acts_on(message, self.actor) if self.may_write else self.acts_of_ended(message),
            "may_write": self.may_write,
            "others": [(one, MessageState(one.state)) for one in selectors.versions_of(self.actor, message)],
            "reasons": selectors.by_reason(message),
            "progress": progress_of(message),
            "may_list": may_export(self.actor) and may_be_listed(message),
            "column_form": column_form or self.column_form(message),
            "recipients": form or RecipientsForm(),
            "downloads": downloads_of(message) if inside and self.may_write else [],
            "lines": list(problem_rows_first(message)) if inside else [],
        }
        return render(request, "consents/messages/detail.html", context, status=status)

    def column_form(self, message: Message, data: Any = None) -> ColumnForm | None:
        """For a list that waits, and for whoever may go on with it."""
        if not message.waits_for_column or not self.may_write:
            return None
        found = message_recipients.address_column(message)
        return ColumnForm(data, layout=Layout.from_json(message.layout), found=found)

    def acts_of_ended(self, message: Message) -> set[str]:
        """A provider that may not send can still call off what it planned."""
        return selectors.acts_on(message, self.actor) & {"cancel"}


def problem_rows_first(message: Message) -> list[list[str]]:
    """The first lines that are no addresses, with what is wrong."""
    rows = problem_rows(message)
    next(rows)  # headings
    return [row for row, _number in zip(rows, range(FIRST_LINES), strict=False)]


class WriteView(MessageView):
    """What the two forms share: brands to choose from, and the service's refusals at their fields."""

    permission = Permission.MESSAGE_WRITE

    def form(self, *args: Any, **kwargs: Any) -> MessageForm:
        brands = Brand.objects.visible_to(self.actor).filter(is_active=True).select_related("provider")
        return MessageForm(*args, brands=brands.order_by("-is_main", "name"), **kwargs)

    def saved(self, form: MessageForm, save: Any) -> Message | None:
        if not form.is_valid():
            return None
        try:
            return save(form.cleaned_data)
        except Invalid as error:
            show_refusal(form, error)
            return None

    def answer(self, request: HttpRequest, form: MessageForm, saved: Message | None, **context: Any) -> HttpResponse:
        if saved is not None:
            return redirect("consents:message", saved.public_id)
        status = 422 if form.is_bound else 200
        return render(request, "consents/messages/form.html", {"form": form, **context}, status=status)


class NewView(WriteView):
    """A new message."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = self.form(initial={"brand": request.GET.get("marka", "")})
        return self.answer(request, form, None, check=None)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST)
        saved = self.saved(form, lambda data: services.create_message(actor=self.actor, **data))
        return self.answer(request, form, saved, check=None)


class ChangeView(WriteView):
    """Change what is not registered yet; anything else leads to its page."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        message = self.message(public_id)
        if not MessageState(message.state).changeable:
            return redirect("consents:message", message.public_id)
        initial = {name: getattr(message, name) for name in services.FIELDS}
        form = self.form(initial=initial, message=message)
        return self.answer(request, form, None, message=message, check=check_of(message))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        message = self.message(public_id)
        form = self.form(request.POST, message=message)
        saved = self.saved(
            form, lambda data: services.change_message(actor=self.actor, public_id=public_id, changes=data)
        )
        return self.answer(request, form, saved, message=message, check=check_of(message))


class CheckView(WriteView):
    """What is wanted of the text and what is missing, while it is written. By POST, because texts are long."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: UUID | None = None) -> HttpResponse:
        words: dict[str, Any] = {name: request.POST.get(name, "")[:200_000] for name in ("subject", "text", "html")}
        if public_id is not None:
            message = self.message(public_id)
            about: dict[str, Any] = {"brand": message.brand, "channel": message.channel, "purpose": message.purpose}
        else:
            form = self.form(request.POST)
            form.is_valid()
            about = {name: form.cleaned_data.get(name) for name in ("brand", "channel", "purpose")}
        check = check_of_words(**about, **words) if all(about.values()) else None
        return render(request, "consents/messages/check.html", {"check": check})


class RecipientsView(OneView):
    """The list of recipients; with it the check begins."""

    permission = Permission.MESSAGE_WRITE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        message = self.message(public_id)
        form = RecipientsForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                self.take(message, form.cleaned_data)
            except Invalid as error:
                show_refusal(form, error, elsewhere="file")
            else:
                return redirect("consents:message", message.public_id)
        message.refresh_from_db()
        return self.page(request, message, form=form, status=422)

    def take(self, message: Message, data: dict[str, Any]) -> None:
        if data.get("file"):
            file = data["file"]
            about: dict[str, Any] = {"actor": self.actor, "public_id": message.public_id, "name": file.name}
            message_recipients.wash_file(**about, file=file, look=True)
        else:
            message_recipients.wash_paste(actor=self.actor, public_id=message.public_id, text=data["pasted"])


class ColumnView(OneView):
    """Which column of the list holds the addresses; then the check begins."""

    permission = Permission.MESSAGE_WRITE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        message = self.message(public_id)
        if not message.waits_for_column:
            return redirect("consents:message", message.public_id)
        form = self.column_form(message, request.POST)
        if form is None or not form.is_valid():
            return self.page(request, message, column_form=form, status=422)
        column = int(form.cleaned_data["column"])
        message_recipients.choose_column(actor=self.actor, public_id=public_id, column=column)
        return redirect("consents:message", message.public_id)


class ProgressView(MessageView):
    """How far the check is, asked every second; a finished one makes the page load anew."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        message = self.message(public_id)
        progress = progress_of(message)
        if progress is None or not progress.runs:
            if request.headers.get("HX-Request"):
                return HttpResponse(headers={"HX-Refresh": "true"})
            return redirect("consents:message", message.public_id)
        return render(request, "consents/messages/progress.html", {"message": message, "progress": progress})


class ActView(MessageView):
    """A button of a message: one service by POST, then its page."""

    permission = Permission.MESSAGE_WRITE
    http_method_names = ["post"]
    act: str = ""

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        self.message(public_id)
        message = getattr(self, self.act)(request, public_id)
        return redirect("consents:message", message.public_id)

    def wash_all(self, request: HttpRequest, public_id: UUID) -> Message:
        return message_recipients.wash_all(actor=self.actor, public_id=public_id)

    def drop_list(self, request: HttpRequest, public_id: UUID) -> Message:
        return message_recipients.drop_list(actor=self.actor, public_id=public_id)

    def wash_again(self, request: HttpRequest, public_id: UUID) -> Message:
        return message_recipients.wash_again(actor=self.actor, public_id=public_id)

    def resume(self, request: HttpRequest, public_id: UUID) -> Message:
        return message_recipients.resume_wash(actor=self.actor, public_id=public_id)

    def stop(self, request: HttpRequest, public_id: UUID) -> Message:
        return message_recipients.stop_wash(actor=self.actor, public_id=public_id)

    def release(self, request: HttpRequest, public_id: UUID) -> Message:
        message = services.release(actor=self.actor, public_id=public_id)
        flash.success(request, _("The message is registered. It stays in the registry as it stands."))
        return message

    def cancel(self, request: HttpRequest, public_id: UUID) -> Message:
        message = services.cancel(actor=self.actor, public_id=public_id)
        flash.success(request, _("The message was called off."))
        return message

    def version(self, request: HttpRequest, public_id: UUID) -> Message:
        return services.begin_version(actor=self.actor, public_id=public_id)


class DownloadView(MessageView):
    """A list of a message, by POST, because every export of addresses is logged (R-G3)."""

    permission = Permission.MESSAGE_WRITE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: UUID, kind: str) -> HttpResponseBase:
        self.message(public_id)
        if not self.may_write:
            raise NotAllowed
        message, rows = message_watch.take(actor=self.actor, public_id=public_id, kind=kind, now=timezone.now())
        name = f"{NAMES[kind]}-{Channel(message.channel).name}-{message.planned_at:%Y%m%d}-v{message.version}.csv"
        response = StreamingHttpResponse(excel_csv(rows), content_type=CSV)
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
        response["Cache-Control"] = "private, no-store"
        return response

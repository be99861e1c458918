"""What the consents' views share."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponseBase
from django.views.generic import View

from consents.policies import may_import
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor


class ActorView(View):
    """A view for whoever holds its permission in the present scope."""

    permission: ClassVar[Permission]
    actor: Actor

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.actor = request.actor  # type: ignore[attr-defined]
        self.actor.require(self.permission)
        return super().dispatch(request, *args, **kwargs)

    def rights(self) -> dict[str, bool]:
        """What the page may offer."""
        return {
            "may_record": self.actor.may(Permission.CONSENT_RECORD),
            "may_complete": self.actor.may(Permission.EVIDENCE_COMPLETE),
            "may_export": self.actor.may(Permission.CONSENT_EXPORT),
            "may_show": self.actor.may(Permission.PERSON_SHOW),
            "import_links": may_import(self.actor),
        }

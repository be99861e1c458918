"""A complaint (şikâyet) about one message to one address, from its first draft to what became of the decision."""

import uuid
from functools import reduce
from operator import or_

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.enums import ComplaintState as S
from complaints.enums import Operator, Topic
from consents.enums import Channel, RecipientType
from consents.models import LegalHold
from iys_portal.accounts.models import User
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor, ActorKind
from providers.models import Brand

TRACKING_DIGITS = 12
"""60 random bits: nobody finds a complaint by trying numbers, and the number tells nothing of the person."""
DECIDED = frozenset({S.VIOLATION, S.NO_VIOLATION, S.OUT_OF_SCOPE, S.TOO_LATE})
OPEN = frozenset(
    {S.FILED, S.MISSING_INFORMATION, S.DEFENCE_ASKED, S.DEFENCE_RECEIVED, S.DEFENCE_OVERDUE, S.UNDER_DECISION}
)
"""Filed and not decided yet: it may be withdrawn."""
CONTESTED = frozenset({S.OBJECTED, S.IN_COURT})
HOLDING = OPEN | CONTESTED
"""While a complaint stands here, the records that it uses do not expire (R-L5)."""
TIMED = frozenset({S.MISSING_INFORMATION, S.DEFENCE_ASKED, S.DEFENCE_OVERDUE})
"""A side has a last day, or has let it pass."""


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def visible_to(self, actor: Actor) -> "ComplaintQuerySet":
        """R-A1, R-K6. A citizen's own; an officer's of the own il; all for who sees over every il; a provider's once
        its answer was asked for, and of these an integrator's people only what was granted. A draft is its writer's.
        """
        if actor.kind is ActorKind.SYSTEM:
            return self
        if actor.kind is ActorKind.RECIPIENT:
            return self.filter(citizen=actor.id)
        if actor.all_providers:
            return self._of_staff(actor)
        if actor.provider_id is None or not actor.may(Permission.COMPLAINT_VIEW):
            return self.none()
        found = self.filter(brand__provider=actor.provider_id, shown_to_provider_at__isnull=False)
        if actor.bound is None:
            return found
        parts = [Q(brand=brand, channel=channel) for brand, channel in sorted(actor.bound.complaints)]
        return found.filter(reduce(or_, parts)) if parts else found.none()

    def of_desk(self, actor: Actor) -> "ComplaintQuerySet":
        """Those that an officer may decide: of the own il (R-K7)."""
        provinces = User.objects.filter(pk=actor.id).exclude(province="").values("province")
        mine = actor.all_providers and actor.may(Permission.COMPLAINT_DECIDE)
        return self.filed().filter(province__in=provinces) if mine else self.none()

    def filed(self) -> "ComplaintQuerySet":
        return self.exclude(state=S.DRAFT)

    def _of_staff(self, actor: Actor) -> "ComplaintQuerySet":
        return self.filed() if actor.may(Permission.COMPLAINT_VIEW_ANY) else self.of_desk(actor)


class Complaint(models.Model):
    """One complaint. The identity stands in `ComplaintIdentity`, so that no page for a sender can load it (R-K6)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    tracking_number = models.CharField(_("tracking number"), max_length=30, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=S, default=S.DRAFT)
    citizen = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="complaints")
    language = models.CharField(max_length=2, default="tr")

    address = models.CharField(_("address"), max_length=265, blank=True, db_collation="C")
    channel = models.SmallIntegerField(_("channel"), choices=Channel, null=True)
    recipient_type = models.SmallIntegerField(
        _("recipient type"), choices=RecipientType, default=RecipientType.BIREYSEL
    )
    operator = models.CharField(_("operator"), max_length=20, choices=Operator, blank=True)
    brand = models.ForeignKey(Brand, models.PROTECT, null=True, related_name="complaints", verbose_name=_("brand"))
    sender_given = models.CharField(_("sender as given"), max_length=300, blank=True)
    sender_key = models.CharField(max_length=300, blank=True)  # as `BrandValue.key` is: by it a sender is found later
    message_number = models.BigIntegerField(null=True)  # key of the registered message (R-S3), where there is one
    message_at = models.DateTimeField(_("time of the message"), null=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("text"), max_length=20_000, blank=True)
    mail_facts = models.JSONField(default=dict, blank=True)  # of the e-mail file: list headers, what servers checked
    topics = ArrayField(models.CharField(max_length=20, choices=Topic), default=list, blank=True)

    province = models.CharField(_("province that decides"), max_length=40, blank=True)
    declared_at = models.DateTimeField(null=True)
    filed_at = models.DateTimeField(_("filed"), null=True)
    held = models.JSONField(default=dict, blank=True)  # what the registry held, frozen at filing (R-K3)
    after_refusal = models.BooleanField(_("after a refusal"), default=False)  # R-K8
    without_consent = models.BooleanField(_("without consent"), default=False)
    joined_to = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="joined", db_index=False
    )  # never two steps deep
    refusal_wanted = models.BooleanField(default=False)  # asked for with the filing: refuse the sender too
    hold = models.OneToOneField(LegalHold, models.PROTECT, null=True, related_name="+")  # while it is open (R-L5)

    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    shown_to_provider_at = models.DateTimeField(null=True)  # when its answer was first asked for
    state_at = models.DateTimeField()  # since when it stands where it stands
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        constraints = [
            models.UniqueConstraint(
                fields=["tracking_number"], condition=~Q(tracking_number=""), name="complaint_tracking_number_once"
            ),
            # R-K2, R-K4: what is filed is whole and has its number.
            models.CheckConstraint(
                name="r_k2_filed_complaint_is_whole",
                condition=Q(state=S.DRAFT, filed_at=None, declared_at=None, tracking_number="")
                | (
                    ~Q(state=S.DRAFT)
                    & Q(
                        filed_at__isnull=False,
                        declared_at__isnull=False,
                        message_at__isnull=False,
                        channel__isnull=False,
                        topics__len__gte=1,
                    )
                    & ~Q(tracking_number="")
                    & ~Q(address="")
                    & ~Q(text="")
                    & ~Q(province="")
                    & (Q(brand__isnull=False) | ~Q(sender_given=""))
                ),
            ),
            models.CheckConstraint(
                name="r_k1_message_before_filing",
                condition=Q(filed_at=None) | Q(message_at__lte=models.F("filed_at")),
            ),
            models.CheckConstraint(
                name="r_k6_defence_of_a_known_sender",
                condition=Q(shown_to_provider_at=None) | Q(brand__isnull=False),
            ),
            models.CheckConstraint(
                name="complaint_channel_fits_address",
                condition=Q(channel=None)
                | Q(address="")
                | Q(channel=Channel.EPOSTA, address__contains="@")
                | (~Q(channel=Channel.EPOSTA) & Q(address__startswith="+")),
            ),
            models.CheckConstraint(name="complaint_not_joined_to_itself", condition=~Q(joined_to=models.F("pk"))),
            models.CheckConstraint(
                name="complaint_taken_at_with_by",
                condition=Q(taken_at=None, taken_by=None) | Q(taken_at__isnull=False, taken_by__isnull=False),
            ),
        ]
        indexes = [
            # Which complaints has this citizen, newest first?
            models.Index(fields=["citizen", "-id"], name="complaint_of_citizen"),
            # What is on an il's desk?
            models.Index(
                fields=["province", "state", "filed_at"], name="complaint_of_desk", condition=~Q(state="draft")
            ),
            # Which complaints are about this brand?
            models.Index(fields=["brand", "-filed_at"], name="complaint_of_brand", condition=Q(brand__isnull=False)),
            # Which complaints may be about the same message?
            models.Index(
                fields=["brand", "channel", "message_at"],
                name="complaint_same_message",
                condition=Q(brand__isnull=False) & ~Q(state="draft"),
            ),
            # Which complaints are joined to this one?
            models.Index(fields=["joined_to"], name="complaint_joined", condition=Q(joined_to__isnull=False)),
            # Which complaints about unregistered senders name this one?
            models.Index(fields=["sender_key"], name="complaint_of_sender", condition=Q(brand=None)),
            # Which drafts does nobody go on with?
            models.Index(fields=["changed_at"], name="complaint_stale_draft", condition=Q(state="draft")),
        ]

    def __str__(self) -> str:
        return self.tracking_number or f"#{self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.state == S.DRAFT

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_decided(self) -> bool:
        return self.state in DECIDED

    @property
    def provider_id(self) -> int | None:
        """For the audit log: whose case it is, once the provider knows of it."""
        return self.brand.provider_id if self.brand and self.shown_to_provider_at else None

    @property
    def state_badge(self) -> str:
        return S(self.state).badge

    @property
    def sender_name(self) -> str:
        """The sender as pages name it."""
        return self.brand.name if self.brand else self.sender_given

    @property
    def sender_in_full(self) -> str:
        """The sender as papers name it: with the brand's number and whose it is."""
        return f"{self.brand} · {self.brand.provider}" if self.brand else self.sender_given

    @property
    def topic_labels(self) -> list[str]:
        return [str(Topic(topic).label) for topic in self.topics]

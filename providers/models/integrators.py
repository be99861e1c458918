"""Integrators (entegratör): companies that write consents for many providers, and what each provider opened (R-P12)."""

import uuid

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from iys_portal.core.actors import Actor
from providers.enums import GrantChannel, GrantLevel, IntegratorState

from .providers import Brand


class Integrator(models.Model):
    """A company with the ministry's authorisation; opened and kept by staff."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    iys_code = models.PositiveIntegerField(
        _("İYS number"),
        unique=True,
        null=True,
        blank=True,
        editable=False,
        error_messages={"unique": _("This İYS number is taken.")},
    )
    title = models.CharField(_("company or trade name"), max_length=300)
    tax_number = models.CharField(
        _("tax number"),
        max_length=11,
        unique=True,
        validators=[RegexValidator(r"^\d{10,11}$", _("A tax number has 10 digits, of a natural person 11."))],
        error_messages={"unique": _("An integrator with this tax number is already registered.")},
    )
    authorisation_number = models.CharField(
        _("number of the ministry's authorisation"),
        max_length=60,
        unique=True,
        error_messages={"unique": _("Another integrator has this authorisation.")},
    )
    authorised_from = models.DateField(_("authorised from"))
    authorised_until = models.DateField(_("authorised until"), help_text=_("The last day on which access is open."))
    email = models.EmailField(_("contact e-mail"), max_length=254)
    state = models.CharField(_("state"), max_length=12, choices=IntegratorState, default=IntegratorState.ACTIVE)
    is_demo = models.BooleanField(_("demonstration"), default=False)
    created_at = models.DateTimeField(_("registered"), auto_now_add=True)

    class Meta:
        ordering = ["title"]
        verbose_name = _("integrator")
        verbose_name_plural = _("integrators")
        constraints = [
            models.CheckConstraint(
                name="integrator_authorised_until_after_from",
                condition=Q(authorised_until__gte=F("authorised_from")),
                violation_error_message=_("The authorisation does not end before it begins."),
            ),
            models.CheckConstraint(
                name="integrator_tax_number_digits",
                condition=Q(tax_number__regex=r"^[0-9]{10,11}$"),
                violation_error_message=_("A tax number has 10 digits, of a natural person 11."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def state_label(self) -> IntegratorState:
        return IntegratorState(self.state)


class IntegratorPerson(models.Model):
    """Somebody who works for an integrator. Kept when it ends: the ledger names people by number."""

    integrator = models.ForeignKey(Integrator, models.PROTECT, related_name="people", verbose_name=_("integrator"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("user"))
    added_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    ended_by = models.BigIntegerField(null=True, blank=True)
    ended_by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["integrator", "added_at"]
        verbose_name = _("integrator's person")
        verbose_name_plural = _("integrators' people")
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(ended_at=None),
                name="integrator_person_of_one",
                violation_error_message=_("This person already works for an integrator."),
            ),
            models.CheckConstraint(
                name="integrator_person_ended_at_with_by",
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, ended_by_name="")
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.integrator}"


class IntegratorGrantQuerySet(models.QuerySet["IntegratorGrant"]):
    def visible_to(self, actor: Actor) -> "IntegratorGrantQuerySet":
        """Staff see all, a provider's people their own; an integrator's people read theirs from the scope."""
        if actor.all_providers:
            return self
        if actor.provider_id is None or actor.bound is not None:
            return self.none()
        return self.filter(brand__provider=actor.provider_id)

    def live(self) -> "IntegratorGrantQuerySet":
        return self.filter(revoked_at=None)


class IntegratorGrant(models.Model):
    """One brand and channel that a provider opened to an integrator (R-P12). History: never deleted or reopened."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    integrator = models.ForeignKey(Integrator, models.PROTECT, related_name="grants", verbose_name=_("integrator"))
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="integrator_grants", verbose_name=_("brand"))
    channel = models.SmallIntegerField(_("channel"), choices=GrantChannel)
    level = models.CharField(_("access"), max_length=5, choices=GrantLevel)
    complaints = models.BooleanField(_("complaints"), default=False)
    reconciliation = models.BooleanField(_("reconciliation"), default=False)
    granted_at = models.DateTimeField(_("granted"))
    granted_by = models.BigIntegerField()
    granted_by_name = models.CharField(max_length=200)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.BigIntegerField(null=True, blank=True)
    revoked_by_name = models.CharField(max_length=200, blank=True)

    objects = IntegratorGrantQuerySet.as_manager()

    class Meta:
        ordering = ["integrator", "brand", "channel", "-granted_at"]
        verbose_name = _("integrator's grant")
        verbose_name_plural = _("integrators' grants")
        constraints = [
            models.UniqueConstraint(
                fields=["integrator", "brand", "channel"],
                condition=Q(revoked_at=None),
                name="integrator_grant_one_live",
                violation_error_message=_("This integrator already has access to this channel of the brand."),
            ),
            models.CheckConstraint(
                name="integrator_grant_granted_at_with_by",
                condition=Q(granted_at__isnull=False, granted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="integrator_grant_revoked_at_with_by",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True, revoked_by_name="")
                | Q(revoked_at__isnull=False, revoked_by__isnull=False, revoked_at__gte=F("granted_at")),
            ),
        ]
        indexes = [
            # What may this integrator's people reach now?
            models.Index(fields=["integrator", "brand"], name="integrator_grant_live", condition=Q(revoked_at=None)),
            # Whom did this provider's brand open to, and when?
            models.Index(fields=["brand", "-granted_at"], name="integrator_grant_of_brand"),
        ]

    def __str__(self) -> str:
        return f"{self.integrator} · {self.brand} · {self.get_channel_display()}"

    @property
    def writes(self) -> bool:
        return self.level == GrantLevel.WRITE

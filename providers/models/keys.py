"""Keys by which programs of a provider or of an integrator call the API, and the tokens that they get."""

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iys_portal.core.actors import Actor
from providers.enums import GrantChannel, KeyScope

from .integrators import Integrator
from .providers import Provider

TOKEN_PURPOSE = "api-token"  # noqa: S105 (purpose of the hash by which an access token is found)


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def visible_to(self, actor: Actor) -> "ApiKeyQuerySet":
        """A provider's managers see its keys, an integrator's people their company's, wherever they are."""
        if actor.all_providers:
            return self
        if actor.bound is not None:
            return self.filter(integrator=actor.bound.party_id) if actor.bound.party_id else self.none()
        return self.filter(provider=actor.provider_id) if actor.provider_id else self.none()

    def live(self, now: datetime) -> "ApiKeyQuerySet":
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)


class ApiKey(models.Model):
    """User name and secret of one program; the secret is shown once and kept as a keyed hash. History: never deleted.

    No brands, channels or networks named: all of them.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    provider = models.ForeignKey(
        Provider, models.PROTECT, null=True, blank=True, related_name="api_keys", verbose_name=_("provider")
    )
    integrator = models.ForeignKey(
        Integrator, models.PROTECT, null=True, blank=True, related_name="api_keys", verbose_name=_("integrator")
    )
    name = models.CharField(_("name"), max_length=80)
    username = models.CharField(_("user name"), max_length=40, unique=True)
    secret_hash = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=12, choices=KeyScope), verbose_name=_("what it may do"))
    brands = ArrayField(models.BigIntegerField(), default=list, blank=True, verbose_name=_("brands"))
    channels = ArrayField(
        models.SmallIntegerField(choices=GrantChannel), default=list, blank=True, verbose_name=_("channels")
    )
    networks = ArrayField(models.CharField(max_length=50), default=list, blank=True, verbose_name=_("networks"))
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    created_at = models.DateTimeField(_("made"))
    created_by = models.BigIntegerField()
    created_by_name = models.CharField(max_length=200)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.BigIntegerField(null=True, blank=True)
    revoked_by_name = models.CharField(max_length=200, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            models.CheckConstraint(
                name="api_key_of_one_party",
                condition=Q(provider__isnull=True, integrator__isnull=False)
                | Q(provider__isnull=False, integrator__isnull=True),
            ),
            models.CheckConstraint(
                name="api_key_created_at_with_by", condition=Q(created_at__isnull=False, created_by__isnull=False)
            ),
            models.CheckConstraint(
                name="api_key_revoked_at_with_by",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True, revoked_by_name="")
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
            models.CheckConstraint(
                name="api_key_ends_after_it_was_made",
                condition=Q(expires_at=None) | Q(expires_at__gt=F("created_at")),
                violation_error_message=_("A key ends after today."),
            ),
            models.CheckConstraint(name="api_key_may_something", condition=Q(scopes__len__gt=0)),
        ]
        indexes = [
            # Which keys end soon, so that somebody has to be told?
            models.Index(fields=["expires_at"], name="api_key_ending", condition=Q(revoked_at=None)),
        ]

    brand_names: list[str]  # given by `selectors.keys.keys_of`

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        if self.revoked_at is not None:
            return "revoked"
        return "ended" if self.expires_at is not None and self.expires_at <= timezone.now() else "live"

    @property
    def scope_labels(self) -> list[str]:
        return [str(KeyScope(scope).label) for scope in self.scopes]

    @property
    def channel_labels(self) -> list[str]:
        return [str(GrantChannel(channel).label) for channel in self.channels]


class ApiToken(models.Model):
    """One access token with the refresh token that came with it; both are kept as keyed hashes.

    Tokens that were had for one another are a family: whoever shows a refresh token that was used before ends it whole,
    for either the thief or the owner holds the newer one.
    """

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="tokens")
    family = models.UUIDField()
    access_hash = models.CharField(max_length=64, unique=True)
    access_until = models.DateTimeField()
    refresh_hash = models.CharField(max_length=64, unique=True)
    refresh_until = models.DateTimeField()
    refreshed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="api_token_times", condition=Q(refresh_until__gte=F("access_until"))),
        ]
        indexes = [
            # Which tokens belong together?
            models.Index(fields=["family"], name="api_token_family"),
            # Which can be forgotten?
            models.Index(fields=["refresh_until"], name="api_token_over"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

"""People who sign in: staff and providers' users by password, citizens by a code to an address of theirs (design 8)."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .enums import MailRhythm, NoticeAudience, ProviderRole, StaffRole, UserKind


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user with a usable password, or none until an invitation is taken up."""
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_citizen(self, *, language: str) -> "User":
        """A citizen: no e-mail, no name, no password that could ever fit (R-Z1)."""
        user = self.model(kind=UserKind.CITIZEN, email=None, language=language)
        user.set_unusable_password()
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A member (one e-mail, any number of providers and staff roles) or a citizen (proven addresses, nothing else).

    The kinds never mix: somebody who is both has two accounts, also where the e-mail is the same.
    Permissions come from `roles.py` through `backends.RoleBackend`; there is no superuser.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=UserKind, default=UserKind.MEMBER)
    email = models.EmailField(_("e-mail"), max_length=254, unique=True, null=True)  # noqa: DJ001 (absent, not empty)
    full_name = models.CharField(_("name"), max_length=150)
    language = models.CharField(
        _("language"), max_length=2, choices=[("tr", "Türkçe"), ("en", "English")], default="tr"
    )
    staff_roles = ArrayField(
        models.CharField(max_length=20, choices=StaffRole),
        verbose_name=_("staff roles"),
        default=list,
        blank=True,
    )
    # R-K7: the il whose complaints this officer decides; empty: none.
    province = models.CharField(_("province of complaints"), max_length=40, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    # R-A2: until then the person may work without the second factor that they need; set once, past for good after.
    factor_due_at = models.DateTimeField(_("second factor due"), null=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(
                name="user_kind_with_its_sign_in",
                condition=Q(kind=UserKind.MEMBER, email__isnull=False)
                | Q(
                    kind=UserKind.CITIZEN,
                    email__isnull=True,
                    staff_roles=[],
                    password__startswith=UNUSABLE_PASSWORD_PREFIX,
                ),
                violation_error_message=_("A citizen has no e-mail, password or staff role; everybody else an e-mail."),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email or f"#{self.pk}"

    @property
    def is_citizen(self) -> bool:
        return self.kind == UserKind.CITIZEN

    @property
    def is_staff(self) -> bool:
        """Django's admin asks this; it is true for whoever holds a staff role."""
        return bool(self.staff_roles)

    @property
    def is_superuser(self) -> bool:
        return False

    def get_full_name(self) -> str:
        return self.full_name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        from .backends import RoleBackend

        return self.is_active and RoleBackend().has_perm(self, perm, obj)

    def has_perms(self, perms: list[str], obj: Any = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        from .backends import RoleBackend

        return self.is_active and RoleBackend().has_module_perms(self, app_label)


class ProvenAddress(models.Model):
    """An address that a citizen has proven by a code, as the consents store it: lower-case e-mail or E.164 (R-Z1)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="addresses")
    address = models.CharField(max_length=265, unique=True, db_collation="C")
    proven_at = models.DateTimeField()  # the last time
    history_from = models.DateTimeField(null=True)  # what stands before belongs to an earlier holder; None: nobody's

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="proven_address_as_stored",
                condition=Q(address__regex=r"^(\+[0-9]{5,15}|[^@\sA-Z]+@[^@\sA-Z]+)$"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_phone(self) -> bool:
        return self.address.startswith("+")

    def is_own(self, moment: datetime | None) -> bool:
        """R-Z2: whether what happened then is the present holder's, and no earlier one's."""
        return self.history_from is None or (moment is not None and moment >= self.history_from)


class LostAddress(models.Model):
    """That an address of a citizen was proven by somebody else (R-Z2), until the citizen has read it.

    The new holder's address is kept masked: enough to know which one it was.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="lost_addresses")
    masked = models.CharField(max_length=265)
    lost_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"#{self.pk}"


class LeftAddress(models.Model):
    """That a citizen gave an address up (R-Z2): what was recorded until then is not shown to whoever proves it next.

    Held by a keyed hash, so that no address stays behind. `history_from` is what the row had, for the same citizen.
    """

    address_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, models.PROTECT, related_name="left_addresses")
    left_at = models.DateTimeField()
    history_from = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"#{self.pk}"


class KnownDevice(models.Model):
    """A browser in which a citizen signed in before, known by a cookie whose keyed hash stands here."""

    user = models.ForeignKey(User, models.PROTECT, related_name="devices")
    token_hash = models.CharField(max_length=64)
    browser = models.CharField(max_length=60, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "token_hash"], name="known_device_once")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class CitizenMails(models.Model):
    """What a citizen wants to be mailed beside what the law asks for (R-M1); no row: as the defaults say."""

    user = models.OneToOneField(User, models.PROTECT, related_name="mails", primary_key=True)
    consents = models.CharField(max_length=10, choices=MailRhythm, default=MailRhythm.DAILY)
    refusals = models.BooleanField(default=True)
    devices = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"#{self.pk}"


class EdevletLink(models.Model):
    """Which citizen e-Devlet's subject is (R-Z1): a keyed hash, never an identity number (R-G1)."""

    user = models.OneToOneField(User, models.PROTECT, related_name="edevlet", primary_key=True)
    subject_hash = models.CharField(max_length=64, unique=True)
    linked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"#{self.pk}"


class OneTimeCode(models.Model):
    """A code that was sent to an address (R-Z1). Holds neither: a keyed hash of each, so that a copy helps nobody.

    Rows of the last day are the memory of the limits; older ones go with the address's next code.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    address_hash = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    again_at = models.DateTimeField(default=timezone.now)  # when another one may be asked for, while this is unused
    tries = models.PositiveSmallIntegerField(default=0)  # wrong ones
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # Which code is this address's newest, and how many did it get lately?
            models.Index(fields=["address_hash", "-created_at"], name="code_of_address"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}"


class Invitation(models.Model):
    """A mailed link that opens an account, or adds a role to one; it holds a token's hash only."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254)
    full_name = models.CharField(_("name"), max_length=150)
    staff_roles = ArrayField(models.CharField(max_length=20, choices=StaffRole), default=list, blank=True)
    provider_id = models.BigIntegerField(null=True, blank=True)
    integrator_id = models.BigIntegerField(null=True, blank=True)  # R-P12: instead of a provider
    provider_name = models.CharField(_("company"), max_length=300, blank=True)  # or the integrator's
    provider_role = models.CharField(max_length=20, choices=ProviderRole, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by_id = models.BigIntegerField()
    created_at = models.DateTimeField(_("invited"))
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(
                name="invitation_accepted_at_with_by",
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="invitation_provider_with_role",
                condition=Q(provider_id__isnull=True, integrator_id__isnull=True, provider_role="")
                | Q(provider_id__isnull=False, integrator_id__isnull=True) & ~Q(provider_role="")
                | Q(provider_id__isnull=True, integrator_id__isnull=False, provider_role=ProviderRole.INTEGRATOR),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def role_labels(self) -> str:
        """What is offered, in the reader's language."""
        if self.provider_role:
            return str(ProviderRole(self.provider_role).label)
        return ", ".join(str(StaffRole(role).label) for role in self.staff_roles)


class PrivacyNotice(models.Model):
    """One version of a privacy notice (aydınlatma metni) in one language (R-G6). Append-only: a change is a version.

    `text` is plain: paragraphs between empty lines, `## ` before a heading, `- ` before each item of a list.
    """

    append_only = True

    audience = models.CharField(_("for whom"), max_length=20, choices=NoticeAudience)
    version = models.PositiveSmallIntegerField(_("version"))
    language = models.CharField(_("language"), max_length=2, choices=[("tr", "Türkçe"), ("en", "English")])
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"))
    published_at = models.DateTimeField(_("published"))

    class Meta:
        ordering = ["audience", "-version", "language"]
        verbose_name = _("privacy notice")
        verbose_name_plural = _("privacy notices")
        constraints = [
            models.UniqueConstraint(fields=["audience", "version", "language"], name="privacy_notice_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"

    @property
    def blocks(self) -> list[tuple[str, list[str]]]:
        """The text for a page: ("heading" | "list" | "text", lines)."""
        found = []
        for part in self.text.split("\n\n"):
            lines = [line for line in part.strip().split("\n") if line]
            if lines and lines[0].startswith("## "):
                found.append(("heading", [lines.pop(0)[3:]]))
            if lines and all(line.startswith("- ") for line in lines):
                found.append(("list", [line[2:] for line in lines]))
            elif lines:
                found.append(("text", lines))
        return found


class PrivacyNoticeRead(models.Model):
    """That somebody was shown a version of a notice and pressed *Okudum* (R-G6). Append-only.

    `subject_type` and `subject_id` say who, without an address: an application's public id, a user's number, or the
    keyed hash of an address.
    """

    append_only = True

    notice = models.ForeignKey(PrivacyNotice, models.PROTECT, related_name="readings")
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=100)
    read_at = models.DateTimeField(_("read"))

    class Meta:
        indexes = [
            # Which version was this person shown, and when?
            models.Index(fields=["subject_type", "subject_id"], name="privacy_read_of_subject"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

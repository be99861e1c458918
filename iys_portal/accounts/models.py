"""People who sign in with a password: staff and providers' users. Citizens have accounts of their own kind."""

import uuid
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from .enums import ProviderRole, StaffRole


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user with a usable password, or none until an invitation is taken up."""
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """One person, one e-mail, any number of providers (memberships) and staff roles.

    Permissions come from `roles.py` through `backends.RoleBackend`; there is no superuser.
    """

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
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
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.full_name or self.email

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


class Invitation(models.Model):
    """A mailed link that opens an account, or adds a role to one; it holds a token's hash only."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254)
    full_name = models.CharField(_("name"), max_length=150)
    staff_roles = ArrayField(models.CharField(max_length=20, choices=StaffRole), default=list, blank=True)
    provider_id = models.BigIntegerField(null=True, blank=True)
    provider_name = models.CharField(max_length=300, blank=True)
    provider_role = models.CharField(max_length=20, choices=ProviderRole, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by_id = models.BigIntegerField()
    created_at = models.DateTimeField()
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
                condition=Q(provider_id__isnull=True, provider_role="")
                | Q(provider_id__isnull=False) & ~Q(provider_role=""),
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

"""Kinds of accounts, and roles (domain 3)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class UserKind(models.TextChoices):
    """Which of the two kinds of account: with a password for work, or with proven addresses for oneself (design 8)."""

    MEMBER = "member", _("Staff or provider's user")
    CITIZEN = "citizen", _("Citizen")


class StaffRole(models.TextChoices):
    """What a person of the registry may be; one person may hold several."""

    REVIEWER = "reviewer", _("Application reviewer")
    COMPLAINT_OFFICER = "complaint_officer", _("Complaint officer")
    ADMIN = "admin", _("Registry admin")
    AUDITOR = "auditor", _("Auditor")


class ProviderRole(models.TextChoices):
    """What a person may be for one provider (a membership)."""

    MANAGER = "manager", _("Manager")
    OFFICER = "officer", _("Compliance officer")
    VIEWER = "viewer", _("Viewer")
    INTEGRATOR = "integrator", _("Integrator user")


class NoticeAudience(models.TextChoices):
    """To whom a privacy notice is shown (R-G6)."""

    APPLICANT = "applicant", _("Applicants")
    CITIZEN = "citizen", _("Citizens")
    USER = "user", _("Users of the panel")
    COMPLAINANT = "complainant", _("Complainants")


class MailRhythm(models.TextChoices):
    """How a citizen is told of new consents by mail."""

    EACH = "each", _("At once")
    DAILY = "daily", _("Once a day, all together")
    NONE = "none", _("Not by mail")

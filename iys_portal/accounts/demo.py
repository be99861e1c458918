"""The demonstration's people, one for each role. They exist where `settings.DEMO` is on, nowhere else."""

from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction

from iys_portal.core.actors import SYSTEM
from iys_portal.core.errors import NotAllowed

from .enums import ProviderRole, StaffRole
from .hooks import memberships
from .models import User

PASSWORD = "demo-parola-2026"  # noqa: S105 (public on purpose)

# A made-up person in the files of several demonstration companies (`dashboard.demo`); citizens have no account before
# their first code.
CITIZEN = "0500 000 35 07"

STORE, AIRLINE, BOOKSHOP = 700001, 700002, 700003
INTEGRATOR = "Deneme Entegrasyon A.Ş."


@dataclass(frozen=True)
class DemoAccount:
    """One made-up person; `memberships` are (İYS number of the provider, role), `integrator` the name of
    the integrator that the person works for; whoever loads integrators makes that so.
    """

    email: str
    full_name: str
    password: str = PASSWORD
    staff_roles: tuple[str, ...] = ()
    memberships: tuple[tuple[int, str], ...] = field(default_factory=tuple)
    integrator: str = ""

    @property
    def roles(self) -> list[str]:
        """Labels for people: staff roles, then role and provider's number."""
        staff = [str(StaffRole(role).label) for role in self.staff_roles]
        outside = [f"{ProviderRole.INTEGRATOR.label} · {self.integrator}"] if self.integrator else []
        return staff + [f"{ProviderRole(role).label} · {code}" for code, role in self.memberships] + outside


ACCOUNTS = (
    DemoAccount("sicil@iys-demo.example", "Deneme Sicil Yöneticisi", staff_roles=(StaffRole.ADMIN,)),
    DemoAccount("inceleme@iys-demo.example", "Deneme Başvuru İnceleyen", staff_roles=(StaffRole.REVIEWER,)),
    DemoAccount("sikayet@iys-demo.example", "Deneme Şikâyet Uzmanı", staff_roles=(StaffRole.COMPLAINT_OFFICER,)),
    DemoAccount("sikayet2@iys-demo.example", "Deneme İkinci Uzman", staff_roles=(StaffRole.COMPLAINT_OFFICER,)),
    DemoAccount("izmir@iys-demo.example", "Deneme İzmir Uzmanı", staff_roles=(StaffRole.COMPLAINT_OFFICER,)),
    DemoAccount("denetci@iys-demo.example", "Deneme Denetçi", staff_roles=(StaffRole.AUDITOR,)),
    DemoAccount(
        "yonetici@iys-demo.example",
        "Örnek Yönetici",
        memberships=((STORE, ProviderRole.MANAGER), (AIRLINE, ProviderRole.MANAGER)),
    ),
    DemoAccount("uyum@iys-demo.example", "Örnek Uyum Sorumlusu", memberships=((STORE, ProviderRole.OFFICER),)),
    DemoAccount("izleyici@iys-demo.example", "Örnek Görüntüleyici", memberships=((STORE, ProviderRole.VIEWER),)),
    DemoAccount("entegrator@iys-demo.example", "Kurgu Entegratör", integrator=INTEGRATOR),
    DemoAccount(
        "kitabevi@iys-demo.example",
        "Kurgu Kitabevi Yöneticisi",
        memberships=((BOOKSHOP, ProviderRole.MANAGER),),
    ),
)


@transaction.atomic
def load_accounts() -> list[User]:
    """Create the demonstration accounts that are missing, with their second factors; idempotent.

    Providers must exist; a membership of one that does not is left out. Raises `NotAllowed` outside the
    demonstration. Existing accounts keep password, roles and factors as somebody may have changed them.
    """
    if not settings.DEMO:
        raise NotAllowed(code="demo")
    return [_load(account) for account in ACCOUNTS]


def _load(account: DemoAccount) -> User:
    from .selectors import has_second_factor, needs_second_factor
    from .services import enrol_totp

    user = User.objects.filter(email=account.email).first()
    if user is None:
        user = User.objects.create_user(
            account.email,
            account.password,
            full_name=account.full_name,
            staff_roles=list(account.staff_roles),
        )
    for code, role in account.memberships:
        provider = memberships().provider_of_code(code)
        if provider is not None:
            memberships().add_member(user=user, provider_id=provider[0], role=role, actor=SYSTEM)
    if needs_second_factor(user) and not has_second_factor(user):
        enrol_totp(user)
    return user

"""Who looks at the pages: the demonstration's people, one of each role, and some who come for the first time."""

from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY, record_authentication
from django.test import Client
from django.utils import timezone

from complaints.models import Complaint
from iys_portal.accounts.demo import STORE
from iys_portal.accounts.models import User
from providers.models import Brand
from tests.factories import BrandFactory, MembershipFactory, UserFactory
from tests.urls.steps import a_citizen, browser_of

from .addresses import seeds

HOUR = 3600
DEMO = {
    "admin": "sicil@iys-demo.example",
    "reviewer": "inceleme@iys-demo.example",
    "complaint_officer": "sikayet@iys-demo.example",
    "auditor": "denetci@iys-demo.example",
    "manager": "yonetici@iys-demo.example",
    "officer": "uyum@iys-demo.example",
    "viewer": "izleyici@iys-demo.example",
    "integrator": "entegrator@iys-demo.example",
}


@dataclass
class Person:
    """Somebody with a browser, the addresses where a walk begins, and how all that it opens begins."""

    role: str
    client: Client
    user: User | None = None
    doors: list[str] = field(default_factory=list)
    within: str = "/"

    @property
    def cookie(self) -> str:
        return self.client.cookies["sessionid"].value if "sessionid" in self.client.cookies else ""


def everybody() -> dict[str, Person]:
    """By role. Newcomers see every list empty; a visitor is not signed in."""
    store = Brand.objects.get(brand_code=STORE)
    inside = ("manager", "officer", "viewer", "integrator")
    found = {}
    for role, email in DEMO.items():
        user = User.objects.get(email=email)
        found[role] = Person(role, signed_in(user, store if role in inside else None), user)
    brand = BrandFactory(is_main=True, name="Yeni Gelen", provider__title="Yeni Gelen A.Ş.")
    people = {
        "new_manager": MembershipFactory(provider=brand.provider, role="manager").user,
        "citizen": Complaint.objects.order_by("pk")[0].citizen,
        "new_citizen": a_citizen("yeni@firma.example"),
        "without_factor": UserFactory(staff_roles=["reviewer"], factor_due_at=timezone.now() + timedelta(days=2)),
    }
    found |= {role: Person(role, signed_in(user), user) for role, user in people.items()}
    session = found["without_factor"].client.session
    del session["second_factor_given"]
    session.save()
    found["without_factor"].within = "/accounts/"
    found["visitor"] = Person("visitor", Client())
    for person in found.values():
        person.doors = seeds()
    return found


def signed_in(user: User | None, brand: Brand | None = None) -> Client:
    """A browser; a person in it gave password and second factor just now, so pages that ask again are open."""
    if user is None:
        return Client()
    client = browser_of(user, brand)
    session = client.session
    record_authentication(SimpleNamespace(session=session), user, method="password", reauthenticated=True)
    session[AUTHENTICATION_METHODS_SESSION_KEY][-1]["at"] += HOUR  # a walk takes longer than such a proof is good for
    session.save()
    return client

"""What a company sees of its sandbox."""

from iys_portal.core.actors import Actor
from providers.models import Brand


def own_sandbox_brand(actor: Actor) -> Brand | None:
    """The brand of the actor's company's sandbox, once there is one."""
    return Brand.objects.filter(is_main=True, provider__sandbox_of=actor.provider_id or 0).first()

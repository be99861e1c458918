"""Answers Django's permission questions from the roles (style 14), so that its admin asks the same table as we do."""

from typing import Any

from django.contrib.auth.backends import BaseBackend

from .permissions import Permission
from .roles import CITIZEN_PERMISSIONS, permissions_of_staff

# Admin pages: which permission opens a model for reading, and which for changing (None: nobody).
_ADMIN_MODELS: dict[str, tuple[Permission, Permission | None]] = {}


def register_admin_model(label: str, *, view: Permission, change: Permission | None = None) -> None:
    """Name the permissions of one model in the admin (`app_label.model_name`); others stay closed."""
    _ADMIN_MODELS[label] = (view, change)


class RoleBackend(BaseBackend):
    """Staff permissions by role; a code without an entry is refused."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        held = CITIZEN_PERMISSIONS if user_obj.is_citizen else permissions_of_staff(user_obj.staff_roles)
        if not user_obj.is_active:
            return False
        if perm in held:
            return True
        app_label, _, action_model = perm.partition(".")
        action, _, model = action_model.partition("_")
        view, change = _ADMIN_MODELS.get(f"{app_label}.{model}", (None, None))
        if action == "view":
            return view in held or (change is not None and change in held)
        return change is not None and change in held

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(
            label.startswith(f"{app_label}.") and self.has_perm(user_obj, f"{app_label}.view_{label.split('.')[1]}")
            for label in _ADMIN_MODELS
        )

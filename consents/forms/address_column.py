"""Which column of a list holds the addresses; the same for queries and messages."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consents.address_column import AddressColumn, choices_of, name_of
from consents.files.layout import Layout
from iys_portal.core.forms import PortalForm


class ColumnForm(PortalForm):
    """Each column with some of its cells; the one that is probably meant is chosen beforehand."""

    column = forms.ChoiceField(label=_("Which column holds the addresses?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, layout: Layout, found: AddressColumn, **kwargs: Any) -> None:
        initial = {"column": "" if found.index is None else str(found.index)}
        super().__init__(*args, initial=initial, **kwargs)
        self.layout, self.found = layout, found
        field: Any = self.fields["column"]
        field.choices = [
            (str(one.index), f"{one.label} – {', '.join(one.cells)}" if one.cells else one.label)
            for one in choices_of(layout)
        ]

    @property
    def sentence(self) -> str:
        """How the choice came about."""
        if self.found.index is None:
            return gettext("No column is surely the one. Choose it; some of its cells stand beside it.")
        name = {"name": name_of(self.layout, self.found.index)}
        if self.found.remembered:
            return gettext("“%(name)s” is the one that you chose the last time. Choose another if it is not.") % name
        return gettext("“%(name)s” was recognised. Choose another if it is not the one.") % name

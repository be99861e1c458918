"""What is wrong with a call's form, in the caller's language; a kind of fault that has no words here is "not valid"."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_TEXT = gettext_lazy("A text is expected.")
_NUMBER = gettext_lazy("A whole number is expected.")
_MOMENT = gettext_lazy("A moment as in ISO 8601 is expected.")
_ID = gettext_lazy("An id (UUID) is expected.")
_OBJECT = gettext_lazy("An object is expected.")
_YES_NO = gettext_lazy("true or false is expected.")
_ONE_OF = gettext_lazy("One of these is expected: %(expected)s.")
SENTENCES = {
    "missing": gettext_lazy("This is needed."),
    "extra_forbidden": gettext_lazy("There is no field of this name."),
    "string_type": _TEXT,
    "string_too_short": gettext_lazy("At least %(min_length)s characters are expected."),
    "string_too_long": gettext_lazy("At most %(max_length)s characters are expected."),
    "string_pattern_mismatch": gettext_lazy("This does not have the form that is expected."),
    "too_short": gettext_lazy("At least %(min_length)s entries are expected."),
    "too_long": gettext_lazy("At most %(max_length)s entries are expected."),
    "list_type": gettext_lazy("A list is expected."),
    "literal_error": _ONE_OF,
    "enum": _ONE_OF,
    "int_type": _NUMBER,
    "int_parsing": _NUMBER,
    "int_parsing_size": _NUMBER,
    "int_from_float": _NUMBER,
    "greater_than_equal": gettext_lazy("The number is %(ge)s or more."),
    "less_than_equal": gettext_lazy("The number is %(le)s or less."),
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
    "uuid_type": _ID,
    "uuid_parsing": _ID,
    "uuid_version": _ID,
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_object_invalid": _MOMENT,
    "year_out_of_reach": gettext_lazy("A year between %(earliest)s and %(latest)s is expected."),
    "timezone_aware": gettext_lazy("A moment with its time zone is expected."),
}


def sentence_of(found: Mapping[str, Any]) -> str:
    """The sentence for one fault of pydantic's; what it knows of the limits stands in `ctx`."""
    sentence = SENTENCES.get(found.get("type", ""))
    if sentence is None:
        return _("Not valid.")
    about = dict(found.get("ctx", {}))
    if "expected" in about:
        about["expected"] = str(about["expected"]).replace(" or ", ", ").replace("'", "")
    return str(sentence) % about

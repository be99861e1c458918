"""Addresses of the API at the root of the host, as the national interface has them, and under `/v2`."""

from django.urls import re_path

from consents.api import brands, consents, push, questions, reconciliation, retailers
from providers.api.brands import GrantedBrandsCall, GrantedBrandsOfCall, IntegratorSubscriptionCall
from providers.api.calls import NotOffered
from providers.api.info import CitiesCall, CityCall, TownCall, TownsCall
from providers.api.paths import call
from providers.api.token import TokenCall

SP = "sps/{iys}"
BRAND = SP + "/brands/{brand}"
app_name = "api"
urlpatterns = [
    call(BRAND + "/consents/status", questions.StatusCall, "status"),  # first: asked before each message
    call("oauth2/token", TokenCall, "token"),
    call("info/town", TownsCall, "towns"),
    call("info/town/{code}", TownCall, "town"),
    call("info/city", CitiesCall, "cities"),
    call("info/city/{code}", CityCall, "city"),
    call("integrator/{integrator}/sps", GrantedBrandsCall, "granted"),
    call("integrator/{integrator}/sps/{iys}", GrantedBrandsOfCall, "granted-of"),
    call("integrator/{integrator}/subscription", IntegratorSubscriptionCall, "integrator-subscription"),
    call(SP + "/subscription", brands.SubscriptionCall, "subscription"),
    call(SP + "/brands", brands.BrandsCall, "brands"),
    call(BRAND + "/consents", consents.AddCall, "consents"),
    re_path(
        r"^v2/sps/(?P<iys>[^/]+)/brands/(?P<brand>[^/]+)/consents/request/?$",
        consents.BatchV2Call.as_view(),
        name="batch-v2",
    ),
    call(BRAND + "/consents/request", consents.BatchCall, "batch"),
    call(BRAND + "/consents/request/{request_id}", consents.BatchResultCall, "batch-result"),
    call(BRAND + "/consents/history", questions.HistoryCall, "history"),
    call(BRAND + "/consents/changes", questions.ChangesCall, "changes"),
    call(BRAND + "/consents/{recipient_type}/status/{type}", questions.StatusManyCall, "status-many"),
    call(BRAND + "/consents/retailers/access", retailers.AccessCall, "access"),
    call(BRAND + "/consent/retailers/access/list", retailers.AccessListCall, "access-list"),
    call(BRAND + "/consents/retailers/access/list", retailers.AccessListCall, "access-list-plural"),
    call(BRAND + "/consents/retailers/access/remove", retailers.RemoveAccessCall, "access-remove"),
    call(BRAND + "/consents/retailers/access/remove/all", retailers.RemoveAllAccessCall, "access-remove-all"),
    call(BRAND + "/retailers", retailers.RetailersCall, "retailers"),
    call(BRAND + "/retailers/{code}", retailers.RetailerCall, "retailer"),
    call(BRAND + "/changes/{day}/recipients/{recipient_type}", reconciliation.SummaryCall, "day-summary"),
    call(BRAND + "/changes/{day}/file", reconciliation.DayFileCall, "day-file"),
    call(BRAND + "/agreements/{day}", reconciliation.AgreementCall, "agreement"),
    call(BRAND + "/agreements/{day}/timestamp", reconciliation.StampCall, "agreement-stamp"),
    call(BRAND + "/push/registration", push.RegisterPushCall, "push"),
    call(BRAND + "/push/unregistration", push.UnregisterPushCall, "push-remove"),
    re_path(
        r"^(?:v2/)?(?:sps|integrator|info|oauth2|via|widget|otp-management)(?:/.*)?$",
        NotOffered.as_view(),
        name="not-offered",
    ),
]

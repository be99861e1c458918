"""Addresses of a provider's own pages, and of applications."""

from django.urls import include, path

from .views import integrators, keys, people, requests, review, review_agreements, senders

app_name = "providers"
urlpatterns = [
    path("basvuru/", include("providers.urls_applications")),
    path("ayarlar/", include("providers.urls_settings")),
    path("gonderici-sorgula/", senders.SendersView.as_view(), name="senders"),
    path("basvurular/", review.ListView.as_view(), name="reviews"),
    path("basvurular/<uuid:public_id>/", review.DetailView.as_view(), name="review"),
    path("basvurular/<uuid:public_id>/al/", review.ActView.as_view(act="take"), name="review_take"),
    path("basvurular/<uuid:public_id>/iade/", review.ActView.as_view(act="give_back"), name="review_return"),
    path("basvurular/<uuid:public_id>/reddet/", review.ActView.as_view(act="reject"), name="review_reject"),
    path("basvurular/<uuid:public_id>/oner/", review.ActView.as_view(act="propose"), name="review_propose"),
    path("basvurular/<uuid:public_id>/onayla/", review.ActView.as_view(act="approve"), name="review_approve"),
    path("basvurular/<uuid:public_id>/mersis/", review.LookupView.as_view(), name="review_lookup"),
    path("basvurular/belge/<uuid:document_id>/", review.PaperView.as_view(), name="review_paper"),
    path("basvurular/belge/<uuid:document_id>/<int:number>/", review.PaperView.as_view(), name="review_page"),
    path(
        "basvurular/<uuid:public_id>/sozlesme/<int:version>/",
        review_agreements.IssuedView.as_view(),
        name="review_agreement",
    ),
    path("basvurular/imzali/<uuid:file_id>/", review_agreements.FileView.as_view(), name="review_signed"),
    path(
        "basvurular/imzali/<uuid:file_id>/<int:number>/",
        review_agreements.FileView.as_view(),
        name="review_signed_page",
    ),
    path("basvurular/istekler/", requests.RequestsView.as_view(), name="review_requests"),
    path("basvurular/istekler/<uuid:public_id>/", requests.RequestView.as_view(), name="review_request"),
    path(
        "basvurular/istekler/<uuid:public_id>/kabul/",
        requests.DecideView.as_view(accept=True),
        name="review_request_accept",
    ),
    path("basvurular/istekler/<uuid:public_id>/ret/", requests.DecideView.as_view(), name="review_request_refuse"),
    path(
        "basvurular/istekler/<uuid:public_id>/belge/", requests.RequestPaperView.as_view(), name="review_request_paper"
    ),
    path(
        "basvurular/istekler/<uuid:public_id>/belge/<int:number>/",
        requests.RequestPaperView.as_view(),
        name="review_request_page",
    ),
    path("entegratorler/", integrators.GrantsView.as_view(), name="integrators"),
    path("entegratorler/izin/<uuid:public_id>/kaldir/", integrators.RevokeGrantView.as_view(), name="grant-revoke"),
    path("entegratorler/<uuid:public_id>/kaldir/", integrators.RevokeAllView.as_view(), name="grants-revoke"),
    path("entegrator-sicili/", integrators.RegisterListView.as_view(), name="integrator-register"),
    path("entegrator-sicili/<uuid:public_id>/", integrators.RegisterOneView.as_view(), name="integrator"),
    path("entegrator-sicili/<uuid:public_id>/davet/", integrators.InviteView.as_view(), name="integrator-invite"),
    path(
        "entegrator-sicili/<uuid:public_id>/davet/<uuid:invitation_id>/geri-al/",
        integrators.InvitationView.as_view(act="revoke"),
        name="integrator-invitation-revoke",
    ),
    path(
        "entegrator-sicili/<uuid:public_id>/davet/<uuid:invitation_id>/yeniden/",
        integrators.InvitationView.as_view(act="resend"),
        name="integrator-invitation-resend",
    ),
    path(
        "entegrator-sicili/<uuid:public_id>/kisi/<int:person_id>/cikar/",
        integrators.EndPersonView.as_view(),
        name="integrator-person-end",
    ),
    path("entegrator-sicili/<uuid:public_id>/<slug:move>/", integrators.MoveView.as_view(), name="integrator-move"),
    path("api-anahtarlari/", keys.KeysView.as_view(), name="keys"),
    path("api-anahtarlari/yeni/", keys.NewKeyView.as_view(), name="key-new"),
    path("api-anahtarlari/<uuid:public_id>/iptal/", keys.RevokeKeyView.as_view(), name="key-revoke"),
    path("kisiler/", people.PeopleView.as_view(), name="people"),
    path("kisiler/<int:membership_id>/rol/", people.RoleView.as_view(), name="member-role"),
    path("kisiler/<int:membership_id>/cikar/", people.RemoveView.as_view(), name="member-remove"),
    path("kisiler/davet/<uuid:public_id>/geri-al/", people.RevokeView.as_view(), name="invitation-revoke"),
    path("kisiler/davet/<uuid:public_id>/yeniden/", people.ResendView.as_view(), name="invitation-resend"),
]

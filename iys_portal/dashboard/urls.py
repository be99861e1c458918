"""Addresses of the pages that mix apps."""

from django.urls import path

from . import views

app_name = "dashboard"
urlpatterns = [
    path("", views.OverviewView.as_view(), name="overview"),
    path("staff/gallery/", views.GalleryView.as_view(), name="gallery"),
]

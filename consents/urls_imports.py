"""Addresses of the import pages; included by `consents.urls`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

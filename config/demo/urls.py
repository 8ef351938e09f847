from django.urls import path

from config.demo import pages

urlpatterns = [
    path("", pages.demo, name="demo"),
    path("sign-in/", pages.sign_in, name="demo-sign-in"),
    path("tomorrow/", pages.tomorrow, name="demo-tomorrow"),
]

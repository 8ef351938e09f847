from django.urls import path

from config.demo import endpoints, pages

urlpatterns = [
    path("", pages.demo, name="demo"),
    path("sign-in/", pages.sign_in, name="demo-sign-in"),
    path("tomorrow/", pages.tomorrow, name="demo-tomorrow"),
    path("clock/", endpoints.present, name="demo-clock"),
    path("log/", endpoints.log, name="demo-log"),
]

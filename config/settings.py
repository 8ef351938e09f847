"""Every setting of Ebb, read from the environment once. docs/reference/settings.md explains each."""

from datetime import timedelta
from typing import Any

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from config.env import BASE_DIR, VAR_DIR, development_secret, env, running, secret

# What kind of installation this is

SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000")
# A public address makes it a real installation; without one this is somebody's own machine.
DEVELOPMENT = env.bool("DEBUG", not SITE_URL.startswith("https://"))
# Django's own: its pages of errors would stand before people where ours belong. What went wrong is in the log, whole.
DEBUG = False
DEMO_MODE = env.bool("DEMO_MODE", False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
SECURE = SITE_URL.startswith("https://")

# Secrets. In development they are made on first use and kept in the folder var/keys.


def _key(name: str) -> str:
    return secret(name) or (development_secret(name) if DEVELOPMENT else "")


SECRET_KEY = _key("SECRET_KEY")
# "id:base64url of 32 bytes", comma-separated; the first seals, all open.
FIELD_KEYS = secret("FIELD_KEYS") or (f"d1:{development_secret('FIELD_KEY')}" if DEVELOPMENT else "")
CODE_KEY = _key("CODE_KEY")
POLICY_KEY = _key("POLICY_KEY")
VAPID_PRIVATE_KEY = _key("VAPID_PRIVATE_KEY")
# The key before this one, while browsers that subscribed with it are still about.
VAPID_PREVIOUS_KEY = secret("VAPID_PREVIOUS_KEY")
VAPID_SUBJECT = env.str("VAPID_SUBJECT", "mailto:operator@localhost.localdomain")

# Parts

INSTALLED_APPS = [
    "config",
    "checkins",
    "notifications",
    "backend.privacy",
    "backend.audit",
    "backend.consents",
    "backend.care",
    "backend.couples",
    "backend.accounts",
    "backend.help",
    "backend.web",
    "backend",
    "config.operators.OperatorsConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
]

# Everything that only pages need steps aside for /api/ (backend/web/middleware.py).
MIDDLEWARE = [
    "backend.web.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backend.web.middleware.PageSessionMiddleware",
    "backend.web.middleware.PageLocaleMiddleware",
    "backend.web.middleware.PageCommonMiddleware",
    "backend.web.middleware.PageCsrfMiddleware",
    "backend.web.middleware.PageAuthenticationMiddleware",
    "backend.web.middleware.PageMessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "backend.web.middleware.PageUserSessionsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "backend.web.middleware.PageCspMiddleware",
    "backend.web.middleware.PrivacyHeadersMiddleware",
    "backend.web.middleware.ApiHostMiddleware",
    "backend.web.middleware.SignInBodyMiddleware",
    "backend.web.middleware.PersonMiddleware",
    "backend.web.middleware.LockMiddleware",
]

# Looks for Django's own class by name. PageCsrfMiddleware is that class for pages; the API asks the same of every cookie
# (backend/api/authentication.py), and its routes that take no cookie need none.
SILENCED_SYSTEM_CHECKS = ["security.W003"]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "backend.web.context.every_page",
                "backend.care.context.navigation",
            ],
        },
    },
]

# Data

DATABASES: dict[str, Any] = {"default": env.dj_db_url("DATABASE_URL", running("DATABASE_URL") or "postgresql:///ebb")}
DATABASES["default"] |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
# Of backend/statements.py only. 0 turns it off, for a connection pooler that does not know prepared statements.
DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = env.int("PREPARE_THRESHOLD", 5) or None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", running("REDIS_URL") or "redis://127.0.0.1:6379/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "ebb"}}

# Work in the background. Messages only wake a worker; the rows hold the work (docs/explanation/delivery.md).

SWEEP_SECONDS = env.float("SWEEP_SECONDS", 20.0)
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# No list of what is not finished yet: a worker could not tick it off either after the broker was away (config/celery.py).
CELERY_BROKER_TRANSPORT_OPTIONS = {"ack_emulation": False, "max_retries": 0, "global_keyprefix": "ebb:"}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": timedelta(seconds=SWEEP_SECONDS), "options": {"expires": 2 * SWEEP_SECONDS}}
    for name in (
        "checkins.tasks.decide_due",
        "notifications.tasks.queue_due_reminders",
        "notifications.tasks.deliver_due",
        "backend.couples.tasks.end_quietly_left",
        "checkins.practice.files.tasks.tend_sheets",
    )
} | {
    "notifications.tasks.plan_nightly": {"task": "notifications.tasks.plan_nightly", "schedule": crontab(hour=3, minute=10)},
    "notifications.tasks.tidy": {"task": "notifications.tasks.tidy", "schedule": crontab(minute=40)},
    "checkins.tasks.tidy": {"task": "checkins.tasks.tidy", "schedule": crontab(hour=3, minute=50)},
}

# Accounts

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/tonight/"
ACCOUNT_ADAPTER = "backend.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "backend.accounts.forms.SignupForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Failures of one account from one address; the wait grows with them. backend/accounts/adapter.py makes the key.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/15m/key,20/2h/key,40/1d/key"}
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
HEADLESS_CLIENTS = ("app",)
HEADLESS_SERVE_SPECIFICATION = True  # as JSON, and kept once written (config/schemas.py)
HEADLESS_SPECIFICATION_TEMPLATE_NAME = None
USERSESSIONS_ADAPTER = "backend.accounts.adapter.SessionsAdapter"
HEADLESS_TOKEN_STRATEGY = "backend.api.app_sessions.AppSessions"
HEADLESS_ADAPTER = "backend.accounts.adapter.HeadlessAdapter"
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp"]
USERSESSIONS_TRACK_ACTIVITY = False

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_NAME = "form"
CSRF_FAILURE_VIEW = "backend.web.failures.csrf_failure"

# The API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["backend.api.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["backend.api.parsers.StrictJSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["backend.api.throttles.PersonThrottle", "backend.api.throttles.AddressThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "person": env.str("THROTTLE_PERSON", "240/min"),
        "address": env.str("THROTTLE_ADDRESS", "600/min"),
        "answer": env.str("THROTTLE_ANSWER", "60/min"),
    },
    "DEFAULT_PAGINATION_CLASS": "backend.api.pagination.DayPagination",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "backend.api.negotiation.PlainNegotiation",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "backend.api.problems.exception_handler",
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Ebb",
    "DESCRIPTION": "A daily check-in for two. Errors are RFC 9457 problem documents; sign-in is under /_allauth/app/v1/.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "backend.api.schema.add_problem_responses",
    ],
    "ENUM_NAME_OVERRIDES": {"CheckInKind": "checkins.models.CheckIn.Kind"},
}

# Who answers for what is kept of a person, in the order of erasing (backend/privacy)

PRIVACY_PROVIDERS = [
    "checkins.privacy",
    "notifications.privacy",
    "backend.audit.privacy",
    "backend.consents.privacy",
    "backend.care.privacy",
    "backend.couples.privacy",
    "backend.accounts.privacy",
]

# What else ends in a browser or app when its session does: functions of (session, now), asked while the session is still there

SIGN_OUT_STEPS = ["notifications.services.stop_where_session_ends"]

# Where somebody arrives who signed in: a function of the person, the name of a page

HOME_OF = "backend.care.queries.home_of"

# What people read

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_TZ = True
TIME_ZONE = "UTC"
QUICK_EXIT_URL = env.str("QUICK_EXIT_URL", "https://www.wikipedia.org/")
AGREEMENT_VERSION = "2026-11"

# Files, headers

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEVELOPMENT else "backend.web.storage.HashedFiles"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEVELOPMENT
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
# The operators' site is under the same policy as every page, and so goes without its library's scripts.
UNFOLD = {"STYLES": [lambda _request: static("web/operators.css")]}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Not "no-referrer": a browser then sends our own forms with an empty origin, and they would be refused as foreign.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31_536_000 if SECURE else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", SECURE)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if SECURE and ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
METRICS_TOKEN = secret("METRICS_TOKEN")

# Reaching people

FCM_SERVICE_ACCOUNT = secret("FCM_SERVICE_ACCOUNT")
FCM_URL = env.str("FCM_URL", "https://fcm.googleapis.com")
APNS_KEY = secret("APNS_KEY")
APNS_KEY_ID = env.str("APNS_KEY_ID", "")
APNS_TEAM_ID = env.str("APNS_TEAM_ID", "")
APNS_TOPIC = env.str("APNS_TOPIC", "")
APNS_URL = env.str("APNS_URL", "https://api.push.apple.com")
_CHANNELS = {
    "webpush": ("notifications.channels.webpush.WebPushChannel", True),
    "fcm": ("notifications.channels.fcm.FcmChannel", bool(FCM_SERVICE_ACCOUNT)),
    "apns": ("notifications.channels.apns.ApnsChannel", bool(APNS_KEY)),
    "email": ("notifications.channels.email.EmailChannel", True),
    "memory": ("notifications.channels.memory.MemoryChannel", DEVELOPMENT),
}
CHANNELS = {name: path for name, (path, is_on) in _CHANNELS.items() if is_on}
PUSH_HOSTS = env.list(
    "PUSH_HOSTS",
    ["fcm.googleapis.com", "*.push.services.mozilla.com", "*.notify.windows.com", "*.push.apple.com"],
)
PUSH_DEVELOPMENT_HOST = env.str("PUSH_DEVELOPMENT_HOST", "")
PUSH_DEVELOPMENT_CA = env.str("PUSH_DEVELOPMENT_CA", "")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Ebb <hello@localhost.localdomain>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
_mail = env.dj_email_url("EMAIL_URL", "file:" if DEVELOPMENT else "smtp://localhost:25")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
if EMAIL_BACKEND == "django.core.mail.backends.filebased.EmailBackend":
    EMAIL_BACKEND = "config.mail.PrivateFileBackend"
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"]
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _mail["EMAIL_USE_TLS"]
EMAIL_USE_SSL = _mail["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 10

# Logs name ids and days, never an answer, an address or a token.

LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
LOG_FORMAT = env.str("LOG_FORMAT", "line")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}, "json": {"()": "config.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # These write down addresses and headers, tokens among them, each at a level of its own.
    "loggers": {name: {"level": "WARNING"} for name in ("httpx", "httpcore", "h2", "hpack")},
}

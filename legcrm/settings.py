"""Settings of LEG CRM, driven by the environment.

Every variable read here stands in the table of ``docs/operations.md``. Without ``DEBUG=1``
the values are those of production: HTTPS only, secure cookies, hashed static files.
"""

from pathlib import Path

import environ
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.bool("DEBUG", default=False)

SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set it in the environment to a long random string, for example "
        "the output of: python -c 'import secrets; print(secrets.token_urlsafe(50))'. "
        "`make demo` does this by itself."
    )

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "legcrm.core",
    "partners",
    "missions",
    "legcrm.example",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "legcrm.apps.CRMAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_countries",
    "django_filters",
    "import_export",
    "phonenumber_field",
    "simple_history",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "legcrm.urls"
WSGI_APPLICATION = "legcrm.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database -------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'legcrm.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Several people save at once: writers queue for 20 s at BEGIN IMMEDIATE instead of failing
    # half-way through a transaction, and readers never wait (WAL).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": env.int("DATABASE_POOL_MIN", default=1),
        "max_size": env.int("DATABASE_POOL_MAX", default=8),
        "timeout": 20,
    }
    # The server's defaults are for disks that turn, so that it would rather read a whole table
    # than go by an index, and for long reports: compiling a query takes longer than most of ours.
    # At 1.1, which others use, it would rather read half the search index than a page of a table.
    # ``?options=`` in the address replaces this.
    DATABASES["default"]["OPTIONS"].setdefault("options", "-c random_page_cost=2 -c jit=off")

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People ---------------------------------------------------------------------------------

AUTH_USER_MODEL = "core.User"
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 12}
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", default=12) * 3600

# --- Language and time ----------------------------------------------------------------------

LANGUAGE_CODE = "de"
LANGUAGES = [("de", "Deutsch"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Berlin")
PHONENUMBER_DEFAULT_REGION = "DE"
PHONENUMBER_DEFAULT_FORMAT = "INTERNATIONAL"

# --- Files ----------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [
    BASE_DIR / "legcrm" / "static",
    # The pictures of the user guide: legcrm.guide.
    ("anleitung", BASE_DIR / "docs" / "bilder"),
]
# Uploads are sent by the CRM itself, to those who may see them, and read by nobody else.
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
# An invitation of 500 organisations has a tick and a contact for each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1100
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / "media"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- E-mail ---------------------------------------------------------------------------------

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="crm@localhost")
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)  # seconds
# Links in e-mails and calendars begin with it: those are written outside of any request.
PUBLIC_URL = env.str(
    "PUBLIC_URL",
    default=f"https://{ALLOWED_HOSTS[0]}"
    if ALLOWED_HOSTS and not DEBUG
    else "http://127.0.0.1:8000",
).rstrip("/")

# --- Timed work -----------------------------------------------------------------------------

# What ``manage.py daily`` does, in this order.
TIMED_TASKS = "legcrm.daily.TASKS"

# --- Security -------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not DEBUG)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=0 if DEBUG else 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEBUG
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        # The theme writes its colours into a <style> element and Alpine sets style attributes.
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- Spreadsheets ---------------------------------------------------------------------------

# Our admins ask for these rights themselves. Should one ever use the classes of
# django-import-export, those would let every member of staff import and export without these two.
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"
# Uploaded files, their rows and the values before the import go after this time.
IMPORT_RETENTION_DAYS = env.int("IMPORT_RETENTION_DAYS", default=90)

# --- The agency -----------------------------------------------------------------------------

AGENCY_NAME = env.str("AGENCY_NAME", default="LEG Thüringen")
# A directory of Word templates of the agency's own: each comes before ours of the same name.
DOCUMENT_TEMPLATES = env.str("DOCUMENT_TEMPLATES", default="")
HOME_COUNTRY = env.str("HOME_COUNTRY", default="DE")
# First digits of the postal codes of the home region; the form suggests "home" from them.
HOME_POSTAL_CODES = env.list(
    "HOME_POSTAL_CODES",
    default=["07", "98", "99", "046", "0655", "0656", "0657", "364", "373", "965"],
)

# --- Admin theme ----------------------------------------------------------------------------

UNFOLD = {
    "SITE_TITLE": "LEG CRM",
    "SITE_HEADER": "LEG CRM",
    "SITE_SUBHEADER": AGENCY_NAME,
    "SITE_SYMBOL": "hub",
    "SITE_URL": None,
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("legcrm/img/favicon.svg"),
        },
    ],
    "STYLES": [lambda request: static("legcrm/css/crm.css")],
    "SCRIPTS": [
        lambda request: static("legcrm/js/alpine-components.js"),
        lambda request: static("legcrm/js/palette.js"),
        lambda request: static("legcrm/js/accessibility.js"),
    ],
    "BORDER_RADIUS": "6px",
    "COLORS": {
        # Slate neutrals and one accent, a deep petrol. Weights are chosen so that 600 and 700 on
        # white, and 400 and 500 on 900, keep the contrast of WCAG AA (4.5:1) for text.
        "base": {
            "50": "oklch(98.2% .003 240)",
            "100": "oklch(96.2% .006 240)",
            "200": "oklch(91.8% .010 240)",
            "300": "oklch(86% .014 240)",
            "400": "oklch(73.5% .022 240)",
            "500": "oklch(54% .028 240)",
            "600": "oklch(44% .029 242)",
            "700": "oklch(36.5% .028 244)",
            "800": "oklch(27.2% .024 246)",
            "900": "oklch(20.5% .021 248)",
            "950": "oklch(14.5% .017 250)",
        },
        "primary": {
            "50": "oklch(97.6% .012 208)",
            "100": "oklch(94.3% .026 208)",
            "200": "oklch(89% .045 209)",
            "300": "oklch(82% .068 210)",
            "400": "oklch(75.5% .088 211)",
            "500": "oklch(67.5% .095 212)",
            "600": "oklch(46.5% .082 214)",
            "700": "oklch(41% .073 215)",
            "800": "oklch(35.5% .062 216)",
            "900": "oklch(31% .052 217)",
            "950": "oklch(23.5% .04 218)",
        },
        "font": {
            "subtle-light": "var(--color-base-600)",
            "subtle-dark": "var(--color-base-400)",
            "default-light": "var(--color-base-700)",
            "default-dark": "var(--color-base-300)",
            "important-light": "var(--color-base-900)",
            "important-dark": "var(--color-base-100)",
        },
    },
    "ACCOUNT": {
        "navigation": [
            {"title": _("My settings"), "link": reverse_lazy("admin:account")},
            {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
        ]
    },
    "DASHBOARD_CALLBACK": "legcrm.dashboard.start_page",
    "COMMAND": {"search_models": False, "search_callback": "legcrm.search.palette"},
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "show_all_applications": False,
        "navigation": "legcrm.site.navigation",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}

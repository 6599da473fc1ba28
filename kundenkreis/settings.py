"""All settings, from `KUNDENKREIS_*` environment variables. `docs/operations.md` documents every one (a test compares)."""

import os
import secrets
from pathlib import Path

import dj_database_url
from csp.constants import NONCE, NONE, SELF

PACKAGE = Path(__file__).resolve().parent


def _env(name: str, default: str = "") -> str:
    return os.environ.get(f"KUNDENKREIS_{name}", default)


def _flag(name: str, default: bool = False) -> bool:
    return _env(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


DATA_DIR = Path(_env("DATA_DIR") or Path.home() / ".local" / "share" / "kundenkreis").resolve()
DEBUG = _flag("DEBUG")
SECURE_COOKIES = _flag("SECURE_COOKIES")
ALLOWED_HOSTS = [h for h in _env("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in _env("TRUSTED_ORIGINS").split(",") if o]


def _secret_key() -> str:
    """The signing key: from the environment, else made once and kept readable by its owner only."""
    if key := _env("SECRET_KEY"):
        return key
    path = DATA_DIR / "secret_key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
        return path.read_text().strip()


SECRET_KEY = _secret_key()

ROOMS = [
    "kundenkreis.core",
    "kundenkreis.history",
    "kundenkreis.staff",
    "kundenkreis.configuration",
    "kundenkreis.files",
    "kundenkreis.inbox",
    "kundenkreis.lists",
    "kundenkreis.fields",
    "kundenkreis.rates",
    "kundenkreis.customers",
    "kundenkreis.activities",
    "kundenkreis.catalogue",
    "kundenkreis.orders",
    "kundenkreis.trips",
    "kundenkreis.leads",
    "kundenkreis.territories",
    "kundenkreis.quality",
    "kundenkreis.pipeline",
    "kundenkreis.insights",
    "kundenkreis.market",
    "kundenkreis.forecast",
    "kundenkreis.prospecting",
    "kundenkreis.stakeholders",
    "kundenkreis.needs",
    "kundenkreis.planning",
    "kundenkreis.privacy",
    "kundenkreis.automation",
]
DOORS = ["kundenkreis.web", "kundenkreis.api", "kundenkreis.jobs", "kundenkreis.cli", "kundenkreis.demo"]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    *ROOMS,
    *DOORS,
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_htmx",
    "django_tasks",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "kundenkreis.web.bodies.PrivateMiddleware",
    "kundenkreis.web.fresh.FreshMiddleware",
    "kundenkreis.web.bodies.BodyLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "kundenkreis.web.language.PersonLanguageMiddleware",
    "kundenkreis.web.nul.NoZeroByteMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "kundenkreis.web.views.offline.PersonMiddleware",
    "axes.middleware.AxesMiddleware",
    "kundenkreis.web.once.OnceMiddleware",
]

ROOT_URLCONF = "kundenkreis.web.urls"
WSGI_APPLICATION = "kundenkreis.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "jinja2",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "kundenkreis.web.jinja.environment",
            "context_processors": ["kundenkreis.web.context.once_a_page"],
        },
    },
    {
        # Only for the pages that packages bring themselves (allauth), in our look.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "NAME": "django",
        "DIRS": [PACKAGE / "web" / "django_templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kundenkreis.web.context.shell",
            ]
        },
    },
]

_DATABASE_URL = _env("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'kundenkreis.sqlite3'}"
DATABASES = {"default": dj_database_url.parse(_DATABASE_URL, conn_max_age=None)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Writing transactions are IMMEDIATE, and wait for each other as `core.sqlite` does (see docs/decisions/0003).
    DATABASES["default"]["ENGINE"] = "kundenkreis.core.sqlite"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA mmap_size=8589934592;"
            "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864;"
            # 64 MB: far above what gathers between two checkpoints of `cli.checkpoints`, which spare those who save.
            "PRAGMA wal_autocheckpoint=16384;"
        ),
    }
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # No page reads so much that compiling its query pays: a count with three conditions was compiled for 3 of its 5 seconds.
    _GIVEN = DATABASES["default"].setdefault("OPTIONS", {})
    _GIVEN["options"] = f"-c jit=off {_GIVEN.get('options', '')}".strip()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "kundenkreis.web.signin.Backend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "kundenkreis.web.signin.Adapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
# django-axes locks a person at an address out after wrong passwords. allauth's limits are for wrong codes of the second factor,
# and for one address that tries many people's.
ACCOUNT_RATE_LIMITS = {"login_failed": f"10/300s/key,{_env('ADDRESS_FAILURES', '60')}/1h/ip"}
ACCOUNT_FORMS = {"reset_password": "kundenkreis.web.signin.ResetForm"}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to strangers who typed, or were typed, into the reset form
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
MFA_ADAPTER = "kundenkreis.web.signin.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE_COOKIES
MFA_TOTP_ISSUER = "Kundenkreis"
USERSESSIONS_ADAPTER = "kundenkreis.web.signin.Sessions"
USERSESSIONS_TRACK_ACTIVITY = False
AXES_FAILURE_LIMIT = int(_env("LOCKOUT_FAILURES", "5"))
AXES_COOLOFF_TIME = float(_env("LOCKOUT_HOURS", "0.25"))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the page says when the lock ends: further tries don't move it
AXES_HANDLER = "kundenkreis.web.signin.LockOut"
AXES_USERNAME_CALLABLE = "kundenkreis.web.signin.mail_address"
AXES_LOCKOUT_CALLABLE = "kundenkreis.web.signin.locked_out"
AXES_VERBOSE = False

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_AGE = int(_env("SESSION_HOURS", "336")) * 3600
SESSION_COOKIE_NAME = "kundenkreis_session"
CSRF_COOKIE_NAME = "kundenkreis_csrf"
CSRF_FAILURE_VIEW = "kundenkreis.web.views.errors.csrf_failed"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
if SECURE_COOKIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LANGUAGE_CODE = _env("LANGUAGE", "en")
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_NAME = "kundenkreis_language"
USE_I18N = True
FORMS_URLFIELD_ASSUME_HTTPS = True
USE_TZ = True
TIME_ZONE = _env("TIME_ZONE", "Europe/Vienna")

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
# Asset names in dist/ carry a content hash from the build, so they are served unchanged and cached for ever.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9A-Z]{8}\..+$"
FILES_DIR = DATA_DIR / "files"
FACTS_DIR = (
    DATA_DIR / "facts"
)  # order facts for analysis; derived from the database, and made anew when they are missing
VIES_URL = _env("VIES_URL", "https://ec.europa.eu/taxation_customs/vies/rest-api/check-vat-number")
API_RATE = int(_env("API_RATE", "6000"))  # requests a minute for each token; 0 is no limit
UPLOAD_LIMIT = int(_env("UPLOAD_MB", "6000")) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_TEMP_DIR = FILES_DIR / "incoming"  # made when it is needed; what broken uploads leave there is swept away

CACHES = {
    "default": {"BACKEND": "kundenkreis.core.shared_cache.SharedCache", "LOCATION": str(DATA_DIR / "cache.sqlite3")}
}
TASKS = {"default": {"BACKEND": _env("TASKS_BACKEND", "kundenkreis.jobs.backend.HueyBackend"), "QUEUES": ["default"]}}
HUEY = {"huey_class": "kundenkreis.jobs.queue.Queue", "name": "kundenkreis", "immediate": False}

EMAIL_BACKEND = (
    "kundenkreis.core.sending.EmailBackend" if _env("MAIL_HOST") else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST = _env("MAIL_HOST")
EMAIL_PORT = int(_env("MAIL_PORT", "587"))
EMAIL_HOST_USER = _env("MAIL_USER")
EMAIL_HOST_PASSWORD = _env("MAIL_PASSWORD")
EMAIL_USE_TLS = _flag("MAIL_TLS", True)
# Where people reach the house; for links in mails that no request asks for.
PUBLIC_URL = _env("PUBLIC_URL", "http://127.0.0.1:8000")
DEFAULT_FROM_EMAIL = _env("MAIL_FROM", "kundenkreis@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": _env("LOG_LEVEL", "WARNING")},
}
SILENCED_SYSTEM_CHECKS = ["axes.W002", "files.E001"]

"""The product's settings, on a test database: SQLite, or PostgreSQL by KUNDENKREIS_TEST_URL."""

import os
import tempfile

_data = os.environ.setdefault("KUNDENKREIS_DATA_DIR", tempfile.mkdtemp(prefix="kundenkreis-test-"))
os.environ["KUNDENKREIS_SECRET_KEY"] = "only for tests"
if url := os.environ.get("KUNDENKREIS_TEST_URL"):
    os.environ["KUNDENKREIS_DATABASE_URL"] = url
else:
    os.environ.pop("KUNDENKREIS_DATABASE_URL", None)

from kundenkreis.settings import *  # noqa: F403
from kundenkreis.settings import CACHES, DATABASES, MIDDLEWARE

# Tests may lose the power supply.
if url:
    DATABASES["default"]["TEST"] = {"NAME": os.environ.get("KUNDENKREIS_TEST_DATABASE", "test_kundenkreis")}
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
else:
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(_data, f"test-{os.getpid()}.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
    )
CACHES["default"]["LOCATION"] = os.path.join(_data, f"cache-{os.getpid()}.sqlite3")  # test processes count apart
FACTS_DIR = os.path.join(_data, f"facts-{os.getpid()}")  # and none waits for another's signals
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": ["default"]}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
AXES_ENABLED = False
MIDDLEWARE = [m for m in MIDDLEWARE if "whitenoise" not in m]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

"""The application that a WSGI server (granian, see `kundenkreis serve`) loads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kundenkreis.settings")
application = get_wsgi_application()

import os

from django.core.wsgi import get_wsgi_application

from camket.store import wall

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "camket.project.settings")
application = get_wsgi_application()
wall.stand_by_default(wall.NOWHERE)

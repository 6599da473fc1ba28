"""`kundenkreis` on the command line: Django's commands and ours (see `kundenkreis/cli`) under our name."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kundenkreis.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line([os.path.basename(sys.argv[0]).replace("__main__.py", "kundenkreis"), *sys.argv[1:]])


if __name__ == "__main__":
    main()

"""Runs (or undoes) one import in small chunks; `test_importing_killed.py` starts it as a process of its own and kills it."""

import sys

import django

django.setup()

from kundenkreis.quality import importing, running  # noqa: E402
from kundenkreis.quality.models import ImportRun  # noqa: E402

if __name__ == "__main__":
    running.CHUNK = running.SMALL_CHUNK = int(sys.argv[3])
    run = ImportRun.objects.get(pk=int(sys.argv[2]))
    print("go", flush=True)
    if sys.argv[1] == "undo":
        importing.undo_now(run, None)
    else:
        importing.run_now(run)

"""The door for background work: Django's Tasks (`from django_tasks import task`) run by a huey worker.

`queue` is the storage, `backend` what Django's Tasks call, `recovery` gives work back that a killed worker left behind,
`heartbeat` tells whether a worker is alive, `schedule` is the timetable. A job may run twice (its worker can be killed after the
work and before the note of it), so every job must be safe to repeat: it asks the database what is left to do.
"""

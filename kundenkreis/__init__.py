"""Kundenkreis: the workplace for key account managers and customer relationship managers.

Every folder below is a room (one part of the business) or a door (web, api, jobs, cli, demo). `docs/map.md` is the floor plan.
"""

__version__ = "0.1.0"

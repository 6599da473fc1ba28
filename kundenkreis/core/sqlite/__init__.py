"""SQLite as Django's database, with a fairer way to wait for one's turn to write."""

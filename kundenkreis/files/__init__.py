"""Documents with versions on any record.

Nouns: Document, Version. Contents lie under the data folder by their SHA-256, so the same file is kept once. A document names its record
by type and number, since the rooms above are not known here; who sees the record sees its documents, and the doors ask the record's room.
"""

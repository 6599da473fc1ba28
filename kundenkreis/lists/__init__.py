"""Saved views: a list with its filters, columns, sorting and layout under a name, private or shared.

Nouns: SavedView. What a filter means is `core.filters`; the page behind a view is `web.lists`.
"""

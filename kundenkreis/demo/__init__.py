"""The demo house: a real wholesaler's sales with made-up names, brought in by the product's own importer."""

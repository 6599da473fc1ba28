"""The lines of the inventory, by the part of the house that they are about."""

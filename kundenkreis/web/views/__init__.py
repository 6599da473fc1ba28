"""Views, a module for each room they show."""

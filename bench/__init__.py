"""Measurements of the product at stated sizes. `bin/bench --help` lists them."""

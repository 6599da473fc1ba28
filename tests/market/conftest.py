"""The shop of insights with its orders, and its sums."""

from __future__ import annotations

import pytest

from tests.insights.conftest import facts_folder, sell, shop  # noqa: F401


@pytest.fixture
def summed(shop):  # noqa: F811
    """`summed()` reads all orders and sums them, as the worker does after each run of insights."""
    from kundenkreis.insights import running
    from kundenkreis.market import summing

    def again():
        running.run(full=True)
        return summing.sum_up()

    return again

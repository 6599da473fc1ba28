"""The nouns of the forecast."""

from kundenkreis.forecast.models.baselines import Baseline
from kundenkreis.forecast.models.calls import ForecastCall
from kundenkreis.forecast.models.snapshots import Snapshot, SnapshotCall, SnapshotRow, SnapshotSum

__all__ = ["Baseline", "ForecastCall", "Snapshot", "SnapshotCall", "SnapshotRow", "SnapshotSum"]

"""What the orders say about each account: who needs somebody today, and why.

Nouns: Run (one recomputation), Score (an account's segment, scores and order rhythm), Signal (a reason to act, with its figures). The
order facts are kept as Parquet files beside the database (`facts`), `computing` derives figures from them, `running` stores what changed.
The sums are `windows`, `rfm`, `rhythm`, `trend`; `backtest` compares what was said with what happened. Orders know nothing of it: the
facts follow history.
"""

"""What will be sold in a month or quarter: by categories, by calls of people, and by what history says; and how right each was.

Nouns: ForecastCall (what a person, or whoever leads her, a team or the house stands by), Snapshot with its rows, sums and calls (how it
stood on a day), Baseline (what history said on a day). Verbs: `summing`, `taking`, `changes`, `learning`. Sums: `periods`, `comparing`,
`baseline`, `accuracy`. Targets are another room's business.
"""

"""Needs: what customers lack and what that costs them, how it is found out, and what they wish for.

Nouns: QuestionSet with its QuestionEditions (asked in SPIN order), NeedsTalk with its TalkAnswers, Need with its NeedFits; Wish with
WishAsk (who asks for it) and WishTelling (who is to be told what became of it, and who was told); Coverage (how much is known of an
account). Verbs: `covering` (coverage), `selling` (a need becomes an opportunity), `telling` (a wish's status goes back to the customers),
`joining` (two wishes become one), `weighing` (what stands behind a wish), `usual` (what a new house begins with). Sums: `answers` (what
may be answered to a question of each kind). What comes of a need is the pipeline's; offers will read a need's fits and opportunities.
"""

"""Key account selection: figures of all accounts become points, points become two axes, and those a tier with its reason.

After Hartmut Sieck, Key Account Management (how key accounts are chosen by criteria with weights), and Belz, Müllner and Zupancic,
Spitzenleistungen im Key-Account-Management (the customer's attractiveness against our position with her). `scoring` is the sum,
`figuring` gets the figures, `running` holds a whole round, `counting` says what came of it, `tiering` puts it into force, `judging` what
people judge, `portfolio` places accounts in the picture, `saying` tells it in words, `rhythm` when a tier is next reviewed.
"""

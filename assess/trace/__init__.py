"""Where a figure of assessment.json comes from: worked out again from what lies below it, with its source.

`path` reads the name of a figure, `figures` finds the rule for it; the rules stand by subject: `levels`, `written`,
`planned`, `exported`.
"""

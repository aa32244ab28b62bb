"""The programs that are exported: read as text, and written out, below their policy.

Each has `POLICY`, which is replaced by what `policy_data` makes of a policy, and two halves:
`decide`, which decides, and one that carries the decision into its environment.
"""

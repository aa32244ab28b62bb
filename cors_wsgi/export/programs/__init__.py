"""The programs that are exported: to read as text and to write out, below their policy.

Each has `POLICY`, which is replaced by what `policy_data` makes of a policy, and two halves:
`decide`, which decides, and one that carries the decision into its environment.
"""

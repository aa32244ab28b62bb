"""`cors_policy`, and the policies that it has given."""

from typing import Final

from cors_wsgi.adapting import ViewPolicies

VIEW_POLICIES: Final = ViewPolicies()

cors_policy: Final = VIEW_POLICIES.cors_policy

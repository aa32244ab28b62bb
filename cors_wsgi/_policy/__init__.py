"""From the policy that is written to the compiled one that requests run on."""

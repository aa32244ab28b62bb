"""Policies: how they are checked, and the compiled form that requests run on."""

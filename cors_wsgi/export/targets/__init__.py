"""One module for each target: it writes the intermediate form down in the target's language."""

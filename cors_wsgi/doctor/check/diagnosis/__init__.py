"""From what was seen to what is wrong."""

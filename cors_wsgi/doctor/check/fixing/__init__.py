"""What to change: made from the request that was asked, united with what is allowed already."""

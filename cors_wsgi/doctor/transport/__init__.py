"""How a request reaches the server or the application."""

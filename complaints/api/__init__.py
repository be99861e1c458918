"""Entry modules of the API about complaints."""

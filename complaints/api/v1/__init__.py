"""/api/v1: a sender's complaints."""

"""The Management API: its operations, the shapes of its responses, its errors and the token that each request bears."""

"""The Management API: its operations, the shapes of its responses, its errors and the token of each request."""

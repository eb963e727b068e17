"""The routes `/_local/…`: what the Management API does not have.

routes    the table of them, and its list for people
actions   what each of them does
drift     an object changed or removed without the API
"""

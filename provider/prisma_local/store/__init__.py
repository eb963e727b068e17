"""The records: what the API knows, in SQLite.

records   the tables           values   their rows
ids       ids and secrets      clock    timestamps
"""

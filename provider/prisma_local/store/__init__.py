"""The records of all objects, in SQLite.

records   the tables           values   their rows
ids       ids and secrets      clock    timestamps
tokens    their texts           encryption   values that are stored encrypted
"""

"""Databases, connections and backups: records and PostgreSQL changed together, so that a crash loses neither.

context      what every rule and job works with
creation     databases        deletion     projects, databases and connections
connections  login roles      variables    environment variables
backups      dumps in files   recovery     restores
admission    which database a client of PostgreSQL gets
stock        databases made in advance
background   jobs that no response waits for
reconcile    what a start does with what a crash left
"""

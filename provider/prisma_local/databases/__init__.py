"""Databases, connections and backups: records and PostgreSQL changed together, so that a crash loses neither.

context      what every rule and job works with
lifecycle    create and delete
backups      dumps that are kept              recovery     a backup in the place of the data
stock        databases made in advance
background   jobs that no response waits for
reconcile    what a start does with what a crash left
"""

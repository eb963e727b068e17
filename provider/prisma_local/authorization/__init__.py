"""The authorization server: how a person, or a job of GitHub's, comes to a token.

grants      what was allowed, and the tokens of it: codes, refresh tokens that work once
github      a job's own token for one of a workspace
requests    what a program asks for on the authorize page, checked
page        that page
routes      where all of it answers
"""

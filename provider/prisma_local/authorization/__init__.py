"""Authorization: the tokens, and the OAuth server from which a person or a GitHub job gets one.

tokens      who may use the API, and for which workspace
grants      what a person allowed a program: codes, access tokens, refresh tokens
github      a GitHub job's OIDC token exchanged for a token of a workspace
requests    a program's authorization request, checked
page        the page on which a person allows or denies it
routes      the routes of all this
"""

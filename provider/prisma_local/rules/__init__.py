"""What each operation does, a room for each kind of object. A rule is given a checked `Call` and returns an
`Answer`; it never sees a request.

projects connections databases branches   the objects
default                                   which of a project's databases is the default one
workspaces                                the workspace, its subscription, and who the token is
regions                                   where databases can live

Backups, restore, usage and the routes of branches get a room of their own here when they come.
"""

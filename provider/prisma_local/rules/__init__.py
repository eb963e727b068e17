"""What each operation does, a room for each kind of object. A rule is given a checked `Call` and returns an
`Answer`; it never sees a request.

projects branches databases connections   the objects
backups usage                             what comes with a database
owned                                     what is the token's to see
sources                                   what a new database is made from
belonging                                 which branch a database belongs to, and how branches come
default                                   which of a project's databases is the default one
workspaces                                the workspace, its subscription, and who the token is
regions                                   where databases can live
"""

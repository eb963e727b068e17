"""How a token is obtained where none is set. Its traffic is with others than the API: it opens its own connections.

sources     which of them there is: the door for `settings`
github      a job's OIDC token for one of a workspace, renewed before it ends
stored      the login of `pulumi-prisma login`: refreshed under a lock that spans processes, saved before use
oauth       the authorization server: discovery, code with PKCE, refresh, revocation
loopback    where the browser comes back to
store       where a login lies: a file that only the user can read; `keyrings` has its tokens where there is one
values      Login and Tokens
extra       what is installed with `pulumi-prisma[cli]` only
wire        the one way to ask, and what of a failure is known
"""

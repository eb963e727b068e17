"""The plugin host: Pulumi's provider protocol over the handlers, for every language. Translation only.

__main__    the command `pulumi-resource-prisma`
server      gRPC on a free port, which the first line on stdout names; it ends with the engine
methods     every method of the protocol, while what carries it out is still imported; the schema at once
protocol    the protocol's messages, without Pulumi's SDK
servicer    one method an RPC
session     the account that Configure named, and how an operation of it begins and ends
reading     Read: refresh, and what only an id is known of (`.get`, import); List
planned     what a resource will be after the update, as far as that is known before it
detail      a Diff as the engine shows it: property by property
identity    what a URN says: the kind, the name, and the stem of the logicalId
values      Pulumi's properties to ours and back: secrets, unknowns
spelling    what is to be declared, as it is spelled in every language
status      errors as gRPC statuses: sentences, and the half-made resource that has to stay in state
engine      the engine's log, where a line belongs to a resource
schema      the package as Pulumi's code generators read it: `schema.json`, which the SDK's classes make
"""

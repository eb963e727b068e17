"""The command `pulumi-prisma`: `command` is its table of contents, beside it one module for each sub-command."""

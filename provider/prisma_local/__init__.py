"""The local control plane: Prisma's Management API over a real PostgreSQL, on this machine.

__main__        the command line              errors     the tree of errors
process/        what is started, watched and stopped
app             all routes
page/           the page at `/`               control/   the routes `/_local/…`
operations/     the API's operations as data, with their schemas and routes
authorization/  tokens, and OAuth             rules/     what each operation does
http/           what all routes share         databases/ records and PostgreSQL changed together
postgres/       PostgreSQL and pgbouncer      store/     the records, in SQLite
testing/        what a test can set

Each imports only what stands below it. All of it is written from the published contract and shares no code with the
provider: one misreading of the API must not be on both sides.
"""

"""PostgreSQL itself, by the connection strings that Prisma gives: the one room that imports a database driver."""

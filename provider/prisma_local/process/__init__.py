"""The process: what is started, watched and stopped, and in which order.

server            the order: PostgreSQL first, because it takes longest; HTTP last
signals           the first signal stops the server
preparation       the data directory, and initdb begun
data_directory    where it is, its lock, and the identity that survives a restart
child_processes   PostgreSQL and pgbouncer: on their ports, and watched
web_server        the records, the application and uvicorn
"""

"""The process: what is started, watched and stopped, and in which order.

server            the order: PostgreSQL first, because it takes longest; HTTP last
data_directory    where it is, its lock, and the identity that survives a restart
preparation       the data directory taken, and PostgreSQL's initialization begun
child_processes   PostgreSQL and pgbouncer: on their ports, and watched
web_server        records, application and uvicorn
signals           the first signal stops the server
"""

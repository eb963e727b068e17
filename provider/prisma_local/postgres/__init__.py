"""The PostgreSQL server underneath, and pgbouncer.

finder             which PostgreSQL 17 and which pgbouncer of this machine are used
account            the account they run as
child_process      programs started, and those that a killed control plane left running
certificate        the self-signed certificate for TLS
initialization     initdb                        configuration  settings and access rules
cluster            one server, started and stopped
pooler             pgbouncer in front of it      pooler_files   its settings and users
protocol, proxy    the TCP ports of both: TLS ends there, and the database is named
admin_sessions     the superuser's sessions
names              what a tenant's database and roles are called
tenants            both together                 tenant_databases, tenant_roles  each
shadow_databases   databases that tenants make themselves
copies             clones, dumps and restores
"""

/* The functions of contrib/uuid-ossp for a PostgreSQL that is built without that library. The node of a version 1 UUID
   is random, with the multicast bit, and not the address of a network card: as RFC 9562 says for a host without one. */
\echo Use "CREATE EXTENSION ""uuid-ossp""" to load this file. \quit

CREATE FUNCTION uuid_nil() RETURNS uuid LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
RETURN '00000000-0000-0000-0000-000000000000'::uuid;
CREATE FUNCTION uuid_ns_dns() RETURNS uuid LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
RETURN '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid;
CREATE FUNCTION uuid_ns_url() RETURNS uuid LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
RETURN '6ba7b811-9dad-11d1-80b4-00c04fd430c8'::uuid;
CREATE FUNCTION uuid_ns_oid() RETURNS uuid LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
RETURN '6ba7b812-9dad-11d1-80b4-00c04fd430c8'::uuid;
CREATE FUNCTION uuid_ns_x500() RETURNS uuid LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
RETURN '6ba7b814-9dad-11d1-80b4-00c04fd430c8'::uuid;

CREATE FUNCTION uuid_ossp_digest(bytea, text) RETURNS bytea
AS '$libdir/pgcrypto', 'pg_digest' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION uuid_ossp_of(digest bytea, version int) RETURNS uuid LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
RETURN encode(set_byte(set_byte(substr(digest, 1, 16), 6, (get_byte(digest, 6) & 15) | (version << 4)),
  8, (get_byte(digest, 8) & 63) | 128), 'hex')::uuid;

CREATE FUNCTION uuid_generate_v1() RETURNS uuid LANGUAGE SQL VOLATILE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT (right(ticks, 8) || substr(ticks, 5, 4) || '1' || substr(ticks, 2, 3)
    || encode(set_byte(random, 2, get_byte(random, 2) | 1), 'hex'))::uuid
  FROM lpad(to_hex((extract(epoch FROM clock_timestamp()) * 10000000)::bigint + 122192928000000000), 16, '0') ticks,
    substr(uuid_send(gen_random_uuid()), 9, 8) random;
END;
CREATE FUNCTION uuid_generate_v1mc() RETURNS uuid LANGUAGE SQL VOLATILE STRICT PARALLEL SAFE
RETURN uuid_generate_v1();
CREATE FUNCTION uuid_generate_v3(namespace uuid, name text) RETURNS uuid LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
RETURN uuid_ossp_of(decode(md5(uuid_send(namespace) || convert_to(name, 'UTF8')), 'hex'), 3);
CREATE FUNCTION uuid_generate_v4() RETURNS uuid LANGUAGE SQL VOLATILE STRICT PARALLEL SAFE
RETURN gen_random_uuid();
CREATE FUNCTION uuid_generate_v5(namespace uuid, name text) RETURNS uuid LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
RETURN uuid_ossp_of(uuid_ossp_digest(uuid_send(namespace) || convert_to(name, 'UTF8'), 'sha1'), 5);

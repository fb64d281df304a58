#!/bin/sh
# Lets a standby replicate this server; run once by the postgres image, when it has made its data.
# Every commit waits until the standby has it too, so a promoted standby knows all that was
# acknowledged; without a standby nothing can be saved (docs/operating.md).
set -eu

psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set ON_ERROR_STOP=1 \
  --set password="$REPLICATION_PASSWORD" <<'SQL'
CREATE ROLE replicator WITH REPLICATION LOGIN PASSWORD :'password';
SELECT pg_create_physical_replication_slot('standby');
ALTER SYSTEM SET synchronous_standby_names = '*';
SQL
echo "host replication replicator samenet scram-sha-256" >> "$PGDATA/pg_hba.conf"

#!/bin/sh
# Runs PostgreSQL as a standby of $PRIMARY_HOST, copied from it the first time. Promoted, it has no
# standby to wait for, so it does not wait.
set -eu

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  until PGPASSWORD="$REPLICATION_PASSWORD" pg_basebackup --pgdata "$PGDATA" --write-recovery-conf \
    --slot standby --checkpoint fast --dbname \
    "host=$PRIMARY_HOST port=${PRIMARY_PORT:-5432} user=replicator application_name=standby"; do
    echo "the primary at $PRIMARY_HOST cannot be copied yet; trying again" >&2
    sleep 2
  done
  chmod 700 "$PGDATA"
  echo "synchronous_standby_names = ''" >> "$PGDATA/postgresql.auto.conf"
fi
exec postgres "$@"

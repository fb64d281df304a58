#!/bin/sh
# The shop's commands for root, with the settings and the user of shop.service: /usr/local/bin/shop
# (docs/operating.md). Files are named by their whole path, and have to be of the user “shop”.
set -eu

export SHOP_DATABASE=sqlite:////var/lib/shop/shop.db
# As systemd reads it: a value is the rest of its line, and nothing in it is expanded.
while IFS= read -r line || [ -n "$line" ]; do
  case $line in
    SHOP_*=*) export "$line" ;;
  esac
done </etc/shop/shop.env

cd /opt/shop
umask 077
exec runuser --user shop -- .venv/bin/python -m app.cli "$@"

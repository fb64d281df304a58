"""A grocery shop whose carts live in the server-side objects of the open websockets.

| package | what is in it |
| --- | --- |
| `cli` | one file a noun: its command-line arguments and what they do |
| `runtime` | builds the shop from settings; commit loop, drain, cluster, supervisor |
| `server` | adapters to Uvicorn: HTTP, websocket, health |
| `load`, `metrics` | the load test; Prometheus |
| `http`, `ws`, `client` | pages, forms and JSON; the websocket; the Python client |
| `services` | use cases without Quart: checkout, payments, auth, passwords, rate limits |
| `live`, `store`, `bus` | carts in memory; the database; Redis |
| `protocol` | messages of the wire: decoding, encoding, schemas |
| `i18n` | languages: message catalogues, dates, numbers, money |
| `domain` | carts, ops, rules, orders, prices: values and pure functions |

A package imports only from rows below its own; packages of one row do not know each other. The
import contracts in `pyproject.toml` hold that.
"""

"""A grocery whose carts live in the connections that look at them.

    main · cli · counter     everything is built once, and started: commands, and
    vault · server           the server; imported by no one
    watch                    what those are told who watch over it
    http | ws                the two doors: pages, forms, JSON · sockets
    live | store             carts in memory · on disk
    wire                     messages as text, for both doors and the client
    domain                   what may happen to a cart, and nothing else

A module imports only from rooms below its own; rooms side by side do not know each other.
`client` is the Python client and `load` the load test made of it: they know `wire` and `domain`,
and nothing of the server.
"""

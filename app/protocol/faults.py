"""The faults that tests, the load test and the page “How it works” can inject."""

from typing import Final, NamedTuple


class Fault(NamedTuple):
    """A fault: its name as on a button, and a sentence on what happens."""

    id: str
    name: str
    sentence: str


FAULTS: Final = {
    fault.id: fault
    for fault in (
        # The line
        Fault(
            "line-cut", "Drop the connection", "It breaks without notice, and the tab reconnects."
        ),
        Fault("line-torn", "Tear a frame", "It breaks in the middle of a frame."),
        Fault(
            "line-frozen",
            "Freeze the connection",
            "Nothing passes either way, and neither side is told.",
        ),
        Fault("line-mute", "Lose what is asked", "What the tab says goes nowhere; it still hears."),
        Fault("line-deaf", "Lose the answers", "The shop hears the tab; the tab hears nothing."),
        Fault("line-slow", "Slow the line", "Everything arrives, but late."),
        Fault("line-half", "Close one half", "The tab can say no more, and could still hear."),
        Fault("reader-slow", "Read slowly", "The tab takes what it is told in drops."),
        Fault("op-twice", "Send an operation twice", "A waiting operation is sent twice."),
        Fault("op-again", "Send an operation again", "An answered operation goes out once more."),
        Fault("request-dropped", "Drop a request", "Who asked over HTTP hangs up unanswered."),
        # The process
        Fault("kill", "Kill the shop", "It ends as by kill -9, at any moment."),
        Fault("stop", "Stop the shop", "It stands still for a while, as a machine that swaps."),
        Fault("restart", "Restart the shop", "It is told to end, drains, and is started again."),
        Fault("crash-received", "Die when asked", "An operation was read; nothing came of it yet."),
        Fault("crash-before-begin", "Die before BEGIN", "A batch is about to be saved."),
        Fault("crash-in-transaction", "Die in the transaction", "It has begun; nothing is in it."),
        Fault("crash-before-commit", "Die before COMMIT", "All is written, and not committed."),
        Fault("crash-after-commit", "Die after COMMIT", "It is saved, and nobody knows."),
        Fault("crash-before-answer", "Die before the answer", "The shop knows; nobody is told."),
        Fault("crash-after-answer", "Die after the answer", "Who asked was told just now."),
        Fault("crash-before-news", "Die before the news", "Other tabs are about to be told."),
        Fault("crash-after-news", "Die after the news", "Another tab was told just now."),
        Fault("crash-in-order", "Die in an order", "Stock is taken; the cart is still full."),
        Fault("crash-after-order", "Die after an order", "It is saved; the buyer was not told."),
        Fault("crash-in-migration", "Die in a migration", "Some of the tables are there."),
        # The disk
        Fault("power-loss", "Cut the power", "What was not synced is gone, in any mixture."),
        Fault("disk-full", "Fill the disk", "Nothing more can be written."),
        Fault("disk-locked", "Lock the database", "Another process holds the lock for writing."),
        Fault("database-crash", "Crash the database", "PostgreSQL dies, and is started again."),
        Fault("database-hang", "Stop the database", "PostgreSQL stops, and goes on later."),
        Fault("database-failover", "Promote a standby", "PostgreSQL dies; its standby takes over."),
        Fault("disk-read-only", "Forbid writing", "The database can only be read."),
        Fault("call-fails", "Fail a call", "One call to the database fails; any one."),
        Fault("wait-cancelled", "Cancel a wait", "Whoever waits is cancelled; at any wait."),
        Fault("restored", "Restore a backup", "The database has a new epoch."),
    )
}

"""A shop that has grown: fills a large database, and times every page beside a small one."""

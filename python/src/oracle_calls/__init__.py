"""End-to-end encrypted calls to AI oracles: `oracle_calls.protocol` is the protocol, pure and without any I/O of its own."""

"""The oracle's process in a call. Everything that touches a network lives here; `oracle_calls.protocol` never imports it."""

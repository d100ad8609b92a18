"""The append-only record of every deed. Doors: `actions` (deed, refuse, sequence …) and `queries` (receipt, verify …).

This file imports nothing, so that `python -m camket.ledger.verifier` runs without Django and without our writer.
"""

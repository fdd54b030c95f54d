"""What every small change of an input does to the answer, on record: see `changes.py`, `bases.py`, `answers/`."""

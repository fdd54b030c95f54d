"""How every resource type of every release is read, and what small changes do to that, on record: see `bases.py`."""

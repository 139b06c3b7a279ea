"""The inventory: what was found where, kept over runs, without values."""

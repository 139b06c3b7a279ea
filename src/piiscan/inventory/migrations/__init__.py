"""The steps that bring a database to the current schema, one module each, named ``mNNNN_what``, never edited once released.

A step is a function ``upgrade(connection)``; it runs in the transaction that also writes its number.
"""

"""A corpus of forms and business papers, made by a generator: what is in it is known to the character."""

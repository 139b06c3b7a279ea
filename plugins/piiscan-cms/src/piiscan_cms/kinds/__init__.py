"""The kinds of CMS: a module each, with a class `SOURCE`. Modules that begin with an underscore are parts of others."""

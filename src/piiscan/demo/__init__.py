"""A made-up company's file share, to try piiscan on and to measure it by."""

"""Spreadsheets in and out: files people send, read safely, checked row by row, applied at once."""

"""The names of an author's own pod: exported there, imported here, looked up by all.

`places.find_catalogue` says where a catalogue is, `store.open_catalogue` reads it. Only
the latter loads the database.
"""

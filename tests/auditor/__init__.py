"""The auditor: a second engine, slow and plain, written from the rules alone.

It imports nothing from the package.  Where the engine streams columns through a queue, the
auditor keeps flat lists of everything that ever happened and, after every event, tries every
loss against every acquisition, sorted afresh.  It never ships.
"""

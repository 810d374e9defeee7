"""How property tests search.

By default the search is derandomized: whether a commit passes depends on the commit alone, so a
failure repeats anywhere and a landing is never luck.  ``make explore`` searches with fresh seeds
and keeps what it finds; a counterexample becomes an ``@example`` of its test.  There is no
deadline, because the first call of a compiled kernel compiles it.
"""

import os
from functools import cache

import typer.testing
from hypothesis import HealthCheck, settings

settings.register_profile(
    "repeatable",
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "explore",
    settings.get_profile("repeatable"),
    derandomize=False,
    database=settings.get_profile("default").database,
    max_examples=2_000,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

# A runner builds all commands anew for every call, which takes longer than many of the calls.
typer.testing._get_command = cache(typer.testing._get_command)

"""When Python looks for garbage in cycles: seldom, and not in what stays.

What is known of a text is values without cycles, which go when nobody holds them. But a
key in a long formula makes thousands of new ones, and so many have Python search all
there is, tables of the language included, for some 30 ms each time.
"""

from __future__ import annotations

import gc

YOUNG, MIDDLE, OLD = 50_000, 20, 20
"""After how many new objects the youngest are searched, and after how many searches
of the younger ones the older are."""


def collect_seldom() -> None:
    """Search seldom from now on, and never what there is already."""
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)

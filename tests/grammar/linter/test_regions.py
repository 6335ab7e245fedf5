"""Spans that overlap, looked up among many."""

from fastformula import Span
from fastformula.linter.regions import Places, overlap
from hypothesis import given
from hypothesis import strategies as st

SPANS = st.builds(
    lambda start, length: Span(start, start + length),
    st.integers(0, 30),
    st.integers(0, 6),
)


@given(st.lists(SPANS, max_size=8), SPANS)
def test_many_places_answer_as_each_alone(spans: list[Span], span: Span) -> None:
    assert Places(spans).overlap(span) == any(overlap(each, span) for each in spans)

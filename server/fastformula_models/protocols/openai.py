"""OpenAI's `/v1/completions`, as vLLM, `transformers serve` and others speak it.

The hole is written by `fim` and not by the field `suffix`, which many servers lack and
others fill in by a template of their own. Of the penalties only `frequency_penalty` is
known to all servers; `transformers serve` takes what is above 1 of a repetition
penalty there, and so does this.
"""

from typing import Any

from fastformula_models.protocols.question import (
    Protocol,
    Question,
    prompt,
    stop_texts,
)


def body(question: Question) -> dict[str, Any]:
    """The request; fields that say nothing are left out, for servers refuse some."""
    assert question.format is not None
    request = question.request
    fields: dict[str, Any] = {
        "model": question.model,
        "prompt": prompt(question, question.format),
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "seed": request.seed,
        "stop": stop_texts(question),
        "stream": True,
    }
    if request.top_p != 1:
        fields["top_p"] = request.top_p
    if request.repetition_penalty != 1:
        fields["frequency_penalty"] = round(request.repetition_penalty - 1, 3)
    return fields


def read(answer: Any) -> tuple[str, bool] | None:
    """The text of an answer or of one event."""
    match answer:
        case {"choices": [{"text": str(text), **rest}, *_]}:
            return text, rest.get("finish_reason") is not None
        case {"choices": [{"finish_reason": str()}, *_]}:  # the last may have no text
            return "", True
        case {"choices": []}:  # an event with nothing but statistics
            return "", False
    return None


PROTOCOL = Protocol(
    root="/v1",
    end="/completions",
    body=body,
    read=read,
    needs_model=True,
    needs_format=True,
)

"""llama.cpp's `/infill`: the server writes the prompt, with the tokens of its model.

What is typed of the current line goes into `prompt`, which stands behind the middle
marker: typing within a line then leaves the beginning of the prompt as it is, and the
server has it in its cache.
"""

from typing import Any

from fastformula_models.protocols.question import Protocol, Question, stop_texts


def body(question: Question) -> dict[str, Any]:
    """The request."""
    request = question.request
    line = question.prefix.rfind("\n") + 1
    fields: dict[str, Any] = {
        "input_prefix": question.prefix[:line],
        "prompt": question.prefix[line:],
        "input_suffix": question.suffix,
        "n_predict": request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "repeat_penalty": request.repetition_penalty,
        "seed": request.seed,
        "stop": stop_texts(question),
        "cache_prompt": True,
        "stream": True,
    }
    if question.model:
        fields["model"] = question.model
    return fields


def read(answer: Any) -> tuple[str, bool] | None:
    """The text of an answer or of one event."""
    match answer:
        case {"content": str(text), **rest}:
            return text, bool(rest.get("stop", False))
    return None


PROTOCOL = Protocol(
    root="",
    end="/infill",
    body=body,
    read=read,
    needs_model=False,
    needs_format=False,
    follows=False,
)

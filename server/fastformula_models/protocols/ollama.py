"""Ollama's `/api/generate`, raw with our own prompt where the model's format is known.

Otherwise prefix and suffix are sent apart, or an instruction as it is, and the template
of the model writes the prompt; a model without one for holes refuses.
"""

from typing import Any

from fastformula_models.protocols.question import (
    Protocol,
    Question,
    prompt,
    stop_texts,
)


def body(question: Question) -> dict[str, Any]:
    """The request."""
    request = question.request
    if question.format is not None:
        asked = {"prompt": prompt(question, question.format)}
    elif question.words:
        asked = {"prompt": question.words}
    else:
        asked = {"prompt": question.prefix, "suffix": question.suffix}
    return {
        "model": question.model,
        **asked,
        "raw": question.format is not None,
        "stream": True,
        "options": {
            "num_predict": request.max_tokens,
            "temperature": request.temperature,
            "top_p": request.top_p,
            "repeat_penalty": request.repetition_penalty,
            "seed": request.seed,
            "stop": stop_texts(question),
        },
    }


def read(answer: Any) -> tuple[str, bool] | None:
    """The text of an answer or of one line of it."""
    match answer:
        case {"response": str(text), **rest}:
            return text, bool(rest.get("done", True))
    return None


PROTOCOL = Protocol(
    root="/api",
    end="/generate",
    body=body,
    read=read,
    needs_model=True,
    needs_format=False,
)

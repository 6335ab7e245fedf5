"""Ollama's `/api/generate`, raw with our own prompt where the model's format is known.

Otherwise prefix and suffix are sent apart, and the template of the model writes the
prompt; a model without one for holes refuses.
"""

from typing import Any

from fastformula_models import fim
from fastformula_models.protocols.question import Protocol, Question, stop_texts


def body(question: Question) -> dict[str, Any]:
    """The request."""
    request = question.request
    if question.format is None:
        prompt = {"prompt": question.prefix, "suffix": question.suffix}
    else:
        text = fim.render_text(question.format, question.prefix, question.suffix)
        prompt = {"prompt": text}
    return {
        "model": question.model,
        **prompt,
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

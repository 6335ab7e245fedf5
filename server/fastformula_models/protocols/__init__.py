"""How the kinds of endpoints are spoken to, one file each."""

from urllib.parse import SplitResult

from fastformula_models.protocols import infill, ollama, openai
from fastformula_models.protocols.question import Protocol

PROTOCOLS = {
    "openai": openai.PROTOCOL,
    "infill": infill.PROTOCOL,
    "ollama": ollama.PROTOCOL,
}

_OLLAMA_PORT = 11434


def protocol_at(address: SplitResult) -> Protocol:
    """The protocol that an address shows by its path or port; OpenAI's, if neither."""
    path = address.path.rstrip("/")
    if path.endswith("/infill"):
        return infill.PROTOCOL
    if path.endswith(("/api", "/api/generate")):
        return ollama.PROTOCOL
    if address.port == _OLLAMA_PORT and not path:
        return ollama.PROTOCOL
    return openai.PROTOCOL

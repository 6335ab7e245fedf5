"""Adapters on a base that is loaded: put on, checked, exchanged between requests."""

import warnings
from typing import Any

from peft import PeftModel, get_peft_model_state_dict
from safetensors import SafetensorError, safe_open

from fastformula_models.adapters import WEIGHTS, Adapter
from fastformula_models.backend import BackendError
from fastformula_models.pretrained import first_line


class Adapted:
    """A base with its adapters, of which one is active at a time.

    One adapter alone is merged into weights that are not quantized: two products of
    matrices less in each layer. Several stay beside the base, so that changing from
    one to another moves no weights.
    """

    def __init__(
        self, model: Any, adapters: tuple[Adapter, ...], base: str, *, merge: bool
    ) -> None:
        """Put the adapters on; BackendError when one was made for another base."""
        # peft keeps them as attributes of modules, so a name may have no dots.
        self._keys = {adapter.name: f"a{n}" for n, adapter in enumerate(adapters)}
        for adapter in adapters:
            model = _put_on(model, adapter, self._keys[adapter.name], base)
        if merge and len(adapters) == 1:
            model = model.merge_and_unload()
            self._active = self._keys[adapters[0].name]
        elif adapters:
            model.set_adapter(self._keys[adapters[0].name])
            self._active = self._keys[adapters[0].name]
        self.model: Any = model.eval()
        self._names = tuple(self._keys)

    def use(self, name: str) -> str:
        """Make the adapter of that name the active one; the first, where it is empty.

        Returns its name. Raises BackendError where none of that name is loaded.
        """
        if not name:
            name = self._names[0] if self._names else ""
        if not name:
            return ""
        if name not in self._keys:
            loaded = ", ".join(self._names) or "none"
            raise BackendError(
                f"No adapter called {name} is loaded; there are {loaded}."
            )
        if self._keys[name] != self._active:
            self.model.set_adapter(self._keys[name])
            self._active = self._keys[name]
        return name


def _put_on(model: Any, adapter: Adapter, key: str, base: str) -> Any:
    """Put one adapter on, and see that no weight is missing or left over."""
    mismatch = BackendError(
        f"The adapter {adapter.folder} does not fit the base {base}; its layers differ "
        "from those it was trained on."
    )
    try:
        with safe_open(str(adapter.folder / WEIGHTS), framework="pt") as weights:
            stored = set(weights.keys())
    except SafetensorError as error:
        raise BackendError(
            f"The weights of the adapter {adapter.folder} are damaged: "
            f"{first_line(error)}."
        ) from None
    folder = str(adapter.folder)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about keys, which are compared below
            if isinstance(model, PeftModel):
                model.load_adapter(folder, adapter_name=key)
            else:
                model = PeftModel.from_pretrained(model, folder, adapter_name=key)
    except (RuntimeError, ValueError, KeyError):
        raise mismatch from None
    # peft fills in what the file lacks and leaves out what the base lacks.
    present = set(
        get_peft_model_state_dict(model, adapter_name=key, save_embedding_layers=False)
    )
    unused = {name for name in stored - present if ".lora_" in name}
    if unused or not present <= stored:
        raise mismatch
    return model

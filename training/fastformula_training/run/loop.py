"""What `train` adds to transformers' Trainer: weighted losses, whole checkpoints.

Imports torch and transformers, so it is itself imported inside `train`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import torch
from peft import PeftModel
from transformers import (
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from fastformula_training.config import RunConfig
from fastformula_training.encoding.packing import Block, collate, flash_arguments
from fastformula_training.error import TrainingError
from fastformula_training.run import checkpoints
from fastformula_training.run.hardware import Precision
from fastformula_training.run.run_folder import has_validation_rows


class WeightedTrainer(Trainer):
    """A Trainer whose batches say what each prediction costs.

    The loss is the weighted mean over all tokens of an optimiser step, on however many
    processes, so it does not depend on how the step is cut into batches. Logits are
    computed only where the weight is not zero: with a large vocabulary they are most
    of the memory.
    """

    loss_is_scaled_for_ga = True

    def __init__(
        self, *, held_out: Sequence[Block] = (), keep: int = 1, **options: Any
    ) -> None:
        """`keep` is how many of the last checkpoints stay; the rest as for Trainer."""
        super().__init__(eval_dataset=cast(Any, list(held_out) or None), **options)
        self.remove_callback(PrinterCallback)
        self.keep = keep
        self._tokens = torch.zeros((), device=self.args.device)
        weight = sum(float(block.weights.sum()) for block in held_out)
        batches = len(held_out) / self.args.eval_batch_size
        self._held_out_share = weight / max(1, batches)
        self._folder = str(self.args.output_dir)
        self._flash = "flash" in str(cast(Any, self.model).config._attn_implementation)

    def take_tokens(self) -> int:
        """The tokens of all steps since this was last asked, over all processes."""
        tokens = int(self._tokens.item())
        self._tokens.zero_()
        return tokens

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | float | None = None,
    ) -> Any:
        """The batch's share of the step's loss.

        `num_items_in_batch` is the sum of the step's weights over all processes.
        """
        weights = inputs["weights"]
        counted = weights > 0
        outputs = model(
            input_ids=inputs["input_ids"],
            position_ids=inputs["position_ids"],
            use_cache=False,
            logits_to_keep=counted,
            **(flash_arguments(inputs["position_ids"]) if self._flash else {}),
        )
        losses = torch.nn.functional.cross_entropy(
            outputs.logits.float(), inputs["labels"][counted], reduction="none"
        )
        total = weights.sum() if num_items_in_batch is None else num_items_in_batch
        loss = (losses * weights[counted]).sum() / total
        if model.training and self.args.average_tokens_across_devices:
            # Gradients are averaged over the processes, the total is their sum.
            loss = loss * self.accelerator.num_processes
        return (loss, outputs) if return_outputs else loss

    def prediction_step(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Any],
        prediction_loss_only: bool,
        ignore_keys: list[str] | None = None,
    ) -> tuple[torch.Tensor, None, None]:
        """The loss of held-out rows, whose mean over all batches is that per token."""
        inputs = self._prepare_inputs(inputs)
        with torch.no_grad(), self.compute_loss_context_manager():
            loss = self.compute_loss(
                model, inputs, num_items_in_batch=self._held_out_share
            )
        return loss.detach(), None, None

    def _get_num_items_in_batch(
        self, batch_samples: list[dict[str, torch.Tensor]], device: torch.device
    ) -> torch.Tensor:
        """The sum of the weights of a step's batches, over all processes."""
        sums = torch.stack(
            [
                torch.stack([batch["weights"].sum() for batch in batch_samples]).sum(),
                torch.stack([batch["tokens"].sum() for batch in batch_samples]).sum(),
            ]
        ).to(device)
        if self.args.world_size > 1:
            sums = self.accelerator.gather(sums).view(-1, 2).sum(dim=0)
        self._tokens += sums[1]
        return sums[0]

    def _maybe_log_save_evaluate(
        self, tr_loss: torch.Tensor, *details: Any, **more: Any
    ) -> None:
        """See, where a step is waited for anyway, that its loss is a number."""
        waited_for = self.control.should_log or self.control.should_save
        if waited_for and not torch.isfinite(tr_loss):
            raise TrainingError(
                f"The loss is no longer a number at step {self.state.global_step}; "
                "lower `learning_rate` or use bf16 or fp32 as `precision`."
            )
        super()._maybe_log_save_evaluate(tr_loss, *details, **more)

    def _determine_best_metric(self, metrics: dict[str, float], trial: Any) -> bool:
        """Have the weights saved that the lowest held-out loss is of."""
        best = super()._determine_best_metric(metrics, trial)
        self.control.should_save = self.control.should_save or best
        return bool(best)

    def _get_output_dir(self, trial: Any) -> str:
        return self._folder

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        """Write the weights, as safetensors, and nothing that would be a pickle."""
        if not self.args.should_save:
            return
        model = self.accelerator.unwrap_model(self.model)
        # Embeddings are never trained whole, and asking costs a look-up on the hub.
        extra = {"save_embedding_layers": False} if isinstance(model, PeftModel) else {}
        model.save_pretrained(output_dir, state_dict=state_dict, **extra)

    def _save_checkpoint(self, model: torch.nn.Module, trial: Any) -> None:
        """Write a checkpoint beside the others, then put it in its place as a whole."""
        folder = Path(str(self.args.output_dir))
        self._folder = str(folder / checkpoints.PART)
        super()._save_checkpoint(model, trial)
        self._folder = str(folder)
        self.accelerator.wait_for_everyone()
        if self.args.should_save:
            checkpoints.put_in_place(
                folder, self.state.global_step, self.state.best_global_step, self.keep
            )
        self.accelerator.wait_for_everyone()


def make_batch(blocks: Sequence[Block], pad: int) -> dict[str, torch.Tensor]:
    """Blocks as one batch, with the number of tokens that are no padding."""
    tokens = torch.tensor([float(sum(len(block.ids) for block in blocks))])
    return {**collate(blocks, pad), "tokens": tokens}


class Patience(TrainerCallback):
    """Ends a run that has not become better for some evaluations.

    The losses of a resumed run's past are in its state, so it ends where it would
    have ended.
    """

    def __init__(self, evaluations: int) -> None:
        self.evaluations = evaluations

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,
    ) -> None:
        """Stop, and have it saved that this was the end."""
        losses = [
            line["eval_loss"] for line in state.log_history if "eval_loss" in line
        ]
        if len(losses) - 1 - losses.index(min(losses)) >= self.evaluations:
            control.should_training_stop = True
            control.should_save = True


def make_arguments(config: RunConfig, precision: Precision) -> TrainingArguments:
    """A recipe in the Trainer's words; joins the other processes, if there are any."""
    return TrainingArguments(
        output_dir=str(config.output / "checkpoints"),
        num_train_epochs=config.epochs,
        max_steps=config.max_steps or -1,
        per_device_train_batch_size=config.batch_size,
        per_device_eval_batch_size=config.batch_size,
        gradient_accumulation_steps=config.accumulation,
        learning_rate=config.learning_rate,
        lr_scheduler_type=config.schedule
        if config.schedule != "constant"
        else "constant_with_warmup",
        warmup_steps=config.warmup,
        weight_decay=config.weight_decay,
        adam_beta2=config.beta2,
        max_grad_norm=config.clip,
        optim=config.optimizer,
        bf16=precision == "bf16",
        fp16=precision == "fp16",
        use_cpu=config.device == "cpu",
        activation_checkpointing=config.gradient_checkpointing,
        activation_checkpointing_kwargs={"use_reentrant": False},
        seed=config.seed,
        data_seed=config.seed,
        logging_steps=config.log_steps,
        logging_nan_inf_filter=False,
        # Without a number of steps it is the end of the run that is evaluated.
        eval_strategy="steps" if has_validation_rows(config) else "no",
        eval_steps=config.evaluation_steps or sys.maxsize,
        metric_for_best_model="eval_loss",
        greater_is_better=False,
        save_strategy="steps",
        save_steps=config.save_steps,
        label_names=["labels"],
        prediction_loss_only=True,
        remove_unused_columns=False,
        dataloader_pin_memory=config.device != "cpu" and torch.cuda.is_available(),
        ddp_find_unused_parameters=False,
        disable_tqdm=True,
        report_to="none",
    )

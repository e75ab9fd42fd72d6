"""Writes a trained model as ../demo-model: ONNX graph, config.json and tokenizer."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from tokenizers import Tokenizer

from model import Shape
from onnx_decoder import DecoderGraph
from tokenizer import save_tokenizer

FOLDER = Path(__file__).parent.parent / "demo-model"


def config(shape: Shape, bos: int, eos: int) -> dict[str, object]:
    """config.json in the form of Hugging Face's Llama models."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "attention_bias": False,
        "bos_token_id": bos,
        "eos_token_id": eos,
        "head_dim": shape.head_size,
        "hidden_act": "silu",
        "hidden_size": shape.hidden,
        "intermediate_size": shape.feed_forward,
        "max_position_embeddings": shape.window,
        "mlp_bias": False,
        "model_type": "llama",
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "num_key_value_heads": shape.kv_heads,
        "pad_token_id": eos,
        "rms_norm_eps": shape.norm_epsilon,
        "rope_scaling": None,
        "rope_theta": shape.rope_theta,
        "tie_word_embeddings": True,
        "torch_dtype": "float32",
        "transformers.js_config": {"dtype": "fp32"},
        "use_cache": True,
        "vocab_size": shape.vocabulary,
    }


def hugging_face_names(state: dict[str, torch.Tensor]) -> dict[str, np.ndarray]:
    """The weights by the names that Llama checkpoints use."""
    renamed = {}
    for name, value in state.items():
        part = name.rsplit(".", 2)[-2]
        if part in ("gate_proj", "up_proj", "down_proj"):
            name = name.replace(part, f"mlp.{part}")
        renamed[name] = value.numpy()
    return renamed


def write_model(folder: Path, model: onnx.ModelProto, settings: dict[str, object]) -> None:
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    onnx.save(model, folder / "onnx" / "model.onnx")
    (folder / "config.json").write_text(json.dumps(settings, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trained", type=Path, help="the folder that train.py wrote")
    arguments = parser.parse_args()
    stored = torch.load(arguments.trained / "weights.pt")
    shape = Shape(**stored["shape"])
    graph = DecoderGraph(shape, hugging_face_names(stored["weights"])).build()
    write_model(FOLDER, graph, config(shape, bos=0, eos=0))
    save_tokenizer(Tokenizer.from_file(str(arguments.trained / "tokenizer.json")), FOLDER)


if __name__ == "__main__":
    main()

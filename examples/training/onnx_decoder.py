"""Builds the ONNX graph of a Llama-shaped decoder by hand, from plain operators only."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from model import Shape

OPSET = 18
IR_VERSION = 9  # what ONNX Runtime has read since 1.16
MASKED = -1e9  # finite: a row in which everything is masked (left padding) must not become NaN


class Graph:
    """Collects nodes and constants; every method that adds a node returns the name of its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def integers(self, *values: int) -> str:
        """A constant vector of int64, shared between its users."""
        return self.constant("int64_" + "_".join(map(str, values)), np.array(values, np.int64))

    def scalar(self, value: int) -> str:
        return self.constant(f"int64_scalar_{value}", np.array(value, np.int64))

    def number(self, value: float) -> str:
        return self.constant(f"float_{value}", np.array(value, np.float32))

    def add(self, op: str, *inputs: str, output: str | None = None, **attributes: object) -> str:
        output = output or f"{op.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [output], **attributes))
        return output

    def size(self, tensor: str, axis: int) -> str:
        """One dimension of a tensor as a vector of length 1."""
        return self.add("Shape", tensor, start=axis, end=axis + 1)


class DecoderGraph:
    """The graph of one decoder. `weights` carries Hugging Face's names without the `model.` prefix.

    With `mask_from_outside` who sees whom is the input `attention_bias`, so that trees of tokens may be fed.
    """

    domains = {"": OPSET}

    def __init__(
        self,
        shape: Shape,
        weights: dict[str, np.ndarray],
        keep_last_logits: bool = True,
        mask_from_outside: bool = False,
    ):
        self.shape, self.weights = shape, weights
        self.keep_last_logits, self.mask_from_outside = keep_last_logits, mask_from_outside
        self.graph = Graph()

    def build(self) -> onnx.ModelProto:
        g = self.graph
        embedding = g.constant("embed_tokens.weight", self.weights["embed_tokens.weight"])
        hidden = g.add("Gather", embedding, "input_ids")
        cos, sin = self._rotation()
        mask = g.add("Unsqueeze", "attention_bias", g.integers(2)) if self.mask_from_outside else self._mask()
        for layer in range(self.shape.layers):
            hidden = self._layer(layer, hidden, cos, sin, mask)
        hidden = self._norm("norm", hidden)
        if self.keep_last_logits:
            hidden = self._last_positions(hidden)
        g.add("MatMul", hidden, g.add("Transpose", embedding, perm=[1, 0]), output="logits")
        graph = helper.make_graph(
            g.nodes, "decoder", self._inputs(), self._outputs(), list(g.constants.values())
        )
        operators = [helper.make_opsetid(domain, version) for domain, version in self.domains.items()]
        model = helper.make_model(graph, opset_imports=operators, ir_version=IR_VERSION)
        onnx.checker.check_model(model, full_check=True)
        return model

    def _inputs(self) -> list[onnx.ValueInfoProto]:
        def tokens(name: str, length: str) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", length])

        bias = ["batch", 1, "sequence", "past_and_sequence"]
        mask = (
            helper.make_tensor_value_info("attention_bias", TensorProto.FLOAT, bias)
            if self.mask_from_outside
            else tokens("attention_mask", "past_and_sequence")
        )
        inputs = [
            tokens("input_ids", "sequence"), mask, tokens("position_ids", "sequence"),
            *self._caches("past_key_values", "past"),
        ]
        if self.keep_last_logits:
            inputs.append(helper.make_tensor_value_info("num_logits_to_keep", TensorProto.INT64, []))
        return inputs

    def _outputs(self) -> list[onnx.ValueInfoProto]:
        length = "logits_to_keep" if self.keep_last_logits else "sequence"
        dimensions = ["batch", length, self.shape.vocabulary]
        logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, dimensions)
        return [logits, *self._caches("present", "past_and_sequence")]

    def _caches(self, prefix: str, length: str) -> list[onnx.ValueInfoProto]:
        dimensions = ["batch", self.shape.kv_heads, length, self.shape.head_size]
        return [
            helper.make_tensor_value_info(f"{prefix}.{layer}.{part}", TensorProto.FLOAT, dimensions)
            for layer in range(self.shape.layers)
            for part in ("key", "value")
        ]

    def _rotation(self) -> tuple[str, str]:
        """Cosines and sines of the rotary embedding, [batch, 1, sequence, head_size / 2]."""
        g, size = self.graph, self.shape.head_size
        frequencies = self.shape.rope_theta ** (-np.arange(0, size, 2) / size)
        positions = g.add("Cast", "position_ids", to=TensorProto.FLOAT)
        positions = g.add("Unsqueeze", positions, g.integers(1, 3))
        angles = g.add("Mul", positions, g.constant("rope.frequencies", frequencies.astype(np.float32)))
        return g.add("Cos", angles), g.add("Sin", angles)

    def _mask(self) -> str:
        """What is added to the attention scores, [batch, 1, 1, sequence, past + sequence].

        Key j is seen by query i when j <= past + i and its attention_mask is not 0.
        """
        g = self.graph
        total = g.add("Squeeze", g.size("attention_mask", 1))
        past = g.add("Sub", total, g.add("Squeeze", g.size("input_ids", 1)))
        keys = g.add("Range", g.scalar(0), total, g.scalar(1))
        queries = g.add("Unsqueeze", g.add("Range", past, total, g.scalar(1)), g.integers(1))
        causal = g.add("LessOrEqual", keys, queries)
        kept = g.add("Unsqueeze", g.add("Cast", "attention_mask", to=TensorProto.BOOL), g.integers(1, 2, 3))
        return g.add("Where", g.add("And", causal, kept), g.number(0.0), g.number(MASKED))

    def _norm(self, name: str, x: str) -> str:
        """Root mean square normalisation."""
        g = self.graph
        mean = g.add("ReduceMean", g.add("Mul", x, x), g.integers(-1), keepdims=1)
        scale = g.add("Sqrt", g.add("Add", mean, g.number(self.shape.norm_epsilon)))
        weight = g.constant(f"{name}.weight", self.weights[f"{name}.weight"])
        return g.add("Mul", g.add("Div", x, scale), weight)

    def _linear(self, name: str, x: str) -> str:
        weight = self.graph.constant(f"{name}.weight", self.weights[f"{name}.weight"].T)
        return self.graph.add("MatMul", x, weight)

    def _heads(self, x: str, heads: int) -> str:
        """[batch, sequence, heads * size] to [batch, heads, sequence, size]."""
        g = self.graph
        split = g.add("Reshape", x, g.integers(0, 0, heads, self.shape.head_size))
        return g.add("Transpose", split, perm=[0, 2, 1, 3])

    def _rotate(self, x: str, cos: str, sin: str) -> str:
        g, half = self.graph, self.shape.head_size // 2
        first = g.add("Slice", x, g.integers(0), g.integers(half), g.integers(3))
        second = g.add("Slice", x, g.integers(half), g.integers(2 * half), g.integers(3))
        left = g.add("Sub", g.add("Mul", first, cos), g.add("Mul", second, sin))
        right = g.add("Add", g.add("Mul", second, cos), g.add("Mul", first, sin))
        return g.add("Concat", left, right, axis=3)

    def _cached(self, layer: int, part: str, new: str) -> str:
        """The past with the new part behind it; also an output of the graph."""
        name = f"{layer}.{part}"
        return self.graph.add("Concat", f"past_key_values.{name}", new, axis=2, output=f"present.{name}")

    def _attention(self, layer: int, x: str, cos: str, sin: str, mask: str) -> str:
        """Grouped-query attention: the query heads of a group share one key and value head."""
        g, shape, name = self.graph, self.shape, f"layers.{layer}.self_attn"
        query = self._rotate(self._heads(self._linear(f"{name}.q_proj", x), shape.heads), cos, sin)
        key = self._rotate(self._heads(self._linear(f"{name}.k_proj", x), shape.kv_heads), cos, sin)
        value = self._heads(self._linear(f"{name}.v_proj", x), shape.kv_heads)
        key, value = self._cached(layer, "key", key), self._cached(layer, "value", value)
        groups = shape.heads // shape.kv_heads
        grouped = g.integers(0, shape.kv_heads, groups, -1, shape.head_size)
        query = g.add("Reshape", query, grouped)
        key = g.add("Transpose", g.add("Unsqueeze", key, g.integers(2)), perm=[0, 1, 2, 4, 3])
        value = g.add("Unsqueeze", value, g.integers(2))
        scores = g.add("Mul", g.add("MatMul", query, key), g.number(shape.head_size**-0.5))
        weights = g.add("Softmax", g.add("Add", scores, mask), axis=-1)
        mixed = g.add("MatMul", weights, value)
        mixed = g.add("Reshape", mixed, g.integers(0, shape.heads, -1, shape.head_size))
        mixed = g.add("Transpose", mixed, perm=[0, 2, 1, 3])
        joined = g.add("Reshape", mixed, g.integers(0, 0, shape.hidden))
        return self._linear(f"{name}.o_proj", joined)

    def _feed_forward(self, layer: int, x: str) -> str:
        g, name = self.graph, f"layers.{layer}.mlp"
        gate = self._linear(f"{name}.gate_proj", x)
        gate = g.add("Mul", gate, g.add("Sigmoid", gate))
        return self._linear(f"{name}.down_proj", g.add("Mul", gate, self._linear(f"{name}.up_proj", x)))

    def _layer(self, layer: int, x: str, cos: str, sin: str, mask: str) -> str:
        g, name = self.graph, f"layers.{layer}"
        x = g.add("Add", x, self._attention(layer, self._norm(f"{name}.input_layernorm", x), cos, sin, mask))
        normed = self._norm(f"{name}.post_attention_layernorm", x)
        return g.add("Add", x, self._feed_forward(layer, normed))

    def _last_positions(self, hidden: str) -> str:
        """Keeps the last num_logits_to_keep positions, or all of them when it is 0."""
        g = self.graph
        length = g.size("input_ids", 1)
        wanted = g.add("Unsqueeze", "num_logits_to_keep", g.integers(0))
        everything = g.add("Equal", wanted, g.integers(0))
        start = g.add("Where", everything, g.integers(0), g.add("Sub", length, wanted))
        return g.add("Slice", hidden, start, length, g.integers(1))

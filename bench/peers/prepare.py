"""Files that bench/peers makes for itself, below build/peers: derived models, converted ones, samples. Needs `onnx` and numpy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ALWAYS = {"early": -1.0, "late": 2.0}  # thresholds that a largest softmax value is always, and never, above
PICTURE = 3 * 32 * 32
SAMPLES = 16


def constant_of(graph: onnx.GraphProto, name: str) -> TensorProto | None:
    """The initializer or Constant node `name` of a graph, to be changed in place."""
    for tensor in graph.initializer:
        if tensor.name == name:
            return tensor
    for node in graph.node:
        if node.op_type == "Constant" and name in node.output and node.attribute[0].name == "value":
            return node.attribute[0].t
    return None


def comparison(graph: onnx.GraphProto, condition: str) -> onnx.NodeProto:
    """The Greater that the condition of an If comes from, through Cast, Identity, Reshape and Squeeze."""
    producer = {output: node for node in graph.node for output in node.output}
    node = producer.get(condition)
    while node is not None and node.op_type in ("Cast", "Identity", "Reshape", "Squeeze", "Unsqueeze"):
        node = producer.get(node.input[0])
    if node is None or node.op_type != "Greater":
        raise ValueError(f"the condition '{condition}' is no `score > threshold`")
    return node


def with_threshold(model: onnx.ModelProto, threshold: float) -> onnx.ModelProto:
    """A copy of a model with one conditional `If(score > threshold)` that has another threshold.

    Other users of the old constant keep it. @raises ValueError if there is not exactly one such conditional
    """
    model = onnx.ModelProto.FromString(model.SerializeToString())
    conditionals = [node for node in model.graph.node if node.op_type == "If"]
    if len(conditionals) != 1:
        raise ValueError(f"{len(conditionals)} conditionals; exactly one is needed")
    greater = comparison(model.graph, conditionals[0].input[0])
    old = constant_of(model.graph, greater.input[1])
    if old is None or numpy_helper.to_array(old).size != 1:
        raise ValueError(f"the threshold '{greater.input[1]}' is no constant of one element")
    values = np.full_like(numpy_helper.to_array(old), threshold)
    name = greater.input[1] + "_set"
    model.graph.initializer.append(numpy_helper.from_array(values, name))
    greater.input[1] = name
    return model


def newer(path: Path, *sources: Path) -> bool:
    return path.exists() and all(path.stat().st_mtime >= source.stat().st_mtime for source in sources)


def command(*words: object) -> None:
    """Runs a tool. @raises ValueError with its last words if it fails"""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode != 0:
        lines = (done.stdout + done.stderr).strip().splitlines()
        raise ValueError(f"{Path(str(words[0])).name} failed: {lines[-1] if lines else done.returncode}")


def derived(source: Path, kind: str, folder: Path) -> Path:
    """`source` itself, or, for `early` and `late`, a copy that always takes that exit."""
    if kind not in ALWAYS or source.suffix != ".onnx":
        return source
    path = folder / f"{source.stem}_{kind}.onnx"
    if not newer(path, source, Path(__file__)):
        path.write_bytes(with_threshold(onnx.load(source), ALWAYS[kind]).SerializeToString())
    return path


def for_mnn(source: Path, folder: Path) -> tuple[Path, str]:
    """A model in MNN's format, and which of MNN's APIs runs it."""
    path = folder / f"{source.stem}.mnn"
    graph = onnx.load(source).graph
    if not newer(path, source, Path(__file__)):
        tool = Path(sys.executable).with_name("mnnconvert")
        command(tool, "-f", "ONNX", "--modelFile", source, "--MNNModel", path, "--bizCode", "exeunt")
        if not path.exists():
            raise ValueError("mnnconvert refuses the file")
        path.with_suffix(".names").write_text(f"{graph.input[0].name}\n{graph.output[0].name}")
    return path, "mnn_module" if any(node.op_type == "If" for node in graph.node) else "mnn"


def for_openvino_int8(source: Path, kind: str, samples: np.ndarray, folder: Path) -> Path:
    """A model quantised by NNCF after training, calibrated on `samples` [N, 1, ...]; with `early` and `late` one that
    always takes that exit. It is quantised as it comes, so that both arms see samples, and gets its threshold then.

    @raises ValueError if NNCF refuses it
    """
    path = folder / f"{source.stem}_{kind}_nncf.xml"
    if not newer(path, source, Path(__file__)):
        import nncf
        import openvino as ov

        model = ov.Core().read_model(source)
        model.reshape(list(samples.shape[1:]))
        try:
            quantized = nncf.quantize(model, nncf.Dataset(list(samples)), subset_size=len(samples))
        except Exception as error:  # noqa: BLE001 - it has dozens of its own
            raise ValueError(f"NNCF: {error}") from error
        if kind in ALWAYS:
            greater = [op for op in quantized.get_ops() if op.get_type_name() == "Greater"]
            if len(greater) != 1:
                raise ValueError(f"{len(greater)} comparisons; exactly one is needed")
            threshold = ov.opset8.constant(np.array(ALWAYS[kind], np.float32))
            greater[0].input(1).replace_source_output(threshold.output(0))
        ov.save_model(quantized, path, compress_to_fp16=False)
    return path


def pictures(data: Path, count: int) -> tuple[np.ndarray, bool]:
    """u8 [count, 3, 32, 32]: CIFAR-10's first test pictures, or random ones. @return also whether they are real"""
    batch = data / "cifar10" / "test_batch.bin"
    if batch.exists():
        records = np.fromfile(batch, np.uint8, count * (1 + PICTURE)).reshape(count, 1 + PICTURE)
        return records[:, 1:].reshape(count, 3, 32, 32), True
    return np.random.default_rng(1).integers(0, 256, (count, 3, 32, 32), np.uint8), False


def as_samples(images: np.ndarray, layout: str) -> np.ndarray:
    """f32 [N, 1, ...] of u8 [N, 3, H, W] in the axis order of a model."""
    ordered = images.transpose(0, 2, 3, 1) if layout == "nhwc" else images
    return np.ascontiguousarray(ordered[:, None], np.float32)


def write_calibration(images: np.ndarray, layout: str, folder: Path) -> Path:
    """The pictures as an .npz that Exeunt calibrates with: x [N, ...] in the axis order of a model."""
    path = folder / f"calibration_{layout}.npz"
    np.savez(path, x=as_samples(images, layout)[:, 0])
    return path


def write_samples(images: np.ndarray, layout: str, path: Path) -> tuple[Path, str]:
    """@return the file and the shape of one sample, 1x3x32x32"""
    samples = as_samples(images, layout)
    samples.tofile(path)
    return path, "x".join(map(str, samples.shape[1:]))


def empty_models(folder: Path) -> dict[str, Path]:
    """One ReLU on four numbers, for each API: what a call costs when there is nothing to do."""
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "empty", value[:1], value[1:])
    model = folder / "empty.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), model)
    mnn, _ = for_mnn(model, folder)
    param = folder / "empty.param"
    param.write_text("7767517\n2 2\nInput in0 0 1 in0\nReLU relu 1 1 in0 out0\n")
    param.with_suffix(".bin").write_bytes(b"")
    tflite = folder / "empty.tflite"
    tflite.write_bytes(empty_tflite())
    return {
        "exeunt": model, "onnxruntime": model, "openvino": model, "litert": tflite, "ncnn": param, "mnn": mnn,
        "mnn_module": mnn,
    }  # fmt: skip


def empty_tflite() -> bytes:
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    tensors = []
    for name in "xy":
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type, tensor.buffer = name, [1, 4], schema.TensorType.FLOAT32, 0
        tensors.append(tensor)
    relu = schema.OperatorT()
    relu.opcodeIndex, relu.inputs, relu.outputs = 0, [0], [1]
    graph = schema.SubGraphT()
    graph.tensors, graph.inputs, graph.outputs, graph.operators = tensors, [0], [1], [relu]
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.RELU
    code.version = 1
    model = schema.ModelT()
    model.version, model.operatorCodes, model.subgraphs, model.buffers = 3, [code], [graph], [schema.BufferT()]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())

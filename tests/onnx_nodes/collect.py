#!/usr/bin/env python3
"""Collects ONNX's own node tests for the operators that Exeunt reads: collect.py FOLDER

FOLDER gets, for each test, NAME/model.onnx, NAME/input_K.pb and NAME/output_K.pb, and at last cases.txt with a line
"NAME OP RTOL ATOL" for each. The models are ONNX's, but for what `prepare` changes.
"""

import json
import re
import shutil
import sys
from pathlib import Path

import onnx
from onnx import TensorProto, helper

NODE_TESTS = Path(onnx.__file__).parent / "backend/test/data/node"
MIN_OPSET = 11

OPERATORS = set(
    """
    Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization BitShift BitwiseAnd
    BitwiseNot BitwiseOr BitwiseXor Cast CastLike Ceil Celu Clip Concat Constant ConstantOfShape Conv ConvInteger
    ConvTranspose Cos Cosh CumSum DepthToSpace DequantizeLinear Div Dropout DynamicQuantizeLinear Elu Equal Erf Exp
    Expand Flatten Floor Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater
    GreaterOrEqual GroupNormalization HardSigmoid HardSwish Hardmax Identity If InstanceNormalization LRN
    LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax Loop LpPool MatMul MatMulInteger Max MaxPool Mean Min
    Mish Mod Mul Neg NonZero Not OneHot Or PRelu Pad Pow QLinearConv QLinearMatMul QuantizeLinear RMSNormalization
    Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
    ReduceSumSquare Relu Reshape Resize Round ScatterElements ScatterND Selu Shape Sigmoid Sign Sin Sinh Size Slice
    Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Swish Tan Tanh ThresholdedRelu Tile TopK
    Transpose Unsqueeze Where Xor
    """.split()
)

# Operands that decide the type of a result or the course of the import. Exeunt fixes all shapes when it reads a
# file, so these must be constant there; the tests give them as inputs of the model.
CONSTANT_OPERANDS = {
    "ConstantOfShape": [0],
    "CumSum": [1],
    "Dropout": [1, 2],
    "Expand": [1],
    "Loop": [0, 1],
    "NonZero": [0],
    "OneHot": [1],
    "Pad": [1, 2, 3],
    "Range": [0, 1, 2],
    "Reshape": [1],
    "Resize": [1, 2, 3],
    "Slice": [1, 2, 3, 4],
    "Split": [1],
    "Squeeze": [1],
    "Tile": [1],
    "TopK": [1],
    "Unsqueeze": [1],
} | {op: [1] for op in OPERATORS if op.startswith("Reduce")}

# Element types beside which Exeunt knows all others.
ELEMENT_TYPES = {
    TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.BOOL,
    TensorProto.INT8, TensorProto.INT16, TensorProto.INT32, TensorProto.INT64,
    TensorProto.UINT8, TensorProto.UINT16, TensorProto.UINT32, TensorProto.UINT64,
}  # fmt: skip


def all_nodes(graph):
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from all_nodes(attribute.g)


def is_wanted(model) -> bool:
    for value in [*model.graph.input, *model.graph.output]:
        if not value.type.HasField("tensor_type") or value.type.tensor_type.elem_type not in ELEMENT_TYPES:
            return False
    for node in all_nodes(model.graph):
        if node.domain or node.op_type not in OPERATORS:
            return False
        for attribute in node.attribute:
            if attribute.HasField("t") and attribute.t.data_type not in ELEMENT_TYPES:
                return False
            if node.op_type == "Cast" and attribute.name == "to" and attribute.i not in ELEMENT_TYPES:
                return False
    return True


def names_that_must_be_constant(model) -> set[str]:
    """Inputs of the model on which an operand of CONSTANT_OPERANDS depends, by more than their shape."""
    needed = set()
    for node in all_nodes(model.graph):
        for at in CONSTANT_OPERANDS.get(node.op_type, []):
            if at < len(node.input):
                needed.add(node.input[at])
    nodes = list(all_nodes(model.graph))
    while True:
        before = len(needed)
        for node in nodes:
            if needed & set(node.output) and node.op_type not in ("Shape", "Size"):
                needed.update(node.input)
                graphs = [attribute.g for attribute in node.attribute if attribute.HasField("g")]
                needed.update(value.name for graph in graphs for value in graph.output)
        if len(needed) == before:
            break
    return needed & {value.name for value in model.graph.input}


def raise_opset(model) -> None:
    """Models of before opset 11 are read as opset 11 where their operators are the same there."""
    for entry in model.opset_import:
        if entry.domain == "" and entry.version < MIN_OPSET:
            for node in all_nodes(model.graph):
                then = onnx.defs.get_schema(node.op_type, entry.version).since_version
                if onnx.defs.get_schema(node.op_type, MIN_OPSET).since_version != then:
                    return
            entry.version = MIN_OPSET


def prepare(model, inputs) -> list[TensorProto]:
    """Makes operands constant where that is asked for, and returns the inputs that are left."""
    raise_opset(model)
    constant = names_that_must_be_constant(model)
    values = list(model.graph.input)
    del model.graph.input[:]
    left = []
    for value, tensor in zip(values, inputs, strict=True):
        tensor.name = value.name
        if value.name in constant:
            model.graph.initializer.append(tensor)
        else:
            shape = list(tensor.dims)
            model.graph.input.append(helper.make_tensor_value_info(value.name, tensor.data_type, shape))
            left.append(tensor)
    if not left:
        # A model that always answers the same is refused; one more input makes it a model.
        model.graph.input.append(helper.make_tensor_value_info("unused", TensorProto.FLOAT, [1]))
        left.append(helper.make_tensor("unused", TensorProto.FLOAT, [1], [0.0]))
    return left


def read_tensors(folder: Path, kind: str, declared) -> list[TensorProto]:
    tensors = []
    while (path := folder / f"{kind}_{len(tensors)}.pb").exists():
        tensor = TensorProto.FromString(path.read_bytes())
        # NumPy has no bfloat16, so ONNX keeps the bits of one as uint16.
        if declared[len(tensors)].type.tensor_type.elem_type == TensorProto.BFLOAT16:
            tensor.data_type = TensorProto.BFLOAT16
        tensors.append(tensor)
    return tensors


def operator_of(name: str, model) -> str:
    """The operator that a test is about, also where the test spells out the body of its function."""
    plain = NODE_TESTS / re.sub(r"_expanded.*$", "", name) / "model.onnx"
    return onnx.load(plain if plain.exists() else model).graph.node[-1].op_type


def collect_case(folder: Path, target: Path) -> list[str]:
    if not is_wanted(onnx.load(folder / "model.onnx")):
        return []
    settings = json.loads((folder / "data.json").read_text()) if (folder / "data.json").exists() else {}
    lines = []
    for data in sorted(folder.glob("test_data_set_*")):
        model = onnx.load(folder / "model.onnx")
        outputs = read_tensors(data, "output", model.graph.output)
        inputs = prepare(model, read_tensors(data, "input", model.graph.input))
        name = folder.name + (data.name.replace("test_data_set_", "#") if not data.name.endswith("_0") else "")
        (target / name).mkdir()
        onnx.save(model, target / name / "model.onnx")
        for kind, tensors in {"input": inputs, "output": outputs}.items():
            for i, tensor in enumerate(tensors):
                (target / name / f"{kind}_{i}.pb").write_bytes(tensor.SerializeToString())
        operator = operator_of(folder.name, folder / "model.onnx")
        lines.append(f"{name} {operator} {settings.get('rtol', 1e-3)} {settings.get('atol', 1e-7)}\n")
    return lines


def main() -> None:
    target = Path(sys.argv[1])
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    lines = [line for folder in sorted(NODE_TESTS.iterdir()) if folder.is_dir() for line in collect_case(folder, target)]
    (target / "cases.txt").write_text("".join(lines))
    print(f"Collected {len(lines)} node tests of ONNX {onnx.__version__} in {target}")


if __name__ == "__main__":
    main()

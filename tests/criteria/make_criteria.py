"""Writes small networks of four exits, one for each form of confidence test, and ONNX Runtime's answers to them.

Usage: make_criteria.py [FOLDER]   (needs numpy, onnx, onnxruntime)

NAME.npz holds 64 inputs `x`, the `answer` of each and the `exit` it took.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import numpy as np
import onnx
import onnx.numpy_helper
import onnx.parser
import onnxruntime as ort

SAMPLES = 64
FEATURES = 16
CLASSES = 5
SEED = 5


def softmax_test(k: int, score: str, temperature: bool = False) -> str:
    tempered = f"z{k} = Div(l{k}, temperature{k}) p{k} = Softmax<axis = -1>(z{k})"
    plain = f"p{k} = Softmax<axis = -1>(l{k})"
    scored = score.replace("#", str(k))
    test = f"m{k} = ReduceMax<keepdims = 0>(s{k}) c{k} = Greater(m{k}, t{k})"
    return f"{tempered if temperature else plain} {scored} {test}"


MAX_PROB = "s# = Identity(p#)"
TOP = "v#, j# = TopK<axis = -1>(p#, two) "
SLICED = TOP + "a# = Slice(v#, i0, i1, last) b# = Slice(v#, i1, i2, last) s# = Sub(a#, b#)"
SPLIT = TOP + "a#, b# = Split<axis = -1>(v#, halves) s# = Sub(a#, b#)"
ENTROPY = (
    "o# = Max(p#, least) n# = Log(o#) q# = Mul(p#, n#) w# = ReduceSum<keepdims = 1>(q#, last) h# = Neg(w#) "
    "d# = Mul(h#, inverse) s# = Sub(one, d#)"
)


def patience_test(k: int) -> str:
    best = f"a{k} = ArgMax<axis = -1, keepdims = 0>(l{k}) "
    if k == 0:
        return best + "r0 = Identity(one) c0 = Greater(r0, t0)"
    return best + (
        f"e{k} = Equal(a{k}, a{k - 1}) u{k} = Add(r{k - 1}, one) r{k} = Where(e{k}, u{k}, one) "
        f"m{k} = ReduceMax<keepdims = 0>(r{k}) c{k} = Greater(m{k}, t{k})"
    )


FORMS = {
    "max_prob": (lambda k: softmax_test(k, MAX_PROB, temperature=True), (0.55, 0.5, 0.45)),
    "margin": (lambda k: softmax_test(k, SPLIT if k == 1 else SLICED), (0.45, 0.35, 0.3)),
    "entropy": (lambda k: softmax_test(k, ENTROPY), (0.35, 0.3, 0.25)),
    "patience": (patience_test, (1.0, 1.0, 1.0)),
}


def graph_of(form: str) -> str:
    test, _ = FORMS[form]
    body = ""
    for k in reversed(range(3)):
        rest = f"g{k + 1} = Gemm(f{k}, body{k}) f{k + 1} = Relu(g{k + 1}) l{k + 1} = Gemm(f{k + 1}, head{k + 1})"
        last = f"y{k + 1} = Identity(l{k + 1}) x{k + 1} = Identity(exit{k + 1})"
        body = (
            f"{test(k)} y{k}, x{k} = If (c{k}) <"
            f"then_branch = leave{k} () => (float[1,{CLASSES}] yes{k}, int64[1] at{k}) "
            f"{{ yes{k} = Identity(l{k}) at{k} = Identity(exit{k}) }}, "
            f"else_branch = stay{k} () => (float[1,{CLASSES}] y{k + 1}, int64[1] x{k + 1}) {{ {rest} {body or last} }}>"
        )
    return (
        f"criteria (float[1,{FEATURES}] x) => (float[1,{CLASSES}] y0, int64[1] x0) "
        f"{{ g0 = Gemm(x, stem) f0 = Relu(g0) l0 = Gemm(f0, head0) {body} }}"
    )


def constants_of(form: str) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(SEED)
    _, thresholds = FORMS[form]
    scale = 1.6 / math.sqrt(FEATURES)
    arrays = {"stem": rng.normal(size=(FEATURES, FEATURES)) * scale}
    base = rng.normal(size=(FEATURES, CLASSES))
    for k in range(4):
        # Heads of one network agree more often than not.
        arrays[f"head{k}"] = (base + 0.5 * rng.normal(size=base.shape)) * (0.25 + 0.1 * k)
        arrays[f"exit{k}"] = np.array([k], np.int64)
    for k in range(3):
        arrays[f"body{k}"] = np.eye(FEATURES) + 0.1 * rng.normal(size=(FEATURES, FEATURES))
        arrays[f"t{k}"] = np.array(thresholds[k])
        arrays[f"temperature{k}"] = np.array(1.0 + k / 2)
    arrays |= {"one": np.array(1.0), "least": np.array(1e-30), "inverse": np.array(1 / math.log(CLASSES))}
    for name, value in {"two": 2, "i0": 0, "i1": 1, "i2": 2, "last": -1}.items():
        arrays[name] = np.array([value], np.int64)
    arrays["halves"] = np.array([1, 1], np.int64)
    return {n: a if a.dtype == np.int64 else a.astype(np.float32) for n, a in arrays.items()}


def model_of(form: str) -> onnx.ModelProto:
    text = graph_of(form)
    model = onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["" : 17]> {text}')
    for name, array in constants_of(form).items():
        if f"{name})" in text or f"{name}," in text:
            model.graph.initializer.append(onnx.numpy_helper.from_array(array, name))
    if form == "patience":
        exits = [{"criterion": "patience", "threshold": t} for t in FORMS[form][1]]
        onnx.helper.set_model_props(model, {"exeunt.exits": json.dumps(exits)})
    onnx.checker.check_model(model, full_check=True)
    return model


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
    x = np.round(np.random.default_rng(SEED + 1).normal(size=(SAMPLES, FEATURES)) * 16).astype(np.float32) / 16
    for form in FORMS:
        data = model_of(form).SerializeToString(deterministic=True)
        runner = ort.InferenceSession(data, providers=["CPUExecutionProvider"])
        rows = [runner.run(None, {"x": sample[None]}) for sample in x]
        exits = np.array([row[1][0] for row in rows])
        print(form, np.bincount(exits, minlength=4), len(data), "bytes")
        # By patience nobody leaves at the first exit: it agrees with itself alone.
        if np.bincount(exits, minlength=4)[1 if form == "patience" else 0 :].min() == 0:
            raise SystemExit(f"{form}: an exit that no sample takes")
        (folder / f"{form}.onnx").write_bytes(data)
        np.savez_compressed(folder / f"{form}.npz", x=x, answer=np.concatenate([r[0] for r in rows]), exit=exits)


if __name__ == "__main__":
    main()

"""One model in one peer, for bench/peers/run, which drives several such programs in turns.

Usage: worker.py API MODEL SAMPLES SHAPE PRECISION
    SAMPLES  raw f32: samples of the model's only input, one behind the other;  SHAPE  of one of them, 1x3x32x32

Speaks the same lines as exeunt_peer_worker (exeunt_worker.cc). Each peer runs on one thread, from a buffer that was filled before,
into buffers of its own: what a call copies or allocates is the peer's doing.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import numpy as np

DTYPES = {"tensor(float)": np.float32, "tensor(int64)": np.int64, "tensor(int32)": np.int32}


class OnnxRuntime:
    """IO binding of both sides, so that nothing is allocated for a call."""

    def __init__(self, path: str, samples: np.ndarray, precision: str) -> None:
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.log_severity_level = 4
        session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        # The value shares the array's memory.
        self.samples, self.input = samples, ort.OrtValue.ortvalue_from_numpy(aligned(samples[0]))
        binding = session.io_binding()
        binding.bind_ortvalue_input(session.get_inputs()[0].name, self.input)
        outputs = []
        for output in session.get_outputs():
            shape = [dim if isinstance(dim, int) else 1 for dim in output.shape]
            outputs.append(ort.OrtValue.ortvalue_from_numpy(np.zeros(shape, DTYPES[output.type])))
            binding.bind_ortvalue_output(output.name, outputs[-1])
        self.output = outputs[0]
        self.run = lambda: session.run_with_iobinding(binding)

    def bind(self, number: int) -> None:
        self.input.update_inplace(self.samples[number])

    def answer(self) -> np.ndarray:
        return self.output.numpy()


class OpenVino:
    """Input written into the request's own tensor; outputs are views. The hint keeps processors with bf16 units at f32."""

    def __init__(self, path: str, samples: np.ndarray, precision: str) -> None:
        import openvino as ov

        core = ov.Core()
        model = core.read_model(path)
        model.reshape(list(samples[0].shape))
        hint = "bf16" if precision == "bf16" else "f32"
        options = {
            "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1,
            "INFERENCE_PRECISION_HINT": hint, "ENABLE_CPU_PINNING": False,
        }  # fmt: skip
        self.request = core.compile_model(model, "CPU", options).create_infer_request()
        self.samples, self.input = samples, self.request.get_input_tensor().data
        self.run = lambda: self.request.infer(share_outputs=True)

    def bind(self, number: int) -> None:
        self.input[...] = self.samples[number]

    def answer(self) -> np.ndarray:
        return self.request.get_output_tensor(0).data


class LiteRt:
    """The interpreter with its XNNPACK delegate; its CompiledModel runs the same kernels in the same time."""

    def __init__(self, path: str, samples: np.ndarray, precision: str) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self.interpreter = Interpreter(path, num_threads=1)
        self.interpreter.allocate_tensors()
        self.input = self.interpreter.get_input_details()[0]
        self.output = self.interpreter.get_output_details()[0]
        scale, zero = self.input["quantization"]
        if scale:
            bounds = np.iinfo(self.input["dtype"])
            samples = np.clip(np.round(samples / scale) + zero, bounds.min, bounds.max).astype(self.input["dtype"])
        self.samples = samples
        self.run = self.interpreter.invoke

    def bind(self, number: int) -> None:
        self.interpreter.set_tensor(self.input["index"], self.samples[number])

    def answer(self) -> np.ndarray:
        values = self.interpreter.get_tensor(self.output["index"])
        scale, zero = self.output["quantization"]
        return (values.astype(np.float32) - zero) * scale if scale else values


class Ncnn:
    """Its extractor is made anew for each run, as its users do; the Mat is its own copy, since layers may work in place."""

    def __init__(self, path: str, samples: np.ndarray, precision: str) -> None:
        import ncnn

        self.net = ncnn.Net()
        options = self.net.opt
        options.num_threads = 1
        options.use_fp16_packed = options.use_fp16_storage = options.use_fp16_arithmetic = False
        options.use_bf16_packed = options.use_bf16_storage = precision == "bf16"
        if self.net.load_param(path) or self.net.load_model(path.removesuffix(".param") + ".bin"):
            raise SystemExit(f"ncnn does not load {path}")
        self.inputs = [ncnn.Mat(sample[0]).clone() for sample in samples]

    def bind(self, number: int) -> None:
        self.input = self.inputs[number]

    def run(self):
        extractor = self.net.create_extractor()
        extractor.input("in0", self.input)
        return extractor.extract("out0")

    def answer(self) -> np.ndarray:
        return np.array(self.run()[1])


class Mnn:
    """The session API, which is MNN's faster one, for networks without a conditional."""

    def __init__(self, path: str, samples: np.ndarray, precision: str) -> None:
        import MNN

        self.mnn, self.net = MNN, MNN.Interpreter(path)
        self.session = self.net.createSession({"numThread": 1, "precision": "high", "backend": "CPU"})
        self.input = self.net.getSessionInput(self.session)
        self.samples = samples
        self.run = lambda: self.net.runSession(self.session)

    def tensor(self, values: np.ndarray):
        return self.mnn.Tensor(
            values.shape, self.mnn.Halide_Type_Float, values, self.mnn.Tensor_DimensionType_Caffe
        )

    def bind(self, number: int) -> None:
        self.input.copyFrom(self.tensor(self.samples[number]))

    def answer(self) -> np.ndarray:
        output = self.net.getSessionOutput(self.session)
        host = self.tensor(np.zeros(output.getShape(), np.float32))
        output.copyToHostTensor(host)
        return np.array(host.getData(), np.float32)


class MnnModule:
    """The module API, the only one that runs a conditional. Its results are lazy: reading one is part of the run."""

    def __init__(self, path: str, samples: np.ndarray, precision: str) -> None:
        import MNN.expr as expr
        import MNN.nn as nn

        names = Path(path).with_suffix(".names").read_text().split("\n")
        config = {"numThread": 1, "precision": "high", "backend": "CPU"}
        manager = nn.create_runtime_manager((config,))
        self.module = nn.load_module_from_file(
            path, names[:1], names[1:2], runtime_manager=manager, shape_mutable=False
        )
        shape = list(samples[0].shape)
        order = expr.NCHW if len(shape) < 4 or shape[1] == 3 else expr.NHWC
        self.samples, self.input = samples, expr.placeholder(shape, order)

    def bind(self, number: int) -> None:
        self.input.write(self.samples[number])

    def run(self) -> np.ndarray:
        return self.module.onForward([self.input])[0].read()

    def answer(self) -> np.ndarray:
        return self.run()


APIS = {
    "onnxruntime": OnnxRuntime, "openvino": OpenVino, "litert": LiteRt, "ncnn": Ncnn, "mnn": Mnn, "mnn_module": MnnModule,
}  # fmt: skip


def aligned(values: np.ndarray) -> np.ndarray:
    """A copy that starts on a cache line."""
    room = np.empty(values.nbytes + 64, np.uint8)
    start = -room.ctypes.data % 64
    copy = room[start : start + values.nbytes].view(values.dtype).reshape(values.shape)
    copy[...] = values
    return copy


def serve(peer, samples: int, lines, out) -> None:
    clock, run = time.perf_counter_ns, peer.run
    for line in lines:
        what, *numbers = line.split()
        *counts, sample = map(int, numbers)
        peer.bind(sample % samples)
        if what == "answer":
            peer.run()
            print(*np.ravel(peer.answer()).tolist(), file=out, flush=True)
            continue
        warm, count = counts
        for _ in range(warm):
            run()
        times = [0] * count
        for i in range(count):
            start = clock()
            run()
            times[i] = clock() - start
        print(*times, file=out, flush=True)


def main() -> None:
    api, path, file, shape, precision = sys.argv[1:]
    # Libraries print to standard output: their lines go to standard error instead.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    values = np.fromfile(file, np.float32).reshape(-1, *map(int, shape.split("x")))
    peer = APIS[api](path, aligned(values), precision)
    peer.bind(0)
    peer.run()
    print("ready", file=out, flush=True)
    serve(peer, len(values), sys.stdin, out)


if __name__ == "__main__":
    main()

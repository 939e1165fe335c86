"""Which file serves which engine and case. Files are relative to the folder of models (`run --models`).

`early` and `late` are one file with a conditional: a peer gets it with the threshold constant set so that every run takes that
exit (prepare.py writes it); Exeunt gets the file as it is and the exit forced. LiteRT has files of its own for each.
"""

from __future__ import annotations

from dataclasses import dataclass

ENGINES = ("exeunt", "onnxruntime", "openvino", "litert", "ncnn", "mnn")
CASES = tuple((net, kind) for net in ("resnet8", "resnet56", "alexnet") for kind in ("full", "early", "late"))
IMAGENET_CASES = tuple((net, "full") for net in ("resnet18", "mobilenet_v2", "vit_small"))
PRECISIONS = ("fp32", "bf16", "int8")

ONNX = "exeunt onnxruntime openvino mnn"
#    network     kinds         exporter  engines   file
F32 = """
     resnet8     full          tflite    ONNX      resnet8_tflite.onnx
     resnet8     full          tflite    litert    peers/resnet8.tflite
     resnet8     full          tflite    ncnn      peers/ncnn/resnet8.ncnn.param
     resnet8     early,late    tflite    ONNX      resnet8_single_tflite.onnx
     resnet8     early         tflite    litert    peers/resnet8_early.tflite
     resnet8     late          tflite    litert    peers/resnet8_late.tflite
     resnet8     early,late    torch     ONNX      resnet8_two_torch.onnx
     resnet56    full          torch     ONNX      resnet56_torch.onnx
     resnet56    early,late    torch     ONNX      resnet56_two_torch.onnx
     alexnet     full          torch     ONNX      alexnet_torch.onnx
     alexnet     full          torch     ncnn      peers/ncnn/alexnet.ncnn.param
     alexnet     early,late    torch     ONNX      alexnet_two_torch.onnx
"""
INT8 = """
     resnet8     full          tflite    exeunt    resnet8_tflite.onnx
     resnet8     full          tflite    ort       resnet8_qdq_ort.onnx
     resnet8     full          tflite    litert    peers/resnet8_int8.tflite
     resnet8     full          tflite    openvino  resnet8_tflite.onnx
     resnet8     early,late    tflite    OURS      resnet8_single_tflite.onnx
     resnet8     early,late    torch     OURS      resnet8_two_torch.onnx
     resnet56    full          torch     exeunt    resnet56_torch.onnx
     resnet56    full          torch     ort       resnet56_qdq_ort.onnx
     resnet56    full          torch     openvino  resnet56_torch.onnx
     resnet56    early,late    torch     OURS      resnet56_two_torch.onnx
     alexnet     full          torch     exeunt    alexnet_torch.onnx
     alexnet     full          torch     ort       alexnet_qdq_ort.onnx
     alexnet     full          torch     openvino  alexnet_torch.onnx
     alexnet     early,late    torch     OURS      alexnet_two_torch.onnx
"""
IMAGENET = """
     resnet18      full        torch     ONNX      resnet18.onnx
     mobilenet_v2  full        torch     ONNX      mobilenet_v2.onnx
     vit_small     full        torch     ONNX      vit_small.onnx
"""
SHORT = {"ONNX": ONNX, "OURS": "exeunt openvino", "ort": "onnxruntime"}
SUPPORTS_BF16 = {"openvino", "ncnn"}

# Why an engine that has no row for a case has none: first match of (engine, network, kind, precision), "" being any.
ABSENT = (
    ("onnxruntime", "", "", "bf16", "its CPU kernels have no bf16"),
    ("litert", "", "", "bf16", "its CPU kernels have no bf16"),
    ("mnn", "", "", "bf16", "its low precision is f32 on x86"),
    ("onnxruntime", "", "early", "int8", "its quantiser leaves the arms of a conditional in f32"),
    ("onnxruntime", "", "late", "int8", "its quantiser leaves the arms of a conditional in f32"),
    ("ncnn", "", "", "int8", "no quantised ncnn file"),
    ("mnn", "", "", "int8", "no quantised MNN file"),
    ("ncnn", "", "early", "", "ncnn has no conditional"),
    ("ncnn", "", "late", "", "ncnn has no conditional"),
    ("ncnn", "resnet56", "", "", "it has no layer for the Pad of the option-A shortcuts"),
    ("ncnn", "", "", "", "no ncnn file of this network"),
    ("litert", "", "early", "int8", "no quantised .tflite file with a conditional"),
    ("litert", "", "late", "int8", "no quantised .tflite file with a conditional"),
    ("litert", "", "", "", "no .tflite file of this network: it comes from PyTorch"),
)
# ncnn's files hold other weights than the rest: their answers cannot be compared.
OTHER_WEIGHTS = {"ncnn"}


@dataclass(frozen=True)
class Row:
    """One engine on one file for one case."""

    net: str
    kind: str
    family: str  # the exporter
    engine: str
    file: str

    @property
    def case(self) -> str:
        return f"{self.net} {self.kind}"

    @property
    def layout(self) -> str:
        """Order of the axes in which this file takes a picture."""
        return "nhwc" if self.family == "tflite" and self.engine != "ncnn" else "nchw"

    @property
    def exit(self) -> int | None:
        return {"full": None, "early": 0, "late": 1}[self.kind]


def parse(text: str) -> list[Row]:
    rows = []
    for line in text.split("\n"):
        if line.strip():
            net, kinds, family, engines, file = line.split()
            rows += [
                Row(net, kind, family, engine, file)
                for kind in kinds.split(",")
                for engine in SHORT.get(engines, engines).split()
            ]
    return rows


def rows(precision: str, imagenet: bool) -> list[Row]:
    """All rows of a precision, in the order of the cases."""
    if imagenet:
        return [row for row in parse(IMAGENET) if precision == "fp32" or row.engine in SUPPORTS_BF16]
    if precision == "bf16":
        return [row for row in parse(F32) if row.engine in SUPPORTS_BF16]
    return parse(INT8 if precision == "int8" else F32)


def absent(row_list: list[Row], cases: list[tuple[str, str]], precision: str) -> list[dict[str, str]]:
    """Engines without a row, by case, with the reason."""
    have = {(row.net, row.kind, row.engine) for row in row_list}
    missing = []
    for net, kind in cases:
        for engine in ENGINES:
            if (net, kind, engine) not in have:
                reason = next(
                    why
                    for who, of, sort, at, why in ABSENT
                    if who == engine and of in ("", net) and sort in ("", kind) and at in ("", precision)
                )
                missing.append({"case": f"{net} {kind}", "engine": engine, "reason": reason})
    return missing

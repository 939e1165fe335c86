#include <fmt/format.h>

#include "cases/op_case.h"

namespace exeunt::testing {

namespace {

void add_reductions(std::vector<OpCase>& cases) {
  for (const std::string fn :
       {"ReduceL1", "ReduceL2", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare"}) {
    cases.push_back({fn + "_of_picture", Exactness::rounding, after_conv("%y = " + fn + "(%c){axes=[2,3]}")});
    cases.push_back({fn + "_of_channels", Exactness::rounding,
                     after_conv("%s = " + fn + "(%c){axes=[1], keepdims=false}\n%y = Relu(%s)")});
    cases.push_back({fn + "_of_all", Exactness::rounding, after_conv("%y = " + fn + "(%c){keepdims=false}")});
  }
  cases.push_back({"ReduceSum_of_a_one", Exactness::exact, "input %x f32[3,1] \"x\"\n%y = ReduceSum(%x){axes=[1]}",
                   "nothing to reduce"});
}

void add_transposed(std::vector<OpCase>& cases) {
  const auto transposed = [&](const std::string& name, const std::string& operands, const std::string& fields) {
    cases.push_back({"conv_transpose_" + name, Exactness::rounding, operands + "%y = ConvTranspose" + fields});
  };
  const std::string plane = "input %x f32[2,4,5,6] \"x\"\n";
  transposed("plain", plane + "const %w f32[4,3,2,2] = random\n",
             "(%x, %w){strides=[1,1], pads=[0,0,0,0], dilations=[1,1], output_padding=[0,0]}");
  transposed("upsampling", plane + "const %w f32[4,3,4,4] = random\nconst %b f32[3] = random\n",
             "(%x, %w, %b){strides=[2,2], pads=[1,1,1,1], dilations=[1,1], output_padding=[0,0]}");
  transposed("longer", plane + "const %w f32[4,3,3,3] = random\n",
             "(%x, %w){strides=[3,2], pads=[1,0,0,1], dilations=[1,2], output_padding=[2,1]}");
  transposed("groups", plane + "const %w f32[4,3,3,3] = random\nconst %b f32[6] = random\n",
             "(%x, %w, %b){strides=[2,1], pads=[0,1,1,0], dilations=[1,1], output_padding=[0,0], group=2}");
  transposed("one_axis", "input %x f32[1,2,7] \"x\"\nconst %w f32[2,2,3] = random\n",
             "(%x, %w){strides=[2], pads=[1,1], dilations=[1], output_padding=[1]}");
  transposed("three_axes", "input %x f32[1,2,3,3,3] \"x\"\nconst %w f32[2,2,2,2,2] = random\n",
             "(%x, %w){strides=[2,1,2], pads=[0,0,0,0,0,0], dilations=[1,1,1], output_padding=[0,0,0]}");
  cases.push_back({"conv_transpose_run_time_weights", Exactness::rounding,
                   plane + "input %w f32[4,3,2,2] \"w\"\n"
                           "%y = ConvTranspose(%x, %w){strides=[1,1], pads=[0,0,0,0], dilations=[1,1], "
                           "output_padding=[0,0]}",
                   "weights that are computed at run time"});
}

void add_slopes(std::vector<OpCase>& cases) {
  for (const std::string shape : {"[]", "[1]", "[5,1,1]", "[4]", "[1,5,4,4]"}) {
    cases.push_back({fmt::format("PRelu_{}", cases.size()), Exactness::rounding,
                     after_conv("const %k f32" + shape + " = random\n%y = PRelu(%c, %k)")});
  }
}

void add_layer_norms(std::vector<OpCase>& cases) {
  const auto add = [&](const std::string& name, const std::string& text, const std::string& refused = "") {
    cases.push_back({"layer_norm_" + name, Exactness::approximate, text, refused});
  };
  const std::string x = "input %x f32[2,3,4,5] \"x\"\n";
  const std::string row = "const %s f32[5] = random\nconst %b f32[5] = random\n";
  add("bare", x + "%y = LayerNorm(%x){axis=3}");
  add("row", x + row + "%y = LayerNorm(%x, %s, %b){axis=-1, epsilon=0.5}");
  add("bias_only", x + row + "%y = LayerNorm(%x, _, %b){axis=3}");
  add("root_mean_square", x + row + "%y = LayerNorm(%x, %s){axis=3, center=false}");
  add("row_for_planes", x + row + "%y = LayerNorm(%x, %s, %b){axis=2}");
  add("plane_for_rows", x + "const %s f32[4,5] = random\n%y = LayerNorm(%x, %s){axis=3}");
  add("one_for_all", x + "const %s f32[1] = random\n%y = LayerNorm(%x, %s){axis=1}");
  add("everything", x + "const %s f32[2,3,4,5] = random\n%y = LayerNorm(%x, %s){axis=3}");
  add("channels", x + "const %s f32[3,1,1] = random\nconst %b f32[1,3,1,1] = random\n"
                      "%y = LayerNorm(%x, %s, %b){axis=2, epsilon=0.5}");
  add("after_conv", after_conv("const %s f32[5,1,1] = random\nconst %b f32[5,1,1] = random\n"
                               "%y = LayerNorm(%c, %s, %b){axis=2, epsilon=0.5}"));
  add("long_rows", "input %x f32[3,777] \"x\"\nconst %s f32[777] = random\n%y = LayerNorm(%x, %s){axis=1}");
  add("run_time", x + "input %s f32[5] \"s\"\n%y = LayerNorm(%x, %s){axis=3}", "computed at run time");
  add("f64", "input %x f64[3,7] \"x\"\n%y = LayerNorm(%x){axis=1}", "f64 operands");
}

}  // namespace

std::vector<OpCase> math_cases() {
  std::vector<OpCase> cases;
  add_reductions(cases);
  add_transposed(cases);
  add_slopes(cases);
  add_layer_norms(cases);
  const auto approximate = Exactness::approximate;
  cases.push_back({"lrn", approximate, after_conv("%y = LRN(%c){size=3, alpha=0.5, beta=0.75, bias=2}")});
  cases.push_back({"lrn_wide", approximate, after_conv("%y = LRN(%c){size=9, alpha=0.5, beta=0.5}")});
  cases.push_back({"lrn_even", approximate, after_conv("%y = LRN(%c){size=4, alpha=0.5}")});
  cases.push_back({"lrn_even_odd_power", approximate, after_conv("%y = LRN(%c){size=4, alpha=0.5, beta=0.6}"),
                   "a window of even size"});
  for (const int channels : {1, 3, 16, 17, 40}) {
    for (const std::string beta : {"0.5", "0.75", "1"}) {
      cases.push_back({fmt::format("lrn_of_{}_channels_to_the_{}", channels, beta.substr(beta.find('.') + 1)),
                       approximate,
                       fmt::format("input %x f32[2,{},3,4] \"x\"\n%y = LRN(%x){{size=5, alpha=2, beta={}, bias=0.5}}",
                                   channels, beta)});
    }
  }
  cases.push_back({"log_softmax", approximate, after_conv("%y = LogSoftmax(%c)")});
  cases.push_back({"log_softmax_of_channels", approximate, after_conv("%y = LogSoftmax(%c){axis=1}")});
  cases.push_back({"lp_pool", Exactness::rounding,
                   after_conv("%y = Pool(%c){fn=lp, kernel=[2,2], strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}"),
                   "no CPU kernel for this function"});
  return cases;
}

}  // namespace exeunt::testing

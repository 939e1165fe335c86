#include <fmt/format.h>

#include "cases/op_case.h"

namespace exeunt::testing {

namespace {

/// `operands` is a list such as "%a, %b, %c"; those among a, b and c that have a type are declared.
struct ProductSpec {
  std::string name;
  std::string a = {};
  std::string b = {};
  std::string c = {};
  std::string fields = {};
  std::string refused = {};
  bool b_at_run_time = false;
};

OpCase gemm(const ProductSpec& s) {
  std::string text = fmt::format("input %a {} \"a\"\n", s.a);
  text += s.b_at_run_time ? fmt::format("input %b {} \"b\"\n", s.b) : fmt::format("const %b {} = random\n", s.b);
  if (!s.c.empty()) text += fmt::format("const %c {} = random\n", s.c);
  text += fmt::format("%y = Gemm(%a, %b{}){{{}}}", s.c.empty() ? "" : ", %c", s.fields);
  return {"gemm_" + s.name, Exactness::rounding, text, s.refused};
}

OpCase matmul(const ProductSpec& s) {
  std::string text = fmt::format("input %a {} \"a\"\n", s.a);
  text += s.b_at_run_time ? fmt::format("input %b {} \"b\"\n", s.b) : fmt::format("const %b {} = random\n", s.b);
  return {"matmul_" + s.name, Exactness::rounding, text + "%y = MatMul(%a, %b)", s.refused};
}

const std::vector<ProductSpec> kGemms = {
    {.name = "plain", .a = "f32[1,64]", .b = "f32[64,10]"},
    {.name = "one_by_one", .a = "f32[1,1]", .b = "f32[1,1]", .c = "f32[1]"},
    {.name = "rows_3", .a = "f32[3,17]", .b = "f32[17,33]"},
    {.name = "bias", .a = "f32[1,17]", .b = "f32[17,10]", .c = "f32[10]"},
    {.name = "bias_row", .a = "f32[2,17]", .b = "f32[17,10]", .c = "f32[1,10]"},
    {.name = "bias_relu", .a = "f32[2,17]", .b = "f32[17,10]", .c = "f32[10]", .fields = "activation=relu"},
    {.name = "trans_b", .a = "f32[1,48]", .b = "f32[10,48]", .c = "f32[10]", .fields = "trans_b=true"},
    {.name = "trans_a", .a = "f32[17,3]", .b = "f32[17,5]", .fields = "trans_a=true"},
    {.name = "trans_both", .a = "f32[17,3]", .b = "f32[5,17]", .c = "f32[5]", .fields = "trans_a=true, trans_b=true"},
    {.name = "alpha", .a = "f32[2,9]", .b = "f32[9,4]", .fields = "alpha=0.5"},
    {.name = "alpha_relu", .a = "f32[2,9]", .b = "f32[9,4]", .fields = "alpha=-2, activation=relu"},
    {.name = "wide_sum", .a = "f32[1,4096]", .b = "f32[4096,10]", .c = "f32[10]"},
    {.name = "run_time_b", .a = "f32[3,7]", .b = "f32[7,5]", .c = "f32[5]", .b_at_run_time = true},
    {.name = "run_time_trans",
     .a = "f32[7,3]",
     .b = "f32[5,7]",
     .fields = "trans_a=true, trans_b=true",
     .b_at_run_time = true},
    {.name = "scalar_bias", .a = "f32[2,3]", .b = "f32[3,4]", .c = "f32[]"},
    {.name = "scalar_bias_of_one_column", .a = "f32[2,3]", .b = "f32[3,1]", .c = "f32[]"},
    {.name = "column_bias", .a = "f32[2,3]", .b = "f32[3,4]", .c = "f32[2,1]", .refused = "a bias that is not a row"},
    {.name = "column_bias_square",
     .a = "f32[4,3]",
     .b = "f32[3,4]",
     .c = "f32[4,1]",
     .refused = "a bias that is not a row"},
    {.name = "matrix_bias", .a = "f32[2,3]", .b = "f32[3,4]", .c = "f32[2,4]"},
    {.name = "alpha_and_bias", .a = "f32[2,3]", .b = "f32[3,4]", .c = "f32[4]", .fields = "alpha=2"},
    {.name = "beta", .a = "f32[2,3]", .b = "f32[3,4]", .c = "f32[4]", .fields = "beta=0.25"},
    {.name = "in_i32", .a = "i32[2,3]", .b = "i32[3,4]", .c = "i32[4]", .refused = "i32 operands"},
    {.name = "in_f64", .a = "f64[2,3]", .b = "f64[3,4]", .refused = "f64 operands"},
    {.name = "no_rows", .a = "f32[0,3]", .b = "f32[3,4]", .refused = "an empty tensor"},
    {.name = "no_sum", .a = "f32[2,0]", .b = "f32[0,4]", .c = "f32[4]", .refused = "an empty tensor"},
};

const std::vector<ProductSpec> kMatMuls = {
    {.name = "plain", .a = "f32[3,17]", .b = "f32[17,5]"},
    {.name = "run_time", .a = "f32[3,17]", .b = "f32[17,5]", .b_at_run_time = true},
    {.name = "row", .a = "f32[1,33]", .b = "f32[33,1]"},
    {.name = "batch", .a = "f32[2,3,4]", .b = "f32[2,4,5]", .b_at_run_time = true},
    {.name = "batch_constant", .a = "f32[2,3,4]", .b = "f32[2,4,5]"},
    {.name = "one_b_for_all", .a = "f32[2,3,4]", .b = "f32[4,5]"},
    {.name = "one_a_for_all", .a = "f32[3,4]", .b = "f32[2,4,5]", .b_at_run_time = true},
    {.name = "batch_broadcast_b", .a = "f32[2,3,4]", .b = "f32[1,4,5]"},
    {.name = "batch_broadcast_both", .a = "f32[2,1,3,4]", .b = "f32[1,5,4,6]"},
    {.name = "rank_4", .a = "f32[2,3,4,5]", .b = "f32[2,3,5,2]", .b_at_run_time = true},
    {.name = "vector_left", .a = "f32[4]", .b = "f32[4,5]"},
    {.name = "vector_right", .a = "f32[3,4]", .b = "f32[4]"},
    {.name = "in_i64", .a = "i64[2,3]", .b = "i64[3,2]", .refused = "i64 operands"},
    {.name = "empty", .a = "f32[2,0,3]", .b = "f32[3,2]", .refused = "an empty tensor"},
};

/// One row beside weights that are stored as halves: the reference multiplies the same numbers.
OpCase half_gemm(const ProductSpec& s) {
  OpCase result = gemm(s);
  result.name = "half_" + result.name;
  return result;
}

const std::vector<ProductSpec> kHalfGemms = {
    {.name = "plain", .a = "f32[1,64]", .b = "f16[64,10]"},
    {.name = "one_by_one", .a = "f32[1,1]", .b = "f16[1,1]", .c = "f32[1]"},
    {.name = "bias_relu", .a = "f32[1,17]", .b = "f16[17,10]", .c = "f32[10]", .fields = "activation=relu"},
    {.name = "bias_row", .a = "f32[1,17]", .b = "f16[17,33]", .c = "f32[1,33]"},
    {.name = "scalar_bias", .a = "f32[1,3]", .b = "f16[3,4]", .c = "f32[]"},
    {.name = "beta", .a = "f32[1,3]", .b = "f16[3,4]", .c = "f32[4]", .fields = "beta=0.25"},
    {.name = "trans_b", .a = "f32[1,48]", .b = "f16[10,48]", .c = "f32[10]", .fields = "trans_b=true"},
    {.name = "trans_a", .a = "f32[17,1]", .b = "f16[17,5]", .fields = "trans_a=true"},
    {.name = "wide_sum", .a = "f32[1,4096]", .b = "f16[4096,10]", .c = "f32[10]"},
    {.name = "clip",
     .a = "f32[1,31]",
     .b = "f16[31,70]",
     .fields = "activation=clip, activation_alpha=-1, activation_beta=1"},
    {.name = "bf16", .a = "f32[1,33]", .b = "bf16[33,20]", .c = "f32[20]"},
    {.name = "rows", .a = "f32[2,3]", .b = "f16[3,4]", .refused = "more than one row"},
    {.name = "run_time", .a = "f32[1,3]", .b = "f16[3,4]", .refused = "at run time", .b_at_run_time = true},
    {.name = "alpha", .a = "f32[1,9]", .b = "f16[9,4]", .fields = "alpha=0.5", .refused = "a factor"},
    {.name = "column_bias", .a = "f32[1,3]", .b = "f16[3,4]", .c = "f32[1,1]"},
    {.name = "no_sum", .a = "f32[1,0]", .b = "f16[0,4]", .refused = "an empty tensor"},
};

}  // namespace

std::vector<OpCase> product_cases() {
  std::vector<OpCase> cases;
  for (const ProductSpec& spec : kGemms) cases.push_back(gemm(spec));
  for (const ProductSpec& spec : kHalfGemms) cases.push_back(half_gemm(spec));
  for (const ProductSpec& spec : kMatMuls) cases.push_back(matmul(spec));
  cases.push_back({"gemm_of_a_constant", Exactness::rounding,
                   "input %b f32[4,5] \"b\"\nconst %a f32[2,4] = random\n%y = Gemm(%a, %b)"});
  cases.push_back({"gemm_bias_at_run_time", Exactness::rounding,
                   "input %a f32[2,4] \"a\"\nconst %b f32[4,5] = random\ninput %c f32[5] \"c\"\n%y = Gemm(%a, %b, %c)",
                   "a bias that is computed at run time"});
  cases.push_back({"matmul_of_a_constant", Exactness::rounding,
                   "input %b f32[4,5] \"b\"\nconst %a f32[2,4] = random\n%y = MatMul(%a, %b)"});
  const std::string operands = "input %a f32[2,5,17] \"a\"\nconst %w f32[17,33] = random\nconst %b f32[33] = random\n";
  for (const std::string activation : {"none", "relu", "gelu", "swish", "hard_swish", "sigmoid", "tanh"}) {
    const Exactness exactness =
        activation == "none" || activation == "relu" ? Exactness::rounding : Exactness::approximate;
    cases.push_back(
        {"matmul_bias_" + activation, exactness, operands + "%y = MatMul(%a, %w, %b){activation=" + activation + "}"});
  }
  cases.push_back({"matmul_bias_residual", Exactness::rounding,
                   operands + "input %r f32[2,5,33] \"r\"\n%y = MatMul(%a, %w, %b, %r){activation=relu}"});
  // Around the sizes of register tiles and of what is packed at a time.
  for (const int rows : {1, 7, 8, 15}) {
    for (const int columns : {1, 15, 16, 17, 64, 65}) {
      cases.push_back({fmt::format("gemm_{}x300x{}", rows, columns), Exactness::rounding,
                       fmt::format("input %a f32[{0},300] \"a\"\nconst %b f32[300,{1}] = random\nconst %c f32[{1}] = "
                                   "random\n%y = Gemm(%a, %b, %c)",
                                   rows, columns)});
    }
  }
  // Around the widths of vectors and panels, and the sums that are under way at a time.
  for (const int columns : {1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 130}) {
    for (const int depth : {1, 5, 24, 301}) {
      cases.push_back(half_gemm({.name = fmt::format("{}x{}", depth, columns),
                                 .a = fmt::format("f32[1,{}]", depth),
                                 .b = fmt::format("f16[{},{}]", depth, columns),
                                 .c = fmt::format("f32[{}]", columns)}));
    }
  }
  cases.push_back({"half_gemm_gelu", Exactness::approximate,
                   "input %a f32[1,17] \"a\"\nconst %w f16[17,33] = random\n%y = Gemm(%a, %w){activation=gelu}"});
  cases.push_back({"half_gemm_of_each_kind_of_number", Exactness::rounding,
                   "input %a f32[1,1] \"a\"\nconst %w f16[1,12] = {0, -0, 1, -1, 65504, -65504, 0.00006103515625, "
                   "-0.00006097555160522461, 0.000000059604644775390625, inf, -inf, nan}\n%y = Gemm(%a, %w)"});
  cases.push_back({"matmul_of_itself", Exactness::rounding, "input %a f32[4,4] \"a\"\n%y = MatMul(%a, %a)"});
  return cases;
}

}  // namespace exeunt::testing

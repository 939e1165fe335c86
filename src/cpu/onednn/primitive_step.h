#pragma once

#include <oneapi/dnnl/dnnl.hpp>

#include <optional>
#include <vector>

#include "cpu/onednn/library_offer.h"

namespace exeunt::cpu {

/// oneDNN's CPU engine; one for the process.
const dnnl::engine& dnnl_engine();

/// oneDNN threads by OpenMP; while one of these lives, on one thread. Restores the caller's setting.
class SingleThread {
 public:
  SingleThread() noexcept;
  ~SingleThread();
  SingleThread(const SingleThread&) = delete;
  SingleThread& operator=(const SingleThread&) = delete;

 private:
  int before_;
};

/// An f32 tensor of `shape` in `layout` as oneDNN describes it.
dnnl::memory::desc describe_memory(const Shape& shape, const Layout& layout);

/// Row-major, in a shape with ones put before the axes until it has `rank`.
dnnl::memory::desc describe_row_major(const Shape& shape, int rank);

dnnl::memory::dims to_dims(const ops::Ints& ints);

/// A primitive's argument: a run-time operand of the step by place, or memory that stays (packed weights).
struct PrimitiveArg {
  int index = 0;  ///< DNNL_ARG_...
  dnnl::memory::desc desc;
  int operand = -1;
  dnnl::memory fixed;
};

/// A result that starts from no operand.
inline constexpr int kFromScratch = -1;

/// Makes the candidate that executes `primitive`. `operands` run-time operands come first, then the
/// result, then the scratchpad, whose argument is added here.
/// @param start  the operand that is copied to the result before, for primitives that add to it
Candidate primitive_candidate(const dnnl::primitive& primitive, const dnnl::primitive_desc_base& description,
                              std::vector<PrimitiveArg> args, std::vector<OperandUse> uses, const Layout& result,
                              int start = kFromScratch);

/// Attributes with the scratchpad in the step's own memory instead of oneDNN's.
dnnl::primitive_attr base_attributes();

/// A constant packed as a primitive wants it.
dnnl::memory pack_constant(const Tensor& constant, const dnnl::memory::desc& from, const dnnl::memory::desc& to);

/// Runs `make`; oneDNN's "not implemented" and the like become a reason.
template <class F>
Offer offer_or_reason(F&& make) {
  try {
    const SingleThread single;
    return std::vector{make()};
  } catch (const dnnl::error& error) {
    return std::string("oneDNN: ") + error.what();
  }
}

}  // namespace exeunt::cpu

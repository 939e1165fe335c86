#pragma once

#include <span>
#include <string_view>

#include "cpu/kernels/conv_depthwise.h"
#include "cpu/kernels/conv_direct.h"
#include "cpu/kernels/elementwise.h"
#include "cpu/kernels/gemm.h"
#include "cpu/kernels/lrn.h"
#include "cpu/kernels/pool.h"
#include "cpu/kernels/quantized_conv.h"
#include "cpu/kernels/rows.h"
#include "cpu/kernels/transpose.h"
#include "cpu/kernels/winograd.h"

namespace exeunt::cpu {

/// The kernels of one instruction set. Tiles of one kind stand in no order of merit.
struct KernelTable {
  std::string_view isa;
  int lanes = 0;  ///< floats in a vector
  std::span<const DirectConvTile> direct_conv;
  std::span<const WinogradForm* const> winograd_forms;
  std::span<const WinogradTile> winograd_tiles;
  DepthwiseConvFn depthwise_conv = nullptr;
  Pool2dFn max_pool = nullptr;
  Pool2dFn average_pool = nullptr;
  GemmKernels gemm;
  ElementwiseKernels elementwise;
  RowKernels rows;
  TransposeFn transpose = nullptr;
  LrnFn lrn = nullptr;
  double (*multiply_add)(long rounds) noexcept = nullptr;  ///< does nothing else; for measuring the machine
};

// One table a file of isa/, compiled for that instruction set.
const KernelTable& avx512_kernels() noexcept;
const KernelTable& avx2_kernels() noexcept;
const KernelTable& neon_kernels() noexcept;
const KernelTable& scalar_kernels() noexcept;

/// The table of this machine; of the one that EXEUNT_ISA names (avx512, avx2, neon, scalar) if it is set.
/// @throws Error argument if that is unknown or the machine does not have it
const KernelTable& native_kernels();

/// native_kernels(), but on a thread that has a UseKernels.
const KernelTable& active_kernels();

/// The table of an instruction set of this processor family, whether this machine runs it or not. @throws Error
/// argument
const KernelTable& kernels_of(std::string_view isa);

/// Whether this machine runs the kernels of such a table.
bool runs_here(const KernelTable& kernels) noexcept;

/// Whether active_kernels() is what it is without UseKernels.
bool are_kernels_native();

/// While one of these lives, active_kernels() is another table on its thread: for plans that will run elsewhere.
class UseKernels {
 public:
  explicit UseKernels(const KernelTable& kernels);
  ~UseKernels();
  UseKernels(const UseKernels&) = delete;
  UseKernels& operator=(const UseKernels&) = delete;

 private:
  const KernelTable* before_;
};

}  // namespace exeunt::cpu

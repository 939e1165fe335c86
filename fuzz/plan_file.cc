#include "plan/plan_file.h"

#include <array>
#include <cstring>

#include "cpu/cpu_backend.h"
#include "cpu/kernels/kernel_table.h"
#include "expect.h"
#include "plan/saved_plan.h"
#include "ref/ref_backend.h"

namespace {

/// The bytes as a file: what they say of themselves.
void read_whole(std::span<const std::byte> bytes) {
  using namespace exeunt;
  fuzz::expect_answer_or_error([&] { PlanFile::copy(bytes); });
}

/// The bytes as a file's content, its length in front, and packed weights, under a checksum that fits.
void read_parts(std::span<const std::byte> bytes) {
  using namespace exeunt;
  std::uint32_t size = 0;
  if (bytes.size() < sizeof(size)) return;
  std::memcpy(&size, bytes.data(), sizeof(size));
  bytes = bytes.subspan(sizeof(size));
  const std::span<const std::byte> content = bytes.first(std::min<std::size_t>(size, bytes.size()));
  const std::span<const std::byte> packed = bytes.subspan(content.size());
  const AlignedBuffer file = PlanFile::compose(content, packed.size(), [&](std::byte* to) {
    if (!packed.empty()) std::memcpy(to, packed.data(), packed.size());
  });
  const cpu::UseKernels kernels(cpu::kernels_of("scalar"));
  const std::array backends = {&own_cpu_backend(), &ref_backend()};
  fuzz::expect_answer_or_error([&] {
    const auto read = PlanFile::copy({file.data(), file.size()});
    read_plan(read, backends, "fuzz", "scalar");
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(reinterpret_cast<const std::byte*>(data), size);
  read_whole(bytes);
  read_parts(bytes);
  return 0;
}

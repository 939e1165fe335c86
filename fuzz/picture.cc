#include <exeunt/tools/dataset.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "expect.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace exeunt;
  // A file that never reaches a disk: pictures are read by path.
  static const int file = ::memfd_create("picture", 0);
  fuzz::expect(::ftruncate(file, 0) == 0 && ::pwrite(file, data, size, 0) == static_cast<ssize_t>(size));
  fuzz::expect_answer_or_error([&] {
    const Tensor picture = read_picture("/proc/self/fd/" + std::to_string(file));
    const Shape& shape = picture.shape();
    fuzz::expect(shape.rank() == 3 && (shape[2] == 1 || shape[2] == 3));
    SampleFormat format;
    format.sample = {DType::f32, {shape[2], 8, 8}};
    format.resize = true;
    Tensor sample(format.sample);
    picture_to_sample(picture.view(), format, sample.mutable_view());
  });
  return 0;
}

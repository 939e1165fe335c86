#include "data/npy.h"

#include <exeunt/tools/arrays.h>

#include <cstring>
#include <vector>

#include "expect.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace exeunt;
  fuzz::expect_answer_or_error([&] {
    const Tensor array = decode_npy(std::as_bytes(std::span(data, size)));
    const std::string header = npy_header(array.type());
    std::vector<std::byte> file(header.size() + array.bytes());
    std::memcpy(file.data(), header.data(), header.size());
    if (array.bytes() > 0) std::memcpy(file.data() + header.size(), array.view().data, array.bytes());
    const Tensor again = decode_npy(file);
    fuzz::expect(again.type() == array.type());
    fuzz::expect(array.bytes() == 0 || std::memcmp(again.view().data, array.view().data, array.bytes()) == 0);
    for (const DType dtype : {DType::f32, DType::f16, DType::i8, DType::u64, DType::boolean})
      cast_array(array.view(), dtype);
  });
  return 0;
}

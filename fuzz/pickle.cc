#include "data/pickle.h"

#include "expect.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace exeunt;
  fuzz::expect_answer_or_error([&] {
    const Pickle pickle(std::as_bytes(std::span(data, size)));
    const PickleValue* found = pickle.root().find("data");
    fuzz::expect(found == nullptr || pickle.root().kind == PickleValue::Kind::dict);
  });
  return 0;
}

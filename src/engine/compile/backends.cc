#include "engine/compile/backends.h"

#include "base/error.h"
#include "cpu/cpu_backend.h"
#include "ref/ref_backend.h"

namespace exeunt {

std::vector<const Backend*> backends_for(std::string_view name, bool libraries) {
  if (name == "cpu") return {libraries ? &cpu_backend() : &own_cpu_backend(), &ref_backend()};
  if (name == "ref") return {&ref_backend()};
  fail(ErrorCode::argument, "there is no backend '{}'; backends: cpu, ref", name);
}

}  // namespace exeunt

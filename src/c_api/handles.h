#pragma once

#include <exeunt.h>
#include <exeunt/session.h>

#include <vector>

// What the handles of exeunt.h are.

struct exeunt_plan {
  exeunt::Plan plan;
};

struct exeunt_session {
  exeunt::Session session;
  std::vector<exeunt::TensorView> inputs;    ///< room for those of a run
  const exeunt::Results* results = nullptr;  ///< of the last run; null if it failed
};

namespace exeunt::c_api {

/// A type or a tensor as C has it.
exeunt_tensor c_tensor(const TensorView& tensor) noexcept;

}  // namespace exeunt::c_api

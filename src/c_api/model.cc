#include <exeunt/model.h>
#include <exeunt/tools/calibrate.h>

#include <memory>
#include <span>
#include <vector>

#include "c_api/handles.h"
#include "c_api/status.h"

struct exeunt_model {
  exeunt::Model model;
};

namespace exeunt::c_api {

namespace {

LoadOptions options_of(const exeunt_load_options* given) {
  const exeunt_load_options read =
      read_options<exeunt_load_options>(given, EXEUNT_LOAD_OPTIONS_INIT, "EXEUNT_LOAD_OPTIONS_INIT");
  LoadOptions options;
  if (read.shape_count > 0) needed(read.shapes, "shapes of the load options");
  for (const exeunt_input_shape& shape : std::span(read.shapes, read.shape_count)) {
    const char* name = &needed(shape.input, "input of a shape");
    if (shape.rank > 0) needed(shape.dims, "dims of a shape");
    options.shapes[name] = std::vector<std::int64_t>(shape.dims, shape.dims + shape.rank);
  }
  return options;
}

BuildOptions options_of(const exeunt_build_options* given) {
  const exeunt_build_options read =
      read_options<exeunt_build_options>(given, EXEUNT_BUILD_OPTIONS_INIT, "EXEUNT_BUILD_OPTIONS_INIT");
  BuildOptions options;
  options.backend = text_or(read.backend, "cpu");
  options.optimization_level = read.optimization_level;
  options.threads = read.threads;
  options.precision = text_or(read.precision, "fp32");
  options.strict = read.strict != 0;
  options.runtime_only = read.runtime_only != 0;
  options.conv_tolerance = read.conv_tolerance;
  options.optimize_for = text_or(read.optimize_for, "mix");
  options.timing_cache = text_or(read.timing_cache, "");
  options.target_isa = text_or(read.target_isa, "");
  if (read.calibration != nullptr)
    options.calibration = std::make_shared<const Calibration>(load_calibration(read.calibration));
  return options;
}

}  // namespace

}  // namespace exeunt::c_api

using exeunt::c_api::guarded;
using exeunt::c_api::needed;

exeunt_status exeunt_model_load(const char* path, const exeunt_load_options* options, exeunt_model** model) {
  return guarded([&] {
    needed(model, "model");
    const char* file = &needed(path, "path");
    *model = new exeunt_model{exeunt::Model::load(file, exeunt::c_api::options_of(options))};
  });
}

void exeunt_model_free(exeunt_model* model) { delete model; }

exeunt_status exeunt_plan_build(const exeunt_model* model, const exeunt_build_options* options, exeunt_plan** plan) {
  return guarded([&] {
    needed(plan, "plan");
    const exeunt::Model& source = needed(model, "model").model;
    *plan = new exeunt_plan{exeunt::Plan::build(source, exeunt::c_api::options_of(options))};
  });
}

exeunt_status exeunt_plan_save(const exeunt_plan* plan, const char* path) {
  return guarded([&] { needed(plan, "plan").plan.save(&needed(path, "path")); });
}

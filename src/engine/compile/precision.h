#pragma once

#include <exeunt/plan.h>

#include <functional>

#include "engine/compile/timing_cache.h"
#include "plan/plan_data.h"

namespace exeunt {

/// Makes a plan of a graph, kernels picked.
using PlanGraph = std::function<PlanData(const Graph& graph)>;

struct PrecisionOptions {
  std::string_view isa;
  bool can_time = true;            ///< plans may be run and their times count
  bool has_fast_integers = false;  ///< where nothing is timed: whether integers are taken for faster
  bool has_fast_bf16 = false;      ///< whether "bf16" means arithmetic on it without BuildOptions::strict, too
  bool has_fast_fp16 = false;      ///< whether "fp16" means arithmetic on halves; else only weights are stored so
  bool has_fast_halves = false;    ///< where nothing is timed: whether 16-bit weights are taken for faster
  TimingCache* cache = nullptr;
  PlanGraph plan_trial = {};  ///< for this machine, made quickly; needed for BuildOptions::accuracy
};

/// The fastest plan of those that BuildOptions::precision allows, with notes on what it could not have. Plans compete
/// whole, with their conversions: all in f32; all that can on integers, on 16-bit floats or with 16-bit weights; and
/// those nodes where each one's own time with its conversions says so. The uniform ones are among them, so a lower
/// precision never loses to f32. Those that break BuildOptions::accuracy do not compete; the uniform ones leave nodes
/// out until they keep it.
/// @throws Error argument for an unknown precision or objective, or bounds that cannot be measured; unsupported with
///         `strict` where there is none
PlanData plan_precision(const Graph& graph, const BuildOptions& options, const PrecisionOptions& precision,
                        const PlanGraph& plan_graph);

}  // namespace exeunt

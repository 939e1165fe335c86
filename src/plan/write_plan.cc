#include <cstring>
#include <map>

#include "base/error.h"
#include "plan/build_plan.h"
#include "plan/file_graph.h"
#include "plan/saved_plan.h"

namespace exeunt {

namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

Offset<file::Step> write_step(FlatBufferBuilder& builder, const Step& step) {
  std::vector<Offset<file::Rival>> rivals;
  for (const Rival& rival : step.rivals) {
    const auto kernel = builder.CreateSharedString(rival.kernel);
    rivals.push_back(file::CreateRival(builder, kernel, rival.us, builder.CreateSharedString(rival.reason)));
  }
  std::vector<Offset<file::Refusal>> refusals;
  for (const Refusal& refusal : step.refusals) {
    const auto backend = builder.CreateSharedString(refusal.backend);
    refusals.push_back(file::CreateRefusal(builder, backend, builder.CreateSharedString(refusal.reason)));
  }
  const auto op = builder.CreateSharedString(step.op);
  const auto backend = builder.CreateSharedString(step.backend);
  const auto kernel = builder.CreateSharedString(step.kernel);
  const auto all_rivals = builder.CreateVector(rivals);
  return file::CreateStep(builder, step.value, op, backend, kernel, step.parts, step.us, all_rivals,
                          builder.CreateVector(refusals));
}

/// Where the packed weights of a plan lie in its file.
struct PackedPlaces {
  std::vector<std::size_t> offsets;
  std::size_t bytes = 0;
};

PackedPlaces place_packed(const std::vector<WeightPacker::Entry>& packed) {
  PackedPlaces places;
  for (const WeightPacker::Entry& entry : packed) {
    places.offsets.push_back(places.bytes);
    places.bytes += whole_lines(entry.packed->size());
  }
  return places;
}

}  // namespace

AlignedBuffer write_plan(const PlanData& plan, std::span<const Backend* const> backends, std::string_view version) {
  require(plan.graph != nullptr, ErrorCode::internal, "a plan without its graph cannot be written");
  const Graph& graph = *plan.graph;
  Ingredients used;
  // As it will be when it is loaded: with the kernels that were taken and no others.
  const PlanData rebuilt = rebuild_plan(graph, backends, recipe_of(plan), plan.threads, &used);
  std::map<const Tensor*, int> numbers{{nullptr, -1}};
  for (const auto& constant : constants_of(graph))
    numbers.emplace(constant.get(), static_cast<int>(numbers.size()) - 1);
  FlatBufferBuilder builder(1 << 16);
  const FileGraph parts = write_graph(builder, graph, [&](const Tensor* t) { return used.constants.contains(t); });
  const PackedPlaces places = place_packed(used.packed);
  std::vector<Offset<file::Packed>> packed;
  for (std::size_t i = 0; i < used.packed.size(); ++i) {
    const WeightPacker::Entry& entry = used.packed[i];
    const auto order = builder.CreateSharedString(entry.order);
    packed.push_back(file::CreatePacked(builder, numbers.at(entry.weights), numbers.at(entry.bias), order,
                                        places.offsets[i], entry.packed->size()));
  }
  std::vector<Offset<file::Step>> steps;
  for (const Step& step : plan.steps) steps.push_back(write_step(builder, step));
  const auto all_packed = builder.CreateVector(packed);
  const auto all_steps = builder.CreateVector(steps);
  const auto version_name = builder.CreateString(std::string(version));
  const auto isa = builder.CreateString(plan.isa);
  const auto precision = builder.CreateString(plan.precision);
  const auto obstacle = builder.CreateString(plan.batch_obstacle);
  builder.Finish(file::CreatePlan(builder, version_name, isa, precision, plan.threads, obstacle, parts.constants,
                                  parts.values, parts.inputs, parts.outputs, parts.nodes, parts.tree, all_packed,
                                  all_steps, rebuilt.arena_bytes, rebuilt.carried_bytes));
  const std::span content(reinterpret_cast<const std::byte*>(builder.GetBufferPointer()), builder.GetSize());
  return PlanFile::compose(content, places.bytes, [&](std::byte* to) {
    for (std::size_t i = 0; i < used.packed.size(); ++i)
      std::memcpy(to + places.offsets[i], used.packed[i].packed->data(), used.packed[i].packed->size());
  });
}

}  // namespace exeunt

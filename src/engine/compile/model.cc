#include "base/error.h"
#include "engine/compile/model_data.h"
#include "graph/text.h"

namespace exeunt {

Model Model::load(const std::filesystem::path& path, const LoadOptions& options) {
  if (!options.dump_after.empty()) find_pass(options.dump_after);
  require(options.pass_limit >= 0, ErrorCode::argument, "a pass limit of {}", options.pass_limit);
  auto data = std::make_shared<Data>();
  data->path = path;
  data->imported = import_onnx(path, ImportOptions{options.shapes, {}}, &data->notes);
  data->batch_obstacle = find_batch_obstacle(data->imported, data->notes.free_batch);
  data->graph = data->imported;
  PipelineOptions pipeline;
  pipeline.pass_limit = options.pass_limit;
  pipeline.after_pass = [&](const PassRecord& pass, const Graph& graph) {
    if (pass.name == options.dump_after && options.dump) options.dump(print_graph(graph));
  };
  data->passes = with_context(path.string(), [&] { return run_pipeline(data->graph, pipeline); });
  data->info = describe(data->graph);
  return Model(std::move(data));
}

Model Model::with_exit_settings(std::span<const ExitSettings> settings) const {
  auto data = std::make_shared<Data>(*data_);
  change_settings(data->imported, settings);
  change_settings(data->graph, settings);
  data->info = describe(data->graph);
  return Model(std::move(data));
}

const std::vector<InputInfo>& Model::inputs() const noexcept { return data_->info.inputs; }
const std::vector<std::string>& Model::outputs() const noexcept { return data_->info.outputs; }
const std::vector<DecisionInfo>& Model::decisions() const noexcept { return data_->info.decisions; }
const std::vector<ExitInfo>& Model::exits() const noexcept { return data_->info.exits; }

}  // namespace exeunt

#pragma once

#include <exeunt/api.h>
#include <exeunt/error.h>
#include <exeunt/exit_settings.h>
#include <exeunt/tensor.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace EXEUNT_API exeunt {

/// A model's input: name, and type of one sample including its batch axis of 1.
struct InputInfo {
  std::string name;
  TensorType type;  ///< as the caller hands it
  /// Axis k of `type` is axis order[k] of the tensor that the first layers see ([0,2,3,1]: the caller hands NHWC, they
  /// see NCHW); empty if they see it as it is. For information: reading it so costs nothing.
  std::vector<std::int64_t> order{};
};

/// One decision: samples whose score is above `threshold` leave. What the file says of it; sessions may choose
/// otherwise.
struct DecisionInfo {
  std::string name;
  std::string criterion;  ///< "max_prob", "margin", "entropy", "patience", "predicate"
  float threshold = 0;
  bool tunable = false;  ///< its settings may be chosen at run time; false for a predicate
  /// How the file makes one score of a batch's: "max", "min", "mean", "first", or "none" if it does not say.
  std::string combine;
  /// It looks at class probabilities; false: at logits (the softmax is then a part of the score), or it is a predicate.
  bool probabilities = false;
  std::int64_t classes = 0;  ///< class scores that it looks at; 0 for a predicate
  float temperature = 1;
  bool enabled = true;

  /// The same as settings.
  ExitSettings settings() const noexcept;
};

/// One exit. Exits are numbered in the order in which samples reach them.
struct ExitInfo {
  std::vector<TensorType> outputs;  ///< one type for each of the model's outputs
  std::int64_t classes = 0;         ///< of its prediction; 0 if the model does not classify
  double macs = 0;                  ///< multiply-accumulates on the path to it
};

/// How a file is read; the defaults do for any model whose only symbolic dim is the batch.
struct LoadOptions {
  /// Shapes of inputs by name, batch axis included, for symbolic dims other than the batch.
  std::map<std::string, std::vector<std::int64_t>> shapes;
  /// For those who develop Exeunt: run only the first so many passes.
  int pass_limit = std::numeric_limits<int>::max();
  /// For those who develop Exeunt: after this pass, hand the graph's text to `dump`.
  std::string dump_after;
  std::function<void(const std::string& text)> dump;
};

/// A model read from a file and brought into canonical form: a flat graph and its decision tree.
/// Immutable and cheap to copy; may be used from several threads.
class Model {
 public:
  /// Reads an ONNX file (opset 11 to 23) and runs all passes.
  /// @throws Error file, format, shape, unsupported, argument
  static Model load(const std::filesystem::path& path, const LoadOptions& options = {});

  /// The same model with decisions that are taken otherwise; plans that are built of it start with these settings.
  /// @param settings  one for each decision, in order; see Session::set_exit_settings, also for errors
  Model with_exit_settings(std::span<const ExitSettings> settings) const;

  const std::vector<InputInfo>& inputs() const noexcept;
  const std::vector<std::string>& outputs() const noexcept;
  const std::vector<DecisionInfo>& decisions() const noexcept;
  const std::vector<ExitInfo>& exits() const noexcept;

  struct Data;
  const Data& data() const noexcept { return *data_; }

 private:
  explicit Model(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;
};

}  // namespace exeunt

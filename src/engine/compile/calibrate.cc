#include <exeunt/tools/calibrate.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "base/dtype.h"
#include "base/error.h"
#include "engine/compile/model_data.h"
#include "engine/compile/trace.h"
#include "plan/layout.h"
#include "plan/plan_data.h"
#include "quant/calibration_names.h"
#include "quant/range_methods.h"

namespace exeunt {

namespace {

constexpr std::array<std::string_view, 4> kMethodNames = {"min_max", "percentile", "entropy", "mse"};

/// A tensor's elements as they lie in memory, converted to `buffer` unless they are f32.
std::span<const float> floats(const std::byte* bytes, const TensorType& type, std::vector<float>& buffer) {
  const auto count = static_cast<std::size_t>(type.shape.elements());
  if (type.dtype == DType::f32) return {reinterpret_cast<const float*>(bytes), count};
  buffer.resize(count);
  dispatch(type.dtype, [&]<class T>(TypeTag<T>) {
    std::transform(reinterpret_cast<const T*>(bytes), reinterpret_cast<const T*>(bytes) + count, buffer.begin(),
                   [](T value) { return convert<float>(value); });
  });
  return buffer;
}

/// Elements lie densely in any layout: those of a channel come in runs of its stride.
std::optional<ChannelMeans> channel_means(const TensorType& type, const Layout& layout) {
  if (type.shape.rank() < 2) return std::nullopt;
  return ChannelMeans(type.shape[1], layout.strides(type.shape)[1]);
}

/// A value under observation.
class Watched {
 public:
  Watched(std::string name, const TensorType& type, const Layout& layout)
      : name_(std::move(name)), type_(type), layout_(layout), means_(channel_means(type, layout)) {}

  const std::string& name() const { return name_; }
  const RangeObserver& range() const { return range_; }

  /// Another value of the same numbers: a transposed or reshaped one, which no step makes.
  Watched& add_view(std::string name, const TensorType& type, const Node& node) {
    const Layout flat = Layout::row_major(type_.shape.rank());
    if (const auto* transpose = std::get_if<ops::Transpose>(&node.op)) {
      views_.push_back(std::make_unique<Watched>(std::move(name), type, layout_.transposed(transpose->perm)));
    } else {
      views_.push_back(std::make_unique<Watched>(std::move(name), type, Layout::row_major(type.shape.rank())));
      if (!same_bytes(layout_, flat, type_.shape)) views_.back()->turned_ = Tensor(type);
    }
    return *views_.back();
  }

  void see_range(const std::byte* bytes, std::vector<float>& buffer) {
    range_.add(floats(bytes, type_, buffer));
    see_channels(bytes, buffer);
  }

  void see_histogram(const std::byte* bytes, std::vector<float>& buffer) {
    if (!histogram_) histogram_.emplace(range_.low(), range_.high());
    histogram_->add(floats(bytes, type_, buffer));
  }

  /// The range, and each channel's mean.
  void report(const CalibrateOptions& options, std::map<std::string, ValueRange>& ranges) const {
    if (range_.count() > 0) report(chosen(options), ranges);
  }

 private:
  void see_channels(const std::byte* bytes, std::vector<float>& buffer) {
    if (means_) means_->add(floats(bytes, type_, buffer));
    for (const std::unique_ptr<Watched>& view : views_) {
      const std::byte* seen = bytes;
      if (!view->turned_.empty()) {
        copy_layout(bytes, layout_, view->turned_.mutable_view().data, Layout::row_major(type_.shape.rank()), type_);
        seen = view->turned_.view().data;
      }
      view->see_channels(seen, buffer);
    }
  }

  ValueRange chosen(const CalibrateOptions& options) const {
    switch (options.method) {
      case CalibrationMethod::min_max:
        break;
      case CalibrationMethod::percentile:
        return range_percentile(*histogram_, options.share);
      case CalibrationMethod::entropy:
        return range_entropy(*histogram_);
      case CalibrationMethod::mse:
        return range_mse(*histogram_);
    }
    return range_min_max(range_);
  }

  void report(ValueRange range, std::map<std::string, ValueRange>& ranges) const {
    range.channel_mean = means_ ? means_->means() : std::vector<float>{};
    for (const std::unique_ptr<Watched>& view : views_) view->report(range, ranges);
    ranges.emplace(name_, std::move(range));
  }

  std::string name_;
  TensorType type_;
  Layout layout_;
  RangeObserver range_;
  std::optional<Histogram> histogram_;
  std::optional<ChannelMeans> means_;
  std::vector<std::unique_ptr<Watched>> views_;
  Tensor turned_;  ///< of a view of numbers in another order than its own
};

class Calibrator {
 public:
  Calibrator(const Model& model, const Dataset& data, const CalibrateOptions& options)
      : graph_(model.data().graph),
        data_(data),
        options_(options),
        plan_(Plan::build(model, {.optimization_level = 0}).data()),
        tracer_(plan_),
        samples_(options.limit > 0 ? std::min(options.limit, data.size()) : data.size()) {
    inputs_.emplace_back(plan_->info.inputs.front().type);
    watch_all();
  }

  Calibration run() {
    using See = void (Watched::*)(const std::byte*, std::vector<float>&);
    std::vector<See> passes = {&Watched::see_range};
    if (options_.method != CalibrationMethod::min_max) passes.push_back(&Watched::see_histogram);
    Calibration result;
    result.method = calibration_method_name(options_.method);
    result.samples = samples_;
    result.exit_shares.resize(plan_->exit_segments.size());
    const auto total = static_cast<std::int64_t>(passes.size()) * samples_;
    std::int64_t done = 0;
    for (const See see : passes) {
      for (std::int64_t i = 0; i < samples_; ++i) {
        const int exit =
            run_sample(i, [&](Watched& watched, const std::byte* bytes) { (watched.*see)(bytes, buffer_); });
        if (see == passes.front()) ++result.exit_shares[static_cast<std::size_t>(exit)];
        if (options_.progress) options_.progress(++done, total);
      }
    }
    for (double& share : result.exit_shares) share /= static_cast<double>(samples_);
    for (const auto& watched : watched_) watched->report(options_, result.ranges);
    return result;
  }

 private:
  /// Watches what inputs and steps make; views follow what they look at.
  void watch_all() {
    const std::vector<std::string> names = calibration_names(graph_);
    std::vector<Watched*> by_value(graph_.values.size());
    const auto watch = [&](ValueId v, const Layout& layout) -> Watched* {
      if (!is_float(graph_.type(v).dtype)) return nullptr;
      watched_.push_back(std::make_unique<Watched>(names[static_cast<std::size_t>(v)], graph_.type(v), layout));
      return by_value[static_cast<std::size_t>(v)] = watched_.back().get();
    };
    const ops::Ints& order = graph_.value(graph_.inputs.front()).order;
    const int rank = graph_.type(graph_.inputs.front()).shape.rank();
    input_ = watch(graph_.inputs.front(), order.empty() ? Layout::row_major(rank) : Layout::of_order(order));
    for (const Step& step : plan_->steps)
      by_step_.push_back(step.op == "Reorder" ? nullptr : watch(step.value, step.layout));
    for (const NodeId id : execution_order(graph_)) {
      const Node& node = graph_.node(id);
      const bool view =
          std::holds_alternative<ops::Transpose>(node.op) || std::holds_alternative<ops::Reshape>(node.op);
      const auto result = static_cast<std::size_t>(node.output);
      if (!view || by_value[result] != nullptr) continue;
      Watched* from = by_value[static_cast<std::size_t>(node.inputs.front())];
      if (from != nullptr) by_value[result] = &from->add_view(names[result], graph_.type(node.output), node);
    }
  }

  template <class F>
  int run_sample(std::int64_t i, const F& see) {
    data_.read(i * data_.size() / samples_, 1, inputs_.front().mutable_view());
    if (input_ != nullptr) see(*input_, inputs_.front().view().data);
    return tracer_.run_steps(inputs_, 0, [&](std::size_t step, const std::byte* result, bool reached) {
      if (by_step_[step] != nullptr && (reached || !options_.only_reaching)) see(*by_step_[step], result);
    });
  }

  const Graph& graph_;
  const Dataset& data_;
  const CalibrateOptions& options_;
  std::shared_ptr<const PlanData> plan_;
  Tracer tracer_;
  std::int64_t samples_;
  std::vector<Tensor> inputs_;
  std::vector<std::unique_ptr<Watched>> watched_;
  Watched* input_ = nullptr;       ///< null: it holds no floats
  std::vector<Watched*> by_step_;  ///< null: a copy, or no floats
  std::vector<float> buffer_;
};

void check(const Model& model, const Dataset& data, const CalibrateOptions& options) {
  check_samples(model.inputs(), data, "calibrate with");
  require(options.limit >= 0, ErrorCode::argument, "the limit of samples is {}; give 0 (all) or more", options.limit);
  require(options.share > 0 && options.share <= 1, ErrorCode::argument,
          "a share of {} of the values is to stay in the range; give one above 0 up to 1", options.share);
}

}  // namespace

std::string_view calibration_method_name(CalibrationMethod method) noexcept {
  return kMethodNames[static_cast<std::size_t>(method)];
}

std::optional<CalibrationMethod> parse_calibration_method(std::string_view name) noexcept {
  const auto found = std::ranges::find(kMethodNames, name);
  if (found == kMethodNames.end()) return std::nullopt;
  return static_cast<CalibrationMethod>(found - kMethodNames.begin());
}

Calibration calibrate(const Model& model, const Dataset& data, const CalibrateOptions& options) {
  check(model, data, options);
  return Calibrator(model, data, options).run();
}

}  // namespace exeunt

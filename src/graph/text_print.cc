#include <unordered_map>

#include "base/checksum.h"
#include "base/error.h"
#include "graph/text.h"

namespace exeunt {

namespace {

/// Quoted, with quotes, backslashes and control characters escaped.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      result += c;
    }
  }
  return result + '"';
}

template <class T>
std::string field_text(const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, DType>) {
    return std::string(dtype_name(value));
  } else if constexpr (std::is_enum_v<T>) {
    return std::string(ops::enum_name(value));
  } else if constexpr (std::is_same_v<T, ops::Ints> || std::is_same_v<T, ops::Floats>) {
    return fmt::format("[{}]", fmt::join(value, ","));
  } else {
    return fmt::format("{}", value);
  }
}

/// " {strides=[1,1], group=2}" with the fields that differ from their defaults.
std::string fields_text(const Op& op) {
  std::vector<std::string> all;
  std::vector<std::string> defaults;
  std::vector<std::string> shown;
  std::visit(
      [&]<class T>(const T& o) {
        T fresh{};
        T::fields(fresh, [&](std::string_view, const auto& v) { defaults.push_back(field_text(v)); });
        T::fields(o, [&](std::string_view name, const auto& v) {
          const std::string text = field_text(v);
          if (text != defaults[all.size()]) shown.push_back(fmt::format("{}={}", name, text));
          all.push_back(text);
        });
      },
      op);
  return shown.empty() ? "" : fmt::format(" {{{}}}", fmt::join(shown, ", "));
}

std::string constant_text(const Tensor& tensor, std::int64_t max_elements) {
  if (tensor.empty()) return fmt::format("<{} values, packed>", tensor.elements());
  if (max_elements > 0 && tensor.elements() > max_elements) {
    return fmt::format("<{} values, {:016x}>", tensor.elements(), checksum(tensor.view()));
  }
  std::vector<std::string> items;
  dispatch(tensor.dtype(), [&]<class T>(TypeTag<T>) {
    for (const T value : tensor.span<T>()) {
      if constexpr (ShortFloat<T>) {
        items.push_back(fmt::format("{}", static_cast<float>(value)));
      } else if constexpr (std::is_integral_v<T> && sizeof(T) == 1) {
        items.push_back(fmt::format("{}", static_cast<int>(value)));
      } else {
        items.push_back(fmt::format("{}", value));
      }
    }
  });
  return fmt::format("{{{}}}", fmt::join(items, ", "));
}

/// What of a decision is not as usual.
std::string details_text(const Decision& decision) {
  std::string text = decision.probabilities ? "" : " logits";
  if (decision.temperature != 1) text += fmt::format(" temperature({})", decision.temperature);
  if (!decision.enabled) text += " disabled";
  if (decision.combine != usual_combine(decision.criterion))
    text += fmt::format(" batch({})", combine_name(decision.combine));
  return text;
}

class Printer {
 public:
  Printer(const Graph& graph, const PrintOptions& options) : graph_(graph), options_(options) {}

  std::string print() {
    for (const ValueId v : graph_.inputs) {
      const std::string id = define(v);
      const ops::Ints& axes = graph_.value(v).order;
      const std::string order = axes.empty() ? "" : fmt::format(" order=[{}]", fmt::join(axes, ","));
      line(0, "input {} {} {}{}", id, graph_.type(v).str(), quoted(graph_.value(v).name), order);
    }
    for (const NodeId id : execution_order(graph_)) print_node(graph_.node(id));
    for (const TreeId id : tree_order(graph_)) {
      for_each_tree_use(graph_.tree[static_cast<std::size_t>(id)], [&](ValueId v) { print_constant(v); });
    }
    for (const std::string& name : graph_.output_names) line(0, "output {}", quoted(name));
    print_tree(0, 0);
    return std::move(text_);
  }

 private:
  template <class... Args>
  void line(int depth, fmt::format_string<Args...> format, Args&&... args) {
    text_.append(static_cast<std::size_t>(depth) * 2, ' ');
    text_ += fmt::format(format, std::forward<Args>(args)...);
    text_ += '\n';
  }

  std::string define(ValueId v) { return numbers_.emplace(v, fmt::format("%{}", numbers_.size())).first->second; }

  std::string use(ValueId v) const { return v == kNoValue ? "_" : numbers_.at(v); }

  void print_constant(ValueId v) {
    const Tensor* constant = graph_.constant(v);
    if (constant == nullptr || numbers_.contains(v)) return;
    const std::string id = define(v);
    line(0, "const {} {} = {}", id, constant->type().str(), constant_text(*constant, options_.max_constant_elements));
  }

  void print_node(const Node& node) {
    std::vector<std::string> operands;
    for (const ValueId v : node.inputs) {
      print_constant(v);
      operands.push_back(use(v));
    }
    const std::string id = define(node.output);
    const std::string name = options_.node_names && !node.name.empty() ? " " + quoted(node.name) : "";
    line(0, "{} {} = {}({}){}{}", id, graph_.type(node.output).str(), op_name(node.op), fmt::join(operands, ", "),
         fields_text(node.op), name);
  }

  void print_tree(TreeId id, int depth) {
    const TreeNode& node = graph_.tree[static_cast<std::size_t>(id)];
    if (const auto* decision = std::get_if<Decision>(&node)) {
      const std::string name = options_.node_names && !decision->name.empty() ? " " + quoted(decision->name) : "";
      line(depth, "decide {}({}) > {}{}{} {{", criterion_kind_name(decision->criterion), use(decision->input),
           decision->threshold, details_text(*decision), name);
      print_tree(decision->leave, depth + 1);
      print_tree(decision->stay, depth + 1);
      line(depth, "}}");
      return;
    }
    const auto& exit = std::get<Exit>(node);
    std::vector<std::string> outputs;
    for (const ValueId v : exit.outputs) outputs.push_back(use(v));
    const Prediction& p = exit.prediction;
    std::string prediction;
    if (p.classes > 0)
      prediction = fmt::format(" predicts({}, {}, {}, {})", p.output, p.offset, p.classes, p.probabilities);
    line(depth, "exit({}){}", fmt::join(outputs, ", "), prediction);
  }

  const Graph& graph_;
  const PrintOptions& options_;
  std::string text_;
  std::unordered_map<ValueId, std::string> numbers_;
};

}  // namespace

std::string op_text(const Op& op) { return std::string(op_name(op)) + fields_text(op); }

std::string print_graph(const Graph& graph, const PrintOptions& options) { return Printer(graph, options).print(); }

}  // namespace exeunt

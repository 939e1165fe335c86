#include <algorithm>
#include <map>

#include "base/error.h"
#include "graph/text.h"
#include "graph/text_lexer.h"
#include "graph/verify.h"

namespace exeunt {

namespace {

/// Deeper trees cannot come from a file: a model has at most 64 exits.
constexpr int kMaxTreeDepth = 256;

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) {}

  Graph parse() {
    try {
      parse_statements();
      verify(graph_);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::format || error.code() == ErrorCode::device) throw;
      // What the graph refuses, it refuses without knowing the text.
      lexer_.error_at(statement_, error.what());
    }
    return std::move(graph_);
  }

 private:
  void parse_statements() {
    while (!lexer_.at_end() && !lexer_.at("decide") && !lexer_.at("exit")) {
      statement_ = lexer_.place();
      parse_statement();
    }
    statement_ = lexer_.place();
    parse_tree(0);
    if (!lexer_.at_end()) lexer_.error("something follows the tree");
  }

  void parse_statement() {
    if (lexer_.take_if("input")) {
      const std::string id = lexer_.take();
      const TensorType type = parse_type();
      const ValueId value = graph_.add_input(lexer_.take_string(), type);
      define(id, value);
      if (lexer_.take_if("order")) {
        lexer_.expect("=");
        graph_.value(value).order = parse_list<ops::Ints>();
      }
    } else if (lexer_.take_if("const")) {
      const std::string id = lexer_.take();
      const TensorType type = parse_type();
      lexer_.expect("=");
      define(id, graph_.add_constant(parse_constant(type)));
    } else if (lexer_.take_if("output")) {
      graph_.output_names.push_back(lexer_.take_string());
    } else if (lexer_.word().starts_with('%')) {
      parse_node();
    } else {
      lexer_.error(fmt::format("expected input, const, output, a value or the tree, found '{}'", lexer_.word()));
    }
  }

  void define(const std::string& id, ValueId value) {
    if (!id.starts_with('%')) lexer_.error_at(statement_, fmt::format("'{}' is no value name; they start with %", id));
    if (!values_.emplace(id, value).second) lexer_.error_at(statement_, fmt::format("{} is defined twice", id));
  }

  ValueId parse_value() {
    const auto found = values_.find(lexer_.word());
    if (found == values_.end()) lexer_.error(fmt::format("'{}' is not defined", lexer_.word()));
    lexer_.take();
    return found->second;
  }

  template <class List>
  List parse_list() {
    List list;
    lexer_.expect("[");
    while (!lexer_.at("]")) {
      if constexpr (std::is_same_v<List, ops::Floats>) {
        list.push_back(lexer_.take_number<double>());
      } else {
        list.push_back(lexer_.take_number<std::int64_t>());
      }
      if (!lexer_.take_if(",")) break;
    }
    lexer_.expect("]");
    return list;
  }

  TensorType parse_type() {
    const std::optional<DType> dtype = parse_dtype(lexer_.word());
    if (!dtype) lexer_.error(fmt::format("'{}' is no element type", lexer_.word()));
    lexer_.take();
    return {*dtype, Shape(parse_list<ops::Ints>())};
  }

  Tensor parse_constant(const TensorType& type) {
    if (lexer_.at("<")) lexer_.error("a constant was left out of this text; print it with all elements");
    Tensor tensor(type);
    dispatch(type.dtype, [&]<class T>(TypeTag<T>) {
      const std::span<T> values = tensor.mutable_span<T>();
      if (lexer_.take_if("fill")) {
        lexer_.expect("(");
        std::ranges::fill(values, parse_element<T>());
        lexer_.expect(")");
        return;
      }
      lexer_.expect("{");
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) lexer_.expect(",");
        values[i] = parse_element<T>();
      }
      lexer_.expect("}");
    });
    return tensor;
  }

  template <class T>
  T parse_element() {
    if constexpr (std::same_as<T, bool>) {
      return lexer_.take_flag();
    } else if constexpr (ShortFloat<T>) {
      return T(lexer_.take_number<float>());
    } else {
      return lexer_.take_number<T>();
    }
  }

  void parse_node() {
    const std::string id = lexer_.take();
    std::optional<TensorType> stated;
    if (!lexer_.at("=")) stated = parse_type();
    lexer_.expect("=");
    const auto prototypes = op_prototypes();
    const auto found = std::ranges::find_if(prototypes, [&](const Op& op) { return op_name(op) == lexer_.word(); });
    if (found == prototypes.end()) lexer_.error(fmt::format("there is no op '{}'", lexer_.word()));
    lexer_.take();
    Op op = *found;
    std::vector<ValueId> operands;
    lexer_.expect("(");
    while (!lexer_.at(")")) {
      operands.push_back(lexer_.take_if("_") ? kNoValue : parse_value());
      if (!lexer_.take_if(",")) break;
    }
    lexer_.expect(")");
    if (lexer_.take_if("{")) parse_fields(op);
    const std::string name = lexer_.word().starts_with('"') ? lexer_.take_string() : "";
    const ValueId value = with_context(id, [&] { return graph_.add_node(op, operands, name); });
    if (stated && *stated != graph_.type(value)) {
      lexer_.error_at(statement_, fmt::format("{} is {}, not {}", id, graph_.type(value).str(), stated->str()));
    }
    define(id, value);
  }

  void parse_fields(Op& op) {
    while (!lexer_.at("}")) {
      const std::string name = lexer_.take();
      lexer_.expect("=");
      bool known = false;
      std::visit(
          [&]<class T>(T& o) {
            T::fields(o, [&](std::string_view field, auto& value) {
              if (field == name) known = true, parse_field(value);
            });
          },
          op);
      if (!known) lexer_.error(fmt::format("{} has no field '{}'", op_name(op), name));
      if (!lexer_.take_if(",")) break;
    }
    lexer_.expect("}");
  }

  template <class T>
  void parse_field(T& value) {
    if constexpr (std::is_same_v<T, ops::Ints> || std::is_same_v<T, ops::Floats>) {
      value = parse_list<T>();
    } else if constexpr (std::is_same_v<T, bool>) {
      value = lexer_.take_flag();
    } else if constexpr (std::is_arithmetic_v<T>) {
      value = lexer_.take_number<T>();
    } else {
      const std::string word = lexer_.take();
      const std::optional<T> parsed = parse_word<T>(word);
      if (!parsed) lexer_.error(fmt::format("'{}' is not possible here", word));
      value = *parsed;
    }
  }

  template <class T>
  static std::optional<T> parse_word(std::string_view word) {
    if constexpr (std::is_same_v<T, DType>) {
      return parse_dtype(word);
    } else {
      return ops::parse_enum<T>(word);
    }
  }

  TreeId parse_tree(int depth) {
    if (depth > kMaxTreeDepth) lexer_.error("the tree is too deep");
    const auto id = static_cast<TreeId>(graph_.tree.size());
    graph_.tree.emplace_back();
    if (lexer_.take_if("exit")) {
      graph_.tree.back() = parse_exit();
      return id;
    }
    Decision decision = parse_decision();
    if (lexer_.word().starts_with('"')) decision.name = lexer_.take_string();
    lexer_.expect("{");
    decision.leave = parse_tree(depth + 1);
    decision.stay = parse_tree(depth + 1);
    lexer_.expect("}");
    graph_.tree[static_cast<std::size_t>(id)] = std::move(decision);
    return id;
  }

  Decision parse_decision() {
    lexer_.expect("decide");
    Decision decision;
    const std::optional<Criterion> criterion = parse_criterion_kind(lexer_.word());
    if (!criterion) lexer_.error(fmt::format("there is no criterion '{}'", lexer_.word()));
    lexer_.take();
    decision.criterion = *criterion;
    decision.combine = usual_combine(*criterion);
    lexer_.expect("(");
    decision.input = parse_value();
    lexer_.expect(")");
    lexer_.expect(">");
    decision.threshold = lexer_.take_number<float>();
    decision.probabilities = !lexer_.take_if("logits");
    if (lexer_.take_if("temperature")) {
      lexer_.expect("(");
      decision.temperature = lexer_.take_number<float>();
      lexer_.expect(")");
    }
    decision.enabled = !lexer_.take_if("disabled");
    if (lexer_.take_if("batch")) {
      lexer_.expect("(");
      const std::optional<Combine> combine = parse_combine(lexer_.word());
      if (!combine) lexer_.error(fmt::format("there is no combination '{}'", lexer_.word()));
      lexer_.take();
      decision.combine = *combine;
      lexer_.expect(")");
    }
    return decision;
  }

  Exit parse_exit() {
    Exit exit;
    lexer_.expect("(");
    while (!lexer_.at(")")) {
      exit.outputs.push_back(parse_value());
      if (!lexer_.take_if(",")) break;
    }
    lexer_.expect(")");
    if (lexer_.take_if("predicts")) {
      lexer_.expect("(");
      exit.prediction.output = lexer_.take_number<int>();
      lexer_.expect(",");
      exit.prediction.offset = lexer_.take_number<std::int64_t>();
      lexer_.expect(",");
      exit.prediction.classes = lexer_.take_number<std::int64_t>();
      lexer_.expect(",");
      exit.prediction.probabilities = lexer_.take_flag();
      lexer_.expect(")");
    }
    return exit;
  }

  TextLexer lexer_;
  Graph graph_;
  std::size_t statement_ = 0;  ///< where the current one begins
  std::map<std::string, ValueId, std::less<>> values_;
};

}  // namespace

Graph parse_graph(std::string_view text) { return Parser(text).parse(); }

}  // namespace exeunt

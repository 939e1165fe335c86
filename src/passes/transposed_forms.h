#pragma once

#include <map>
#include <utility>
#include <vector>

#include "graph/graph.h"

namespace exeunt {

/// How a value of a graph is had from one of its rewritten form: Reshape(Transpose(base, perm), shape).
struct Form {
  ValueId base = kNoValue;
  ops::Ints perm;
  Shape shape;
};

/// The forms of all values that a graph had when this was made, while nodes are added to it: at first, each is itself.
class TransposedForms {
 public:
  explicit TransposedForms(Graph& graph);

  const Form& of(ValueId v) const { return forms_[static_cast<std::size_t>(v)]; }
  void set(ValueId v, Form form) { forms_[static_cast<std::size_t>(v)] = std::move(form); }
  /// The form of `base` transposed by `perm`.
  Form transposed(ValueId base, const ops::Ints& perm) const;

  /// Neither transposed nor reshaped.
  bool is_plain(ValueId v) const;
  /// Reshaped behind its transposition, in a way that cannot go before it.
  bool is_flat(ValueId v) const;
  /// The value itself; adds the nodes that make it if need be.
  ValueId plain(ValueId v);

  /// What it costs to have `v`, seen with `rank` axes, as it stands before a Transpose by `perm`: elements to be moved.
  double cost_before(ValueId v, const ops::Ints& perm) const;
  /// `v` as it stands before that Transpose; of the rank of `perm` unless the axes in front are repeated by
  /// broadcasting.
  ValueId before(ValueId v, const ops::Ints& perm);

 private:
  ValueId transposed_node(ValueId base, const ops::Ints& perm, const std::string& name);
  ValueId constant_before(ValueId v, const ops::Ints& perm);

  Graph& graph_;
  std::vector<Form> forms_;
  std::map<ValueId, ValueId> made_;
  std::map<std::pair<ValueId, ops::Ints>, ValueId> transposes_;
};

}  // namespace exeunt

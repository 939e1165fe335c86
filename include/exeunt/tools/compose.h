#pragma once

#include <exeunt/api.h>
#include <exeunt/exit_settings.h>
#include <exeunt/tensor.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

/// Building early-exit models out of plain networks, as ONNX files (docs/compose.md).
///
/// What is written is an ordinary ONNX file: nested `If`s, outputs `prediction` [1,K] and `exit` i64[1], and the
/// settings of the decisions in the metadata `exeunt.exits`. ONNX Runtime gives the same answers at batch 1.
/// All functions here may be called from several threads; they cost some copies of the weights in memory.
namespace EXEUNT_API exeunt {

/// A network exported apart, and what it is for.
struct ComposePart {
  enum class Role : std::uint8_t {
    common,  ///< the first part of the trunk: always runs
    then,    ///< more of the trunk, behind the part of the trunk before it
    exit,    ///< a head on the trunk so far; the last one may hold the rest of the network
  };
  Role role = Role::exit;
  std::filesystem::path path;
};

struct ComposeOptions {
  /// Of each decision (there is one fewer than exits), or one for all of them.
  std::vector<ExitSettings> settings = {};
  /// Put a Transpose where an NHWC tensor meets an NCHW input, or the other way round, instead of refusing.
  bool transpose = false;
  /// Shapes of the inputs by name, batch of 1 included, for symbolic axes other than the batch.
  std::map<std::string, std::vector<std::int64_t>> shapes = {};
};

/// One exit of the model that was written.
struct ComposedExit {
  std::string head;       ///< the tensor with the class scores, as its file calls it
  std::string file;       ///< the file it comes from
  ExitSettings settings;  ///< of the decision that leads there; of the last exit, which has none, the default
};

/// What was written.
struct Composition {
  std::vector<ComposedExit> exits;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::int64_t classes = 0;
  bool probabilities = false;  ///< what the prediction holds: else logits
  std::int64_t opset = 0;
  std::vector<std::string> notes;  ///< what was changed on the way, and what looks odd; for people
};

/// An early-exit model of a network that computes all heads.
/// @param heads  names of outputs, or of any other tensors f32 [1,K], in the order of the exits; two to 30
/// @throws Error file, format, unsupported: `model` cannot be read or holds a decision already; argument: a name that
///         does not exist, settings out of range or not as many as decisions; shape, dtype: a head is no f32 [1,K] or
///         they differ in K; file: `out` cannot be written, and whatever was there before stays
Composition compose_heads(const std::filesystem::path& model, std::span<const std::string> heads,
                          const ComposeOptions& options, const std::filesystem::path& out);

/// The same of parts exported apart: one `common`, then `exit`s and `then`s in the order in which a sample meets them.
/// Each part has one input and one output (`common` any number of inputs).
/// @throws Error as compose_heads; shape, dtype: an input is not what the part before it gives; unsupported: opsets
///         that differ where an operator's meaning does
Composition compose_parts(std::span<const ComposePart> parts, const ComposeOptions& options,
                          const std::filesystem::path& out);

/// The same of a plain network and a head on one of its tensors: two exits, the second being the network's own.
/// @param at  the tensor's name  @throws Error as compose_parts
Composition compose_backbone(const std::filesystem::path& backbone, const std::string& at,
                             const std::filesystem::path& head, const ComposeOptions& options,
                             const std::filesystem::path& out);

/// The way back: a plain network whose outputs are the heads of an early-exit model, all of them computed. Outputs that
/// do not depend on the input (the exit index) are left out. Any legal conditionals are taken, not only those written
/// here. @throws Error file, format, unsupported: it cannot be read, has no decision, or conditionals on shapes
Composition flatten_exits(const std::filesystem::path& model, const std::filesystem::path& out);

}  // namespace exeunt

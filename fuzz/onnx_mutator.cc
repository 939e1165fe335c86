#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <random>
#include <vector>

// Bytes flipped at random seldom make a model. This mutator changes one field somewhere in a parsed model instead.

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace exeunt::fuzz {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Random = std::minstd_rand;

std::size_t pick(Random& random, std::size_t count) { return random() % count; }

/// Every message inside `message`, itself first.
void collect(Message& message, std::vector<Message*>& all) {
  all.push_back(&message);
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      collect(*reflection.MutableMessage(&message, field), all);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i)
      collect(*reflection.MutableRepeatedMessage(&message, field, i), all);
  }
}

/// All texts: names, mostly, so that putting one for another wires the graph anew.
void collect_strings(const Message& message, std::vector<std::string>& all) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
    if (!field->is_repeated()) all.push_back(reflection.GetString(message, field));
    for (int i = 0; field->is_repeated() && i < reflection.FieldSize(message, field); ++i)
      all.push_back(reflection.GetRepeatedString(message, field, i));
  }
}

std::int64_t some_integer(Random& random) {
  constexpr std::int64_t kEdges[] = {0,  1,  2,   3,   4,    8,     -1,        -2,           5,         7,
                                     16, 64, 127, 255, 1024, 65536, 1LL << 31, -(1LL << 31), INT64_MAX, INT64_MIN};
  return kEdges[pick(random, std::size(kEdges))];
}

std::string some_string(Random& random, const std::vector<std::string>& strings, std::string old) {
  if (!strings.empty() && pick(random, 4) != 0) return strings[pick(random, strings.size())];
  old.resize(old.size() + 4);
  auto* bytes = reinterpret_cast<std::uint8_t*>(old.data());
  old.resize(LLVMFuzzerMutate(bytes, old.size() - 4, old.size()));
  return old;
}

/// Changes one element of a scalar field; `index` -1 for a field that is not repeated.
void change_scalar(Message& message, const FieldDescriptor* field, int index, Random& random,
                   const std::vector<std::string>& strings) {
  const Reflection& r = *message.GetReflection();
  const bool one = index < 0;
  const std::int64_t integer = some_integer(random);
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT64:
      return one ? r.SetInt64(&message, field, integer) : r.SetRepeatedInt64(&message, field, index, integer);
    case FieldDescriptor::CPPTYPE_UINT64: {
      const auto value = static_cast<std::uint64_t>(integer);
      return one ? r.SetUInt64(&message, field, value) : r.SetRepeatedUInt64(&message, field, index, value);
    }
    case FieldDescriptor::CPPTYPE_INT32: {
      const auto value = static_cast<std::int32_t>(integer);
      return one ? r.SetInt32(&message, field, value) : r.SetRepeatedInt32(&message, field, index, value);
    }
    case FieldDescriptor::CPPTYPE_FLOAT: {
      const auto value = static_cast<float>(integer) / 4;
      return one ? r.SetFloat(&message, field, value) : r.SetRepeatedFloat(&message, field, index, value);
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return one ? r.SetEnumValue(&message, field, static_cast<int>(pick(random, 17)))
                 : r.SetRepeatedEnumValue(&message, field, index, static_cast<int>(pick(random, 17)));
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string old = one ? r.GetString(message, field) : r.GetRepeatedString(message, field, index);
      std::string text = some_string(random, strings, std::move(old));
      return one ? r.SetString(&message, field, std::move(text))
                 : r.SetRepeatedString(&message, field, index, std::move(text));
    }
    default:
      return;
  }
}

void add_element(Message& message, const FieldDescriptor* field, Random& random,
                 const std::vector<std::string>& strings) {
  const Reflection& r = *message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT64:
      return r.AddInt64(&message, field, some_integer(random));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return r.AddFloat(&message, field, static_cast<float>(some_integer(random)));
    case FieldDescriptor::CPPTYPE_STRING:
      return r.AddString(&message, field, strings.empty() ? "" : strings[pick(random, strings.size())]);
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const int count = r.FieldSize(message, field);
      Message* added = r.AddMessage(&message, field);
      if (count > 0) added->CopyFrom(r.GetRepeatedMessage(message, field, static_cast<int>(pick(random, count))));
      return;
    }
    default:
      return;
  }
}

void mutate_field(Message& message, const FieldDescriptor* field, Random& random,
                  const std::vector<std::string>& strings) {
  const Reflection& r = *message.GetReflection();
  if (!field->is_repeated()) {
    if (pick(random, 8) == 0) return r.ClearField(&message, field);
    return change_scalar(message, field, -1, random, strings);
  }
  const int count = r.FieldSize(message, field);
  const std::size_t way = count == 0 ? 0 : pick(random, 5);
  if (way == 0) return add_element(message, field, random, strings);
  const int index = static_cast<int>(pick(random, count));
  if (way == 1) {
    r.SwapElements(&message, field, index, count - 1);
    return r.RemoveLast(&message, field);
  }
  if (way == 2) return r.SwapElements(&message, field, index, static_cast<int>(pick(random, count)));
  change_scalar(message, field, index, random, strings);
}

}  // namespace

}  // namespace exeunt::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  using namespace exeunt::fuzz;
  const google::protobuf::LogSilencer silence;
  Random random(seed);
  onnx::ModelProto model;
  if (pick(random, 20) == 0 || !model.ParseFromArray(data, static_cast<int>(size)))
    return LLVMFuzzerMutate(data, size, max_size);
  std::vector<Message*> messages;
  collect(model, messages);
  std::vector<std::string> strings;
  for (const Message* message : messages) collect_strings(*message, strings);
  for (std::size_t i = 1 + pick(random, 3); i > 0; --i) {
    Message& message = *messages[pick(random, messages.size())];
    const auto* descriptor = message.GetDescriptor();
    // Fields that are set count more than those that are not.
    std::vector<const google::protobuf::FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    const auto* field = fields.empty() || pick(random, 6) == 0
                            ? descriptor->field(static_cast<int>(pick(random, descriptor->field_count())))
                            : fields[pick(random, fields.size())];
    mutate_field(message, field, random, strings);
    messages.clear();
    collect(model, messages);
  }
  const std::string bytes = model.SerializeAsString();
  if (bytes.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}

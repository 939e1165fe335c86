#include "data/pickle.h"

#include <gtest/gtest.h>

#include <string>

#include "support/expect_error.h"

namespace exeunt {

namespace {

using testing::expect_any_error;
using testing::expect_error;
using Kind = PickleValue::Kind;
using std::string_literals::operator""s;

Pickle parse(const std::string& text) { return Pickle(std::as_bytes(std::span(text))); }

const std::string kStart = "\x80\x02"s;

// Python 2's cPickle of {'data': numpy.uint8([[1, 2, 3], [4, 5, 6]]), 'labels': [6, 300]}, protocol 2.
const std::string kPython2 =
    kStart +
    "}q\x01(U\x04"s
    "dataq\x02"
    "cnumpy.core.multiarray\n_reconstruct\nq\x03"
    "cnumpy\nndarray\nq\x04"
    "K\0\x85U\x01"
    "b\x87Rq\x05"s
    "(K\x01K\x02K\x03\x86"
    "cnumpy\ndtype\nq\x06U\x02u1K\0K\x01\x87Rq\x07(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89"s
    "U\x06\x01\x02\x03\x04\x05\x06tbU\x06labelsq\x08]q\x09(K\x06M\x2c\x01"
    "eu."s;

// Python 3's pickle of {b'data': numpy.uint8([[200, 2]]), b'labels': [7]}, protocol 4.
const std::string kPython3 =
    "\x80\x04\x95\xad\0\0\0\0\0\0\0}\x94(C\x04"
    "data\x94\x8c\x16numpy._core.multiarray\x94\x8c\x0c_reconstruct\x94\x93\x94"s
    "\x8c\x05numpy\x94\x8c\x07ndarray\x94\x93\x94K\0\x85\x94"
    "C\x01"
    "b\x94\x87\x94R\x94(K\x01K\x01K\x02\x86\x94h\x05\x8c\x05"
    "dtype\x94\x93\x94"s
    "\x8c\x02u1\x94\x89\x88\x87\x94R\x94(K\x03\x8c\x01|\x94NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0t\x94"
    "b\x89"
    "C\x02\xc8\x02\x94t\x94"
    "bC\x06labels\x94]\x94K\x07"
    "au."s;

TEST(Pickle, ReadsAnArrayAndAListAsPython2WroteThem) {
  const Pickle pickle = parse(kPython2);
  const PickleValue* data = pickle.root().find("data");
  ASSERT_NE(data, nullptr);
  EXPECT_EQ(data->kind, Kind::array);
  EXPECT_EQ(data->shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(data->bytes, "\x01\x02\x03\x04\x05\x06");
  const PickleValue* labels = pickle.root().find("labels");
  ASSERT_NE(labels, nullptr);
  ASSERT_EQ(labels->items.size(), 2U);
  EXPECT_EQ(labels->items[1]->integer, 300);
  EXPECT_EQ(pickle.root().find("other"), nullptr);
}

TEST(Pickle, ReadsWhatPython3Writes) {
  const Pickle pickle = parse(kPython3);
  ASSERT_NE(pickle.root().find("data"), nullptr);
  EXPECT_EQ(pickle.root().find("data")->bytes, "\xc8\x02");
  ASSERT_NE(pickle.root().find("labels"), nullptr);
  EXPECT_EQ(pickle.root().find("labels")->items.at(0)->integer, 7);
}

TEST(Pickle, ReadsBytesThatPython3WroteAsLatin1) {
  const Pickle pickle = parse(kStart +
                              "c_codecs\nencode\nX\x03\0\0\0\xc3\xbf"
                              "AX\x06\0\0\0latin1\x86R."s);
  EXPECT_EQ(pickle.root().bytes,
            "\xff"
            "A");
}

TEST(Pickle, ReadsNumbersWithTheirSign) {
  EXPECT_EQ(parse(kStart + "J\xfe\xff\xff\xff."s).root().integer, -2);
  EXPECT_EQ(parse(kStart + "M\xff\xff."s).root().integer, 65535);
  EXPECT_EQ(parse(kStart + "\x88."s).root().kind, Kind::boolean);
}

TEST(Pickle, NeverImportsOrCallsAnythingElse) {
  expect_error(ErrorCode::unsupported, "'os.system'", [] { parse(kStart + "cos\nsystem\nU\x02ls\x85R."s); });
  expect_error(ErrorCode::unsupported, "'builtins.eval'", [] {
    parse(
        "\x80\x04\x8c\x08"
        "builtins\x8c\x04"
        "eval\x93."s);
  });
  expect_error(ErrorCode::unsupported, "calls something", [] { parse(kStart + "U\x02ls)R."s); });
  expect_error(ErrorCode::unsupported, "unknown way", [] { parse(kStart + "cnumpy\nndarray\n)R."s); });
  // INST, OBJ, NEWOBJ, REDUCE_EX's NEWOBJ_EX, EXT1, PERSID, BINPERSID
  for (const std::string& opcode : {"i"s, "o"s, "\x81"s, "\x92"s, "\x82"s, "P"s, "Q"s}) {
    expect_error(ErrorCode::unsupported, "opcode", [&] { parse(kStart + opcode + "."); });
  }
}

TEST(Pickle, RefusesOtherArrays) {
  std::string floats = kPython2;
  floats.replace(floats.find("u1"), 2, "f4");
  expect_error(ErrorCode::unsupported, "'f4'", [&] { parse(floats); });
  std::string other_size = kPython2;
  other_size.replace(other_size.find("K\x02K\x03\x86"), 2, "K\x05");
  expect_error(ErrorCode::format, "shape does not fit", [&] { parse(other_size); });
}

TEST(Pickle, RefusesOtherFiles) {
  expect_error(ErrorCode::format, "no pickle", [] { parse("(dp1\nS'data'\n."); });
  expect_error(ErrorCode::unsupported, "protocol 9", [] { parse("\x80\x09."s); });
}

TEST(Pickle, RefusesEveryTruncation) {
  for (const std::string& whole : {kPython2, kPython3}) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      expect_any_error([&] { parse(whole.substr(0, length)); });
    }
  }
}

TEST(Pickle, SurvivesAnyChangedByte) {
  for (const std::string& whole : {kPython2, kPython3}) {
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (int value = 0; value < 256; ++value) {
        std::string changed = whole;
        changed[at] = static_cast<char>(value);
        try {
          parse(changed);
        } catch (const Error&) {
        }
      }
    }
  }
}

TEST(Pickle, SurvivesStackTricks) {
  for (const std::string& body : {"."s, "t."s, "e."s, "a."s,
                                  "K\x01"
                                  "a."s,
                                  "(."s, "](u."s, "}(K\x01u."s, "h\0."s, "q\0."s, "b."s,
                                  "K\x01"
                                  "b."s,
                                  "r\xff\xff\xff\xff."s, "K\x01(\x85."s, "\x93."s}) {
    expect_any_error([&] { parse(kStart + body); });
  }
}

TEST(Pickle, OwnsListsThatHoldThemselves) { EXPECT_EQ(parse(kStart + "]q\0h\0a."s).root().items.size(), 1U); }

TEST(Pickle, DoesNotCopyOneStringAgainAndAgain) {
  std::string text =
      kStart + "c_codecs\nencode\nq\0X\xe8\x03\0\0"s + std::string(1000, 'x') + "q\x01X\x06\0\0\0latin1q\x02("s;
  for (int i = 0; i < 100; ++i) text += "h\0h\x01h\x02\x86R"s;
  expect_error(ErrorCode::unsupported, "copies its strings", [&] { parse(text + "t."); });
}

}  // namespace

}  // namespace exeunt

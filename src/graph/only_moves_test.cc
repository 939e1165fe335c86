#include "graph/only_moves.h"

#include <gtest/gtest.h>

#include "graph/text.h"

namespace exeunt {

namespace {

/// Whether the last node of this text only moves what it is given.
bool moves(const std::string& node) {
  const Graph graph =
      parse_graph("input %x f32[1,2,4,4] \"x\"\nconst %c f32[] = {1}\n%y = " + node + "\noutput \"y\"\nexit(%y)\n");
  return only_moves(graph.nodes.back());
}

TEST(OnlyMoves, MaxPoolingAndWhatReordersOrPicks) {
  const std::string window = "kernel=[2,2], strides=[2,2], pads=[0,0,0,0], dilations=[1,1]";
  EXPECT_TRUE(moves("Pool(%x){" + window + "}"));
  EXPECT_TRUE(moves("Reshape(%x){shape=[1,32]}"));
  EXPECT_TRUE(moves("Transpose(%x){perm=[0,2,3,1]}"));
  EXPECT_FALSE(moves("Pool(%x){fn=average, " + window + "}"));
  EXPECT_FALSE(moves("Relu(%x)"));
  EXPECT_FALSE(moves("Add(%x, %c)"));
}

TEST(OnlyMoves, PadsWithZerosOrWithWhatIsThere) {
  EXPECT_TRUE(moves("Pad(%x){pads=[0,0,1,1,0,0,1,1]}"));
  EXPECT_TRUE(moves("Pad(%x){pads=[0,0,1,1,0,0,1,1], mode=edge, value=3}"));
  EXPECT_FALSE(moves("Pad(%x){pads=[0,0,1,1,0,0,1,1], value=3}"));
}

TEST(MovingBytes, PadsWithWhatStandsForZero) {
  EXPECT_EQ(std::get<ops::Pad>(moving_bytes(ops::Pad{.pads = {1, 1}}, 128)).value, 128);
  EXPECT_EQ(moving_bytes(ops::Reshape{.shape = {2}}, 128), Op(ops::Reshape{.shape = {2}}));
}

}  // namespace

}  // namespace exeunt

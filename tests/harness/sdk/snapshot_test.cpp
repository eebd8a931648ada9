#include "tutti/snapshot.hpp"

#include <gtest/gtest.h>

#include "tutti/error.hpp"

namespace tutti {
namespace {

std::string reason(const std::function<void()>& function) {
  try {
    function();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Snapshot, ReadsBackWhatWasWritten) {
  SnapshotWriter writer;
  writer.value<std::int64_t>("step", -5);
  writer.values<float>("weights", std::vector<float>{1.5F, -2.5F});
  writer.values<double>("nothing", {});
  writer.text("name", "tutti");
  SnapshotReader reader(writer.bytes());
  EXPECT_EQ(reader.value<std::int64_t>("step"), -5);
  EXPECT_EQ(reader.vector<float>("weights"), (std::vector<float>{1.5F, -2.5F}));
  EXPECT_TRUE(reader.vector<double>("nothing").empty());
  EXPECT_EQ(reader.text("name"), "tutti");
  EXPECT_NO_THROW(reader.finish());
}

TEST(Snapshot, AnotherNameIsASentence) {
  SnapshotWriter writer;
  writer.value<double>("alpha", 1);
  SnapshotReader reader(writer.bytes());
  EXPECT_EQ(reason([&] { reader.value<double>("beta"); }), "snapshot holds \"alpha\" where \"beta\" was expected");
}

TEST(Snapshot, AnotherTypeIsASentence) {
  SnapshotWriter writer;
  writer.value<double>("alpha", 1);
  SnapshotReader reader(writer.bytes());
  EXPECT_EQ(reason([&] { reader.value<float>("alpha"); }), "snapshot holds another type for \"alpha\"");
}

TEST(Snapshot, AnotherCountIsASentence) {
  SnapshotWriter writer;
  writer.values<double>("alpha", std::vector<double>(3));
  SnapshotReader reader(writer.bytes());
  EXPECT_EQ(reason([&] { reader.value<double>("alpha"); }), "snapshot holds 3 values of \"alpha\"; expected 1");
}

TEST(Snapshot, EveryTruncationIsASentence) {
  SnapshotWriter writer;
  writer.values<double>("alpha", std::vector<double>(3));
  for (std::size_t size = 0; size < writer.bytes().size(); ++size) {
    SnapshotReader reader(std::span(writer.bytes()).first(size));
    EXPECT_EQ(reason([&] { reader.vector<double>("alpha"); }), "snapshot ends early, at \"alpha\"") << size;
  }
}

TEST(Snapshot, AHugeStoredCountIsASentence) {
  SnapshotWriter writer;
  writer.value<double>("alpha", 1);
  auto bytes = writer.bytes();
  // The count stands before the one value of eight bytes.
  for (std::size_t i = 0; i < 8; ++i) bytes[bytes.size() - 16 + i] = std::byte{0xFF};
  SnapshotReader reader(bytes);
  EXPECT_EQ(reason([&] { reader.vector<double>("alpha"); }), "snapshot ends early, at \"alpha\"");
}

TEST(Snapshot, UnreadBytesAreASentence) {
  SnapshotWriter writer;
  writer.value<std::uint8_t>("a", 1);
  SnapshotReader reader(writer.bytes());
  EXPECT_EQ(reason([&] { reader.finish(); }),
            "snapshot holds " + std::to_string(writer.bytes().size()) + " bytes more than expected");
}

}  // namespace
}  // namespace tutti

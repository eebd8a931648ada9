#include "results/event_file.hpp"

#include <gtest/gtest.h>

#include <string>

#include "temporary_folder.hpp"

namespace tutti::results {
namespace {

std::string hexadecimal(const std::string& bytes) {
  static const char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

TEST(EventFile, ChecksumIsCrc32cWithItsStandardTestValue) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(masked_crc32c("123456789"), 0xC78AB0E5U);
}

// Both records as TensorFlow's own writer makes them.
TEST(EventFile, VersionRecordHasTheBytesOfTensorFlow) {
  EXPECT_EQ(hexadecimal(version_record(1.0)),
            "1800000000000000a37f4b2209000000000000f03f1a0d627261696e2e4576656e743a3286bf577a");
}

TEST(EventFile, ScalarRecordHasTheBytesOfTensorFlow) {
  EXPECT_EQ(hexadecimal(scalar_record(2.0, 1000, "eval/return", 1.5F)),
            "220000000000000078113dfd09000000000000004010e8072a140a120a0b6576616c2f72657475726e150000c03f6ccdcdcc");
}

TEST(EventFile, GoesOnAfterTheBytesToKeep) {
  const testing_support::TemporaryFolder folder;
  const auto path = folder.path() / "events";
  EventFile first(path, 0);
  first.add(1, "a", 0.5);
  first.write();
  const std::uint64_t kept = first.size();
  first.add(2, "a", 0.25);
  first.write();
  const std::uint64_t record = first.size() - kept;

  EventFile second(path, kept);
  EXPECT_EQ(std::filesystem::file_size(path), kept);
  second.add(3, "a", 0.125);
  second.write();
  EXPECT_EQ(std::filesystem::file_size(path), kept + record);
}

}  // namespace
}  // namespace tutti::results

#include "digest/digest.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tutti/error.hpp"

namespace tutti {
namespace {

TEST(Digest, IsSha256) {
  // FIPS 180-4, examples.
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, OfAFileIsThatOfItsContent) {
  const std::string content(200'000, 'a');
  const auto file = std::filesystem::temp_directory_path() / ("digest_test_" + std::to_string(getpid()));
  std::ofstream(file, std::ios::binary) << content;
  EXPECT_EQ(sha256_of_file(file), sha256(content));
  std::filesystem::remove(file);
}

TEST(Digest, OfAMissingFileIsASentence) {
  try {
    sha256_of_file("/nowhere/at/all");
    FAIL() << "read";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "/nowhere/at/all: cannot be read");
  }
}

}  // namespace
}  // namespace tutti

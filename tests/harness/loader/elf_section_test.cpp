#include "loader/elf_section.hpp"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include "tutti/error.hpp"
#include "tutti/plugin.hpp"

namespace tutti::loader {
namespace {

const std::filesystem::path kFixture = std::filesystem::path(TUTTI_BINARY_DIR) / "fixtures/sound/line.so";

class ElfSection : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream stream(kFixture, std::ios::binary);
    image_.assign(std::istreambuf_iterator<char>(stream), {});
    ASSERT_GT(image_.size(), sizeof(Elf64_Ehdr));
    std::memcpy(&header_, image_.data(), sizeof header_);
    file_ = std::filesystem::temp_directory_path() / ("elf_section_test_" + std::to_string(getpid()) + ".so");
  }
  void TearDown() override { std::filesystem::remove(file_); }

  // What reading the section of the present image says.
  std::string reason() {
    std::ofstream(file_, std::ios::binary) << image_;
    try {
      read_elf_section(file_, kPluginSection);
    } catch (const Error& error) {
      const std::string text = error.what();
      EXPECT_TRUE(text.starts_with(file_.string() + ": ")) << text;
      return text.substr(file_.string().size() + 2);
    }
    return "accepted";
  }

  void put_header() { std::memcpy(image_.data(), &header_, sizeof header_); }

  std::string image_;
  Elf64_Ehdr header_{};
  std::filesystem::path file_;
};

TEST_F(ElfSection, ReadsThePluginHeader) {
  const auto bytes = read_elf_section(kFixture, kPluginSection);
  ASSERT_EQ(bytes.size(), sizeof(PluginHeader));
  PluginHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  EXPECT_STREQ(header.name, "line");
}

TEST_F(ElfSection, AMissingFileIsASentence) {
  EXPECT_THROW(read_elf_section("/nowhere/plugin.so", kPluginSection), Error);
  EXPECT_THROW(read_elf_section("/tmp", kPluginSection), Error);
}

TEST_F(ElfSection, AnEmptyFileIsASentence) {
  image_.clear();
  EXPECT_EQ(reason(), "not a shared library: only 0 bytes");
}

TEST_F(ElfSection, ATextFileIsASentence) {
  image_ = std::string(100, 'x');
  EXPECT_EQ(reason(), "not a shared library (ELF)");
}

TEST_F(ElfSection, AnotherProcessorIsASentence) {
  header_.e_machine = EM_SPARC;
  put_header();
  EXPECT_EQ(reason(), "built for another kind of processor");
}

TEST_F(ElfSection, AnObjectFileIsASentence) {
  header_.e_type = ET_REL;
  put_header();
  EXPECT_EQ(reason(), "an ELF file, but not a shared library");
}

TEST_F(ElfSection, ASectionTableOutsideTheFileIsASentence) {
  header_.e_shoff = image_.size() + 1;
  put_header();
  EXPECT_EQ(reason(), "a damaged shared library: its section table lies outside the file; build it again");
  header_.e_shoff = ~std::uint64_t{0} - 8;
  put_header();
  EXPECT_EQ(reason(), "a damaged shared library: its section table lies outside the file; build it again");
}

TEST_F(ElfSection, ANameTableThatDoesNotExistIsASentence) {
  header_.e_shstrndx = 60000;
  put_header();
  EXPECT_EQ(reason(), "a damaged shared library: its section table does not fit into the file; build it again");
}

TEST_F(ElfSection, EveryTruncationIsASentence) {
  const std::string whole = image_;
  for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 200) {
    image_ = whole.substr(0, size);
    EXPECT_NE(reason(), "accepted") << size;
  }
}

TEST_F(ElfSection, DamageIsNeverMoreThanASentence) {
  const std::string whole = image_;
  std::mt19937 random(1);
  for (int trial = 0; trial < 300; ++trial) {
    image_ = whole;
    for (int flips = 0; flips < 4; ++flips) {
      // Both ends of the file, where the tables are.
      const std::size_t place = random() % 2 == 0 ? random() % 64 : image_.size() - 1 - random() % 2500;
      image_[place] = static_cast<char>(random());
    }
    EXPECT_FALSE(reason().empty());
  }
}

}  // namespace
}  // namespace tutti::loader

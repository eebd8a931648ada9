#include "loader/elf_section.hpp"

#include <elf.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>

#include "tutti/error.hpp"

namespace tutti::loader {
namespace {

#if defined(__x86_64__)
constexpr std::uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t kMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr std::uint16_t kMachine = EM_RISCV;
#elif defined(__powerpc64__)
constexpr std::uint16_t kMachine = EM_PPC64;
#else
#error "name this processor's ELF machine number here"
#endif
constexpr unsigned char kByteOrder = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;

// Names and headers larger than this are damage, not plugins.
constexpr std::uint64_t kMaxBytes = 1 << 20;

class ElfFile {
 public:
  explicit ElfFile(const std::filesystem::path& file) : file_(file), stream_(file, std::ios::binary | std::ios::ate) {
    const auto end = stream_ ? static_cast<std::streamoff>(stream_.tellg()) : -1;
    if (end < 0) throw Error(file_.string() + ": cannot be read");
    size_ = static_cast<std::uint64_t>(end);
    read_file_header();
  }

  std::vector<std::byte> section(std::string_view name) {
    const Elf64_Shdr first = section_header(0);
    // Counts too large for the file header are in the first section header.
    const std::uint64_t count = header_.e_shnum != 0 ? header_.e_shnum : first.sh_size;
    const std::uint64_t names_index = header_.e_shstrndx != SHN_XINDEX ? header_.e_shstrndx : first.sh_link;
    if (count > size_ / sizeof(Elf64_Shdr) || names_index >= count)
      damaged("its section table does not fit into the file");
    const std::vector<std::byte> names = bytes_of(section_header(names_index));
    for (std::uint64_t index = 0; index < count; ++index) {
      const Elf64_Shdr header = section_header(index);
      if (is_name_at(names, header.sh_name, name)) return bytes_of(header);
    }
    throw Error(file_.string() + ": not a tutti plugin: it has no section \"" + std::string(name) +
                "\"; describe the plugin with TUTTI_PLUGIN_HEADER");
  }

 private:
  void read_file_header() {
    if (size_ < sizeof header_)
      throw Error(file_.string() + ": not a shared library: only " + std::to_string(size_) + " bytes");
    read(0, &header_, sizeof header_);
    if (std::memcmp(header_.e_ident, ELFMAG, SELFMAG) != 0)
      throw Error(file_.string() + ": not a shared library (ELF)");
    if (header_.e_ident[EI_CLASS] != ELFCLASS64 || header_.e_ident[EI_DATA] != kByteOrder ||
        header_.e_machine != kMachine) {
      throw Error(file_.string() + ": built for another kind of processor");
    }
    if (header_.e_type != ET_DYN) throw Error(file_.string() + ": an ELF file, but not a shared library");
    if (header_.e_shentsize != sizeof(Elf64_Shdr)) damaged("its section headers have an unknown size");
  }

  Elf64_Shdr section_header(std::uint64_t index) {
    Elf64_Shdr header;
    if (header_.e_shoff > size_) damaged("its section table lies outside the file");
    read(header_.e_shoff + index * sizeof header, &header, sizeof header);
    return header;
  }

  std::vector<std::byte> bytes_of(const Elf64_Shdr& header) {
    if (header.sh_type == SHT_NOBITS || header.sh_size > kMaxBytes) damaged("a section has an impossible size");
    std::vector<std::byte> bytes(header.sh_size);
    read(header.sh_offset, bytes.data(), bytes.size());
    return bytes;
  }

  // Looks at no more bytes than `name` has: a file can have very many sections and one very long name.
  static bool is_name_at(const std::vector<std::byte>& names, std::uint64_t offset, std::string_view name) {
    if (offset >= names.size() || names.size() - offset <= name.size()) return false;
    const char* begin = reinterpret_cast<const char*>(names.data()) + offset;
    return std::string_view(begin, name.size()) == name && begin[name.size()] == '\0';
  }

  void read(std::uint64_t offset, void* out, std::uint64_t count) {
    if (offset > size_ || count > size_ - offset) damaged("it refers to bytes beyond its end");
    stream_.seekg(static_cast<std::streamoff>(offset));
    stream_.read(static_cast<char*>(out), static_cast<std::streamsize>(count));
    if (!stream_) throw Error(file_.string() + ": cannot be read");
  }

  [[noreturn]] void damaged(const std::string& how) const {
    throw Error(file_.string() + ": a damaged shared library: " + how + "; build it again");
  }

  std::filesystem::path file_;
  std::ifstream stream_;
  std::uint64_t size_ = 0;
  Elf64_Ehdr header_{};
};

}  // namespace

std::vector<std::byte> read_elf_section(const std::filesystem::path& file, std::string_view name) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error))
    throw Error(file.string() + ": cannot be read: not a regular file");
  return ElfFile(file).section(name);
}

}  // namespace tutti::loader

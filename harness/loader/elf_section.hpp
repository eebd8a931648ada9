// Reads one section of a 64-bit ELF file from disk, trusting nothing in it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>
#include <vector>

namespace tutti::loader {

/// The bytes of section `name` of the shared library `file`. Throws Error, starting with the path, when the file
/// cannot be read, is not a shared library for this machine, is damaged, or has no such section.
std::vector<std::byte> read_elf_section(const std::filesystem::path& file, std::string_view name);

}  // namespace tutti::loader

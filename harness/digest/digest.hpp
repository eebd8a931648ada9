// SHA-256: tells whether a file is still the same one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tutti {

/// Lower-case hexadecimal SHA-256 of `bytes`.
std::string sha256(std::string_view bytes);

/// The same of a file's content. Throws Error if it cannot be read.
std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace tutti

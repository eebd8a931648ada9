// Tables of a run folder, as the run wrote them or compressed for keeping.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace tutti::reports {

/// The content of the table `file`, or of `file`.gz (gzip) where there is no such file; nothing if there is neither.
/// Throws FileError if it cannot be read, is not whole, or has more than results::kMostBytes bytes.
std::optional<std::string> read_table_file(const std::filesystem::path& file);

/// The content of `file`, decompressed if its name ends with ".gz". Throws FileError like the above, and if there is
/// none.
std::string read_plain_or_compressed(const std::filesystem::path& file);

}  // namespace tutti::reports

// Decides from a plugin's header whether its code may be run.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "loader/registry.hpp"

namespace tutti::loader {

/// What the header in `bytes` says of the plugin in `file`. Throws Error, starting with the path, when this host must
/// not open it: another SDK, compiler or standard library, an unknown kind, a name that is not a plain word.
Plugin check_header(const std::filesystem::path& file, std::span<const std::byte> bytes);

/// What the record in `bytes` says; an empty record for bytes that are none. Control characters become spaces.
BuildRecord read_build_record(std::span<const std::byte> bytes);

}  // namespace tutti::loader

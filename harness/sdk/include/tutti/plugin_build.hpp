// How a plugin was built: plain data in a section of its own, which the host reads from the file as it reads the
// plugin's header. tutti_plugin() adds the source that fills it; a library without it is used all the same.
#pragma once

#include <cstddef>
#include <string_view>

#include "tutti/export.hpp"

namespace tutti {

inline constexpr std::string_view kPluginBuildSection = "tutti_build";  // ELF section that holds the record
inline constexpr std::string_view kPluginBuildMagic = "tutti build 1";

/// Zero-padded text; what is too long is cut.
struct PluginBuild {
  char magic[16];
  char compiler[64];    // "gcc 12.2.0"
  char build_type[32];  // as CMake calls it: "Release"; "not optimised" is said of a build that is none
  char flags[512];      // of the compiler
  char revision[80];    // last commit of the plugin's folder; "modified" after it if that has uncommitted changes
};

constexpr PluginBuild make_plugin_build(std::string_view compiler, std::string_view build_type, std::string_view flags,
                                        std::string_view revision) {
  PluginBuild build{};
  const auto copy = [](std::string_view text, char* field, std::size_t size) {
    for (std::size_t at = 0; at < text.size() && at + 1 < size; ++at) field[at] = text[at];
  };
  copy(kPluginBuildMagic, build.magic, sizeof build.magic);
  copy(compiler, build.compiler, sizeof build.compiler);
  copy(build_type, build.build_type, sizeof build.build_type);
  copy(flags, build.flags, sizeof build.flags);
  copy(revision, build.revision, sizeof build.revision);
  return build;
}

}  // namespace tutti

extern "C" TUTTI_API const tutti::PluginBuild tutti_plugin_build;

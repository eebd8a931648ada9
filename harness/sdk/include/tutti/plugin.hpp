// The plugin boundary. A library exports one plain header, which the host reads from the file before any code of the
// plugin runs, and one table of functions (tutti_environment or tutti_algorithm). C++ objects cross the boundary, so
// the build tags of host and plugin must match exactly.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "tutti/export.hpp"

/// Bump with any change to a public header.
#define TUTTI_SDK_VERSION 4

#define TUTTI_QUOTE_(x) #x
#define TUTTI_QUOTE(x) TUTTI_QUOTE_(x)

#if defined(__SANITIZE_ADDRESS__)
#define TUTTI_SANITIZER_TAG ", address sanitizer"
#else
#define TUTTI_SANITIZER_TAG ""
#endif
#if defined(_GLIBCXX_DEBUG)
#define TUTTI_CONTAINER_TAG ", debug containers"
#else
#define TUTTI_CONTAINER_TAG ""
#endif
#if defined(__clang__)
#define TUTTI_COMPILER_TAG "clang " TUTTI_QUOTE(__clang_major__)
#else
#define TUTTI_COMPILER_TAG "gcc " TUTTI_QUOTE(__GNUC__)
#endif

namespace tutti {

/// What fixes object layout across the boundary; extend it when something else turns out to.
inline constexpr std::string_view kBuildTag =
    "sdk " TUTTI_QUOTE(TUTTI_SDK_VERSION) ", " TUTTI_COMPILER_TAG
                                          ", c++abi " TUTTI_QUOTE(__GXX_ABI_VERSION) ", libstdc++ " TUTTI_QUOTE(
                                              _GLIBCXX_RELEASE) ", cxx11-abi " TUTTI_QUOTE(_GLIBCXX_USE_CXX11_ABI)
                                              TUTTI_CONTAINER_TAG TUTTI_SANITIZER_TAG;

enum class PluginKind : std::uint32_t { kEnvironment = 1, kAlgorithm = 2 };

inline constexpr std::string_view kPluginMagic = "tutti plugin 2";
inline constexpr std::string_view kPluginSection = "tutti_plugin";  // ELF section that holds the header

/// Plain data, zero-padded text. The order of the members up to build_tag stays for good.
struct PluginHeader {
  char magic[16];
  PluginKind kind;
  char build_tag[224];  // kBuildTag as the plugin saw it
  char name[64];        // a-z 0-9 _ and -, unique within its kind, e.g. "maddpg"
  char version[32];
  char summary[256];  // one sentence
  char source[256];   // paper or upstream task
};

/// What a plugin says of itself; see TUTTI_PLUGIN_HEADER.
struct PluginInfo {
  std::string_view name;
  std::string_view version;
  std::string_view summary;
  std::string_view source;
};

/// Fails to compile when a text is longer than its field.
consteval PluginHeader make_plugin_header(PluginKind kind, PluginInfo info) {
  PluginHeader header{};
  const auto copy = [](std::string_view text, char* field, std::size_t size) {
    if (text.size() >= size) throw "a text of the plugin header is too long";
    std::copy(text.begin(), text.end(), field);
  };
  copy(kPluginMagic, header.magic, sizeof header.magic);
  header.kind = kind;
  copy(kBuildTag, header.build_tag, sizeof header.build_tag);
  copy(info.name, header.name, sizeof header.name);
  copy(info.version, header.version, sizeof header.version);
  copy(info.summary, header.summary, sizeof header.summary);
  copy(info.source, header.source, sizeof header.source);
  return header;
}

/// A library that a plugin uses, with the version that it reports at run time.
struct LibraryVersion {
  std::string name;
  std::string version;
};

}  // namespace tutti

/// TUTTI_PLUGIN_HEADER(kAlgorithm, {.name = "maddpg", .version = "1.0", .summary = "...", .source = "..."});
#define TUTTI_PLUGIN_HEADER(kind, ...)                                                                      \
  extern "C" TUTTI_API                                                                                      \
      [[gnu::section("tutti_plugin"), gnu::used]] constinit const tutti::PluginHeader tutti_plugin_header = \
          tutti::make_plugin_header(tutti::PluginKind::kind, tutti::PluginInfo __VA_ARGS__)

extern "C" TUTTI_API const tutti::PluginHeader tutti_plugin_header;

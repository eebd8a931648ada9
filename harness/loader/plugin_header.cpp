#include "loader/plugin_header.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

#include "tutti/error.hpp"
#include "tutti/plugin_build.hpp"

namespace tutti::loader {
namespace {

// A field ends at its first zero; one without any is cut at its size.
template <std::size_t kSize>
std::string text_of(const char (&field)[kSize]) {
  return {field, strnlen(field, kSize)};
}

std::vector<std::string> parts(std::string_view tag) {
  std::vector<std::string> result;
  while (!tag.empty()) {
    const std::size_t end = std::min(tag.find(", "), tag.size());
    result.emplace_back(tag.substr(0, end));
    tag.remove_prefix(std::min(end + 2, tag.size()));
  }
  return result;
}

std::string without(const std::vector<std::string>& all, const std::vector<std::string>& known) {
  std::string result;
  for (const std::string& part : all) {
    if (std::ranges::count(known, part) == 0) result += (result.empty() ? "" : ", ") + part;
  }
  return result.empty() ? "nothing more" : result;
}

void check_build_tag(const std::filesystem::path& file, const std::string& tag) {
  if (tag == kBuildTag) return;
  const std::vector<std::string> theirs = parts(tag);
  const std::vector<std::string> ours = parts(kBuildTag);
  throw Error(file.string() + ": built for \"" + tag + "\", but this host is \"" + std::string(kBuildTag) +
              "\" (it has " + without(theirs, ours) + " where this host has " + without(ours, theirs) +
              "); rebuild the plugin with this host's SDK and compiler");
}

bool is_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; }

void check_name(const std::filesystem::path& file, const std::string& name) {
  const bool valid = !name.empty() && name.front() != '-' && std::ranges::all_of(name, is_plain);
  if (!valid) {
    throw Error(file.string() + ": its plugin is named \"" + name +
                "\"; expected lower-case letters, digits, underscores and hyphens");
  }
}

}  // namespace

Plugin check_header(const std::filesystem::path& file, std::span<const std::byte> bytes) {
  // Members up to build_tag are the same in every SDK; the rest may only be read once the tag matches.
  if (bytes.size() < offsetof(PluginHeader, name))
    throw Error(file.string() + ": its plugin header is cut short; build it again");
  PluginHeader header{};
  std::memcpy(&header, bytes.data(), std::min(bytes.size(), sizeof header));
  if (text_of(header.magic) != kPluginMagic) throw Error(file.string() + ": its plugin header holds something else");
  check_build_tag(file, text_of(header.build_tag));
  if (bytes.size() != sizeof header) {
    throw Error(file.string() + ": its plugin header has " + std::to_string(bytes.size()) + " bytes; expected " +
                std::to_string(sizeof header) + ": exactly one plugin in a library");
  }
  if (header.kind != PluginKind::kEnvironment && header.kind != PluginKind::kAlgorithm) {
    throw Error(file.string() + ": plugin kind " + std::to_string(static_cast<std::uint32_t>(header.kind)) +
                " is unknown; expected environment (1) or algorithm (2)");
  }
  check_name(file, text_of(header.name));
  return {.file = file,
          .kind = header.kind,
          .name = text_of(header.name),
          .version = text_of(header.version),
          .summary = text_of(header.summary),
          .source = text_of(header.source),
          .build_tag = text_of(header.build_tag),
          .build = {}};
}

BuildRecord read_build_record(std::span<const std::byte> bytes) {
  PluginBuild build{};
  if (bytes.size() != sizeof build) return {};
  std::memcpy(&build, bytes.data(), sizeof build);
  if (text_of(build.magic) != kPluginBuildMagic) return {};
  const auto shown = [](std::string text) {
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
    return text;
  };
  return {.compiler = shown(text_of(build.compiler)),
          .build_type = shown(text_of(build.build_type)),
          .flags = shown(text_of(build.flags)),
          .revision = shown(text_of(build.revision))};
}

}  // namespace tutti::loader

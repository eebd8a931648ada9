#include "loader/plugin_header.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "tutti/error.hpp"

namespace tutti::loader {
namespace {

PluginHeader sound_header() {
  return make_plugin_header(PluginKind::kAlgorithm,
                            {.name = "good", .version = "1.2", .summary = "Sums.", .source = "a paper"});
}

void set_tag(PluginHeader& header, const std::string& tag) {
  std::ranges::fill(header.build_tag, '\0');
  std::ranges::copy(tag, header.build_tag);
}

std::string reason(const PluginHeader& header, std::size_t size = sizeof(PluginHeader)) {
  std::vector<std::byte> bytes(size);
  std::memcpy(bytes.data(), &header, std::min(size, sizeof header));
  try {
    check_header("p.so", bytes);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(PluginHeader, TellsWhatThePluginSaysOfItself) {
  const PluginHeader header = sound_header();
  const Plugin plugin = check_header("p.so", std::as_bytes(std::span(&header, 1)));
  EXPECT_EQ(plugin.kind, PluginKind::kAlgorithm);
  EXPECT_EQ(plugin.name, "good");
  EXPECT_EQ(plugin.version, "1.2");
  EXPECT_EQ(plugin.summary, "Sums.");
  EXPECT_EQ(plugin.source, "a paper");
}

TEST(PluginHeader, AnotherTagSaysWhatDiffersAndHowToMendIt) {
  PluginHeader header = sound_header();
  std::string tag(kBuildTag);
  tag.replace(0, 5, "sdk 0");
  set_tag(header, tag);
  EXPECT_EQ(reason(header), "p.so: built for \"" + tag + "\", but this host is \"" + std::string(kBuildTag) +
                                "\" (it has sdk 0 where this host has sdk " TUTTI_QUOTE(
                                    TUTTI_SDK_VERSION) "); rebuild the plugin with this host's SDK and compiler");
}

TEST(PluginHeader, ATagThatOnlyStartsAlikeIsRefused) {
  PluginHeader header = sound_header();
  set_tag(header, std::string(kBuildTag) + ", something new");
  EXPECT_NE(reason(header).find("it has something new where this host has nothing more"), std::string::npos);
}

TEST(PluginHeader, AnotherMagicIsRefused) {
  PluginHeader header = sound_header();
  header.magic[0] = 'T';
  EXPECT_EQ(reason(header), "p.so: its plugin header holds something else");
}

TEST(PluginHeader, AnUnknownKindIsRefused) {
  PluginHeader header = sound_header();
  header.kind = static_cast<PluginKind>(7);
  EXPECT_EQ(reason(header), "p.so: plugin kind 7 is unknown; expected environment (1) or algorithm (2)");
}

TEST(PluginHeader, ACutHeaderIsRefused) {
  EXPECT_EQ(reason(sound_header(), 100), "p.so: its plugin header is cut short; build it again");
}

TEST(PluginHeader, TwoPluginsInOneLibraryAreRefused) {
  EXPECT_NE(reason(sound_header(), 2 * sizeof(PluginHeader)).find("exactly one plugin in a library"),
            std::string::npos);
}

TEST(PluginHeader, NamesThatAreNotPlainWordsAreRefused) {
  for (const char* name : {"", "Two", "a b", "../up", "a/b", "-x", "\xC3\xA9"}) {
    PluginHeader header = sound_header();
    std::memset(header.name, 0, sizeof header.name);
    std::memcpy(header.name, name, std::strlen(name));
    EXPECT_NE(reason(header).find("expected lower-case letters"), std::string::npos) << name;
  }
}

TEST(PluginHeader, TextWithoutAnEndIsCut) {
  PluginHeader header = sound_header();
  std::memset(header.summary, 's', sizeof header.summary);
  EXPECT_EQ(check_header("p.so", std::as_bytes(std::span(&header, 1))).summary,
            std::string(sizeof header.summary, 's'));
}

}  // namespace
}  // namespace tutti::loader

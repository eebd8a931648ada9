#include "loader/registry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "tutti/error.hpp"

namespace tutti::loader {
namespace {

const std::filesystem::path kFixtures = std::filesystem::path(TUTTI_BINARY_DIR) / "fixtures";

std::string reason(const std::function<void()>& function) {
  try {
    function();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

std::string refusal_of(const Registry& registry, const std::string& file) {
  for (const Refusal& refusal : registry.refusals()) {
    if (refusal.file.filename() == file) return refusal.reason;
  }
  return "not refused";
}

TEST(Registry, FindsPluginsByKindAndName) {
  const Registry registry({kFixtures / "sound"});
  EXPECT_TRUE(registry.refusals().empty());
  EXPECT_EQ(registry.names(PluginKind::kEnvironment), (std::vector<std::string>{"faulty", "line"}));
  EXPECT_EQ(registry.names(PluginKind::kAlgorithm), (std::vector<std::string>{"arithmetic", "faulty", "learner"}));
  EXPECT_EQ(registry.find(PluginKind::kEnvironment, "line").summary, "Two agents on a line.");
}

TEST(Registry, MakesWorkingObjects) {
  Registry registry({kFixtures / "sound"});
  const auto environment = registry.create_environment("line", {});
  environment->reset(1);
  const float actions[] = {0.5F, -0.5F};
  EXPECT_LT(environment->step(actions).reward, 0);

  const ParameterValues values;
  const AlgorithmContext context{
      .environment = environment->spec(), .task = "line/short", .values = values, .folder = {}};
  EXPECT_EQ(registry.create_algorithm("learner", context)->updates(), 0);
}

TEST(Registry, RefusesAPluginBuiltForAnotherSdkWithoutRunningItsCode) {
  const Registry registry({kFixtures / "refused"});
  EXPECT_NE(refusal_of(registry, "wrong_tag.so").find("built for \"sdk 0, gcc 1, c++abi 1\", but this host is"),
            std::string::npos);
}

TEST(Registry, RefusesAPluginWhoseContainersAreLaidOutOtherwise) {
  const Registry registry({kFixtures / "refused"});
  const std::string refusal = refusal_of(registry, "debug_containers.so");
  EXPECT_NE(refusal.find("it has debug containers where this host has nothing more"), std::string::npos) << refusal;
}

TEST(Registry, RefusesALibraryThatIsNoPluginWithoutRunningItsCode) {
  const Registry registry({kFixtures / "refused"});
  EXPECT_NE(refusal_of(registry, "no_header.so").find("not a tutti plugin"), std::string::npos);
}

TEST(Registry, RefusesANameThatWouldBeAPath) {
  const Registry registry({kFixtures / "refused"});
  EXPECT_NE(refusal_of(registry, "bad_name.so").find("its plugin is named \"../line\""), std::string::npos);
}

TEST(Registry, RefusesADuplicateAndNamesBothFiles) {
  const Registry registry({kFixtures / "sound", kFixtures / "refused"});
  EXPECT_EQ(refusal_of(registry, "duplicate.so"), (kFixtures / "refused/duplicate.so").string() +
                                                      ": environment \"line\" is already provided by " +
                                                      (kFixtures / "sound/line.so").string() + "; remove one of them");
  EXPECT_EQ(registry.find(PluginKind::kEnvironment, "line").file, kFixtures / "sound/line.so");
}

TEST(Registry, ABadPluginNeverStopsTheOthers) {
  Registry registry({kFixtures / "refused", kFixtures / "sound"});
  EXPECT_EQ(registry.create_environment("faulty", {})->spec().agents.size(), 2U);
}

TEST(Registry, TheSameFolderTwiceIsNoDuplicate) {
  const Registry registry({kFixtures / "sound", kFixtures / "sound", kFixtures / "refused/../sound"});
  EXPECT_TRUE(registry.refusals().empty());
}

TEST(Registry, AMissingTableIsASentenceWhenTheFunctionsAreNeeded) {
  Registry registry({kFixtures / "refused"});
  const std::string text = reason([&] { registry.environment("no_table"); });
  EXPECT_NE(text.find("no_table.so: cannot be used as environment \"no_table\""), std::string::npos) << text;
  EXPECT_NE(text.find("tutti_environment"), std::string::npos) << text;
}

TEST(Registry, AnIncompleteTableIsASentence) {
  Registry registry({kFixtures / "refused"});
  const std::string text = reason([&] { registry.environment("null_member"); });
  EXPECT_NE(text.find("its table of functions lacks \"declare\""), std::string::npos) << text;
}

TEST(Registry, AnUnknownNameListsTheKnownOnes) {
  const Registry registry({kFixtures / "sound"});
  EXPECT_EQ(reason([&] { (void)registry.find(PluginKind::kAlgorithm, "learnt"); }),
            "unknown algorithm \"learnt\"; loaded: arithmetic, faulty, learner");
}

TEST(Registry, AnUnknownNameOfARefusedFileSaysWhy) {
  const Registry registry({kFixtures / "refused"});
  const std::string text = reason([&] { (void)registry.find(PluginKind::kAlgorithm, "wrong_tag"); });
  EXPECT_NE(text.find("; refused: "), std::string::npos) << text;
}

TEST(Registry, ACreateThatThrowsOrGivesNothingIsASentence) {
  Registry registry({kFixtures / "sound"});
  EXPECT_EQ(reason([&] {
              registry.create_environment("faulty", {{"fault", std::string("create")}});
            }),
            "refuses to be created, on purpose");
  EXPECT_NE(reason([&] {
              registry.create_environment("faulty", {{"fault", std::string("null")}});
            }).find("was not created"),
            std::string::npos);
}

TEST(Registry, AFolderThatDoesNotExistIsEmpty) {
  const Registry registry({"/nowhere/at/all"});
  EXPECT_TRUE(registry.plugins().empty());
  EXPECT_TRUE(registry.refusals().empty());
}

TEST(SearchPath, StartsWithTheVariablesFoldersAndEndsWithTheProgramsOwn) {
  setenv("TUTTI_PLUGIN_PATH", "/a::/b/c:", 1);
  const auto folders = search_path();
  unsetenv("TUTTI_PLUGIN_PATH");
  ASSERT_EQ(folders.size(), 3U);
  EXPECT_EQ(folders[0], "/a");
  EXPECT_EQ(folders[1], "/b/c");
  EXPECT_EQ(folders[2], std::filesystem::canonical(TUTTI_BINARY_DIR) / "plugins");
}

}  // namespace
}  // namespace tutti::loader

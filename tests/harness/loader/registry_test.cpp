#include "loader/registry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "harness/results/temporary_folder.hpp"
#include "loader/checks.hpp"
#include "loader/plugin_header.hpp"
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

TEST(Registry, ANameOfTwoLibrariesCannotBeUsedAndBothFilesAreNamed) {
  Registry registry({kFixtures / "sound", kFixtures / "refused"});
  EXPECT_EQ(refusal_of(registry, "duplicate.so"), (kFixtures / "refused/duplicate.so").string() +
                                                      ": environment \"line\" is already provided by " +
                                                      (kFixtures / "sound/line.so").string() + "; remove one of them");
  for (const auto& use : std::vector<std::function<void()>>{
           [&] { (void)registry.find(PluginKind::kEnvironment, "line"); }, [&] { (void)registry.environment("line"); },
           [&] { (void)registry.create_environment("line", {}); }}) {
    EXPECT_EQ(reason(use), "environment \"line\" is provided by " + (kFixtures / "sound/line.so").string() +
                               " and by " + (kFixtures / "refused/duplicate.so").string() +
                               "; give one of them another name, or take it off TUTTI_PLUGIN_PATH");
  }
}

TEST(Registry, TheSameLibraryInTwoFoldersIsOnePlugin) {
  const testing_support::TemporaryFolder folder;
  std::filesystem::copy(kFixtures / "sound/line.so", folder.path() / "line.so");
  Registry registry({folder.path(), kFixtures / "sound"});
  EXPECT_TRUE(registry.refusals().empty());
  EXPECT_EQ(registry.find(PluginKind::kEnvironment, "line").file, folder.path() / "line.so");
}

TEST(Registry, ReadsHowALibraryWasBuilt) {
  const Registry registry({kFixtures / "sound"});
  const BuildRecord& build = registry.find(PluginKind::kEnvironment, "line").build;
  EXPECT_TRUE(build.compiler.starts_with("gcc ") || build.compiler.starts_with("clang ")) << build.compiler;
  EXPECT_TRUE(build.build_type.starts_with("Release")) << build.build_type;
  EXPECT_NE(build.flags.find("-O"), std::string::npos) << build.flags;
  EXPECT_FALSE(build.revision.empty());
  EXPECT_TRUE(read_build_record(std::vector<std::byte>(3)).compiler.empty());
}

TEST(Registry, DeclarationsThatContradictThemselvesAreRefused) {
  Registry registry({kFixtures / "declaring"});
  const auto refusal = [&](const std::string& name) { return reason([&] { (void)registry.environment(name); }); };
  const std::string start = (kFixtures / "declaring/").string();
  EXPECT_EQ(refusal("misspelt_parameter"),
            start +
                "misspelt_parameter.so: environment \"misspelt_parameter\": task \"short\" sets \"episode_limt\", "
                "which is none of its parameters: episode_limit");
  EXPECT_EQ(refusal("value_out_of_range"),
            start +
                "value_out_of_range.so: environment \"value_out_of_range\": task \"short\" sets episode_limit = 0; "
                "expected integer in [1, 1000]");
  EXPECT_EQ(refusal("task_twice"), start +
                                       "task_twice.so: environment \"task_twice\": task \"short\" is there twice; "
                                       "expected each once");
  EXPECT_EQ(refusal("throws"),
            start + "throws.so: environment \"throws\": throws something unknown while it lists its tasks");
  EXPECT_EQ(refusal("throws_error"),
            start + "throws_error.so: environment \"throws_error\": throws while it lists its tasks: on purpose");
  EXPECT_EQ(refusal("throws_of_libraries"), start +
                                                "throws_of_libraries.so: environment \"throws_of_libraries\": throws "
                                                "while it lists its libraries: on purpose");
#if !defined(__SANITIZE_ADDRESS__)  // through whose dlopen() no exception comes
  EXPECT_EQ(refusal("throws_at_start"), start + "throws_at_start.so: throws while it is opened: on purpose");
#endif
}

/// What the fixture with devices gives where `gpus` says which there are; null: it has no CUDA.
class RegistryDevices : public testing::Test {
 protected:
  ~RegistryDevices() override { ::unsetenv("TUTTI_FIXTURE_GPUS"); }
  Devices devices(const char* gpus, const char* algorithm = "gpu_learner") {
    gpus == nullptr ? ::unsetenv("TUTTI_FIXTURE_GPUS") : ::setenv("TUTTI_FIXTURE_GPUS", gpus, 1);
    Registry registry({kFixtures / "sound", kFixtures / "gpu"});
    return registry.devices(algorithm);
  }
};

TEST_F(RegistryDevices, AreWhatTheLibrarySaysInAProcessOfItsOwn) {
  const Devices two = devices("AB");
  EXPECT_TRUE(two.built_with_cuda);
  ASSERT_EQ(two.cuda.size(), 2U);
  EXPECT_EQ(two.cuda[0].name, "Fixture A");
  EXPECT_EQ(two.cuda[1].name, "Fixture B");
  EXPECT_EQ(two.cuda[1].memory_bytes, 1000);
  ASSERT_EQ(two.libraries.size(), 2U);
  EXPECT_EQ(two.libraries[1].name, "CUDA driver");
  EXPECT_EQ(two.libraries[1].version, "3.4");
  EXPECT_EQ(devices("").problem, "no CUDA device is visible");
  EXPECT_TRUE(devices("").built_with_cuda);
  EXPECT_EQ(devices(nullptr).problem, "this fixture was built without CUDA");
}

TEST_F(RegistryDevices, OfAPluginThatListsNoneAreNone) {
  EXPECT_EQ(devices("A", "learner").problem, "it computes on the CPU alone");
}

TEST_F(RegistryDevices, ACrashWhileTheyAreLookedForIsASentence) {
  EXPECT_EQ(
      reason([&] { (void)devices("!"); }),
      (kFixtures / "gpu/gpu_learner.so").string() +
          ": algorithm \"gpu_learner\" was asked for its devices in a process that crashed with SIGABRT; expected a "
          "list of them: build it again, or use \"cpu\"");
}

TEST(Registry, SizesAndNamesThatMakeNoSenseAreRefused) {
  Registry registry({kFixtures / "sound"});
  const auto refusal = [&](const std::string& fault) {
    return reason([&] { (void)registry.create_environment("faulty", {{"fault", fault}}); });
  };
  const std::string start = (kFixtures / "sound/faulty_environment.so").string() + ": environment \"faulty\": ";
  EXPECT_EQ(refusal("no_state"), start + "state_size is -1; expected at least 0");
  EXPECT_EQ(refusal("term_twice"), start + "reward term \"distance\" is there twice; expected each once");
}

TEST(CheckSpec, NamesWhatIsWrong) {
  const Plugin plugin{.file = "x.so",
                      .kind = PluginKind::kEnvironment,
                      .name = "x",
                      .version = "",
                      .summary = "",
                      .source = "",
                      .build_tag = "",
                      .build = {}};
  const auto problem = [&](const std::function<void(EnvironmentSpec&)>& spoil) {
    EnvironmentSpec spec;
    spec.agents = {{"a", 2, 1}, {"b", 2, 1}};
    spec.state_size = 4;
    spec.episode_limit = 5;
    spoil(spec);
    return reason([&] { check_spec(plugin, spec); });
  };
  const std::string start = "x.so: environment \"x\": ";
  EXPECT_EQ(problem([](EnvironmentSpec&) {}), "nothing was thrown");
  EXPECT_EQ(problem([](EnvironmentSpec& spec) { spec.agents.clear(); }),
            start + "it has no agents; expected at least one");
  EXPECT_EQ(problem([](EnvironmentSpec& spec) { spec.agents[1].name = "a"; }),
            start + "agent \"a\" is there twice; expected each once");
  EXPECT_EQ(problem([](EnvironmentSpec& spec) { spec.agents[1].action_size = 0; }),
            start + "action_size of agent \"b\" is 0; expected at least 1");
  EXPECT_EQ(problem([](EnvironmentSpec& spec) { spec.agents[0].observation_size = std::int64_t{1} << 40; }),
            start + "observation_size of agent \"a\" is 1099511627776; expected at least 1 and at most 16777216");
  EXPECT_EQ(problem([](EnvironmentSpec& spec) { spec.episode_limit = 0; }),
            start + "episode_limit is 0; expected at least 1");
  EXPECT_EQ(
      problem([](EnvironmentSpec& spec) { spec.state_is_joint_observation = true, spec.state_size = 3; }),
      start + "its state is the joint observation, but state_size is 3; expected the sum of the observation sizes, 4");
  EXPECT_EQ(problem([](EnvironmentSpec& spec) { spec.reward_terms = {"a,b"}; }),
            start + "reward term \"a,b\" is no word; expected UTF-8 without spaces, commas, slashes and quotes");
  EXPECT_EQ(problem([](EnvironmentSpec& spec) { spec.agents[1].name = "caf\xe9"; }),
            start + "agent \"caf\xe9\" is no word; expected UTF-8 without spaces, commas, slashes and quotes");
  EXPECT_EQ(problem([](EnvironmentSpec& spec) {
              spec.facts = {{"map", "a"}, {"map", "b"}};
            }),
            start + "fact \"map\" is there twice; expected each once");
  for (const std::string name : {"agents", "episode_limit", "library x"}) {
    EXPECT_EQ(problem([&](EnvironmentSpec& spec) {
                spec.facts = {{name, "1"}};
              }),
              start + "fact \"" + name + "\" has a name that the host uses itself; rename it");
  }
  EXPECT_EQ(problem([](EnvironmentSpec& spec) {
              spec.facts = {{"map", "\x1b[2J"}};
            }),
            start + "the name or the text of fact \"map\" is empty, not UTF-8, or has control characters");
  EXPECT_EQ(problem([](EnvironmentSpec& spec) {
              spec.reference = ReferenceRange{10, "", -10, ""};
            }),
            start + "its reference range is 10.0 to -10.0; expected two finite numbers, the smaller first");
}

TEST(CheckMetrics, NamesWhatCannotBeAColumn) {
  const Plugin plugin{.file = "x.so",
                      .kind = PluginKind::kAlgorithm,
                      .name = "x",
                      .version = "",
                      .summary = "",
                      .source = "",
                      .build_tag = "",
                      .build = {}};
  const std::string start = "x.so: algorithm \"x\": metric ";
  EXPECT_EQ(reason([&] {
              check_metrics(plugin, {"loss", "loss"});
            }),
            start + "\"loss\" is there twice; expected each once");
  EXPECT_EQ(reason([&] { check_metrics(plugin, {"seconds"}); }),
            start + "\"seconds\" has the name of a column that every algorithm has");
  EXPECT_EQ(reason([&] { check_metrics(plugin, {"loss", "value"}); }), "nothing was thrown");
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

// Copies of a sound plugin with some bytes exchanged: built by somebody else, or spoiled on the way.
class DoctoredPlugin : public testing::Test {
 protected:
  /// Every `from` in line.so becomes `to`, which is as long.
  std::filesystem::path doctored(const std::string& file, const std::string& from, const std::string& to) {
    std::string bytes = sound_;
    for (std::size_t at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + 1))
      bytes.replace(at, from.size(), to);
    return written(file, bytes);
  }
  std::filesystem::path written(const std::string& file, const std::string& bytes) {
    std::ofstream(folder_.path() / file, std::ios::binary) << bytes;
    return folder_.path() / file;
  }
  std::string refusal(const std::filesystem::path& file) {
    const Registry registry({file});
    return registry.refusals().empty() ? "accepted" : registry.refusals().front().reason;
  }
  static std::string content(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  const std::string sound_ = content(kFixtures / "sound/line.so");
  testing_support::TemporaryFolder folder_;
};

TEST_F(DoctoredPlugin, OfAnOlderSdkOrAnotherAbiIsRefusedByName) {
  const std::string sdk = "sdk " + std::to_string(TUTTI_SDK_VERSION) + ", ";
  const std::string older = "sdk " + std::to_string(TUTTI_SDK_VERSION - 1) + ", ";
  EXPECT_NE(refusal(doctored("older.so", sdk, older))
                .find("it has sdk " + std::to_string(TUTTI_SDK_VERSION - 1) + " where this host has sdk"),
            std::string::npos);
  EXPECT_NE(refusal(doctored("abi.so", "cxx11-abi 1", "cxx11-abi 0")).find("it has cxx11-abi 0 where this host has"),
            std::string::npos);
}

TEST_F(DoctoredPlugin, WithANameThatIsNoWordIsRefused) {
  const std::string name = std::string("line\0", 5);
  for (const std::string& bad : {std::string("l\tne\0", 5), std::string("l ne\0", 5), std::string("l/ne\0", 5),
                                 std::string("Line\0", 5), std::string("-ine\0", 5)}) {
    const std::string text = refusal(doctored("named.so", name, bad));
    EXPECT_NE(text.find("expected lower-case letters"), std::string::npos) << bad << ": " << text;
  }
}

TEST_F(DoctoredPlugin, ThatIsNoLibraryOrHalfOfOneIsRefused) {
  EXPECT_NE(refusal(written("text.so", "a text file, however long it may be, " + std::string(200, 'x')))
                .find("not a shared library (ELF)"),
            std::string::npos);
  EXPECT_NE(refusal(written("empty.so", "")).find("not a shared library: only 0 bytes"), std::string::npos);
  for (const std::size_t part : {16U, 64U, 1000U}) {
    const std::string text = refusal(written("half.so", sound_.substr(0, part)));
    EXPECT_NE(text, "accepted") << part;
    EXPECT_TRUE(text.starts_with((folder_.path() / "half.so").string() + ": ")) << text;
  }
}

TEST_F(DoctoredPlugin, ThatLacksALibraryIsRefusedWithoutTheLoadersNoise) {
  const std::filesystem::path file = doctored("lacking.so", "libtutti_sdk.so", "libtutti_xyz.so");
  Registry registry({file});
  const std::string text = reason([&] { (void)registry.environment("line"); });
  EXPECT_EQ(text,
            file.string() +
                ": cannot be used as environment \"line\": libtutti_xyz.so: cannot open shared object file: No such "
                "file or directory");
}

TEST_F(DoctoredPlugin, IsOneOfAHundredAndStopsNoneOfThem) {
  for (int number = 0; number < 100; ++number) {
    std::string name = std::to_string(1000 + number);
    name[0] = 'x';
    doctored(name + ".so", std::string("line\0", 5), name + std::string(1, '\0'));
  }
  written("zzz.so", "spoiled");
  const Registry registry({folder_.path()});
  EXPECT_EQ(registry.plugins().size(), 100U);
  EXPECT_EQ(registry.refusals().size(), 1U);
  EXPECT_EQ(registry.find(PluginKind::kEnvironment, "x042").file, folder_.path() / "x042.so");
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

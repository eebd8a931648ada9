#include "loader/runtimes.hpp"

#include <gtest/gtest.h>

#include "loader/registry.hpp"
#include "tutti/error.hpp"

namespace tutti::loader {
namespace {

const std::filesystem::path kFolder =
    std::filesystem::canonical(std::filesystem::path(TUTTI_BINARY_DIR) / "fixtures/runtimes");

// What opening the plugin says; empty if it is accepted.
std::string refusal(Registry& registry, const std::string& name) {
  try {
    (void)registry.environment(name);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Runtimes, AreKnownByTheNamesOfTheirFiles) {
  EXPECT_EQ(runtime_kind("libtorch_cpu.so.1.13.0"), "LibTorch");
  EXPECT_EQ(runtime_kind("libtorch_cpu.so"), "LibTorch");
  for (const char* name : {"libgomp.so.1.0.0", "libgomp-a34b3233.so.1", "libomp.so.5", "libiomp5.so"}) {
    EXPECT_EQ(runtime_kind(name), "OpenMP") << name;
  }
  for (const char* name : {"libtorch.so", "libgomp-plugin-nvptx.so.1", "libompitrace.so", "libomptarget.so.14"}) {
    EXPECT_EQ(runtime_kind(name), "") << name;
  }
}

TEST(Runtimes, OneOfEachKindIsNoConflict) {
  EXPECT_EQ(conflict_of({}), "");
  EXPECT_EQ(conflict_of({{"LibTorch", "/a/libtorch_cpu.so"}, {"OpenMP", "/a/libgomp.so.1"}}), "");
  EXPECT_EQ(conflict_of({{"OpenMP", "/a/libgomp.so.1"}, {"OpenMP", "/a/libgomp.so.1"}}), "");
}

TEST(Runtimes, AConflictNamesBothFiles) {
  EXPECT_EQ(conflict_of({{"OpenMP", "/a/libgomp.so.1"}, {"LibTorch", "/a/x"}, {"OpenMP", "/b/libomp.so.5"}}),
            "two copies of OpenMP in one process: /a/libgomp.so.1 and /b/libomp.so.5");
}

TEST(Runtimes, PluginsOfOneLibTorchAreOpenedTogether) {
  Registry registry({kFolder});
  EXPECT_EQ(refusal(registry, "uses_torch_one"), "");
  EXPECT_EQ(refusal(registry, "uses_torch_one_too"), "");
}

// The system's loader would give the second plugin the first one's LibTorch, which has the same name.
TEST(Runtimes, ASecondLibTorchOfTheSameNameIsRefusedAndBothFilesAreNamed) {
  Registry registry({kFolder});
  ASSERT_EQ(refusal(registry, "uses_torch_one"), "");
  EXPECT_EQ(refusal(registry, "uses_torch_two"),
            (kFolder / "uses_torch_two.so").string() + ": is linked with the LibTorch " +
                (kFolder / "torch_two/libtorch_cpu.so").string() + ", but this process has loaded " +
                (kFolder / "torch_one/libtorch_cpu.so").string() +
                "; build all plugins that one suite uses with the same libraries");
}

TEST(Runtimes, ASecondLibTorchOfAnotherNameIsRefusedAndBothFilesAreNamed) {
  Registry registry({kFolder});
  ASSERT_EQ(refusal(registry, "uses_torch_system"), "");
  const std::string reason = refusal(registry, "uses_torch_one");
  EXPECT_NE(reason.find("is linked with the LibTorch " + (kFolder / "torch_one/libtorch_cpu.so").string() +
                        ", but this process has loaded " + (kFolder / "torch_system/libtorch_cpu.so.1.13").string()),
            std::string::npos)
      << reason;
}

TEST(Runtimes, APluginThatBringsTwoOpenMpsIsRefusedAndBothFilesAreNamed) {
  Registry registry({kFolder});
  const std::string reason = refusal(registry, "uses_openmp_twice");
  EXPECT_TRUE(reason.starts_with((kFolder / "uses_openmp_twice.so").string() +
                                 ": leads to two copies of OpenMP in one process: "))
      << reason;
  for (const char* file : {"openmp_one/libgomp-a34b3233.so.1", "openmp_two/libgomp.so.7"}) {
    EXPECT_NE(reason.find((kFolder / file).string()), std::string::npos) << reason;
  }
}

// What was refused is closed again, so that the next plugin may be opened.
TEST(Runtimes, ARefusalLeavesNothingBehind) {
  Registry registry({kFolder});
  ASSERT_NE(refusal(registry, "uses_openmp_twice"), "");
  EXPECT_EQ(conflict_of(loaded_runtimes()), "");
  EXPECT_EQ(refusal(registry, "uses_torch_two"), "");
}

}  // namespace
}  // namespace tutti::loader

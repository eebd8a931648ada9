// Damaged plugin libraries: each is opened or refused in words, whatever its code does.
// fuzz_plugins COUNT SEED LIBRARY...
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "fuzz/fuzz.hpp"
#include "harness/results/temporary_folder.hpp"
#include "loader/registry.hpp"
#include "loader/trial.hpp"
#include "tutti/error.hpp"

namespace {

// A damaged library may loop for ever; a sound one answers within milliseconds.
constexpr std::chrono::seconds kTrialTime{3};

std::string content(const char* file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace

int main(int argc, char** argv) {
  using namespace tutti;
  const testing_support::TemporaryFolder folder;
  ::setenv("XDG_CACHE_HOME", (folder.path() / "cache").c_str(), 1);
  std::filesystem::create_directory(folder.path() / "plugins");
  std::vector<std::string> libraries;
  for (int index = 3; index < argc; ++index) libraries.push_back(content(argv[index]));
  if (libraries.empty()) return 2;
  std::uint64_t number = 0;
  const int status = fuzz::run(argc, argv, [&](fuzz::Random& random) {
    const std::string& sound = libraries[fuzz::below(random, libraries.size())];
    // Half of them keep their size, so that the dynamic linker has something to work with.
    std::string damaged = sound;
    if (fuzz::below(random, 2) == 0) {
      damaged = fuzz::damaged(sound, {}, random);
    } else {
      for (std::size_t change = 1 + fuzz::below(random, 64); change > 0; --change)
        damaged[fuzz::below(random, damaged.size())] = static_cast<char>(random());
    }
    // A library may stay mapped for good: the next one is another file, of another name.
    for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "plugins"))
      std::filesystem::remove(entry.path());
    const std::string name = "plugins/damaged-" + std::to_string(number++) + ".so";
    std::ofstream(folder.path() / name, std::ios::binary) << damaged;
    loader::Registry registry({folder.path() / "plugins"});
    for (const loader::Plugin& plugin : registry.plugins()) {
      if (const auto refusal = loader::try_plugin(plugin, kTrialTime)) throw Error(*refusal);
      if (plugin.kind == PluginKind::kEnvironment) {
        (void)registry.environment(plugin.name);
      } else {
        (void)registry.algorithm(plugin.name);
      }
    }
    return !registry.plugins().empty();
  });
  std::filesystem::remove_all(folder.path());
  (void)std::fflush(nullptr);
  ::_exit(status);  // as the program does: without the destructors of damaged libraries
}
